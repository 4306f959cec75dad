/**
 * How long the embedded PostgreSQL takes: `bun bench/embedded.ts [RUNS]`. Prints each number it takes, to
 * the first answered query, on this machine; nothing is compared with another.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { readFlags } from "./flags.ts";

const { positionals } = readFlags({ allowPositionals: true, options: {} });
const runs = Number(positionals[0] ?? 7);
if (!Number.isInteger(runs) || runs < 1) {
  console.error("embedded: RUNS is a whole number from 1 on");
  process.exit(2);
}

async function startedMs(durable: boolean): Promise<{ start: number; database: number; stop: number }> {
  const begin = performance.now();
  const server = await startPostgres({ durable });
  const sql = postgres({ ...server.driverOptions(), max: 1 });
  await sql`select 1`;
  const ready = performance.now();
  await sql.end();
  const beforeDatabase = performance.now();
  await server.createDatabase();
  const beforeStop = performance.now();
  await server.stop();
  return {
    start: ready - begin,
    database: beforeStop - beforeDatabase,
    stop: performance.now() - beforeStop,
  };
}

const cache = await mkdtemp(join(tmpdir(), "freehold-bench-"));
await Bun.$`chmod 755 ${cache}`;
process.env["FREEHOLD_CACHE_DIR"] = cache;
try {
  const cold = await startedMs(false);
  console.log(`cold     start ${cold.start.toFixed(0)} ms`);
  for (const durable of [false, true]) {
    const taken: Awaited<ReturnType<typeof startedMs>>[] = [];
    for (let run = 0; run < runs; run++) taken.push(await startedMs(durable));
    const median = (of: "start" | "database" | "stop") =>
      taken
        .map((one) => one[of])
        .sort((a, b) => a - b)
        [Math.floor(runs / 2)]?.toFixed(0);
    console.log(
      `${durable ? "durable" : "warm   "}  start ${median("start")} ms, create database ${median("database")} ms, stop ${median("stop")} ms (medians of ${runs})`,
    );
  }
} finally {
  await rm(cache, { recursive: true, force: true });
}
