/**
 * Requests a second of gatekeeper's `POST /check`, with its audit log off, blocking and buffered: the same code, the same
 * database with fsync on, in turns, driven by autocannon over keep-alive connections.
 *
 *     bun bench/load.ts [--runs 5] [--seconds 5] [--connections 32] [--json]
 *
 * Exit code 1 where a decision that was answered is not in the table.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { auditSchema } from "../runtime/audit/mod.ts";
import { connect } from "../runtime/connect/mod.ts";
import type { Mode } from "./load/server.ts";
import { type Spread, spread } from "./statistics.ts";

const modes: readonly Mode[] = ["off", "blocking", "buffered"];

interface Run extends Driven {
  kept: number;
  stored: number;
}

export interface LoadBench {
  version: 1;
  load: { before: number; after: number };
  modes: Record<Mode, { rate: Spread; p50: Spread; p99: Spread }>;
  /** Requests a second of the off mode, of each round. */
  share: { blocking: Spread; buffered: Spread };
  /** The goal, buffered within 5 % of off; null where the rounds without an audit log lie too far apart to say. */
  withinGoal: boolean | null;
  mismatches: string[];
}

/** Of the requests a second without an audit log. */
const goal = 0.95;
/** So far may the fastest of its rounds be from the slowest: beyond that, what is measured is the machine. */
const bearable = 1.1;

/** What a client has seen: requests a second and in all, latencies in milliseconds. */
export interface Driven {
  rate: number;
  answered: number;
  p50: number;
  p99: number;
}

/** Sends one request over and over. */
export type Drive = (request: { url: string; method: "POST"; body: string }) => Promise<Driven>;

/** @throws Error where it is not installed */
async function autocannon(seconds: number, connections: number): Promise<Drive> {
  const module = await import("autocannon").catch(() => null);
  if (!module) throw new Error("autocannon is not installed: bun install in bench/");
  return async (request) => {
    // What is compiled on first use is no part of it.
    await module.default({ ...request, connections, duration: 1 });
    const { requests, latency } = await module.default({ ...request, connections, duration: seconds });
    return { rate: requests.average, answered: requests.total, p50: latency.p50, p99: latency.p99 };
  };
}

/** @throws Error where gatekeeper does not start */
export async function benchLoad(options: {
  runs: number;
  drive: Drive;
  onProgress?: (line: string) => void;
}): Promise<LoadBench> {
  const before = loadavg()[0]!;
  await using server = await startPostgres({ durable: true });
  const url = await server.createDatabase("load");
  const sql = connect({ service: "bench", variable: "URL", env: { URL: url }, poolSize: 1 });
  const folder = mkdtempSync(join(tmpdir(), "freehold-bench-load-"));
  try {
    await sql.unsafe(auditSchema);
    const one = async (mode: Mode): Promise<Run> => {
      await sql`truncate audit_log`;
      const child = Bun.spawn(
        [process.execPath, join(import.meta.dir, "load/server.ts"), mode, url, join(folder, "spool")],
        { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
      );
      let said = "";
      let found: Driven | null = null;
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        said += chunk;
        const at = /listening at (\S+)/.exec(said)?.[1];
        if (at === undefined || found) continue;
        const body = JSON.stringify({
          actor: "agent:7",
          action: "POST",
          resource: "/lobby/rooms/hall/messages",
        });
        found = await options.drive({ url: new URL("/check", at).href, method: "POST", body });
        child.kill("SIGTERM");
      }
      await child.exited;
      if (!found) throw new Error("gatekeeper did not start");
      const [row] = await sql<{ stored: number }[]>`select count(*)::int as stored from audit_log`;
      return { ...found, kept: Number(/kept (\d+)/.exec(said)?.[1]), stored: row!.stored };
    };
    const runs: Record<Mode, Run[]> = { off: [], blocking: [], buffered: [] };
    for (let round = 0; round < options.runs; round += 1)
      for (const mode of modes) {
        options.onProgress?.(`load: round ${round + 1} of ${options.runs}, ${mode}`);
        runs[mode].push(await one(mode));
      }
    const of = (mode: Mode, value: (run: Run) => number) => spread(runs[mode].map(value));
    const summary = (mode: Mode) => ({
      rate: of(mode, ({ rate }) => rate),
      p50: of(mode, ({ p50 }) => p50),
      p99: of(mode, ({ p99 }) => p99),
    });
    const share = (mode: Mode) => spread(runs[mode].map(({ rate }, round) => rate / runs.off[round]!.rate));
    const { lowest, highest } = of("off", ({ rate }) => rate);
    return {
      version: 1,
      withinGoal: highest > lowest * bearable ? null : share("buffered").median >= goal,
      load: { before, after: loadavg()[0]! },
      modes: { off: summary("off"), blocking: summary("blocking"), buffered: summary("buffered") },
      share: { blocking: share("blocking"), buffered: share("buffered") },
      mismatches: (["blocking", "buffered"] as const).flatMap((mode) =>
        runs[mode]
          .filter(({ kept, stored, answered }) => kept !== stored || answered > stored)
          .map(
            ({ kept, stored, answered }) =>
              `${mode}: ${answered} answered, ${kept} kept, but ${stored} stored`,
          ),
      ),
    };
  } finally {
    await sql.end({ timeout: 1 });
    rmSync(folder, { recursive: true, force: true });
  }
}

export function render({ load, modes: found, share, withinGoal, mismatches }: LoadBench): string {
  const range = ({ median, lowest, highest }: Spread) =>
    `${Math.round(median)} (${Math.round(lowest)} to ${Math.round(highest)})`;
  const percent = ({ median, lowest, highest }: Spread) =>
    `${(median * 100).toFixed(1)} % of off (${(lowest * 100).toFixed(1)} to ${(highest * 100).toFixed(1)})`;
  return [
    "POST /check   requests/s",
    ...modes.map((mode) =>
      `${mode.padEnd(13)} ${range(found[mode].rate).padEnd(28)} p50 ${found[mode].p50.median} ms, p99 ${found[mode].p99.median} ms   ${mode === "off" ? "" : percent(share[mode])}`.trimEnd(),
    ),
    ...mismatches.map((line) => `MISMATCH ${line}`),
    withinGoal === null
      ? "no verdict: the rounds with the audit log off differ by more than 10 % among themselves"
      : `buffered within 5 % of off: ${withinGoal ? "yes" : "no"}`,
    `median and range of the rounds, in turns; load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      connections: { type: "string", default: "32" },
      json: { type: "boolean", default: false },
    },
  });
  const [runs, seconds, connections] = [values.runs, values.seconds, values.connections].map(Number) as [
    number,
    number,
    number,
  ];
  if (![runs, seconds, connections].every((value) => Number.isInteger(value) && value > 0)) {
    console.error("--runs, --seconds and --connections take whole numbers from 1");
    process.exit(2);
  }
  const drive = await autocannon(seconds, connections).catch((error: Error) => {
    console.error(error.message);
    process.exit(2);
  });
  const bench = await benchLoad({ runs, drive });
  process.stdout.write(values.json ? `${JSON.stringify(bench)}\n` : render(bench));
  process.exit(bench.mismatches.length > 0 ? 1 : 0);
}
