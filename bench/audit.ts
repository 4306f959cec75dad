/**
 * What an audit event costs the request that causes it: a blocking INSERT against the audit log's `log()`, on a
 * PostgreSQL of its own with fsync on.
 *
 * Both are measured in the same run, in turns, so that whatever else the machine does hits both. `log()` is measured with
 * its flusher at work behind it: the event loop turns after every few events, as it does between requests.
 *
 *     bun bench/audit.ts [--short] [--json]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { type AuditEvent, createAuditLog, postgresSink } from "../runtime/audit/mod.ts";
import { connect, type Sql } from "../runtime/connect/mod.ts";
import { migrate } from "../runtime/migrate/mod.ts";
import { describeSpread, percentile, type Spread, spread } from "./statistics.ts";

export interface AuditBenchOptions {
  /** How often both are measured. */
  rounds: number;
  /** Blocking INSERTs a round. */
  inserts: number;
  /** Calls of `log()` a round. */
  logs: number;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

/** Times in nanoseconds. */
export interface AuditBench {
  insert: { p50: Spread; p99: Spread };
  log: { p50: Spread; p99: Spread };
  /** What appending to an array takes, the clock included: the least that keeping an event can cost. */
  push: { p50: Spread; p99: Spread };
  /** How many times as long the INSERT takes, of the medians. */
  ratio: { p50: number; p99: number };
  /** From the last `log()` of a round until all of it is in the database. */
  untilStored: Spread;
  /** What was taken in and what is in the table, all rounds together. */
  accounting: { inserted: number; accepted: number; refused: number; stored: number };
  machine: { cpu: string; cores: number; bun: string; postgresql: string };
}

/** Events between two turns of the event loop. */
const eventsATurn = 10;

export async function benchAudit(options: AuditBenchOptions): Promise<AuditBench> {
  const { rounds, inserts, logs, onProgress, signal } = options;
  onProgress?.("starting a PostgreSQL that waits for its disk");
  await using server = await startPostgres({ durable: true, ...(signal ? { signal } : {}) });
  const url = server.url();
  const folder = new URL("../services/gatekeeper/migrations", import.meta.url);
  await migrate({ service: "gatekeeper", folder, url });
  const sql = connect({ service: "bench", variable: "URL", env: { URL: url }, poolSize: 2 });
  const spool = mkdtempSync(join(tmpdir(), "freehold-bench-audit-"));
  const audit = createAuditLog({ spool, sink: postgresSink({ url }) });
  try {
    // What is compiled and prepared on first use is no part of it.
    await timeInserts(sql, 20);
    await timeLogs(audit, 2000);

    const runs: { insert: number[]; log: number[]; push: number[]; stored: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      signal?.throwIfAborted();
      onProgress?.(`audit: round ${round + 1} of ${rounds}`);
      const insert = await timeInserts(sql, inserts);
      const { times, stored } = await timeLogs(audit, logs);
      runs.push({ insert, log: times, push: await timePushes(logs), stored });
    }
    const insert = summarise(runs.map((run) => run.insert));
    const log = summarise(runs.map((run) => run.log));
    const push = summarise(runs.map((run) => run.push));
    const { accepted, refused } = audit.stats();
    const [row] = await sql<{ stored: number }[]>`select count(*)::int as stored from audit_log`;
    return {
      insert,
      log,
      push,
      ratio: { p50: insert.p50.median / log.p50.median, p99: insert.p99.median / log.p99.median },
      untilStored: spread(runs.map((run) => run.stored)),
      accounting: { inserted: 20 + rounds * inserts, accepted, refused: refused.full, stored: row!.stored },
      machine: {
        cpu: cpus()[0]?.model.trim() ?? "unknown",
        cores: cpus().length,
        bun: Bun.version,
        postgresql: server.version,
      },
    };
  } finally {
    await audit.close();
    await sql.end({ timeout: 5 });
    rmSync(spool, { recursive: true });
  }
}

/** What a person is shown. */
export function render({ insert, log, push, ratio, untilStored, accounting, machine }: AuditBench): string {
  const times = (value: number) => `${Number(value.toPrecision(2))} ×`;
  const rows = [
    ["", "p50", "p99"],
    ["blocking INSERT", describeSpread(insert.p50), describeSpread(insert.p99)],
    ["audit log()", describeSpread(log.p50), describeSpread(log.p99)],
    ["array push", describeSpread(push.p50), describeSpread(push.p99)],
    ["INSERT ÷ log()", times(ratio.p50), times(ratio.p99)],
    ["log() ÷ array push", times(log.p50.median / push.p50.median), times(log.p99.median / push.p99.median)],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => Bun.stringWidth(row[column]!))));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - Bun.stringWidth(cell)))
      .join("   ")
      .trimEnd(),
  );
  const { inserted, accepted, refused, stored } = accounting;
  return [
    ...table,
    "",
    `${accepted} events accepted (${refused} refused) and ${inserted} inserted, ${stored} in the table; ` +
      `a round's last event was stored after ${describeSpread(untilStored)}`,
    `median and range of the rounds, in turns · ${machine.cores} × ${machine.cpu} · Bun ${machine.bun} · ` +
      `PostgreSQL ${machine.postgresql} with fsync`,
    "",
  ].join("\n");
}

const event: AuditEvent = {
  actor: "agent:0199a7f2",
  action: "POST",
  resource: "/lobby/rooms/general/messages",
  decision: "allow",
  detail: {
    rule: "agents write to the lobby",
    address: "192.0.2.7",
    agent: "Mozilla/5.0 (X11; Linux x86_64)",
  },
};

/** One statement an event, each awaited: what a request does that writes its own audit row. */
async function timeInserts(sql: Sql, count: number): Promise<number[]> {
  const writer = crypto.randomUUID();
  const times: number[] = [];
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const start = Bun.nanoseconds();
    await sql`
      insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
      values (${writer}, ${sequence}, ${Bun.randomUUIDv7()}, ${new Date()}, ${event.actor}, ${event.action},
        ${event.resource}, ${event.decision}, ${sql.json(event.detail as { [key: string]: string })})`;
    times.push(Bun.nanoseconds() - start);
  }
  return times;
}

async function timeLogs(
  audit: ReturnType<typeof createAuditLog>,
  count: number,
): Promise<{ times: number[]; stored: number }> {
  const times: number[] = [];
  for (let at = 1; at <= count; at += 1) {
    const start = Bun.nanoseconds();
    audit.log(event);
    times.push(Bun.nanoseconds() - start);
    if (at % eventsATurn === 0) await nextTurn();
  }
  const last = Bun.nanoseconds();
  await audit.stored();
  return { times, stored: Bun.nanoseconds() - last };
}

/** The same turns and clock, and nothing but an array behind them. */
async function timePushes(count: number): Promise<number[]> {
  const kept: AuditEvent[] = [];
  const times: number[] = [];
  for (let at = 1; at <= count; at += 1) {
    const start = Bun.nanoseconds();
    kept.push(event);
    times.push(Bun.nanoseconds() - start);
    if (at % eventsATurn === 0) await nextTurn();
  }
  return times;
}

function summarise(runs: readonly number[][]): { p50: Spread; p99: Spread } {
  return {
    p50: spread(runs.map((times) => percentile(times, 0.5))),
    p99: spread(runs.map((times) => percentile(times, 0.99))),
  };
}

function flags(): { short?: boolean; json?: boolean } {
  try {
    return parseArgs({ options: { short: { type: "boolean" }, json: { type: "boolean" } } }).values;
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

if (import.meta.main) {
  const { short, json } = flags();
  const sizes = short ? { rounds: 3, inserts: 150, logs: 5000 } : { rounds: 7, inserts: 500, logs: 20_000 };
  const onProgress = (line: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
  };
  const bench = await benchAudit({ ...sizes, onProgress });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  process.stdout.write(json ? `${JSON.stringify(bench)}\n` : render(bench));
}
