/**
 * Numbers that more than one file must agree on: the ring file's header, a record's, a spooled frame's, and what the
 * log and its two Workers tell each other by shared memory.
 */

/** `FHR1` */
export const ringMagic = 0x46485231;
export const ringHeaderBytes = 4096;
/** A record begins within the ring and may run past its end by this much, so that none is ever in two parts. */
export const ringSlackBytes = 32_768;
/** Indices of 32-bit words in the ring's header; positions count bytes, wrap at 2^32, and lie on a multiple of 8. */
export const ringWord = { magic: 0, capacity: 1, head: 16, writing: 20, tail: 32 } as const;
/** Indices of 64-bit floats there. `committed`: the last accepted sequence; `spooled`: the last one that is durable. */
export const ringFloat = { committed: 9, spooled: 17 } as const;
/** Where the ring's header holds the writer's 16 bytes. */
export const ringWriterOffset = 64 * 4;

/** Before each event in the ring and in a frame: the tuple's length, and the low 32 bits of its sequence. */
export const recordHeaderBytes = 8;
/** No record is longer: bounds of texts and detail, the columns' fixed parts, and some more. */
export const maximumRecordBytes = 24_576;

/** Bytes that a record takes: its header, its tuple, and what is left to a multiple of 8. */
export function recordBytes(tupleBytes: number): number {
  return (recordHeaderBytes + tupleBytes + 7) & ~7;
}

/** `FHF1` */
export const frameMagic = 0x46484631;
export const frameHeaderBytes = 40;
/** `FHS1` */
export const segmentMagic = 0x46485331;
export const segmentHeaderBytes = 64;
/** A frame's records together; a single record always fits. */
export const maximumFrameBytes = 1_048_576;

/** What the log takes in, and if nothing, why. Written by whoever learns it; the first reason stays. */
export const intake = { open: 0, closed: 1, failed: 2, fenced: 3 } as const;

/** 32-bit words of the shared block. */
export const flag = {
  intake: 0,
  /** The spool Worker sleeps on it; whoever waits for durability wakes it. */
  wake: 1,
  /** Set by who waits, cleared by who answers. */
  wantsDurable: 2,
  wantsStored: 3,
  wantsRoom: 4,
  /** Why the spool takes nothing more at present: 0 it does, 1 its limit, 2 the disk. */
  held: 5,
  /** The database has refused or not answered so many times in a row. */
  failuresInARow: 6,
  /** What earlier runs left in their rings lies in the spool now. */
  recovered: 7,
  /** The log is closed: the spool Worker ends when the ring is empty. */
  stop: 8,
  /** The flusher ends at its next pause. */
  stopFlusher: 9,
  /** A flusher without a writer of its own has done what it could. */
  drained: 10,
  /** Counted up by each Worker as long as it gets on: one that stands still hangs. */
  spoolBeat: 11,
  flusherBeat: 12,
} as const;

/** 64-bit counters of the shared block; each has one writer unless it says otherwise. */
export const counter = {
  durable: 8,
  stored: 9,
  /** Added to by the spool Worker, taken from by the flusher. */
  spoolBytes: 10,
  freeBytes: 11,
  batches: 12,
  failures: 13,
  deadLettered: 14,
  fenced: 15,
  /** Bytes in the spool that are not what was written. */
  tornBytes: 16,
  /** Stretches of sequence that the table announces as missing. */
  gaps: 17,
  /** When the oldest frame that is not stored was written, in milliseconds since 1970; 0 where all is. */
  oldestAtMs: 18,
  /** Earlier writers whose spool was emptied. */
  drainedWriters: 19,
  drainedEvents: 20,
  /** Earlier writers whose spool is still to be emptied. */
  waitingWriters: 21,
  diskErrors: 22,
  syncs: 23,
  syncTotalUs: 24,
  /** The first of the histogram's buckets, one for each of {@link syncBucketsMs} and one for more. */
  syncBucket: 25,
  stores: 37,
  storeTotalUs: 38,
  /** As many as {@link storeBucketsMs} has, and one for more. */
  storeBucket: 39,
} as const;

export const syncBucketsMs = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000] as const;
/** The buckets that OpenTelemetry asks for of a database client's operations. */
export const storeBucketsMs = [1, 5, 10, 50, 100, 500, 1000, 5000, 10_000] as const;
export const sharedBytes = 8 * 64;
