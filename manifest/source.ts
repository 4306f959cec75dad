/**
 * Where a manifest is read from: the disk, or texts in memory (tests, staged blobs).
 */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { join, sep } from "node:path";
import { foldersAbove, isWithin, normalizePath } from "./paths.ts";
import { ManifestReadError } from "./problem.ts";

/** Reads by workspace-relative path. Each method may throw a {@link ManifestReadError}, whose message completes `"<path>" …`. */
export interface ManifestSource {
  /** Workspace-relative path of the manifest. */
  file: string;
  /** The text of a file, or null where there is none. */
  read(path: string): string | null;
  exists(path: string): boolean;
  isFolder(path: string): boolean;
  /** Every file of the workspace: asked for only where a glob is to be tried. Left out, globs go untried. */
  files?(): readonly string[];
}

/** A source whose files are handed in by path. */
export function memorySource(
  files: Readonly<Record<string, string>>,
  file = "freehold.json",
): ManifestSource {
  const texts = new Map(Object.entries(files));
  const folders = new Set([...texts.keys()].flatMap((path) => [...foldersAbove(path)]));
  return {
    file,
    read: (path) => texts.get(path) ?? null,
    exists: (path) => texts.has(path) || folders.has(path),
    isFolder: (path) => folders.has(path),
    files: () => [...texts.keys()],
  };
}

/** Far above any manifest written by hand, and far below what would exhaust the memory. */
const largestBytes = 16 * 1024 * 1024;

/**
 * The workspace on disk. No link is followed out of it, and nothing but plain files is opened.
 *
 * @param root the workspace's root
 * @param file the manifest's path within it
 * @param files the workspace's files, where the caller has listed them already
 */
export function diskSource(
  root: string,
  file = "freehold.json",
  files?: () => readonly string[],
): ManifestSource {
  const normal = normalizePath(file);
  /** The workspace's real path. Sought when first needed, so that a missing one is a problem like any other. */
  let home: string | undefined;
  const homeFolder = () => {
    home ??= attempt(() => realpathSync(root)) ?? undefined;
    if (home === undefined) throw new ManifestReadError(`lies in ${root}, which does not exist`);
    return home;
  };
  /** The real path, or null where nothing is there. */
  const resolve = (path: string) => {
    const { path: inside, fault } = normalizePath(path || ".");
    if (fault !== null) throw new ManifestReadError(fault);
    const folder = homeFolder();
    const real = attempt(() => realpathSync(join(folder, inside)));
    if (real === null || isInside(real, folder)) return real;
    throw new ManifestReadError("is a link that leads out of the workspace, and is not followed");
  };
  return {
    file: normal.path ?? file,
    read(path) {
      const real = resolve(path);
      return real === null ? null : attempt(() => readText(real));
    },
    exists: (path) => resolve(path) !== null,
    isFolder(path) {
      const real = resolve(path);
      return real !== null && attempt(() => statSync(real).isDirectory()) === true;
    },
    files: files ?? (() => listFiles(homeFolder())),
  };
}

function isInside(real: string, home: string): boolean {
  return sep === "/"
    ? isWithin(real, home === "/" ? "" : home)
    : real === home || real.startsWith(home + sep);
}

const reasons: Record<string, string> = {
  EACCES: "may not be read: permission denied",
  EPERM: "may not be read: permission denied",
  EISDIR: "is a folder, not a file",
  ELOOP: "is a link that leads to itself",
  ENAMETOOLONG: "has too long a name",
};

/** Null where nothing is there; a {@link ManifestReadError} for every other refusal of the system. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof ManifestReadError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    if (code === "") throw error;
    throw new ManifestReadError(reasons[code] ?? `cannot be read (${code})`);
  }
}

/** Opens without waiting, so that a pipe in a manifest's place cannot hold the check up. */
function readText(real: string): string {
  const descriptor = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) throw new ManifestReadError("is a folder, not a file");
    if (!status.isFile()) throw new ManifestReadError("is no plain file");
    if (status.size > largestBytes) {
      const megabytes = Math.round(status.size / 1024 / 1024);
      throw new ManifestReadError(`is ${megabytes} MB large; a manifest has at most 16 MB`);
    }
    return decode(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new ManifestReadError(wide ? "is UTF-16: save it as UTF-8" : "is not UTF-8: save it as UTF-8");
  }
}

/** Plain files by workspace path; links, `.git` and `node_modules` are passed by, and so is what may not be read. */
function listFiles(home: string): string[] {
  const found: string[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of entriesOf(join(home, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) found.push(path);
      else if (entry.isDirectory() && entry.name !== ".git" && entry.name !== "node_modules")
        pending.push(path);
    }
  }
  return found;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
