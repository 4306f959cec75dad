/** What a log needs before it takes its first event: a folder of its own, a ring, and the folders of those who are gone. */
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import {
  adoptHomes,
  bootId,
  createHome,
  type Home,
  removeHome,
  sharedMemory,
  sharedRingPath,
  spoolBytes,
  writeWriterFile,
} from "./home.ts";
import { AuditConfigError } from "./model.ts";
import type { Settings } from "./options.ts";
import { createRing, type Ring } from "./ring.ts";

export interface Opened {
  home: Home;
  earlier: Home[];
  ring: Ring;
  ringPath: string;
  /** Of all segments that lie in the spool. */
  spoolBytes: number;
}

/**
 * Opens a log's files.
 * @param alarm told where the ring could not be where it was wanted
 * @throws {AuditConfigError} where the spool's folder cannot be used
 */
export function openLog(settings: Settings, alarm: (message: string) => void): Opened {
  const { spool, ringBytes } = settings;
  let home: Home | null = null;
  let earlier: Home[] = [];
  try {
    mkdirSync(spool, { recursive: true, mode: 0o700 });
    earlier = adoptHomes(spool);
    home = createHome(spool);
    const { ring, ringPath } = makeRing(home, settings, alarm);
    const about = {
      version: 1,
      writer: home.writer,
      ring: dirname(ringPath) === home.folder ? basename(ringPath) : ringPath,
      boot: bootId(),
    } as const;
    writeWriterFile(home.folder, { ...about, host: hostname(), pid: process.pid });
    return { home, earlier, ring, ringPath, spoolBytes: spoolBytes(spool) };
  } catch (error) {
    if (home) removeHome(home);
    for (const { lock } of earlier) lock.release();
    if (error instanceof Error && "code" in error && typeof error.code === "string") {
      const need = error.code === "ENOSPC" ? ` (the ring alone takes ${ringBytes} bytes)` : "";
      throw new AuditConfigError(`the audit spool ${spool} cannot be used: ${error.message}${need}`);
    }
    throw error;
  }
}

function makeRing(
  home: Home,
  { ring: where, ringBytes }: Settings,
  alarm: (message: string) => void,
): { ring: Ring; ringPath: string } {
  if (where === "shm") {
    const ringPath = sharedRingPath(home.writer);
    try {
      return { ring: createRing(ringPath, ringBytes, home.writer), ringPath };
    } catch (error) {
      alarm(`the ring is in the spool's folder, for ${sharedMemory} cannot hold it: ${String(error)}`);
    }
  }
  const ringPath = join(home.folder, "ring");
  return { ring: createRing(ringPath, ringBytes, home.writer), ringPath };
}
