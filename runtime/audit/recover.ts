/**
 * Brings what a writer that is gone left in its ring into its spool, and notes up to where the spool goes. Done once: with
 * end.json written, the ring has no more to say.
 */
import { rmSync } from "node:fs";
import { Appender } from "./appender.ts";
import type { Disk } from "./disk.ts";
import {
  bootId,
  type Home,
  readEndFile,
  readWriterFile,
  ringPath,
  segmentNumbers,
  writeEndFile,
} from "./home.ts";
import { maximumFrameBytes, ringFloat, ringWord } from "./layout.ts";
import { SpoolReader } from "./reader.ts";
import { openRing, type Ring, RingDamage, readRing } from "./ring.ts";

/** Segments that recovery makes are as small as may be. */
const segmentBytes = 2 * maximumFrameBytes;

/** @returns how many events came out of the ring. @throws what the disk does; it can be tried again */
export function recoverHome({ folder, writer }: Pick<Home, "folder" | "writer">, disk: Disk): number {
  if (readEndFile(folder)) return 0;
  const reader = new SpoolReader(folder, writer, 0, 0);
  const spooled = reader.lastSequence();
  reader.close();
  const about = readWriterFile(folder);
  const path = ringPath(folder);
  const ring = path === null ? null : openRing(path);
  const ours = ring !== null && ring.writer === writer;
  const sameRun = about?.boot === bootId();
  let last = spooled;
  if (ours && sameRun) last = saveRing(ring, { folder, writer }, spooled, disk);
  // What was confirmed must be there; a torn end of the spool is then announced instead of forgotten. Of an event that was
  // only accepted before the machine went down, the ring's header is no witness.
  const promised = ours ? (sameRun ? committed(ring) : ring.floats[ringFloat.spooled]!) : 0;
  const known = Number.isSafeInteger(promised) ? promised : 0;
  writeEndFile(folder, { version: 1, last: Math.max(last, known), uncertain: !sameRun || !ours });
  if (path) rmSync(path, { force: true });
  return last - spooled;
}

function committed(ring: Ring): number {
  return ring.floats[ringFloat.committed]!;
}

function saveRing(ring: Ring, home: Pick<Home, "folder" | "writer">, spooled: number, disk: Disk): number {
  const number = (segmentNumbers(home.folder).at(-1) ?? 0) + 1;
  const appender = new Appender({ ...home, segmentBytes, disk, number });
  let at = ring.words[ringWord.tail]!;
  let next = ring.floats[ringFloat.spooled]! + 1;
  let last = spooled;
  try {
    for (;;) {
      const batch = readRing(ring, at, next, maximumFrameBytes);
      if (!batch) break;
      const end = batch.first + batch.count - 1;
      if (end > spooled) {
        appender.append(batch.parts, batch.bytes, batch.first, batch.count);
        last = end;
      }
      at = batch.end;
      next = end + 1;
    }
  } catch (error) {
    if (!(error instanceof RingDamage)) throw error;
  } finally {
    if (last > spooled) appender.sync();
    appender.close();
  }
  return last;
}
