/**
 * Appends frames to a writer's segments.
 *
 * States: no segment → a segment is open → (a frame does not fit) the next one is open. A crash leaves at most one frame
 * that was not confirmed; whoever goes on does so in a new segment and never behind it.
 */
import { closeSync, existsSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { segmentPath, syncFolder } from "./home.ts";
import { frameHeaderBytes, segmentHeaderBytes } from "./layout.ts";
import { checksum, checksumSeed, encodeFrameHeader, encodeSegmentHeader } from "./segment.ts";

/** What an emptied segment is called until it is used again. */
export const spareName = "spare";
/** An fdatasync that failed: what was written before may be lost, and no later one can tell (PostgreSQL's fsyncgate). */
export class SyncFailure extends Error {
  override readonly name = "SyncFailure";
}

export interface AppenderOptions {
  folder: string;
  writer: string;
  segmentBytes: number;
  disk: Disk;
  /** The number of the first segment to be made. */
  number: number;
  /** Told of each fdatasync of frames. */
  onSync?: (tookMs: number) => void;
}

const zeros = new Uint8Array(1 << 20);

/** Appends frames to a writer's segments, and begins the next segment where one is full. */
export class Appender {
  readonly #options: AppenderOptions;
  readonly #seed: number;
  #number: number;
  #file = -1;
  #offset = 0;
  /** Bytes of segments that it made. */
  madeBytes = 0;

  constructor(options: AppenderOptions) {
    this.#options = options;
    this.#seed = checksumSeed(options.writer);
    this.#number = options.number - 1;
  }

  /** Whether a frame of so many bytes needs another segment. */
  needsSegment(bytes: number): boolean {
    return this.#file < 0 || this.#offset + frameHeaderBytes + bytes > this.#options.segmentBytes;
  }

  /**
   * Writes a frame; it is not durable before {@link sync}. After an error it can be written again.
   * @throws what the disk does; {@link SyncFailure} where a new segment's fdatasync fails
   */
  append(parts: readonly Uint8Array[], bytes: number, first: number, count: number): void {
    if (this.needsSegment(bytes)) this.#open(first);
    const header = encodeFrameHeader(
      { segment: this.#number, bytes, count, first, atMs: Date.now(), checksum: checksum(parts, this.#seed) },
      this.#seed,
    );
    this.#options.disk.write(this.#file, [header, ...parts], this.#offset);
    this.#offset += frameHeaderBytes + bytes;
  }

  /** @throws {SyncFailure} */
  sync(): void {
    const begun = performance.now();
    this.#sync(this.#file);
    this.#options.onSync?.(performance.now() - begun);
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }

  #open(first: number): void {
    // What the last one holds may not be confirmed yet, and only the new one will be synced.
    if (this.#file >= 0) this.sync();
    const { folder, segmentBytes, disk } = this.#options;
    const path = segmentPath(folder, this.#number + 1);
    const spare = join(folder, spareName);
    const reuse = existsSync(spare);
    if (reuse) renameSync(spare, path);
    const file = openSync(path, reuse ? "r+" : "w", 0o600);
    try {
      if (!reuse) {
        for (let at = 0; at < segmentBytes; at += zeros.length)
          disk.write(file, [zeros.subarray(0, Math.min(zeros.length, segmentBytes - at))], at);
      }
      disk.write(file, [encodeSegmentHeader(this.#number + 1, first, this.#seed)], 0);
      this.#sync(file);
      syncFolder(folder);
    } catch (error) {
      closeSync(file);
      rmSync(path, { force: true });
      throw error;
    }
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = file;
    this.#number += 1;
    this.#offset = segmentHeaderBytes;
    this.madeBytes += segmentBytes;
  }

  #sync(file: number): void {
    try {
      this.#options.disk.sync(file);
    } catch (error) {
      throw new SyncFailure(`fdatasync failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
