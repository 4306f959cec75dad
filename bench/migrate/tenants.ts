/**
 * `bun run bench migrate --tenants N [--peers] [--runs N]`: ten migrations in a database for each tenant, eight tenants at a
 * time, on a server with fsync. Each runner gets fresh databases in each run, and a second turn when all are at head.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { startProxy } from "../../deploy/embedded/proxy.ts";
import { spread } from "../statistics.ts";
import type { Panel } from "./bars.ts";
import { type Peer, peers } from "./peers.ts";

export interface TenantRun {
  name: string;
  /** The round trip's delay on the road to the server. */
  roundTripMs: number;
  /** Milliseconds of each run: from empty databases to head, and at head. */
  upMs: number[];
  headMs: number[];
  /** Why it has no times; null where it has. */
  failed: string | null;
}

const migrationsEach = 10;

/** @param onProgress told which run is under way */
export async function benchTenants(options: {
  tenants: number;
  runs: number;
  /** Others beside freehold. */
  peers: boolean;
  onProgress(line: string): void;
}): Promise<TenantRun[]> {
  const chosen = options.peers
    ? peers.filter(({ name }) => name !== "one round trip each")
    : peers.slice(0, 1);
  const results: TenantRun[] = [];
  const texts = Array.from(
    { length: migrationsEach },
    (_, at) => `create table t${at} (id bigint primary key, name text)`,
  );
  const root = await mkdtemp(join(tmpdir(), "freehold-bench-tenants-"));
  await using server = await startPostgres({ durable: true, settings: { max_connections: "100" } });
  try {
    for (const peer of chosen) await peer.write(join(root, peer.name), texts);
    for (const delayMs of [0, 1]) {
      const road = await startProxy(join(server.socketFolder, ".s.PGSQL.5432"), delayMs);
      const runs = chosen.map(
        ({ name }): TenantRun => ({ name, roundTripMs: 2 * delayMs, upMs: [], headMs: [], failed: null }),
      );
      results.push(...runs);
      for (let run = 0; run < options.runs; run += 1) {
        // In turns, so that a machine that slows down slows all of them, and each run begins with another.
        for (let turn = 0; turn < chosen.length; turn += 1) {
          const at = (run + turn) % chosen.length;
          const [peer, result] = [chosen[at]!, runs[at]!];
          if (result.failed !== null) continue;
          options.onProgress(`round trip ${2 * delayMs} ms, run ${run + 1} of ${options.runs}: ${peer.name}`);
          const names = Array.from({ length: options.tenants }, (_, tenant) => `t${tenant}`);
          for (const name of names) await server.createDatabase(name);
          const urls = names.map(
            (name) => `postgres://postgres@127.0.0.1:${road.port}/${name}?sslmode=disable`,
          );
          try {
            result.upMs.push(await timed(peer, join(root, peer.name), urls));
            result.headMs.push(await timed(peer, join(root, peer.name), urls));
          } catch (error) {
            result.failed = error instanceof Error ? error.message : String(error);
          }
          await drop(server, names);
        }
      }
      road.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return results;
}

async function drop(server: EmbeddedPostgres, names: readonly string[]): Promise<void> {
  const sql = postgres({ ...server.driverOptions(), max: 1, onnotice: () => {}, fetch_types: false });
  for (const name of names) await sql`drop database ${sql(name)} with (force)`;
  await sql.end();
}

async function timed(peer: Peer, folder: string, urls: readonly string[]): Promise<number> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "tenants-worker.ts"), peer.name, folder], {
    stdin: Buffer.from(JSON.stringify(urls)),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, said] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  // Some runners write a line of their own before.
  if ((await child.exited) === 0) return Number(out.trim().split("\n").at(-1));
  const line = said.split("\n").find((text) => /rror/.test(text));
  throw new Error(line?.trim() ?? `it ended with ${child.exitCode}`);
}

/** The table that is printed: medians, ranges, and each one's time as a multiple of freehold's. */
export function tenantTable(results: readonly TenantRun[], tenants: number): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  return [...Map.groupBy(results, ({ roundTripMs }) => roundTripMs)]
    .map(([roundTripMs, runs]) => {
      const ours = runs.find(({ name }) => name === "freehold");
      const base = ours && ours.upMs.length > 0 ? spread(ours.upMs).median : Number.NaN;
      const lines = runs.map(({ name, upMs, headMs, failed }) => {
        if (failed !== null) return `  ${name.padEnd(width)}  failed: ${failed}`;
        const up = spread(upMs);
        const ratio = (up.median / base).toFixed(2).padStart(5);
        return `  ${name.padEnd(width)}  ${seconds(up.median).padStart(8)} (${seconds(up.lowest)} to ${seconds(up.highest)})  ${ratio} ×  at head ${seconds(spread(headMs).median)}`;
      });
      const title = `${migrationsEach} migrations × ${tenants} tenants' databases, eight at a time, round trip ${roundTripMs} ms`;
      return [title, ...lines].join("\n");
    })
    .join("\n\n");
}

/** The same as a picture, one panel for each road. */
export function tenantPanels(results: readonly TenantRun[], tenants: number): Panel[] {
  return [...Map.groupBy(results, ({ roundTripMs }) => roundTripMs)].map(([roundTripMs, runs]) => ({
    title: `${tenants} tenants, round trip ${roundTripMs} ms`,
    bars: runs
      .filter(({ failed }) => failed === null)
      .map(({ name, upMs, headMs }) => ({
        name,
        note: `at head ${spread(headMs).median.toFixed(0)} ms`,
        ms: spread(upMs),
      })),
  }));
}
