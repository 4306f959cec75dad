/**
 * What a segment's bytes mean. A segment is written in full before it is used (fdatasync is then a write of data alone, a
 * third of the time), and used again once it is empty: behind its last frame lie zeros, or frames of another number.
 *
 *     segment: header (64), frames
 *     frame:   header (40), records as they lay in the ring
 *
 * Both headers have a checksum of their own, begun with the writer's id, and a frame's names its segment: neither a frame
 * from before nor one from another folder is ever taken for one of these.
 */
import {
  frameHeaderBytes,
  frameMagic,
  maximumFrameBytes,
  segmentHeaderBytes,
  segmentMagic,
} from "./layout.ts";
import { uuidBytes } from "./uuid.ts";

export interface FrameHeader {
  segment: number;
  /** Of the payload. */
  bytes: number;
  count: number;
  first: number;
  /** When it was written, in milliseconds since 1970. */
  atMs: number;
  /** Checksum of the payload. */
  checksum: number;
}

/** What every checksum of a writer's begins with. */
export function checksumSeed(writer: string): number {
  return Bun.hash.crc32(uuidBytes(writer));
}

/**
 * CRC-32 over the parts one after the other.
 * @param seed the writer's, so that another writer's bytes do not pass for its own
 */
export function checksum(parts: readonly Uint8Array[], seed: number): number {
  return parts.reduce((sum, part) => Bun.hash.crc32(part, sum), seed);
}

/** A segment's first bytes. @param first the sequence of its first event */
export function encodeSegmentHeader(number: number, first: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, segmentMagic);
  view.setUint32(4, number);
  view.setFloat64(8, first);
  view.setUint32(16, Bun.hash.crc32(bytes.subarray(0, 16), seed));
  return bytes;
}

/** The bytes before a frame's records, with a checksum of their own. */
export function encodeFrameHeader(
  { segment, bytes, count, first, atMs, checksum }: FrameHeader,
  seed: number,
): Uint8Array {
  const header = new Uint8Array(frameHeaderBytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, frameMagic);
  view.setUint32(4, segment);
  view.setUint32(8, bytes);
  view.setUint32(12, count);
  view.setFloat64(16, first);
  view.setFloat64(24, atMs);
  view.setUint32(32, checksum);
  view.setUint32(36, Bun.hash.crc32(header.subarray(0, 36), seed));
  return header;
}

/** @returns null where no frame of this segment begins there */
export function decodeFrameHeader(
  bytes: Uint8Array,
  at: number,
  segment: number,
  seed: number,
): FrameHeader | null {
  if (at + frameHeaderBytes > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, frameHeaderBytes);
  if (view.getUint32(0) !== frameMagic || view.getUint32(4) !== segment) return null;
  if (view.getUint32(36) !== Bun.hash.crc32(bytes.subarray(at, at + 36), seed)) return null;
  const header = {
    segment,
    bytes: view.getUint32(8),
    count: view.getUint32(12),
    first: view.getFloat64(16),
    atMs: view.getFloat64(24),
    checksum: view.getUint32(32),
  };
  return header.bytes <= maximumFrameBytes * 2 && header.count > 0 ? header : null;
}

/** Looks for the next frame of a segment at or after an offset. @returns -1 where there is none */
export function findFrame(bytes: Uint8Array, from: number, segment: number, seed: number): number {
  for (let at = (from + 7) & ~7; at + frameHeaderBytes <= bytes.length; at += 8) {
    if (bytes[at] === 0x46 && decodeFrameHeader(bytes, at, segment, seed)) return at;
  }
  return -1;
}
