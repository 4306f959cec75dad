/** How large a repository is, before anybody has listed it. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What git's index begins with: `DIRC`, a version, and the number of its entries. */
const HEADER_BYTES = 12;

/**
 * The number of files that git tracks, near enough: what the head of its index says. Nothing is started, and next to nothing read.
 * @param folder absolute path within the repository
 * @returns 0 where there is none, or it says nothing of the kind
 */
export function trackedFiles(folder: string): number {
  try {
    for (let at = folder; ; at = dirname(at)) {
      const place = join(at, ".git");
      const stats = statSync(place, { throwIfNoEntry: false });
      if (stats) return entriesOf(join(stats.isDirectory() ? place : linkedTo(place), "index"));
      if (at === dirname(at)) return 0;
    }
  } catch {
    return 0;
  }
}

/** A worktree's `.git` is a file that says where git keeps what belongs to it. */
function linkedTo(file: string): string {
  const [, path = ""] = /^gitdir: (.*)$/m.exec(readFileSync(file, "utf8")) ?? [];
  return resolve(dirname(file), path);
}

function entriesOf(index: string): number {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(index, "r");
  try {
    readSync(descriptor, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  return header.toString("latin1", 0, 4) === "DIRC" ? header.readUInt32BE(8) : 0;
}
