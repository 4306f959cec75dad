/**
 * `freehold bench migrate [--peers] [--migrations N] [--runs N] [--tenants N [--json]] [--svg FILE]`: how long migrations take, on a
 * server with fsync, over a road without delay and over one with a round trip of 2 ms. With `--peers`, next to other runners
 * in the same run (`bun install --cwd bench` first). Each run is a process and a database of its own; loading the runner is
 * not counted (but for dbmate, which is a program). All are given the same URL, without TLS; each has had a database before
 * the clock counts, and they take turns, of which each run begins with another. Prints medians, and each one's
 * ratio to one round trip a migration; beneath, how many times as long as freehold the best of those took that give each
 * migration a transaction of its own, and the best of all with nothing to do.
 *
 * With `--tenants N`: ten migrations in a database for each of N tenants, eight at a time (migrate/tenants.ts). Next to peers
 * stands a limit: a raw client that sends each tenant the same SQL in one message, and keeps no order, no checksums and no
 * lock; how many times as fast as the best peer freehold and the limit are is printed beneath, or all of it as JSON.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { startProxy } from "../deploy/embedded/proxy.ts";
import { readFlags } from "./flags.ts";
import { bars, type Panel } from "./migrate/bars.ts";
import { type Peer, peers } from "./migrate/peers.ts";
import { spread } from "./statistics.ts";

const { values } = readFlags({
  options: {
    peers: { type: "boolean", default: false },
    migrations: { type: "string", default: "100" },
    runs: { type: "string", default: "5" },
    svg: { type: "string" },
    tenants: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
/** Says on a terminal what is under way, in place of what was. */
const progress = (line: string) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`);
const count = Number(values.migrations);
const runs = Number(values.runs);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(runs) || runs < 1) {
  console.error("--migrations and --runs take whole numbers from 1");
  process.exit(2);
}
if (values.json && values.tenants === undefined) {
  console.error("--json goes with --tenants");
  process.exit(2);
}
if (values.tenants !== undefined) {
  const tenants = Number(values.tenants);
  if (!Number.isSafeInteger(tenants) || tenants < 1) {
    console.error("--tenants takes a whole number from 1");
    process.exit(2);
  }
  const { benchTenants } = await import("./migrate/tenants.ts");
  const { tenantPanels, tenantRatios, tenantTable } = await import("./migrate/tenants-report.ts");
  const results = await benchTenants({
    tenants,
    runs,
    peers: values.peers,
    onProgress: progress,
  });
  progress("");
  console.log(
    values.json
      ? JSON.stringify({ tenants, runs, results, ratios: tenantRatios(results) })
      : tenantTable(results, tenants),
  );
  if (values.svg !== undefined) {
    await Bun.write(
      values.svg,
      bars("10 migrations in a database for each tenant", tenantPanels(results, tenants)),
    );
    if (!values.json) console.log(`\ndrawn in ${values.svg}`);
  }
  process.exit(0);
}
const panels: Panel[] = [];
const chosen = values.peers ? peers : peers.slice(0, 2);
const texts = Array.from(
  { length: count },
  (_, at) => `create table t${at} (id bigint primary key, name text)`,
);

await using server = await startPostgres({ durable: true });
const root = await mkdtemp(join(tmpdir(), "freehold-bench-migrate-"));
try {
  for (const peer of chosen) await peer.write(join(root, peer.name), texts);
  for (const delayMs of [0, 1]) {
    const road = await startProxy(join(server.socketFolder, ".s.PGSQL.5432"), delayMs);
    const taken = new Map<string, { up: number[]; head: number[] }>();
    const failed = new Map<string, string>();
    // Before the first, each takes a turn that does not count: the server and the disk have just been started.
    for (let run = delayMs === 0 ? -1 : 0; run < runs; run += 1) {
      for (let turn = 0; turn < chosen.length; turn += 1) {
        const peer = chosen[(run + 1 + turn) % chosen.length]!;
        if (failed.has(peer.name)) continue;
        progress(
          `round trip ${2 * delayMs} ms, ${run < 0 ? "warming up" : `run ${run + 1} of ${runs}`}: ${peer.name}`,
        );
        const url = await server.createDatabase();
        const through = `postgres://postgres@127.0.0.1:${road.port}${new URL(url).pathname}?sslmode=disable`;
        const times = taken.get(peer.name) ?? { up: [], head: [] };
        taken.set(peer.name, times);
        try {
          const [up, head] = [await timed(peer, through), await timed(peer, through)];
          if (run < 0) continue;
          times.up.push(up);
          times.head.push(head);
        } catch (error) {
          failed.set(
            peer.name,
            error instanceof Error
              ? (error.message
                  .trim()
                  .split("\n")
                  .find((line) => /rror/.test(line)) ?? error.message)
              : String(error),
          );
        }
      }
    }
    road.stop();
    progress("");
    report(delayMs * 2, taken, failed);
    panels.push(...panelsOf(delayMs * 2, taken, failed));
  }
  if (values.svg !== undefined) {
    await Bun.write(values.svg, bars(`${count} migrations, medians of ${runs}`, panels));
    console.log(`\nthe picture is in ${values.svg}`);
  }
} finally {
  await rm(root, { recursive: true });
}

async function timed(peer: Peer, url: string): Promise<number> {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "migrate/peers.ts"), peer.name, join(root, peer.name), url],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const [out, said] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(said);
  return Number(out);
}

function report(
  roundTripMs: number,
  taken: ReadonlyMap<string, { up: number[]; head: number[] }>,
  failed: ReadonlyMap<string, string>,
): void {
  console.log(`\n${count} migrations, round trip ${roundTripMs} ms, medians of ${runs} (lowest to highest)`);
  const base = spread(taken.get("one round trip each")!.up).median;
  const widest = Math.max(...[...taken.values()].flatMap(({ up }) => up));
  for (const { name, transactions } of chosen) {
    const times = taken.get(name);
    if (failed.has(name) || !times) {
      console.log(`  ${name.padEnd(20)} failed: ${failed.get(name)}`);
      continue;
    }
    const up = spread(times.up);
    const head = spread(times.head);
    const bar = "█".repeat(Math.max(1, Math.round((up.median / widest) * 30)));
    console.log(
      `  ${name.padEnd(20)} ${ms(up.median)} (${ms(up.lowest)} to ${ms(up.highest)})  ratio ${(up.median / base).toFixed(2)}` +
        `  at head ${ms(head.median)}  transactions: ${transactions}  ${bar}`,
    );
  }
  const others = chosen.filter(
    ({ name }) => !failed.has(name) && name !== "freehold" && name !== "one round trip each",
  );
  if (others.length === 0 || failed.has("freehold")) return;
  const best = (list: readonly Peer[], what: "up" | "head") =>
    list
      .map(({ name }) => ({ name, ms: spread(taken.get(name)![what]).median }))
      .reduce((least, one) => (one.ms < least.ms ? one : least));
  const own = taken.get("freehold")!;
  for (const [what, list, whose] of [
    ["up", others.filter(({ transactions }) => transactions === "one each"), "with a transaction each"],
    ["head", others, "with nothing to do"],
  ] as const) {
    const { name, ms: least } = best(list, what);
    const times = (least / spread(own[what]).median).toFixed(1);
    console.log(`  ${whose}, ${name} is the best other: ${times} times as long as freehold`);
  }
}

/** Bars for the way up and for nothing to do. */
function panelsOf(
  roundTripMs: number,
  taken: ReadonlyMap<string, { up: number[]; head: number[] }>,
  failed: ReadonlyMap<string, string>,
): Panel[] {
  return (["up", "head"] as const).map((what) => ({
    title: `${what === "up" ? "all of them" : "nothing to do"}, round trip ${roundTripMs} ms`,
    bars: chosen.flatMap(({ name, transactions }) => {
      const times = failed.has(name) ? undefined : taken.get(name)?.[what];
      const note = transactions === "one each" ? "" : `transactions: ${transactions}`;
      return times ? [{ name, note, ms: spread(times) }] : [];
    }),
  }));
}

function ms(value: number): string {
  return `${value.toFixed(0).padStart(5)} ms`;
}
