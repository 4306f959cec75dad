/**
 * The cache of a workspace: facts by content, analyser and settings. Where it lies, and whether it may be
 * believed: what a stranger's branch brings along as a cache is no cache.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { type GitRun, git, gitSoon } from "../tree/git.ts";
import { fingerprint } from "./fingerprint.ts";
import { StatIndex } from "./stats.ts";
import { diskStore, type Store } from "./store.ts";

export interface Cache {
  store: Store;
  /** What was found, and what else a run asks for before it knows whether anything has changed: apart, so that this is quick. */
  answers: Store;
  /** What the files of the working folder hold; null where each is read to know. */
  stats: StatIndex | null;
}

/** The key of the {@link StatIndex}. */
export const STATS = "stats";

/**
 * Opens a cache; one that cannot be read or written is an empty one.
 *
 * @param root absolute path of the workspace
 * @param folder absolute path of the cache; left out, `node_modules/.cache/freehold`, or where there is no
 *   `node_modules`, a folder within `.git`
 * @param startedMs when the run began to look at files: see {@link StatIndex}
 * @returns null where the workspace has neither, and where it brings the folder along: that one says what
 *   whoever wrote it likes
 */
export function openCache(root: string, folder = usualFolder(root), startedMs = Date.now()): Cache | null {
  const place = cachePlace(root, folder);
  if (!place) return null;
  const { fingerprint: print } = place;
  const answers = diskStore(place.folder, { fingerprint: print, kind: "answers" });
  return {
    store: diskStore(place.folder, { fingerprint: print, kind: "facts" }),
    answers,
    stats: new StatIndex(answers.get(STATS), startedMs),
  };
}

export interface CachePlace {
  /** Absolute path. */
  folder: string;
  /** Of the analyser. */
  fingerprint: string;
}

/** Where a cache lies, and whose it is; null where there is none to be believed: see {@link openCache}. */
function cachePlace(root: string, folder = usualFolder(root)): CachePlace | null {
  const inside = folder === null ? null : insideOf(root, folder);
  if (folder === null || (inside !== null && comesAlong(inside, git(root, listing(inside))))) return null;
  const { print, keep } = fingerprint(folder);
  keep();
  return { folder, fingerprint: print };
}

/**
 * The place that a cache would have, while git is still asked whose the folder is: nothing in it may be believed, and
 * nothing be written there, before `isOurs` says so.
 *
 * @param folder absolute path of the cache
 */
export function cachePlaceSoon(root: string, folder: string): CachePlace & { isOurs: Promise<boolean> } {
  const inside = insideOf(root, folder);
  const listed = inside === null ? null : gitSoon(root, listing(inside));
  const { print, keep } = fingerprint(folder);
  const asked = async () => {
    if (inside !== null && comesAlong(inside, await listed)) return false;
    keep();
    return true;
  };
  return { folder, fingerprint: print, isOurs: asked() };
}

/** The folder's path within the workspace, where files of the workspace's may lie in it; else null. */
function insideOf(root: string, folder: string): string | null {
  const inside = relative(root, folder);
  if (isAbsolute(inside) || inside.startsWith("..") || inside.startsWith(`.git${sep}`)) return null;
  return existsSync(folder) ? inside : null;
}

function listing(inside: string): string[] {
  return ["ls-files", "-co", "--exclude-standard", "-z", "--", `:(literal)${inside}`];
}

/** The folder holds files of the workspace's: git lists them, or nothing says that they are not. */
function comesAlong(inside: string, listed: GitRun | null): boolean {
  if (listed?.exitCode === 0) return listed.stdout.length > 0;
  return !inside.split(sep).includes("node_modules");
}

/** Where the cache of a workspace lies unless a run says otherwise; null where it has no place for one. */
export function usualFolder(root: string): string | null {
  // A link could lead the cache anywhere.
  for (const [holder, folder] of [
    ["node_modules", "node_modules/.cache/freehold"],
    [".git", ".git/freehold"],
  ] as const)
    if (isFolder(join(root, holder)) && isPlain(root, folder)) return join(root, folder);
  return null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** No part of the path is a link, as far as it exists. */
function isPlain(root: string, path: string): boolean {
  const home = realpathSync(root);
  let at = "";
  for (const part of path.split("/")) {
    at = join(at, part);
    const full = join(home, at);
    if (!existsSync(full)) return true;
    if (realpathSync(full) !== full) return false;
  }
  return true;
}
