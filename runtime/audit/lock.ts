/**
 * A lock that a folder has while a process holds it, and that ends with the process however that ends: flock(2), which
 * Bun has no function for. The file may be removed by its holder; whoever then holds a lock on a file without a name has
 * none.
 */
import { dlopen } from "bun:ffi";
import { closeSync, fstatSync, openSync, statSync } from "node:fs";

export interface Lock {
  release(): void;
}

const exclusiveNow = 2 | 4; // LOCK_EX | LOCK_NB
const symbols = { flock: { args: ["i32", "i32"], returns: "i32" } } as const;
let flock: ((file: number, operation: number) => number) | null = null;

/** Makes the file, and locks it. @returns null where somebody was quicker. @throws where it cannot be made */
export const makeLock = (path: string) => lock(path, "ax");

/**
 * Locks a file that is there.
 * @returns null where another process, or another part of this one, holds it, or where it is gone. @throws what the disk does
 */
export const tryLock = (path: string) => lock(path, "r+");

function lock(path: string, mode: "ax" | "r+"): Lock | null {
  flock ??= load();
  let file: number;
  try {
    file = openSync(path, mode, 0o600);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  const named = () => statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino;
  if (flock(file, exclusiveNow) === 0 && named()) return { release: () => closeSync(file) };
  closeSync(file);
  return null;
}

function load(): (file: number, operation: number) => number {
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  const names =
    process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", `libc.musl-${arch}.so.1`];
  for (const name of names) {
    try {
      return dlopen(name, symbols).symbols.flock;
    } catch {
      // The other C library, then.
    }
  }
  throw new Error(`there is no flock(2) in ${names.join(" or ")}: the spool folder cannot be locked`);
}
