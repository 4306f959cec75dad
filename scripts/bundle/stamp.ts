/**
 * The bundle: all that a command runs, as one file with Bun's bytecode, which starts in half of the time that the
 * sources take. It is made from them on the machine on which it runs (make.ts), beside them, in `.bundle/`:
 *
 *     .bundle/stamp.json      which bundle counts, what it was made from, and how all of that looked
 *     .bundle/<name>/         main.js and worker.js, each with its bytecode; never written again
 *
 * A source is taken to be unchanged while its size, times and inode are; else it is read, and held against what it
 * held. The bundle's own files are taken by their looks alone: so one that was cut short or changed is never loaded,
 * and neither is one that came with a checkout, an archive or a copy, as nobody can know beforehand in which inode
 * and at which moment it will be written here. Wherever anything is another, the sources run.
 *
 * A stamp is written last, and renamed into place. Who is killed before that leaves a folder that no stamp names, which
 * a later making takes away; who takes an old bundle away leaves a run that was about to load it to the sources.
 *
 * Imported before anything else in each run, so it imports next to nothing.
 */
import { existsSync, lstatSync, readFileSync, realpathSync, type Stats } from "node:fs";
import { join } from "node:path";

/** size, mtime, ctime, inode: as git's index knows a file */
export type Look = [number, number, number, number];

export interface Stamp {
  /** Of the bundle's folder. */
  name: string;
  /** What else bytecode, and the paths within a bundle, stand on: see {@link setting}. */
  setting: string;
  /** All that it was made from: absolute path, the content's hash, and how it looked. */
  sources: [path: string, hash: string, look: Look][];
  /** Where packages were found, and what that leads to; and paths at which they would be found first, which lead nowhere. */
  packages: [path: string, leadsTo: string | null][];
  /** How {@link parts} look. */
  looks: Look[];
}

/** What a bundle's folder holds. */
export const parts = ["main.js", "main.js.jsc", "worker.js", "worker.js.jsc"] as const;

/** Where a package's bundles lie. @param root absolute path of the package */
export function bundleFolder(root: string): string {
  return join(root, ".bundle");
}

/** Where it says which of them counts, and of what it was made. */
export function stampFile(root: string): string {
  return join(bundleFolder(root), "stamp.json");
}

export interface Fresh {
  /** Absolute path of the bundle's module. */
  module: string;
  /** Sources were read, as they look otherwise than in the stamp: absolute paths. */
  read: string[];
}

/**
 * @param root absolute path of the package
 * @returns null where there is no bundle, or none of the sources as they are now
 */
export function freshBundle(root: string): Fresh | null {
  try {
    const stamp = JSON.parse(readFileSync(stampFile(root), "utf8")) as Stamp;
    const files = parts.map((part) => join(bundleFolder(root), stamp.name, part));
    if (stamp.setting !== setting(root) || stamp.sources.length === 0) return null;
    if (!files.every((file, index) => looksAs(lstatSync(file), stamp.looks[index] as Look))) return null;
    if (!stamp.packages.every(([path, to]) => leadsTo(path) === to)) return null;
    const read: string[] = [];
    for (const [path, hash, look] of stamp.sources) {
      const stats = lstatSync(path);
      if (looksAs(stats, look)) continue;
      if (hashOf(path) !== hash) return null;
      read.push(path);
    }
    return { module: files[0] as string, read };
  } catch {
    // A file is not there, or the stamp is none.
    return null;
  }
}

function looksAs({ size, mtimeMs, ctimeMs, ino }: Stats, look: Look): boolean {
  return look[0] === size && look[1] === mtimeMs && look[2] === ctimeMs && look[3] === ino;
}

/** What a file looks like to whoever does not read it. */
export function lookOf({ size, mtimeMs, ctimeMs, ino }: Stats): Look {
  return [size, mtimeMs, ctimeMs, ino];
}

/** A file's content by its hash. @throws where it cannot be read */
export function hashOf(path: string): string {
  return new Bun.CryptoHasher("sha256").update(readFileSync(path)).digest("base64url");
}

/** Null for what is not there. */
export function leadsTo(path: string): string | null {
  return existsSync(path) ? realpathSync(path) : null;
}

/** What a bundle is made for: this Bun, on this platform, in this folder. */
export function setting(root: string): string {
  return `${Bun.version} ${Bun.revision} ${process.platform} ${process.arch} ${root}`;
}
