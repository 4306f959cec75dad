/**
 * A folder in memory for a benchmark's server, where the system has such and there is room in it.
 *
 * It goes with the benchmark, also where that is interrupted. What a killed one leaves is named after its process, and goes
 * when the next one starts.
 */
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";

export interface MemoryFolder {
  path: string;
  /** Hands it to whoever owns another folder: the server runs as a user of its own. */
  giveTo(ownerOf: string): void;
  remove(): void;
}

const memory = "/dev/shm";
const prefix = "freehold-bench-";

/** @returns null where there is none, or no room for twice as many bytes */
export function memoryFolder(bytes: number): MemoryFolder | null {
  if (process.platform !== "linux" || !existsSync(memory)) return null;
  for (const name of readdirSync(memory)) {
    const process = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    if (/^\d+$/.test(process) && !existsSync(`/proc/${process}`))
      rmSync(join(memory, name), { recursive: true, force: true });
  }
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < 2 * bytes) return null;
  const path = join(memory, `${prefix}${process.pid}`);
  mkdirSync(path, { mode: 0o700 });
  const remove = () => rmSync(path, { recursive: true, force: true });
  const interrupted = (signal: NodeJS.Signals) => {
    remove();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupted);
  return {
    path,
    giveTo(ownerOf) {
      const { uid, gid } = statSync(ownerOf);
      chownSync(path, uid, gid);
    },
    remove() {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupted);
      remove();
    },
  };
}
