/** The audit log's vocabulary. */
import type { AuditEvent } from "./event.ts";
import type { SinkModule } from "./sink.ts";

export interface AuditLogOptions {
  /**
   * The folder in which events wait for the database. It must outlive the process: on a volume where the container does
   * not. Several processes may share one.
   */
  spool: string;
  /** Where events go: `postgresSink({ url })`. */
  sink: SinkModule;
  /**
   * Where events wait for the spool: in a file of the spool's folder, or in `/dev/shm`, which costs no disk and dies with
   * its container. Where `/dev/shm` has no room, the file is taken, and an alarm says so. What the kernel has written back
   * of a file costs the next event in each page some microseconds; nothing of `/dev/shm` is ever written back.
   */
  ring?: "spool" | "shm";
  /** What the ring holds at most, in bytes: a power of two, 16 MiB unless given. */
  ringBytes?: number;
  /** What is not stored yet may take so much disk (1 GiB); then the ring fills, and then nothing more is accepted. */
  spoolLimitBytes?: number;
  /** So much of the disk is left to others (64 MiB). */
  minimumFreeBytes?: number;
  /** Bytes of a segment, which is the unit in which the spool grows and shrinks (8 MiB). */
  segmentBytes?: number;
  /** Bytes of one transaction at most (4 MiB). */
  batchBytes?: number;
  /**
   * What happens to an event for which there is no room. `reject` (the default): it is refused, and whoever must not act
   * unaudited refuses in turn. `drop-newest`: it is dropped, and as soon as there is room, a row of the table says how
   * many were.
   */
  whenFull?: "reject" | "drop-newest";
  /** Names of keys, at any depth of an event's detail, whose values are replaced before they are written anywhere. */
  redact?: readonly string[];
  /** Told in words of what a person should know: the database fails, the disk is full, an event was refused. */
  onAlarm?: (message: string) => void;
  /** A Worker that does not get on for so long hangs, and is replaced by another (10 s). */
  workerSilenceMs?: number;
  /** The module of the spool Worker; only a proof that makes the disk fail has another. */
  spoolWorker?: URL;
}

/** `full`: there is no room; `dropped`: the same, and a row will say so; `closed`, `failed`, `fenced`: the log is; `invalid`: the event is none. */
export type RefusalReason = "full" | "dropped" | "closed" | "failed" | "fenced" | "invalid";

export type LogResult =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly reason: RefusalReason; readonly message: string };

export type Health = "ok" | "degraded" | "refusing";

export interface Durations {
  count: number;
  totalMs: number;
  limitsMs: readonly number[];
  buckets: number[];
}

export interface AuditStats {
  /** Identifies this log in the table. */
  writer: string;
  health: Health;
  /** Why it is not ok; empty where it is. */
  reasons: string[];
  accepted: number;
  refused: Record<RefusalReason, number>;
  /** Of the accepted: what survives the loss of power. */
  durable: number;
  /** Of the accepted: what is in the database. */
  stored: number;
  ringBytes: { used: number; capacity: number };
  spoolBytes: { used: number; limit: number };
  /** Of the spool's disk, when it was last looked at. */
  freeBytes: number;
  /** How long the oldest event that is not in the database has been waiting; 0 where none is. */
  oldestUnstoredMs: number;
  batches: number;
  /** What the database refused or did not answer, and was tried again. */
  failures: number;
  failuresInARow: number;
  /** Events in which NULs or halves of surrogate pairs were replaced. */
  sanitised: number;
  /** Events of which something too long, too deep or no JSON was replaced by a marker. */
  truncated: number;
  /** Events of which a named field was not written. */
  redacted: number;
  /** Events that the table refused for what they are; they lie in the writer's folder, and a row says so. */
  deadLettered: number;
  /** Stretches of the sequence that a row announces as missing. */
  gaps: number;
  /** Bytes of the spool that were not what had been written. */
  tornBytes: number;
  /** Writers that another process took from us. */
  fenced: number;
  diskErrors: number;
  /** Earlier writers whose spool was emptied, and the events in them; and those that wait for it. */
  drained: { writers: number; events: number; waiting: number };
  workerRestarts: number;
  /** Calls of fdatasync: how many, how long together, and how many took up to each limit (not cumulative, one more for the rest). */
  fdatasync: Durations;
  /** The same of batches that were stored. */
  stores: Durations;
  /** What stands behind the sink, by OpenTelemetry's name (`db.system.name`). */
  system: string;
  lastAlarm: string | null;
}

export interface CloseReport {
  accepted: number;
  /** In the database. */
  stored: number;
  /** Durable in the spool; the next start on it stores them first. */
  spooled: number;
  /** Neither: they are in the ring, where the next start finds them unless the machine goes down before. */
  unconfirmed: number;
}

export interface AuditLog {
  /**
   * Takes an event in. Synchronous, calls nothing of the system, and never throws: what it cannot take it refuses, and says
   * so. The event is copied; what becomes of the caller's object later changes nothing.
   */
  log(event: AuditEvent): LogResult;
  /**
   * Resolves when all that was accepted so far survives the loss of power.
   * @throws {AuditLossError} where that can no longer be confirmed: the log was closed before, or its disk failed.
   */
  durable(): Promise<void>;
  /**
   * Resolves when all that was accepted so far is in the database.
   * @throws {AuditLossError} where the log was closed or fenced before that could be confirmed.
   */
  stored(): Promise<void>;
  /** Resolves when there is room for an event, or the log takes none any more. */
  room(): Promise<void>;
  /**
   * Takes nothing more in, makes durable what is there, and stores it.
   * @param options.deadlineMs how long that may take (5 s); what is not stored by then stays spooled.
   */
  close(options?: { deadlineMs?: number }): Promise<CloseReport>;
  stats(): AuditStats;
}

/** It can no longer be confirmed that events are kept. */
export class AuditLossError extends Error {
  override readonly name = "AuditLossError";
}

/** A setting of the log that cannot be: one line that says what to mend. */
export class AuditConfigError extends Error {
  override readonly name = "AuditConfigError";
}
