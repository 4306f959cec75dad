/** The working folder as a {@link Tree}, with what a sparse checkout leaves out of it. No link is followed out of it. */
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { absentTree } from "./absent.ts";
import type { GitTree } from "./git-tree.ts";
import { listFolder } from "./listing.ts";
import type { LinkTarget, Tree, TreeEntry } from "./tree.ts";

/** What is known of a file's content by its stats: git's name for it, null where the file is to be read. */
export type KnownId = (path: string, stats: Stats) => string | null;

/** @param root absolute path of the workspace */
export function workingTree(root: string, knownId: KnownId = () => null): Tree {
  const home = realpathSync(root);
  const entry = (path: string, stats: Stats): TreeEntry => {
    if (stats.isDirectory()) return { kind: "folder" };
    if (stats.isSymbolicLink()) return { kind: "link" };
    return stats.isFile() ? { kind: "file", bytes: stats.size, id: knownId(path, stats) } : { kind: "other" };
  };
  // Asked only once something is not where git lists it.
  let absent: GitTree | null | undefined;
  const elsewhere = () => {
    if (absent === undefined) absent = absentTree(root);
    return absent;
  };
  return {
    frozen: false,
    list: (folder) => listFolder(join(root, folder)),
    look: (path) => {
      try {
        return entry(path, lstatSync(join(root, path)));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ENOTDIR") return elsewhere()?.look(path) ?? null;
        throw error;
      }
    },
    target(path): LinkTarget {
      let real: string;
      try {
        real = realpathSync(join(root, path));
      } catch (error) {
        return { kind: "fault", code: (error as NodeJS.ErrnoException).code, error };
      }
      const stats = statSync(real);
      if (real !== home && !real.startsWith(home === sep ? sep : home + sep))
        return { kind: "outside", folder: stats.isDirectory() };
      const inside = relative(home, real).split(sep).join("/");
      const found = entry(inside, stats);
      return found.kind === "file"
        ? { ...found, path: inside }
        : { kind: found.kind === "folder" ? "folder" : "other", path: inside };
    },
    isRepository: (folder) => existsSync(join(root, folder, ".git")),
    isEmpty: (folder) => !existsSync(join(root, folder)) || readdirSync(join(root, folder)).length === 0,
    read: (path) => {
      try {
        return readWhole(join(root, path));
      } catch (error) {
        const left = (error as NodeJS.ErrnoException).code === "ENOENT" ? elsewhere() : null;
        if (left?.look(path)?.kind !== "file") throw error;
        return left.read(path);
      }
    },
    prefetch: (paths) => absent?.prefetch(paths),
  };
}

/** Files of up to this size are read into one place, one after another: memory that nothing has touched yet costs more than the reading. */
const ROOM = 256 * 1024;
let room: Uint8Array | null = null;

function readWhole(path: string): Uint8Array {
  room ??= new Uint8Array(ROOM);
  const descriptor = openSync(path, "r");
  try {
    for (let at = 0; at < ROOM; ) {
      const read = readSync(descriptor, room, at, ROOM - at, at);
      if (read === 0) return room.subarray(0, at);
      at += read;
    }
    return readFileSync(path);
  } finally {
    closeSync(descriptor);
  }
}
