/**
 * Where events go from the spool: the seam at which another store can stand in PostgreSQL's place (postgres-sink.ts).
 *
 * It takes a module that calls `flushInto` with what makes an {@link AuditSink}; that module runs in a Worker of its own. The
 * log is given its address and what it is to know, as a {@link SinkModule}:
 *
 *     // ledger-worker.ts
 *     import { type AuditSink, eventsOf, flushInto } from "freehold/audit";
 *     flushInto<{ path: string }>(({ path }) => new LedgerSink(path));
 *
 *     // where the log is opened
 *     const worker = new URL("./ledger-worker.ts", import.meta.url);
 *     createAuditLog({ spool, sink: { worker, options: { path } } });
 *
 * Retries, deadlines of a start, halving of refused batches, dead letters and gaps are the flusher's and not the sink's. A
 * sink must not hang: a call that never settles stands for ever, so it needs a deadline of its own.
 */

/** Events of one writer, one after the other in their sequence. */
export interface SinkBatch {
  writer: string;
  /** Of {@link AuditSink.claim}. */
  epoch: number;
  /** The sequence before the first of them: what must be stored already. */
  after: number;
  /** The sequence that is stored once this is. */
  upTo: number;
  /** The events, as tuples of COPY's binary format, in the columns of event.ts. */
  tuples: Uint8Array;
  /**
   * Says whether nobody waits for it at this moment: then it need not take the processor, which may be the database's and the
   * requests', at a stretch. A sink may ask as often as it likes, or not at all.
   */
  unhurried?: () => boolean;
}

/** What is stored of a writer, at one moment. */
export interface SinkContents {
  /** Up to where all is; 0 where nothing is. */
  sequence: number;
  /** The ids of events that are there, by their sequences. */
  ids: ReadonlyMap<number, string>;
}

/**
 * Stores events, each once. It keeps, for each writer, an epoch and the sequence up to which all is stored, and changes
 * that sequence together with the events or not at all.
 */
export interface AuditSink {
  /**
   * Makes the caller the only one who may store this writer's events, from now on: whoever claimed before is fenced off,
   * and whatever it had under way has been decided when this returns.
   * @param holder who claims; one who claimed before may claim again while nobody else did
   * @param takeover whether another holder may be fenced off: whoever has the lock of the writer's folder may
   * @throws {FencedError} where another holder claimed, and takeover is not wanted
   */
  claim(writer: string, holder: string, takeover: boolean): Promise<{ epoch: number; sequence: number }>;
  /**
   * Says what is stored, and changes nothing. Two processes with one holder are possible, for a machine can be cloned: by this
   * each of them notices events that are not its own.
   * @param from the first sequence whose id is wanted @param to the last one; below `from` where none is
   */
  look(writer: string, from: number, to: number): Promise<SinkContents>;
  /**
   * Stores a batch, in whole or not at all.
   * @throws {FencedError} where another claimed
   * @throws {DataError} where events were refused for what they are; nothing else, such as a table that is gone, is one
   * @throws anything else, where it is not known whether they are stored: claim again, and look
   */
  store(batch: SinkBatch): Promise<void>;
  /** Does what {@link store} does, except that nothing stays. @throws the same */
  probe(batch: SinkBatch): Promise<void>;
  close(): Promise<void>;
}

/** Another process has claimed the writer: the same spool was copied or is mounted twice. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}

/** An event that is refused for what it is. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** A sink, as the log is told of it: the module of a Worker that stores into it, and what that is to know. */
export interface SinkModule {
  /** A module that calls `flushInto`. */
  worker: URL;
  /** What stands behind it, by the name that OpenTelemetry has for it as `db.system.name` (`other_sql`). */
  system?: string;
  /** Handed to it by structured clone. */
  options: unknown;
}
