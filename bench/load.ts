/**
 * Requests a second of gatekeeper's `POST /check`, with its audit log off, blocking and buffered: the same code, the same
 * database with fsync on, in turns, driven over keep-alive connections. A fourth turn buffers, too, and its database is
 * elsewhere: what is flushed is not stored, so that client, service and nothing else share this machine.
 *
 *     bun bench/load.ts [--runs 12] [--seconds 2] [--connections 128] [--client wrk|autocannon] [--json]
 *
 * Each service is started once, and stands still while it is not its turn. What is compared are the turns of one round, which
 * follow each other within seconds; the first round is not counted, and the order is another in each. Enough connections that
 * the service has work while the client waits for a processor, which a client on a machine of its own would not. Exit code 1
 * where a decision that was answered is not in the table.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { auditSchema } from "../runtime/audit/mod.ts";
import { connect } from "../runtime/connect/mod.ts";
import { readFlags } from "./flags.ts";
import { type ClientName, clientNames, type Drive, openClient, usualClient } from "./load/client.ts";
import { type Cost, limitShare, type Run, spent } from "./load/cost.ts";
import { type LoadBench, modes } from "./load/result.ts";
import type { Mode } from "./load/server.ts";
import { type Counts, Service } from "./load/service.ts";
import { render } from "./load/text.ts";
import { areBusy, watchOthers } from "./processes.ts";
import { medianInterval, spread } from "./statistics.ts";

/** Of the requests a second without an audit log. */
const goal = 0.95;
/** Of each turn, so that as much waits for the database when the measuring begins as when it ends. */
const leadInSeconds = 1;
/** From as many on, what the rounds say can be told from chance. */
const leastRounds = 6;

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
  const services = new Map(modes.map((mode) => [mode, new Service(mode, url, join(folder, mode))]));
  const counts = new Map<Mode, Counts>();
  const body = JSON.stringify({ actor: "agent:7", action: "POST", resource: "/lobby/rooms/hall/messages" });
  try {
    await sql.unsafe(auditSchema);
    for (const service of services.values()) {
      await service.ready();
      service.stand();
    }
    const turn = async (mode: Mode): Promise<Run> => {
      await sql`truncate audit_log`;
      // What the turns before have left to be written is not this one's.
      await sql`checkpoint`;
      const service = services.get(mode)!;
      const request = { url: service.url, method: "POST", body } as const;
      service.go();
      await drive(request, leadInSeconds);
      const cost = spent(service.pid);
      const driven = await drive(request, seconds);
      const run = { ...driven, cost: cost(driven) };
      const before = counts.get(mode) ?? { kept: 0, flushed: 0 };
      const after = await service.settle();
      counts.set(mode, after);
      service.stand();
      const [row] = await sql<{ stored: number }[]>`select count(*)::int as stored from audit_log`;
      const stored = mode === "elsewhere" ? after.flushed - before.flushed : row!.stored;
      return { ...run, kept: after.kept - before.kept, stored };
    };
    const runs: Record<Mode, Run[]> = { off: [], blocking: [], buffered: [], elsewhere: [] };
    let others = watchOthers();
    // What is compiled on first use is no part of it: one round more, which is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      if (round === 1) others = watchOthers();
      for (let at = 0; at < modes.length; at += 1) {
        const mode = modes[(at + round) % modes.length]!;
        options.onProgress?.(`load: round ${round} of ${rounds}, ${mode}`);
        const run = await turn(mode);
        if (round > 0) runs[mode].push(run);
      }
    }
    return summary(runs, { before, after: loadavg()[0]! }, others());
  } finally {
    await Promise.all(services.values().map((service) => service.end()));
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
  const share = (mode: Mode) => {
    const all = runs[mode].map(({ rate }, round) => rate / runs.off[round]!.rate);
    return { ...spread(all), between: medianInterval(all) };
  };
  const found = {
    off: all("off"),
    blocking: all("blocking"),
    buffered: all("buffered"),
    elsewhere: all("elsewhere"),
  };
  const [off, buffered] = [found.off.cost, found.buffered.cost];
  const noise = [
    ...(areBusy(others) ? [`other processes had ${others!.toFixed(2)} processors meanwhile`] : []),
    ...(runs.off.length < leastRounds ? [`fewer than ${leastRounds} rounds tell nothing`] : []),
  ];
  const within = (mode: Mode) => {
    const { between } = share(mode);
    if (noise.length > 0 || between === null) return null;
    return between.low >= goal ? true : between.high < goal ? false : null;
  };
  const processors = availableParallelism();
  return {
    version: 3,
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
    : { service: of("service"), behind: of("behind"), client: of("client"), database: of("database") };
}

if (import.meta.main) {
  const { values } = readFlags({
    options: {
      runs: { type: "string", default: "12" },
      seconds: { type: "string", default: "2" },
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
