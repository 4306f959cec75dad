/**
 * The ring: a file, mapped into memory, in which accepted events wait for the spool. Memory of a mapped file is the
 * kernel's, so it outlives the process however that ends.
 *
 * States of a record: *being written* (beyond `head`: whoever reads never looks there) → *committed* (`head` was moved over
 * it; only then does `log()` return) → *spooled* (`tail` was moved over it, after fdatasync). A process killed in the
 * middle of a write leaves `writing` ahead of `committed`: that event was never accepted.
 *
 * The file is written in full when it is made: a sparse one would be a SIGBUS in the middle of `log()` on a full disk.
 */
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import {
  maximumRecordBytes,
  recordBytes,
  recordHeaderBytes,
  ringFloat,
  ringHeaderBytes,
  ringMagic,
  ringSlackBytes,
  ringWord,
  ringWriterOffset,
} from "./layout.ts";
import { uuidBytes, uuidText } from "./uuid.ts";

const pageBytes = 4096;

export interface Ring {
  capacity: number;
  writer: string;
  bytes: Uint8Array;
  words: Int32Array;
  floats: Float64Array;
  /** The part that holds records, its slack included. */
  data: Uint8Array;
  dataWords: Int32Array;
}

/**
 * Makes a ring's file.
 * @param capacity bytes, a power of two
 * @throws what the disk does: `ENOSPC` where there is no room, before anything is mapped
 */
export function createRing(path: string, capacity: number, writer: string): Ring {
  const size = ringHeaderBytes + capacity + ringSlackBytes;
  const free = statfsSync(dirname(path));
  if (free.bavail * free.bsize < size)
    throw Object.assign(new Error(`${dirname(path)} has no room for a ring of ${size} bytes`), {
      code: "ENOSPC",
    });
  const file = openSync(path, "wx", 0o600);
  try {
    const zeros = new Uint8Array(Math.min(size, 1 << 20));
    for (let at = 0; at < size; at += zeros.length)
      writeSync(file, zeros, 0, Math.min(zeros.length, size - at), at);
  } catch (error) {
    closeSync(file);
    rmSync(path, { force: true });
    throw error;
  }
  closeSync(file);
  const ring = map(path, capacity, writer);
  // A page's first write costs microseconds: here, and not in the middle of `log()`.
  for (let at = 0; at < size; at += pageBytes) ring.bytes[at] = 0;
  ring.words[ringWord.capacity] = capacity;
  ring.bytes.set(uuidBytes(writer), ringWriterOffset);
  Atomics.store(ring.words, ringWord.magic, ringMagic);
  return ring;
}

/** Maps a ring that is there. @returns null where the file is none, or was never finished */
export function openRing(path: string): Ring | null {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < ringHeaderBytes) return null;
  const { words, bytes } = map(path, 0, "");
  const capacity = words[ringWord.capacity]!;
  const whole = size === ringHeaderBytes + capacity + ringSlackBytes;
  if (words[ringWord.magic] !== ringMagic || !whole || (capacity & (capacity - 1)) !== 0) return null;
  return map(path, capacity, uuidText(bytes.slice(ringWriterOffset, ringWriterOffset + 16)));
}

function map(path: string, capacity: number, writer: string): Ring {
  const bytes = Bun.mmap(path, { shared: true });
  const { buffer, byteOffset } = bytes;
  const dataAt = byteOffset + ringHeaderBytes;
  const dataBytes = capacity + ringSlackBytes;
  const data = capacity === 0 ? new Uint8Array(0) : new Uint8Array(buffer, dataAt, dataBytes);
  return {
    capacity,
    writer,
    bytes,
    words: new Int32Array(buffer, byteOffset, ringHeaderBytes / 4),
    floats: new Float64Array(buffer, byteOffset, ringHeaderBytes / 8),
    data,
    dataWords: new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4),
  };
}

/** The one who writes. Its hot path is `room`, `start`, `commit`; none of them calls into the system. */
export class RingWriter {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #dataWords: Int32Array;
  readonly #capacity: number;
  #head = 0;
  #tail = 0;
  #sequence = 0;

  constructor({ words, floats, dataWords, capacity }: Ring) {
    this.#words = words;
    this.#floats = floats;
    this.#dataWords = dataWords;
    this.#capacity = capacity;
  }

  /** The last committed sequence. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Whether any event fits, the longest too. */
  room(): boolean {
    const most = this.#capacity - maximumRecordBytes;
    if ((this.#head - this.#tail) >>> 0 <= most) return true;
    this.#tail = Atomics.load(this.#words, ringWord.tail);
    return (this.#head - this.#tail) >>> 0 <= most;
  }

  /** Bytes that are not spooled yet. */
  used(): number {
    this.#tail = Atomics.load(this.#words, ringWord.tail);
    return (this.#head - this.#tail) >>> 0;
  }

  /** Begins a record. @returns where its tuple goes, in the ring's `data` */
  start(): number {
    this.#words[ringWord.writing] = (this.#sequence + 1) | 0;
    return (this.#head & (this.#capacity - 1)) + recordHeaderBytes;
  }

  /** Takes the beginning back. */
  abort(): void {
    this.#words[ringWord.writing] = this.#sequence | 0;
  }

  commit(tupleBytes: number): void {
    const capacity = this.#capacity;
    const place = this.#head & (capacity - 1);
    const sequence = this.#sequence + 1;
    this.#dataWords[place >> 2] = tupleBytes;
    this.#dataWords[(place >> 2) + 1] = sequence | 0;
    const size = recordBytes(tupleBytes);
    this.#head = (this.#head + (place + size >= capacity ? capacity - place : size)) | 0;
    this.#sequence = sequence;
    this.#floats[ringFloat.committed] = sequence;
    Atomics.store(this.#words, ringWord.head, this.#head);
  }
}

/** Committed records that lie together: at most two parts, the ring's end between them. */
export interface RingBatch {
  parts: Uint8Array[];
  bytes: number;
  first: number;
  count: number;
  /** Where the next ones begin. */
  end: number;
}

/** A record that is none: the ring was not written by us, or not at the time that its file tells of. */
export class RingDamage extends Error {
  override readonly name = "RingDamage";
}

/**
 * Reads committed records.
 * @param position where they begin
 * @param first the sequence that the first must have
 * @returns null where there is none
 * @throws {RingDamage} where the first is not a record, or not the one it should be
 */
export function readRing(ring: Ring, position: number, first: number, mostBytes: number): RingBatch | null {
  const { capacity, data, dataWords, words } = ring;
  const head = Atomics.load(words, ringWord.head);
  const parts: Uint8Array[] = [];
  let at = position | 0;
  let from = at & (capacity - 1);
  let count = 0;
  let bytes = 0;
  while (at !== head) {
    const place = at & (capacity - 1);
    const length = dataWords[place >> 2]!;
    const sound =
      length > 0 && length <= maximumRecordBytes && dataWords[(place >> 2) + 1] === ((first + count) | 0);
    const size = recordBytes(length);
    if (!sound && count === 0) throw new RingDamage(`the ring holds no record for sequence ${first}`);
    if (!sound || (count > 0 && bytes + size > mostBytes)) break;
    count += 1;
    bytes += size;
    if (place + size >= capacity) {
      parts.push(data.subarray(from, place + size));
      at = (at + capacity - place) | 0;
      from = 0;
    } else at = (at + size) | 0;
  }
  if (count === 0) return null;
  const end = at & (capacity - 1);
  if (end > from) parts.push(data.subarray(from, end));
  return { parts, bytes, first, count, end: at };
}

/**
 * Where the records begin that are not given back, and the sequence of the first. A process that is killed between the two
 * stores of {@link releaseRing} leaves a sequence that is ahead of the position; the record itself tells which one it has.
 */
export function ringStart({ words, floats, dataWords, capacity }: Ring): { position: number; first: number } {
  const position = words[ringWord.tail]!;
  const after = floats[ringFloat.spooled]! + 1;
  if (position === Atomics.load(words, ringWord.head)) return { position, first: after };
  const low = dataWords[((position & (capacity - 1)) >> 2) + 1]!;
  const ahead = (after - low) | 0;
  return { position, first: ahead > 0 ? after - ahead : after };
}

/** Gives records' room back: everything up to `position`, the last of them `sequence`. */
export function releaseRing({ words, floats }: Ring, position: number, sequence: number): void {
  floats[ringFloat.spooled] = sequence;
  Atomics.store(words, ringWord.tail, position);
}
