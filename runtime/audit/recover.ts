/**
 * Brings what a writer that is gone left in its ring into its spool, and notes up to where the spool goes. Done once: with
 * end.json written, the ring has no more to say. A ring that was copied while it was written may hold records that are of two
 * events; what comes before them is saved.
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
import { maximumFrameBytes, ringFloat } from "./layout.ts";
import { SpoolReader } from "./reader.ts";
import { openRing, type Ring, RingDamage, readRing, ringStart } from "./ring.ts";
import { isSound } from "./tuples.ts";

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
  const saved = ours && sameRun ? saveRing(ring, { folder, writer }, spooled, disk) : null;
  const last = saved ? saved.last : spooled;
  // What was confirmed must be there: a torn end of the spool is then announced instead of forgotten. What was accepted is
  // all in the ring, unless that is damaged; of an event from before the machine went down its header is no witness.
  const promised = !ours ? 0 : ring.floats[saved?.damaged ? ringFloat.committed : ringFloat.spooled]!;
  const known = Number.isSafeInteger(promised) ? promised : 0;
  writeEndFile(folder, { version: 1, last: Math.max(last, known), uncertain: !sameRun || !ours });
  if (path) rmSync(path, { force: true });
  return last - spooled;
}

/** @returns the spool's last sequence then, and whether the ring broke off before its end */
function saveRing(
  ring: Ring,
  home: Pick<Home, "folder" | "writer">,
  spooled: number,
  disk: Disk,
): { last: number; damaged: boolean } {
  const number = (segmentNumbers(home.folder).at(-1) ?? 0) + 1;
  const appender = new Appender({ ...home, segmentBytes, disk, number });
  const start = ringStart(ring);
  let at = start.position;
  let next = start.first;
  let last = spooled;
  let damaged = false;
  let most = maximumFrameBytes;
  try {
    for (;;) {
      const batch = readRing(ring, at, next, most);
      if (!batch) break;
      if (!isSound(batch.parts, next)) {
        // Once more, one after the other, up to the one that is not.
        if (most === 1) throw new RingDamage(`the ring holds no event for sequence ${next}`);
        most = 1;
        continue;
      }
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
    damaged = true;
  } finally {
    if (last > spooled) appender.sync();
    appender.close();
  }
  return { last, damaged };
}
