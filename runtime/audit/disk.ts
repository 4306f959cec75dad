/**
 * The few operations on which the spool's promises stand, as one value: the real ones, or those of a proof that makes them
 * fail where and when it wants.
 */
import { fdatasyncSync, statfsSync, writevSync } from "node:fs";

export interface Disk {
  /** Writes all the parts, one after the other. @throws where not all of it was written */
  write(file: number, parts: readonly Uint8Array[], position: number): void;
  /** Returns when what was written survives the loss of power. */
  sync(file: number): void;
  /** Bytes that are free for us where this folder lies. */
  freeBytes(folder: string): number;
}

export const realDisk: Disk = {
  write(file, parts, position) {
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const written = writevSync(file, parts as Uint8Array[], position);
    if (written !== bytes)
      throw Object.assign(new Error(`only ${written} of ${bytes} bytes were written`), { code: "ENOSPC" });
  },
  sync: fdatasyncSync,
  freeBytes(folder) {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};
