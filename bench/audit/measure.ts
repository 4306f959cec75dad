/**
 * The audit benchmark: all that is compared is measured in one run, in turns, so that whatever else the machine does hits
 * everything; and every event is accounted for at the end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { auditSchema } from "../../runtime/audit/mod.ts";
import { connect } from "../../runtime/connect/mod.ts";
import { areBusy } from "../processes.ts";
import { percentile, type Spread, spread } from "../statistics.ts";
import { type Account, accountWritten, careless, countInTable, mismatches } from "./accounting.ts";
import {
  type Contender,
  type ContenderName,
  contenderNames,
  openContenders,
  type Place,
} from "./contenders.ts";
import { type KillOptions, killable, killContender } from "./killed.ts";
import { closedLoop, openLoop } from "./loops.ts";
import { watchMachine } from "./machine.ts";
import type { AuditBench } from "./result.ts";
import { noRoad } from "./road.ts";
import { curve, quantiles } from "./samples.ts";
import { measureStops } from "./stopped.ts";
import {
  flusherAlone,
  measureAcknowledgement,
  measureThroughput,
  type Throughput,
  type Written,
} from "./throughput.ts";
import { measureTimeline, type TimelineOptions } from "./timeline.ts";

export interface AuditBenchOptions {
  /** How often everything is measured. */
  rounds: number;
  /** Blocking INSERTs a round. */
  inserts: number;
  /** Events a round for those who need not wait. */
  logs: number;
  /** What is left out of the short form. */
  long?: {
    /** Milliseconds of each rate in the open loop. */
    openMs: number;
    rate: number;
    rates: readonly number[];
    /** Rows a round. */
    rows: number;
    batches: readonly number[];
    acknowledgements: number;
    timeline: Pick<TimelineOptions, "rate" | "secondsOf">;
    stops: { events: number; times: number };
    kills: KillOptions;
  };
  /** A database without an audit log of its own; an embedded PostgreSQL with fsync unless given. */
  url?: string;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

/** Blocking INSERTs, and events of the others, before anything counts. */
const warmUp = { insert: 20, log: 2000 };
/** Who takes more than this at the 99th percentile does not keep up; noise alone makes tens of milliseconds. */
const kneeNs = 1e8;

/** A database that is not for this. */
export class PlaceError extends Error {
  override readonly name = "PlaceError";
}

/** @throws {PlaceError} where the database has an audit log already; the signal's reason where that was aborted */
export async function benchAudit(options: AuditBenchOptions): Promise<AuditBench> {
  const { onProgress = () => {}, signal } = options;
  await using cleanUp = new AsyncDisposableStack();
  let server: EmbeddedPostgres | null = null;
  if (options.url === undefined) {
    onProgress("starting a PostgreSQL that waits for its disk");
    server = cleanUp.use(await startPostgres({ durable: true, ...(signal ? { signal } : {}) }));
  }
  const url = options.url ?? (await server!.createDatabase("bench"));
  const blocked = options.long ? noRoad(url) : null;
  if (blocked !== null) throw new PlaceError(blocked);
  const sql = connect({ service: "bench", variable: "URL", env: { URL: url }, poolSize: 10 });
  cleanUp.defer(() => sql.end({ timeout: 5 }));
  const [there] =
    await sql`select to_regclass('audit_log') is not null or to_regclass('audit_checkpoint') is not null as found`;
  if (there!["found"])
    throw new PlaceError(
      "the database has an audit log already: name one that is empty, its tables are dropped in the end",
    );
  await sql.unsafe(auditSchema);
  if (options.url !== undefined)
    cleanUp.defer(async () => {
      await sql`drop table audit_log, audit_checkpoint`;
    });
  const folder = mkdtempSync(join(tmpdir(), "freehold-bench-audit-"));
  cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }));
  return await measure({ url, sql, folder }, options);
}

async function measure(place: Place, options: AuditBenchOptions): Promise<AuditBench> {
  const { long, rounds, onProgress = () => {}, signal } = options;
  const foreign = options.url !== undefined;
  const at = new Date().toISOString();
  const [{ version }] = (await place.sql`show server_version`.then((rows) =>
    rows.map((row) => ({ version: String(row["server_version"]) })),
  )) as [{ version: string }];
  const seen = watchMachine(place.folder, version, foreign);
  const contenders = await openContenders(place);
  const sent = new Map<ContenderName, number>();
  const closed = await runClosed(contenders, options, sent);
  const open = long ? await runOpen(contenders, options, sent) : { openLoop: null, sweep: null };
  const accounting: Account[] = [];
  for (const contender of contenders) {
    const { accepted, refused, stored, spooled = 0 } = await contender.close();
    const found =
      contender.writer === null
        ? { stored, duplicates: 0, gaps: 0 }
        : await countInTable(place.sql, contender.writer);
    accounting.push({
      who: contenderNames[contender.name],
      sent: sent.get(contender.name) ?? 0,
      accepted,
      refused,
      spooled,
      ...found,
      promises: !careless.includes(contender.name),
    });
  }

  let throughput: AuditBench["throughput"] = null;
  let acknowledgement: AuditBench["acknowledgement"] = null;
  let timeline: AuditBench["timeline"] = null;
  let stopped: AuditBench["stopped"] = null;
  if (long) {
    const written: Written = [];
    throughput = await runThroughput(place, options, written);
    onProgress("audit: acknowledgements");
    const { durable, fdatasync } = await measureAcknowledgement(place, long.acknowledgements, written);
    acknowledgement = { durable: quantiles(durable), fdatasync: quantiles(fdatasync) };
    accounting.push(await accountWritten(place.sql, "throughput, acknowledgements", written));
    signal?.throwIfAborted();
    onProgress("audit: TERM while the database is gone");
    const stops = await measureStops(place, long.stops.events, long.stops.times);
    stopped = stops.stopped;
    accounting.push(...stops.accounts);
    for (const name of killable.filter((one) => contenders.some((contender) => contender.name === one))) {
      signal?.throwIfAborted();
      onProgress(`audit: kill -9, ${contenderNames[name]}`);
      accounting.push(await killContender(name, place, long.kills));
    }
    signal?.throwIfAborted();
    onProgress("audit: an outage, and a kill");
    const killed: Written = [];
    timeline = await measureTimeline(
      { url: place.url, foreign, folder: place.folder, ...long.timeline },
      killed,
    );
    accounting.push(await accountWritten(place.sql, "outage, then killed and started", killed));
  }
  const bench = {
    version: 1 as const,
    at,
    machine: seen(),
    rounds,
    ...closed,
    absent: (Object.keys(contenderNames) as ContenderName[]).filter(
      (name) => !contenders.some((one) => one.name === name),
    ),
    ...open,
    throughput,
    acknowledgement,
    timeline,
    stopped,
    accounting,
    mismatches: mismatches(accounting),
  };
  return { ...bench, noise: noise(bench) };
}

type Closed = Pick<AuditBench, "contenders" | "ratio" | "untilStored">;

async function runClosed(
  contenders: readonly Contender[],
  { rounds, inserts, logs, onProgress, signal }: AuditBenchOptions,
  sent: Map<ContenderName, number>,
): Promise<Closed> {
  const one = async (contender: Contender, count: number) => {
    sent.set(contender.name, (sent.get(contender.name) ?? 0) + count);
    const times = await closedLoop(contender, count);
    const last = Bun.nanoseconds();
    await contender.settle();
    return { times, settled: Bun.nanoseconds() - last };
  };
  // What is compiled and prepared on first use is no part of it.
  for (const contender of contenders)
    await one(contender, contender.name === "insert" ? warmUp.insert : warmUp.log);
  const runs = new Map<ContenderName, Float64Array[]>(contenders.map(({ name }) => [name, []]));
  const stored: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      signal?.throwIfAborted();
      onProgress?.(`audit: round ${round + 1} of ${rounds}, ${contenderNames[contender.name]}`);
      const { times, settled } = await one(contender, contender.name === "insert" ? inserts : logs);
      runs.get(contender.name)!.push(times);
      if (contender.name === "freehold") stored.push(settled);
    }
  }
  const at = (name: ContenderName, share: number) =>
    runs.get(name)!.map((times) => percentile([...times], share));
  const ratios = (share: number): Spread => {
    const [blocking, ours] = [at("insert", share), at("freehold", share)];
    return spread(blocking.map((value, round) => value / ours[round]!));
  };
  return {
    contenders: contenders.map(({ name }) => {
      const all = Float64Array.from(runs.get(name)!.flatMap((times) => [...times]));
      return {
        name,
        p50: spread(at(name, 0.5)),
        p99: spread(at(name, 0.99)),
        all: quantiles(all),
        curve: curve(all),
      };
    }),
    ratio: { p50: ratios(0.5), p99: ratios(0.99) },
    untilStored: spread(stored),
  };
}

/** All but the push, which keeps events for ever. */
const inOpenLoop: readonly ContenderName[] = [
  "control",
  "insert",
  "buffer",
  "freehold",
  "pino",
  "opentelemetry",
];

async function runOpen(
  contenders: readonly Contender[],
  { long, onProgress, signal }: AuditBenchOptions,
  sent: Map<ContenderName, number>,
): Promise<Pick<AuditBench, "openLoop" | "sweep">> {
  const { openMs, rate: usual, rates } = long!;
  const chosen = contenders.filter(({ name }) => inOpenLoop.includes(name));
  const one = async (contender: Contender, rate: number, durationMs: number) => {
    signal?.throwIfAborted();
    onProgress?.(`audit: ${rate} events/s, ${contenderNames[contender.name]}`);
    const found = await openLoop(contender, rate, durationMs);
    sent.set(contender.name, (sent.get(contender.name) ?? 0) + found.sent);
    await contender.settle();
    return found;
  };
  const atUsual: NonNullable<AuditBench["openLoop"]>["contenders"] = [];
  for (const contender of chosen) {
    const { service, response } = await one(contender, usual, openMs * 3);
    atUsual.push({
      name: contender.name,
      service: quantiles(service),
      response: quantiles(response),
      curve: curve(response),
    });
  }
  const sweep: NonNullable<AuditBench["sweep"]> = chosen.map(({ name }) => ({
    name,
    points: [],
    knee: null,
  }));
  const beyond = new Set<ContenderName>();
  for (const rate of rates) {
    for (const [index, contender] of chosen.entries()) {
      // One rate beyond the knee is enough to see it.
      if (beyond.has(contender.name)) continue;
      const { achieved, response } = await one(contender, rate, openMs);
      const { p50, p99 } = quantiles(response);
      const line = sweep[index]!;
      line.points.push({ offered: rate, achieved, p50, p99 });
      if (achieved > rate * 0.95 && (p99 ?? p50) < kneeNs) line.knee = rate;
      else beyond.add(contender.name);
    }
  }
  return { openLoop: { rate: usual, contenders: atUsual }, sweep };
}

async function runThroughput(
  place: Place,
  { rounds, long, onProgress, signal }: AuditBenchOptions,
  written: Written,
): Promise<AuditBench["throughput"]> {
  const { rows, batches } = long!;
  // Once for what is compiled on first use, and for the files that the server grows by.
  await measureThroughput(place, Math.ceil(rows / 4), written);
  const runs: Throughput[] = [];
  for (let round = 0; round < rounds; round += 1) {
    signal?.throwIfAborted();
    onProgress?.(`audit: ${rows} rows, round ${round + 1} of ${rounds}`);
    runs.push(await measureThroughput(place, rows, written));
  }
  const bySize = [];
  for (const bytes of batches) {
    onProgress?.(`audit: transactions of ${bytes} bytes`);
    bySize.push({ bytes, rate: (await flusherAlone(place, rows, bytes, written)).rate });
  }
  const of = (value: (run: (typeof runs)[number]) => number) => spread(runs.map(value));
  return {
    rows,
    ceiling: of(({ ceiling }) => ceiling),
    flusher: of(({ flusher }) => flusher),
    whole: of(({ whole }) => whole),
    flusherShare: of(({ flusher, ceiling }) => flusher / ceiling),
    wholeShare: of(({ whole, ceiling }) => whole / ceiling),
    untilDurable: of(({ untilDurableNs }) => untilDurableNs),
    batches: bySize,
  };
}

/** How far apart the control's rounds may lie, and how late its events may be: beyond that, the machine is what is measured. */
const bearable = { ratio: 4, closedNs: 20_000, openNs: 5e6 };

/** What in the control's own numbers, or in what the machine did besides, forbids a verdict. */
export function noise({
  contenders,
  openLoop: open,
  machine,
}: Pick<AuditBench, "contenders" | "openLoop" | "machine">): string[] {
  const { p50, p99 } = contenders.find(({ name }) => name === "control")!;
  const late = open?.contenders.find(({ name }) => name === "control")?.response.p999 ?? 0;
  const found: string[] = [];
  if (p50.highest > p50.lowest * bearable.ratio)
    found.push("the no-op control's p50 differs fourfold between rounds");
  if (p99.median > bearable.closedNs) found.push("the no-op control itself has a p99 beyond 20 µs");
  if (late > bearable.openNs) found.push("the no-op control itself is more than 5 ms late at its p99.9");
  if (areBusy(machine.others)) found.push(`other processes had ${machine.others!.toFixed(2)} processors`);
  return found;
}
