/**
 * Which content each file of the working folder has, without reading it: as git's own index, a file is
 * taken to be unchanged while its size, times and inode are.
 *
 * A clock ticks slowly: a file that was changed in the tick in which it was read looks as it did then.
 * So a file is known only if it had been left alone for a while when it was read, and is read again otherwise.
 */
import type { Stats } from "node:fs";

/** Two seconds: the coarsest file system's tick. */
export const SETTLED_MS = 2000;

/** size, mtime, ctime, inode, git's name for the content */
type Known = [number, number, number, number, string];

/** Remembers of files what they hold by how they look, so that one that looks the same is not read. */
export class StatIndex {
  private readonly known: Map<string, Known>;
  private readonly seen = new Map<string, Known>();
  private readonly looked = new Map<string, Stats>();
  private readonly startedMs: number;

  /** @param startedMs when this run began to look at files */
  constructor(text: string | null, startedMs = Date.now()) {
    this.startedMs = startedMs;
    let entries: [string, Known][] = [];
    try {
      entries = text === null ? [] : (JSON.parse(text) as typeof entries);
    } catch {
      // What makes no sense says nothing.
    }
    this.known = new Map(entries);
  }

  /** @param stats as they are now, before the file is read */
  idOf(path: string, stats: Stats): string | null {
    const { size, mtimeMs, ctimeMs, ino } = stats;
    const known = this.known.get(path);
    if (known && known[0] === size && known[1] === mtimeMs && known[2] === ctimeMs && known[3] === ino) {
      this.seen.set(path, known);
      return known[4];
    }
    this.looked.set(path, stats);
    return null;
  }

  /** A file was read after it was looked at, and this was its content. */
  learn(path: string, id: string): void {
    const stats = this.looked.get(path);
    if (!stats) return;
    const { size, mtimeMs, ctimeMs, ino } = stats;
    if (Math.max(mtimeMs, ctimeMs) < this.startedMs - SETTLED_MS)
      this.seen.set(path, [size, mtimeMs, ctimeMs, ino, id]);
  }

  /** What the next run may know; null where that is nothing new. */
  text(): string | null {
    const same =
      this.seen.size === this.known.size &&
      [...this.seen].every(([path, item]) => this.known.get(path) === item);
    return same ? null : JSON.stringify([...this.seen]);
  }
}

/** The name that git gives to a content (SHA-1, as most repositories have it). */
export function contentId(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
