/**
 * How many rows a second reach the table: COPY of tuples that were encoded before (what the database can take at most, psql's
 * `\copy` in binary does the same), the flusher alone, and the whole way from `log()`.
 *
 * The flusher is measured alone by a lock on its checkpoint: while it is held, events become durable in the spool and no
 * further; when it goes, only the flusher is left to work.
 */
import { join } from "node:path";
import { SQL } from "bun";
import { EventWriter } from "../../runtime/audit/event.ts";
import { type AuditLog, createAuditLog, postgresSink } from "../../runtime/audit/mod.ts";
import type { Place } from "./contenders.ts";
import { event } from "./event.ts";
import { timeFdatasync } from "./machine.ts";

const header = Buffer.concat([Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1"), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);
const chunkBytes = 262_144;

/** Rows a second, and how long what was waiting took to be durable. */
export interface Throughput {
  ceiling: number;
  flusher: number;
  whole: number;
  untilDurableNs: number;
}

/** Whose rows the table must hold: how many of which writer. */
export type Written = { writer: string; accepted: number }[];

/** One round of all three, with so many rows each. */
export async function measureThroughput(place: Place, rows: number, written: Written): Promise<Throughput> {
  const ceiling = await copyCeiling(place, rows, written);
  const whole = await wholeWay(place, rows, written);
  const { rate, untilDurableNs } = await flusherAlone(place, rows, undefined, written);
  return { ceiling, whole, flusher: rate, untilDurableNs };
}

async function copyCeiling({ url }: Place, rows: number, written: Written): Promise<number> {
  const writer = crypto.randomUUID();
  const tuples = encode(writer, rows);
  const sql = new SQL(url, { max: 1 });
  try {
    await sql`select 1`;
    const start = Bun.nanoseconds();
    await sql.begin(async (transaction) => {
      const into = transaction`
        copy audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
        from stdin (format binary)`.writable();
      const stream = into.getWriter();
      await stream.write(header);
      for (let at = 0; at < tuples.length; at += chunkBytes)
        await stream.write(tuples.subarray(at, at + chunkBytes));
      await stream.write(trailer);
      await stream.close();
    });
    const rate = (rows / (Bun.nanoseconds() - start)) * 1e9;
    written.push({ writer, accepted: rows });
    return rate;
  } finally {
    await sql.close();
  }
}

function encode(writer: string, rows: number): Uint8Array<ArrayBuffer> {
  // A tuple of this event is no longer than this, by far.
  const bytes = new Uint8Array(rows * 512 + 32_768);
  const tuples = new EventWriter(bytes, writer);
  let end = 0;
  for (let sequence = 1; sequence <= rows; sequence += 1) end += tuples.write(end, event, sequence);
  return bytes.subarray(0, end);
}

async function wholeWay(place: Place, rows: number, written: Written): Promise<number> {
  const audit = open(place);
  await first(audit);
  const start = Bun.nanoseconds();
  await fill(audit, rows);
  await audit.stored();
  const rate = (rows / (Bun.nanoseconds() - start)) * 1e9;
  await end(audit, written);
  return rate;
}

/** @param batchBytes of one transaction; the log's own choice unless given */
export async function flusherAlone(
  place: Place,
  rows: number,
  batchBytes: number | undefined,
  written: Written,
): Promise<{ rate: number; untilDurableNs: number }> {
  const audit = open(place, batchBytes);
  await first(audit);
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const lock = place.sql.begin(async (transaction) => {
    await transaction`lock table audit_checkpoint in access exclusive mode`;
    held.resolve();
    await release.promise;
  });
  await Promise.race([held.promise, lock]);
  await fill(audit, rows);
  const last = Bun.nanoseconds();
  await audit.durable();
  const untilDurableNs = Bun.nanoseconds() - last;
  release.resolve();
  await lock;
  const start = Bun.nanoseconds();
  await audit.stored();
  const rate = (rows / (Bun.nanoseconds() - start)) * 1e9;
  await end(audit, written);
  return { rate, untilDurableNs };
}

/** Nanoseconds of an event until it survives the loss of power, and of a bare fdatasync, in turns. */
export async function measureAcknowledgement(
  place: Place,
  count: number,
  written: Written,
): Promise<{ durable: number[]; fdatasync: number[] }> {
  const audit = open(place);
  await first(audit);
  const durable: number[] = [];
  const fdatasync: number[] = [];
  for (let at = 0; at < count; at += 1) {
    fdatasync.push(...timeFdatasync(place.folder, 1));
    const start = Bun.nanoseconds();
    audit.log(event);
    await audit.durable();
    durable.push(Bun.nanoseconds() - start);
  }
  await end(audit, written);
  return { durable, fdatasync };
}

function open({ url, folder }: Place, batchBytes?: number): AuditLog {
  return createAuditLog({
    spool: join(folder, "spool"),
    sink: postgresSink({ url }),
    ...(batchBytes === undefined ? {} : { batchBytes }),
  });
}

/** One event, so that its Workers have started and the database knows the writer. */
async function first(audit: AuditLog): Promise<void> {
  audit.log(event);
  await audit.stored();
}

async function fill(audit: AuditLog, rows: number): Promise<void> {
  for (let sent = 0; sent < rows; ) {
    if (audit.log(event).accepted) sent += 1;
    else await audit.room();
  }
}

async function end(audit: AuditLog, written: Written): Promise<void> {
  await audit.close({ deadlineMs: 60_000 });
  const { writer, accepted } = audit.stats();
  written.push({ writer, accepted });
}
