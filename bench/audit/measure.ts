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
import { type Account, accountWritten, careless, countInTable, mismatches } from "./accounting.ts";
import { type ContenderName, contenderNames, openContenders, type Place } from "./contenders.ts";
import { killable, killContender } from "./killed.ts";
import { watchMachine } from "./machine.ts";
import type { AuditBenchOptions } from "./options.ts";
import { runClosed, runOpen, runThroughput } from "./parts.ts";
import type { AuditBench } from "./result.ts";
import { noRoad } from "./road.ts";
import { quantiles } from "./samples.ts";
import { measureStops } from "./stopped.ts";
import { measureAcknowledgement, type Written } from "./throughput.ts";
import { measureTimeline } from "./timeline.ts";

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
