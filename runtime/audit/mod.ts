/**
 * An audit log that does not make the request wait. `log()` writes the event into a ring of mapped memory and returns; behind
 * it one Worker makes events durable in a spool, and another stores the spool in PostgreSQL.
 *
 * What it promises, for each way of failing. *Accepted* is what `log()` said yes to, *durable* what `durable()` confirmed,
 * *stored* what `stored()` confirmed:
 *
 * - process crash: every accepted event is kept, and stored by the next start on the same spool.
 * - kill -9: the same; an event that was being written was not accepted, and leaves nothing.
 * - container lost: with the spool on a volume that stays, every accepted event is kept; with the ring in /dev/shm, every
 *   durable one, and a row says that others may be missing.
 * - power lost: every durable event is kept; a row says that accepted ones may be missing behind them. (So it is where the
 *   spool's volume turns up on another machine.)
 * - host lost: every stored event is kept.
 * - database gone: nothing is lost. The spool takes events up to its limit; beyond that, `log()` refuses.
 * - disk full: nothing is lost. The ring takes events until it is full; beyond that, `log()` refuses.
 *
 * - the machine cloned, or the spool copied, while the log is open: nothing is lost. Of the two, one goes on and the other
 *   refuses; where both have accepted events of one sequence, those that come second are stored as another writer's, and a row
 *   says whose.
 * - a Worker dies, runs out of memory or hangs: nothing is lost. Another takes its work up; until then the log is degraded.
 *
 * In all of them each event is in the table once at most, a writer's sequence shows its order, and what is missing from a
 * sequence is announced by a row in its place. Memory is bounded by the ring and one batch.
 *
 * Of the table it needs: `audit_log` with the columns of event.ts, and `audit_checkpoint` (writer, holder, epoch, sequence,
 * changed_at). A writer is one opening of a log; its events carry sequences from 1 without holes.
 */
import { RingLog } from "./log.ts";
import type { AuditLog, AuditLogOptions } from "./model.ts";

export { type DeadLetter, type DeadLetters, openDeadLetters } from "./dead-letters.ts";
export { type DrainOptions, type DrainReport, drainSpool } from "./drain.ts";
export type { AuditEvent } from "./event.ts";
export { flushInto } from "./flusher.ts";
export { prometheus } from "./metrics.ts";
export {
  AuditConfigError,
  type AuditLog,
  type AuditLogOptions,
  AuditLossError,
  type AuditStats,
  type CloseReport,
  type Health,
  type LogResult,
  type RefusalReason,
} from "./model.ts";
export { postgresSink } from "./postgres.ts";
export type { PostgresSinkOptions } from "./postgres-options.ts";
export { auditSchema } from "./schema.ts";
export {
  type AuditSink,
  DataError,
  FencedError,
  type SinkBatch,
  type SinkContents,
  type SinkModule,
} from "./sink.ts";
export { eventsOf, type StoredEvent } from "./tuples.ts";

/**
 * Opens an audit log, and begins to store what earlier ones left in the same spool.
 * @example
 * const audit = createAuditLog({ spool: "/var/lib/gatekeeper/audit", sink: postgresSink({ url }) });
 * if (!audit.log({ actor, action, resource, decision }).accepted) throw new Error("refused: it cannot be audited");
 * @throws {AuditConfigError} for a setting that cannot be, or a folder that cannot be used
 */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  return new RingLog(options);
}
