/**
 * Reads a writer's spool in the order of its sequence. Where a frame lies decides nothing: one that comes twice is left
 * out, one whose bytes are not what was written is passed over, and what is then missing is said as a gap.
 *
 * States: before a segment → within it, at an offset → behind its last frame → before the next. It holds nothing that a
 * crash could lose: whoever comes next begins behind the sequence that the database knows.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { segmentNumbers, segmentPath } from "./home.ts";
import { frameHeaderBytes, maximumFrameBytes, segmentHeaderBytes } from "./layout.ts";
import { checksum, checksumSeed, decodeFrameHeader, type FrameHeader, findFrame } from "./segment.ts";
import { compact } from "./tuples.ts";

export interface SpoolBatch {
  kind: "batch";
  first: number;
  last: number;
  /** In the reader's memory until it is asked again. */
  tuples: Uint8Array;
  /** When the first of them was written. */
  atMs: number;
}

export interface SpoolGap {
  kind: "gap";
  from: number;
  to: number;
}

/** Reads a writer's spool in the order of its sequence, and tells of what is damaged or missing. */
export class SpoolReader {
  readonly #folder: string;
  readonly #seed: number;
  readonly #buffer: Uint8Array;
  readonly #header = new Uint8Array(frameHeaderBytes);
  #file = -1;
  #segment = 0;
  #offset = 0;
  /** A frame that was read ahead, and lies behind a gap. */
  #expected: number;
  /** Bytes that were passed over because they are not what was written. */
  tornBytes = 0;

  /** @param after the last sequence that is known to be stored @param batchBytes how much one batch may hold */
  constructor(folder: string, writer: string, after: number, batchBytes: number) {
    this.#folder = folder;
    this.#seed = checksumSeed(writer);
    this.#expected = after + 1;
    this.#buffer = new Uint8Array(batchBytes + 2 * maximumFrameBytes);
  }

  /** The segment that it reads; those before are read to their end. */
  get segment(): number {
    return this.#segment;
  }

  /** Begins again behind another sequence. */
  restart(after: number): void {
    this.close();
    this.#segment = 0;
    this.#expected = after + 1;
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }

  /**
   * What comes next.
   * @param limit the last sequence that is there, or must be: what is not found up to here is missing
   * @returns null where nothing is left
   */
  next(limit: number): SpoolBatch | SpoolGap | null {
    let batch: SpoolBatch | null = null;
    let filled = 0;
    while (this.#expected <= limit && filled + 2 * maximumFrameBytes <= this.#buffer.length) {
      const frame = this.#frame();
      const found = frame ? frame.first : limit + 1;
      if (found > this.#expected) {
        if (batch) break;
        const gap: SpoolGap = { kind: "gap", from: this.#expected, to: Math.min(found - 1, limit) };
        this.#expected = gap.to + 1;
        return gap;
      }
      if (!frame) break;
      if (!this.#payload(frame, filled)) continue;
      const last = frame.first + frame.count - 1;
      if (last < this.#expected) continue;
      const skip = this.#expected - frame.first;
      const end = compact(this.#buffer, filled, filled + frame.bytes, filled, skip);
      batch ??= { kind: "batch", first: this.#expected, last, tuples: this.#buffer, atMs: frame.atMs };
      batch.last = last;
      this.#expected = last + 1;
      filled = end;
    }
    if (batch) batch.tuples = this.#buffer.subarray(0, filled);
    return batch;
  }

  /** When the first frame was written, in milliseconds since 1970; 0 where there is none. */
  firstAtMs(): number {
    return this.#frame()?.atMs ?? 0;
  }

  /** The last sequence of the whole spool, of frames that are sound. */
  lastSequence(): number {
    let last = 0;
    for (let frame = this.#frame(); frame; frame = this.#frame()) {
      if (this.#payload(frame, 0)) last = Math.max(last, frame.first + frame.count - 1);
    }
    return last;
  }

  /** The header of the frame at the offset, or of the next that there is. */
  #frame(): FrameHeader | null {
    for (;;) {
      if (this.#file < 0 && !this.#open()) return null;
      const read = readSync(this.#file, this.#header, 0, frameHeaderBytes, this.#offset);
      const here =
        read === frameHeaderBytes ? decodeFrameHeader(this.#header, 0, this.#segment, this.#seed) : null;
      if (here) return here;
      const skipped = this.#search();
      if (skipped > 0) {
        this.tornBytes += skipped;
        this.#offset += skipped;
      } else if (segmentNumbers(this.#folder).some((number) => number > this.#segment)) this.close();
      else return null;
    }
  }

  /** Reads a frame's records, and goes past it. @returns whether they are what was written */
  #payload(frame: FrameHeader, to: number): boolean {
    const bytes = this.#buffer.subarray(to, to + frame.bytes);
    const read = readSync(this.#file, bytes, 0, frame.bytes, this.#offset + frameHeaderBytes);
    this.#offset += frameHeaderBytes + frame.bytes;
    const sound = read === frame.bytes && checksum([bytes], this.#seed) === frame.checksum;
    if (!sound) this.tornBytes += frameHeaderBytes + frame.bytes;
    return sound;
  }

  #open(): boolean {
    const number = segmentNumbers(this.#folder).find((one) => one > this.#segment);
    if (number === undefined) return false;
    this.#file = openSync(segmentPath(this.#folder, number), "r");
    this.#segment = number;
    this.#offset = segmentHeaderBytes;
    return true;
  }

  /** How far ahead of the offset the next sound frame of this segment begins; 0 where there is none. */
  #search(): number {
    const rest = fstatSync(this.#file).size - this.#offset;
    if (rest <= 0) return 0;
    const bytes = new Uint8Array(rest);
    const read = readSync(this.#file, bytes, 0, rest, this.#offset);
    const found = findFrame(bytes.subarray(0, read), 8, this.#segment, this.#seed);
    return Math.max(found, 0);
  }
}
