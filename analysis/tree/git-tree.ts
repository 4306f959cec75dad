/**
 * What git holds, as a {@link Tree}: its index, or a commit. The working folder is not asked, so that a
 * hook judges what is about to be committed and nothing else.
 */
import { posix } from "node:path";
import { git, objectsOf } from "./git.ts";
import type { LinkTarget, Listing, Tree, TreeEntry } from "./tree.ts";

/** What git says where it refuses, in one line. */
export class GitError extends Error {
  override name = "GitError";
}

export interface GitPlace {
  /** Absolute path of the workspace: a folder of the repository's. */
  root: string;
  /** Absolute path of the index, where it is not the repository's own. */
  index?: string | undefined;
}

export interface Held {
  mode: string;
  id: string;
  unmerged: boolean;
}

/** Git's modes: https://git-scm.com/docs/gitdatamodel */
const LINK = "120000";
const REPOSITORY = "160000";

/** The name that git gives to nothing, for either of its hashes. */
const EMPTY =
  /^(?:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391|473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813)$/;

/** What is staged. @throws GitError where the folder is in no working tree of git's */
export function indexTree(place: GitPlace): GitTree {
  return new GitTree(place, readIndex(place));
}

/** What a commit (or a tree) holds. @throws GitError where there is none of that name */
export function commitTree(place: GitPlace, commit: string): GitTree {
  return new GitTree(place, readCommit(place, commit));
}

/** A tree without a file: what stood before the first commit. */
export function emptyTree(place: GitPlace): GitTree {
  return new GitTree(place, new Map());
}

/** A tree of git's (the index, or a commit) as the files of a workspace. */
export class GitTree implements Tree {
  readonly frozen = true;
  /** By path from the workspace's root. */
  private readonly held: Map<string, Held>;
  private readonly place: GitPlace;
  private readonly folders = new Set<string>([""]);
  private readonly contents = new Map<string, Buffer>();
  /** Repositories within, by folder: their own objects are asked for their files. */
  private readonly repositories = new Map<string, GitTree>();

  constructor(place: GitPlace, held: Map<string, Held>) {
    this.place = place;
    this.held = held;
    for (const path of held.keys())
      for (let folder = posix.dirname(path); folder !== "."; folder = posix.dirname(folder)) {
        if (this.folders.has(folder)) break;
        this.folders.add(folder);
      }
  }

  list(folder: string): Listing {
    // Within a repository, what is asked for lies in that one's own list.
    const [tree] = this.holder(`${folder}/`);
    return { paths: [...tree.held.keys()], unread: [] };
  }

  look(path: string): TreeEntry | null {
    const [tree, inside] = this.holder(path);
    const found = tree.held.get(inside);
    if (!found) return tree.folders.has(inside) ? { kind: "folder" } : null;
    if (found.unmerged)
      return { kind: "unread", reason: "it is unmerged; resolve the conflict and stage it" };
    if (found.mode === LINK) return { kind: "link" };
    if (found.mode === REPOSITORY) return { kind: "folder" };
    return { kind: "file", bytes: null, id: found.id };
  }

  target(path: string): LinkTarget {
    let at = path;
    for (let step = 0; step < 40; step++) {
      const found = this.look(at);
      if (found === null) return { kind: "fault", code: "ENOENT", error: null };
      if (found.kind === "file") return { ...found, path: at };
      if (found.kind !== "link") return { kind: found.kind === "folder" ? "folder" : "other", path: at };
      const text = Buffer.from(this.read(at)).toString();
      const next = posix.normalize(posix.join(posix.dirname(at), text)).replace(/\/$/, "");
      if (text.startsWith("/") || next === ".." || next.startsWith("../"))
        return { kind: "outside", folder: false };
      at = this.behindLinks(next === "." ? "" : next);
    }
    return { kind: "fault", code: "ELOOP", error: null };
  }

  isRepository(folder: string): boolean {
    const [tree, inside] = this.holder(folder);
    if (tree !== this) return tree.isRepository(inside);
    const found = this.held.get(folder);
    if (found?.mode !== REPOSITORY) return false;
    const place = { root: posix.join(this.place.root, folder) };
    try {
      this.repositories.set(folder, commitTree(place, found.id));
      return true;
    } catch (error) {
      if (error instanceof GitError) return false;
      throw error;
    }
  }

  isEmpty(folder: string): boolean {
    const [tree, inside] = this.holder(folder);
    if (tree !== this) return tree.isEmpty(inside);
    return this.held.get(folder)?.mode === REPOSITORY && !this.repositories.has(folder);
  }

  read(path: string): Uint8Array {
    const [tree, inside] = this.holder(path);
    const id = tree.held.get(inside)?.id;
    if (id === undefined) throw Object.assign(new Error(`${path} is not there`), { code: "ENOENT" });
    const known = tree.contents.get(id);
    if (known) return known;
    tree.fetch([id]);
    const found = tree.contents.get(id);
    if (!found)
      throw Object.assign(new Error(`${path} is not here`), { code: "its content is not in this clone" });
    return found;
  }

  /** Reads many contents at one asking; what is asked for later is then at hand. */
  prefetch(paths: readonly string[]): void {
    const wanted = new Map<GitTree, string[]>();
    for (const path of paths) {
      const [tree, inside] = this.holder(path);
      const id = tree.held.get(inside)?.id;
      if (id === undefined || tree.contents.has(id)) continue;
      const list = wanted.get(tree);
      if (list) list.push(id);
      else wanted.set(tree, [id]);
    }
    for (const [tree, ids] of wanted) tree.fetch(ids);
  }

  /** Every path, with what it holds: two trees differ where these do. */
  ids(): ReadonlyMap<string, string> {
    return new Map(
      [...this.held].map(([path, { mode, id, unmerged }]) => [path, `${mode} ${id} ${unmerged}`]),
    );
  }

  /** Some of its folders are repositories of their own. */
  holdsRepositories(): boolean {
    return [...this.held.values()].some(({ mode }) => mode === REPOSITORY);
  }

  private fetch(ids: readonly string[]): void {
    const run = git(this.place.root, ["cat-file", "--batch"], { input: `${ids.join("\n")}\n` });
    if (!run) return;
    for (const [id, bytes] of blobsOf(run.stdout)) this.contents.set(id, bytes);
  }

  /** The tree that holds a path, and the path within it. */
  private holder(path: string): [GitTree, string] {
    for (const [folder, tree] of this.repositories)
      if (path.startsWith(`${folder}/`)) return tree.holder(path.slice(folder.length + 1));
    return [this, path];
  }

  /** A path with the links among its folders followed. */
  private behindLinks(path: string): string {
    const parts = path.split("/");
    for (let index = 1; index < parts.length; index++) {
      const folder = parts.slice(0, index).join("/");
      if (this.held.get(folder)?.mode !== LINK) continue;
      const text = Buffer.from(this.read(folder)).toString();
      return posix.normalize(posix.join(posix.dirname(folder), text, ...parts.slice(index)));
    }
    return path;
  }
}

/** What `git cat-file --batch` printed: blobs by git's name for them. */
export function blobsOf(printed: Buffer): Map<string, Buffer> {
  const blobs = objectsOf(printed).filter((object) => object?.kind === "blob");
  return new Map(blobs.map((object) => [object!.id, object!.bytes]));
}

function readIndex(place: GitPlace): Map<string, Held> {
  const held = new Map<string, Held>();
  const run = asked(place, ["ls-files", "--stage", "-z"]);
  for (const entry of run.stdout.toString().split("\0")) {
    // <mode> <id> <stage>\t<path>
    const tab = entry.indexOf("\t");
    if (tab < 0) continue;
    const [mode = "", id = "", stage] = entry.slice(0, tab).split(" ");
    held.set(entry.slice(tab + 1), { mode, id, unmerged: stage !== "0" });
  }
  // What is only meant to be added (`git add --intent-to-add`) is no part of a commit yet.
  const empty = [...held].filter(([, { id }]) => EMPTY.test(id)).map(([path]) => path);
  for (const path of empty.length ? intended(place, empty) : []) held.delete(path);
  return held;
}

/** Of entries without content, those that are only meant to be added. */
function intended(place: GitPlace, paths: readonly string[]): string[] {
  const literal = paths.map((path) => `:(literal)${path}`);
  const { stdout } = asked(place, ["ls-files", "--stage", "--debug", "-z", "--", ...literal]);
  // An entry, a NUL, then its stats with the flags, a line each, before the next entry.
  const found: string[] = [];
  let path = "";
  for (const part of stdout.toString().split("\0")) {
    const flags = /^ {2}size: \d+\tflags: ([0-9a-f]+)$/m.exec(part)?.[1];
    if (flags && (Number.parseInt(flags, 16) & INTENT_TO_ADD) !== 0) found.push(path);
    path = part.slice(part.lastIndexOf("\t") + 1);
  }
  return found;
}

/** https://github.com/git/git/blob/master/read-cache-ll.h */
const INTENT_TO_ADD = 0x20000000;

function readCommit(place: GitPlace, commit: string): Map<string, Held> {
  const held = new Map<string, Held>();
  const run = asked(place, ["ls-tree", "-r", "-z", "--end-of-options", commit]);
  for (const entry of run.stdout.toString().split("\0")) {
    // <mode> <type> <id>\t<path>
    const tab = entry.indexOf("\t");
    if (tab < 0) continue;
    const [mode = "", , id = ""] = entry.slice(0, tab).split(" ");
    held.set(entry.slice(tab + 1), { mode, id, unmerged: false });
  }
  return held;
}

/** @throws GitError where git is missing or refuses */
export function asked({ root, index }: GitPlace, args: readonly string[]) {
  const run = git(root, args, { index });
  if (!run) throw new GitError("git is not installed, or not on PATH");
  if (run.exitCode === 0) return run;
  const [line = ""] = run.stderr.toString().split("\n");
  throw new GitError(line.replace(/^fatal: /, "") || `git ${args[0]} failed`);
}
