/** The audit log's vocabulary. */
import type { AuditEvent } from "./event.ts";
import type { AuditSink } from "./sink.ts";

export interface AuditLogOptions {
  /** Where events go: `postgresSink(sql)`. */
  sink: AuditSink;
  /** Events that wait in memory at most (100,000). */
  capacityEvents?: number;
  /** Bytes that these may take at most (32 MiB). */
  capacityBytes?: number;
  /** Events of one batch at most (1,000). */
  batchEvents?: number;
  /** How long an event waits for company before a batch is sent (10 ms). */
  flushDelayMs?: number;
  /** Told of every batch that could not be stored and is tried again. */
  onError?: (error: unknown, failuresInARow: number) => void;
}

export type LogResult =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      /** `full`: the buffer is; `closed`: the log is; `invalid`: the event is not one. */
      readonly reason: "full" | "closed" | "invalid";
      readonly message: string;
    };

export interface AuditStats {
  /** Identifies this log in the table. */
  writer: string;
  accepted: number;
  refused: { full: number; closed: number; invalid: number };
  /** Confirmed by the database. */
  stored: number;
  /** Accepted and not yet stored. */
  queued: number;
  queuedBytes: number;
  capacityEvents: number;
  capacityBytes: number;
  /** How long the oldest of the queued has been waiting; 0 where none is. */
  oldestQueuedMs: number;
  batches: number;
  failures: number;
  /** Events in which NULs or halves of surrogate pairs were replaced. */
  sanitised: number;
  /** Events of which something too long, too deep or no JSON was replaced by a marker. */
  truncated: number;
  lastError: string | null;
}

export interface CloseReport {
  stored: number;
  /** Accepted, and not confirmed as stored when the deadline came. */
  unconfirmed: number;
}

export interface AuditLog {
  /**
   * Takes an event in. Synchronous, and never throws: what it cannot take it refuses, and says so. The event is copied;
   * what becomes of the caller's object later changes nothing.
   */
  log(event: AuditEvent): LogResult;
  /** Resolves when all that was accepted so far survives a crash: in this version, when it is stored. */
  durable(): Promise<void>;
  /**
   * Resolves when all that was accepted so far is in the database.
   * @throws {AuditLossError} where the log was closed before that could be confirmed.
   */
  stored(): Promise<void>;
  /**
   * Takes nothing more in, and stores what is there.
   * @param options.deadlineMs how long that may take (5 s).
   */
  close(options?: { deadlineMs?: number }): Promise<CloseReport>;
  stats(): AuditStats;
}

/** The log was closed before an event was confirmed as stored. */
export class AuditLossError extends Error {
  override readonly name = "AuditLossError";
}
