/** `freehold audit`: reading an audit log, and looking after it. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import {
  type AuditRow,
  auditRows,
  eraseActor,
  followRows,
  lastRows,
  maintainAudit,
  pruneAudit,
  replayDeadLetters,
} from "../deploy/audit/mod.ts";
import type { Service } from "../manifest/mod.ts";
import { counted, escapeControls } from "../report/text.ts";
import { drainSpool, postgresSink } from "../runtime/audit/mod.ts";
import { type AddressSource, connect, readUrl, ready, type Sql } from "../runtime/connect/mod.ts";
import { mendable } from "./deployment.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { openWorkspace } from "./workspace.ts";

export interface AuditCommandOptions {
  service?: string;
  config?: string;
  format?: "pretty" | "jsonl";
  lines?: number;
  follow?: boolean;
  actor?: string;
  from?: Date;
  to?: Date;
  spool?: string;
  deadlineMs?: number;
  ahead?: number;
  keepMonths?: number;
  by?: string;
  reason?: string;
}

type Command = (sql: Sql, options: AuditCommandOptions, io: Io) => Promise<number>;

const usualLines = 20;
const usualAheadMonths = 3;
const followLookMs = 300;

/** 0 if it was done; 1 if drain or replay left something. */
export async function run(kind: string, options: AuditCommandOptions, io: Io): Promise<number> {
  const { manifest } = openWorkspace(io, options.config);
  const service = auditedService(manifest.services, options.service);
  const asMigrator = kind === "maintain" || kind === "prune" || kind === "erase";
  const source = sourceOf(service, asMigrator);
  if (kind === "drain") return mendable(() => drain(readUrl(service.name, source, io.env), options, io));
  return mendable(async () => {
    const sql = connect({
      service: service.name,
      ...source,
      env: io.env,
      poolSize: 1,
      statementTimeoutMs: 0,
    });
    try {
      await ready(sql);
      return await explained(() => commands[kind]!(sql, options, io));
    } finally {
      await sql.end({ timeout: 1 });
    }
  });
}

const commands: Record<string, Command> = {
  async tail(sql, { lines = usualLines, follow, actor, format }, io) {
    const known = actor === undefined ? {} : { actor };
    const { rows, stored } = await lastRows(sql, lines, actor);
    for (const row of rows) io.out(`${line(row, format)}\n`);
    if (!follow) return exitCodes.clean;
    const more = followRows(sql, { stored, lookMs: followLookMs, signal: io.signal, ...known });
    for await (const row of more) io.out(`${line(row, format)}\n`);
    return exitCodes.clean;
  },

  async export(sql, { from, to, actor, format }, io) {
    const filter = { ...(from && { from }), ...(to && { to }), ...(actor !== undefined && { actor }) };
    for await (const row of auditRows(sql, filter)) {
      io.signal.throwIfAborted();
      io.out(`${line(row, format)}\n`);
    }
    return exitCodes.clean;
  },

  async maintain(sql, { ahead = usualAheadMonths, keepMonths }, io) {
    const report = await maintainAudit(sql, { aheadMonths: ahead, keepMonths: keepMonths ?? null });
    for (const { name, moved } of report.made)
      io.out(`made ${name}${moved > 0 ? `, and moved ${counted(moved, "row")} there` : ""}\n`);
    for (const name of report.dropped) io.out(`dropped ${name}\n`);
    if (report.deletedRows > 0)
      io.out(`deleted ${counted(report.deletedRows, "row")} of the default partition\n`);
    if (report.made.length + report.dropped.length + report.deletedRows === 0) io.out("nothing to do\n");
    return exitCodes.clean;
  },

  async prune(sql, { keepMonths = 0 }, io) {
    const { dropped, deletedRows, deletedCheckpoints } = await pruneAudit(sql, { keepMonths });
    for (const name of dropped) io.out(`dropped ${name}\n`);
    const rows = counted(deletedRows, "row");
    io.out(`deleted ${rows} of the default partition and ${counted(deletedCheckpoints, "checkpoint")}\n`);
    return exitCodes.clean;
  },

  async replay(sql, { spool = "" }, io) {
    const { stored, known, refused, writers } = await replayDeadLetters(sql, spoolFolder(spool, io));
    const more = known > 0 ? `, ${known} ${known === 1 ? "was" : "were"} there already` : "";
    io.out(`${counted(stored, "dead letter")} of ${counted(writers, "writer")} stored${more}\n`);
    for (const [reason, count] of refused) io.err(`${count} refused: ${escapeControls(reason)}\n`);
    return refused.size > 0 ? exitCodes.findings : exitCodes.clean;
  },

  async erase(sql, { actor = "", by = "", reason = "" }, io) {
    const count = await eraseActor(sql, { actor, by, reason });
    const whose = count === 1 ? "says whose it is" : "say whose they are";
    io.out(`${counted(count, "event")} no longer ${whose}; a row audit.erase says that it was done\n`);
    return exitCodes.clean;
  },
};

async function drain(
  url: string,
  { spool = "", deadlineMs = 60_000 }: AuditCommandOptions,
  io: Io,
): Promise<number> {
  const folder = spoolFolder(spool, io);
  const onAlarm = (message: string) => io.err(`${escapeControls(message)}\n`);
  const report = await drainSpool({ spool: folder, sink: postgresSink({ url }), deadlineMs, onAlarm });
  const { found, writers, events, deadLettered, gaps } = report;
  const left = found - writers;
  const told = [
    `${counted(events, "event")} of ${counted(writers, "writer")} stored`,
    ...(deadLettered > 0 ? [`${deadLettered} refused by the table`] : []),
    ...(gaps > 0 ? [`${counted(gaps, "gap")} announced`] : []),
    ...(left > 0 ? [`${counted(left, "writer")} still ${left === 1 ? "has" : "have"} something`] : []),
  ];
  io.out(`${told.join(", ")}\n`);
  return left > 0 ? exitCodes.findings : exitCodes.clean;
}

/** @throws ExpectedError */
function spoolFolder(spool: string, io: Io): string {
  const folder = resolve(io.cwd, spool);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new ExpectedError(`--spool: there is no folder ${folder}`);
}

/** Which variables hold the address, by the manifest. @throws ExpectedError */
function sourceOf(service: Service, asMigrator: boolean): AddressSource {
  const parts = asMigrator ? service.migrateParts : service.databaseParts;
  const [variable] = asMigrator ? service.migrate : service.database;
  if (variable === undefined) throw new ExpectedError(`${service.name} has no database in the manifest`);
  if (parts === null) return { variable };
  const { host, name, user } = parts;
  if (host !== undefined && name !== undefined && user !== undefined)
    return { parts: { ...parts, host, name, user } };
  const key = asMigrator ? "migrate" : "database";
  throw new ExpectedError(
    `the manifest gives ${service.name}'s "${key}" in parts, and host, name and user are not all among them: add what is missing`,
  );
}

/** The service that owns a table audit_log. @throws ExpectedError */
function auditedService(services: readonly Service[], name?: string): Service {
  const audited = services.filter(
    (service) => !service.external && service.owns.some(({ table }) => table === "audit_log"),
  );
  const found = name === undefined ? audited : audited.filter((service) => service.name === name);
  if (found.length === 1) return found[0]!;
  const list = audited.map((service) => service.name).join(", ");
  if (found.length === 0)
    throw new ExpectedError(
      `no service${name === undefined ? "" : ` "${name}"`} of the manifest owns audit_log${list ? `; there is ${list}` : ""}`,
    );
  throw new ExpectedError(`several services own audit_log (${list}): name one with --service`);
}

/** What the server says of a table that is not there, or of rights that are missing, is one line. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === "PostgresError") throw new ExpectedError(error.message);
    throw error;
  }
}

function line(row: AuditRow, format: AuditCommandOptions["format"]): string {
  if (format === "jsonl") return JSON.stringify({ ...row, sequence: Number(row.sequence) });
  const { at, actor, action, resource, decision, detail } = row;
  const text = [at.toISOString(), decision.padEnd(6), actor, action, resource].join("  ");
  return escapeControls(detail === null ? text : `${text}  ${JSON.stringify(detail)}`);
}
