/**
 * Requests a second of gatekeeper's `POST /check`, with its audit log off, blocking and buffered: the same code, the same
 * database with fsync on, in turns, driven over keep-alive connections. A fourth turn buffers, too, and its database is
 * elsewhere: what is flushed is not stored, so that client, service and nothing else share this machine.
 *
 *     bun bench/load.ts [--runs 5] [--seconds 5] [--connections 128] [--client wrk|autocannon] [--json]
 *
 * Enough connections that the service has work while the client waits for a processor, which a client on a machine of its own
 * would not. Exit code 1 where a decision that was answered is not in the table.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { auditSchema } from "../runtime/audit/mod.ts";
import { connect } from "../runtime/connect/mod.ts";
import { readFlags } from "./flags.ts";
import {
  type ClientName,
  clientNames,
  type Drive,
  type Driven,
  openClient,
  usualClient,
} from "./load/client.ts";
import { type Cost, limitShare, type Run, spent } from "./load/cost.ts";
import { type LoadBench, modes } from "./load/result.ts";
import type { Mode } from "./load/server.ts";
import { render } from "./load/text.ts";
import { areBusy, watchOthers } from "./processes.ts";
import { spread } from "./statistics.ts";

/** Of the requests a second without an audit log. */
const goal = 0.95;
/** So far may the fastest of the rounds without one be from the slowest: beyond that, what is measured is the machine. */
const bearable = 1.1;
/** What is compiled on first use is no part of it. */
const warmUpSeconds = 1;

/** @throws Error where gatekeeper does not start */
export async function benchLoad(options: {
  runs: number;
  seconds: number;
  drive: Drive;
  onProgress?: (line: string) => void;
}): Promise<LoadBench> {
  const { runs: rounds, seconds, drive } = options;
  const before = loadavg()[0]!;
  await using server = await startPostgres({ durable: true });
  const url = await server.createDatabase("load");
  const sql = connect({ service: "bench", variable: "URL", env: { URL: url }, poolSize: 1 });
  const folder = mkdtempSync(join(tmpdir(), "freehold-bench-load-"));
  try {
    await sql.unsafe(auditSchema);
    const one = async (mode: Mode): Promise<Run> => {
      await sql`truncate audit_log`;
      // What the rounds before have left to be written is not this one's.
      await sql`checkpoint`;
      const child = Bun.spawn(
        [process.execPath, join(import.meta.dir, "load/server.ts"), mode, url, join(folder, "spool")],
        { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
      );
      let said = "";
      let found: (Driven & { cost: Cost | null }) | null = null;
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        said += chunk;
        const at = /listening at (\S+)/.exec(said)?.[1];
        if (at === undefined || found) continue;
        const body = JSON.stringify({
          actor: "agent:7",
          action: "POST",
          resource: "/lobby/rooms/hall/messages",
        });
        const request = { url: new URL("/check", at).href, method: "POST", body } as const;
        await drive(request, warmUpSeconds);
        const cost = spent(child.pid);
        const driven = await drive(request, seconds);
        found = { ...driven, cost: cost(driven) };
        child.kill("SIGTERM");
      }
      await child.exited;
      if (!found) throw new Error("gatekeeper did not start");
      const [row] = await sql<{ stored: number }[]>`select count(*)::int as stored from audit_log`;
      const [, kept, flushed] = (/kept (\d+), flushed (\d+)/.exec(said) ?? []).map(Number) as number[];
      return { ...found, kept: kept!, stored: mode === "elsewhere" ? flushed! : row!.stored };
    };
    const runs: Record<Mode, Run[]> = { off: [], blocking: [], buffered: [], elsewhere: [] };
    const others = watchOthers();
    for (let round = 0; round < rounds; round += 1)
      for (const mode of modes) {
        options.onProgress?.(`load: round ${round + 1} of ${rounds}, ${mode}`);
        runs[mode].push(await one(mode));
      }
    return summary(runs, { before, after: loadavg()[0]! }, others());
  } finally {
    await sql.end({ timeout: 1 });
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(runs: Record<Mode, Run[]>, load: LoadBench["load"], others: number | null): LoadBench {
  const of = (mode: Mode, value: (run: Run) => number) => spread(runs[mode].map(value));
  const all = (mode: Mode) => ({
    rate: of(mode, ({ rate }) => rate),
    p50: of(mode, ({ p50 }) => p50),
    p99: of(mode, ({ p99 }) => p99),
    cost: medianCost(runs[mode]),
  });
  const share = (mode: Mode) => spread(runs[mode].map(({ rate }, round) => rate / runs.off[round]!.rate));
  const found = {
    off: all("off"),
    blocking: all("blocking"),
    buffered: all("buffered"),
    elsewhere: all("elsewhere"),
  };
  const { lowest, highest } = found.off.rate;
  const [off, buffered] = [found.off.cost, found.buffered.cost];
  const noise = [
    ...(highest > lowest * bearable
      ? ["the rounds with the audit log off differ by more than 10 % among themselves"]
      : []),
    ...(areBusy(others) ? [`other processes had ${others!.toFixed(2)} processors meanwhile`] : []),
  ];
  const within = (mode: Mode) => (noise.length > 0 ? null : share(mode).median >= goal);
  const processors = availableParallelism();
  return {
    version: 2,
    load,
    processors,
    others,
    modes: found,
    share: { blocking: share("blocking"), buffered: share("buffered"), elsewhere: share("elsewhere") },
    limit: off && buffered && limitShare(off, buffered, processors),
    withinGoal: { buffered: within("buffered"), elsewhere: within("elsewhere") },
    noise,
    mismatches: (["blocking", "buffered", "elsewhere"] as const).flatMap((mode) =>
      runs[mode]
        .filter(({ kept, stored, answered }) => kept !== stored || answered > stored)
        .map(
          ({ kept, stored, answered }) => `${mode}: ${answered} answered, ${kept} kept, but ${stored} stored`,
        ),
    ),
  };
}

function medianCost(runs: readonly Run[]): Cost | null {
  const costs = runs.flatMap(({ cost }) => cost ?? []);
  const of = (part: keyof Cost) => spread(costs.map((cost) => cost[part])).median;
  return costs.length === 0
    ? null
    : { service: of("service"), client: of("client"), database: of("database") };
}

if (import.meta.main) {
  const { values } = readFlags({
    options: {
      runs: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      connections: { type: "string", default: "128" },
      client: { type: "string", default: usualClient() },
      json: { type: "boolean", default: false },
    },
  });
  const [runs, seconds, connections] = [values.runs, values.seconds, values.connections].map(Number) as [
    number,
    number,
    number,
  ];
  const fail = (message: string): never => {
    console.error(message);
    process.exit(2);
  };
  if (![runs, seconds, connections].every((value) => Number.isInteger(value) && value > 0))
    fail("--runs, --seconds and --connections take whole numbers from 1");
  if (!clientNames.includes(values.client as ClientName))
    fail(`--client takes ${clientNames.join(" or ")}, not ${values.client}`);
  const folder = mkdtempSync(join(tmpdir(), "freehold-bench-client-"));
  try {
    const drive = await openClient(values.client as ClientName, connections, folder).catch((error: Error) =>
      fail(error.message),
    );
    const bench = await benchLoad({ runs, seconds, drive });
    process.stdout.write(values.json ? `${JSON.stringify(bench)}\n` : render(bench));
    process.exitCode = bench.mismatches.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
