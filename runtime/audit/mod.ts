/**
 * An audit log that does not make the request wait: `log()` copies the event into memory and returns; a flusher stores
 * batches behind it.
 *
 * What this version promises, for each way of failing:
 * - The database is gone or refuses: nothing is lost. Batches are tried again, in order, until they are stored; once
 *   the buffer is full, `log()` refuses, and whoever must not act unaudited can refuse in turn.
 * - The answer to a commit is lost: the batch is sent again, and the table's key keeps each event once.
 * - SIGTERM: `close()` stores what is there until its deadline and says how many events were not confirmed.
 * - The process crashes or is killed, its container or host is lost, the power fails: **events that were accepted and not
 *   yet stored are lost.** They are in this process's memory and nowhere else.
 *
 * So the one acknowledgement that means anything is that of the database: `durable()` resolves when `stored()` does, and
 * an accepted event is not yet a kept one.
 *
 * States of a log: open → closing (takes nothing more in, still stores) → closed. Memory is bounded by events and bytes.
 */
import { Backlog } from "./backlog.ts";
import { encodeEvent } from "./event.ts";
import type { AuditLog, AuditLogOptions, LogResult } from "./model.ts";

export type { AuditEvent, EncodedEvent } from "./event.ts";
export {
  type AuditLog,
  type AuditLogOptions,
  AuditLossError,
  type AuditStats,
  type CloseReport,
  type LogResult,
} from "./model.ts";
export { type AuditSink, postgresSink } from "./sink.ts";

const accepted: LogResult = Object.freeze({ accepted: true });
const full: LogResult = Object.freeze({
  accepted: false,
  reason: "full",
  message: "the audit buffer is full: events come faster than the database stores them",
});
const closed: LogResult = Object.freeze({
  accepted: false,
  reason: "closed",
  message: "the audit log is closed",
});

/** Opens an audit log. @throws {RangeError} for a limit that is not a whole number from 1. */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  const backlog = new Backlog(options);
  const refused = { full: 0, closed: 0, invalid: 0 };
  let sanitised = 0;
  let truncated = 0;

  const stored = () => backlog.settled();
  return {
    log(event) {
      if (backlog.state !== "open") {
        refused.closed += 1;
        return closed;
      }
      try {
        const encoded = encodeEvent(event, backlog.nextSequence);
        if ("wrong" in encoded) {
          refused.invalid += 1;
          return { accepted: false, reason: "invalid", message: encoded.wrong };
        }
        if (!backlog.push(encoded.json)) {
          refused.full += 1;
          return full;
        }
        if (encoded.sanitised) sanitised += 1;
        if (encoded.truncated) truncated += 1;
        return accepted;
      } catch (error) {
        // A getter of the event that throws, say: the request that it belongs to goes on to be refused, not to crash.
        refused.invalid += 1;
        return { accepted: false, reason: "invalid", message: String(error) };
      }
    },
    stored,
    durable: stored,
    close: ({ deadlineMs = 5000 } = {}) => backlog.close(deadlineMs),
    stats: () => ({ ...backlog.stats(), refused: { ...refused }, sanitised, truncated }),
  };
}
