/**
 * What is staged, held against a commit that was linked as a whole. Git is asked what differs in the index from the
 * commit that the book is of, then, in one breath, for what those files hold, the last commit and the branch that it
 * left. It answers while the linker is being loaded.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../cache/store.ts";
import { CODE } from "../code/endings.ts";
import { isRead } from "../files.ts";
import type { Baseline, CheckResult, Manifest, Rule } from "../model.ts";
import { type Base, hear } from "../tree/base.ts";
import { type Change, within } from "../tree/change.ts";
import { type GitRun, git, gitSoon } from "../tree/git.ts";
import { blobsOf, type GitPlace } from "../tree/git-tree.ts";
import { Book, Spoilt } from "./book.ts";
import { FORM, type Head, holdsOn, type KeptFindings, keys } from "./kept.ts";

/** Paths that differ beyond this many: then the book is of another time. */
const MOST_DIFFERENCES = 400;

export interface StagedOptions {
  place: GitPlace;
  /** The book's path. */
  path: string;
  /** The manifest's path in the workspace. */
  file: string;
  version: string;
  /** `YYYY-MM-DD` */
  today: string;
  /** What is learnt of a change is kept here: a hook often runs on the same one again. */
  late: Store;
}

/** One path that differs between a commit and something else. */
interface Difference {
  path: string;
  status: string;
  modes: [string, string];
  id: string;
}

export interface Staged extends Disposable {
  head: string | null;
  base: Base | null;
  /** From the last commit to what is staged. */
  change: Change | null;
  /** A book of the last commit would be of use, and this one is of another. */
  wantsBook: boolean;
  /** Null where the book is not of use for what is staged. */
  judge(rules: readonly Rule[]): Promise<((baseline: Baseline | null) => CheckResult) | null>;
  /** Findings of the last commit, before any baseline and not all of them; null where they are not known. */
  foundInHead(): KeptFindings | null;
  /** As {@link judge} for the last commit. */
  judgeHead(rules: readonly Rule[]): Promise<((baseline: Baseline | null) => CheckResult) | null>;
  /** The baseline's text as it is staged; undefined where that is not known. */
  baseline(path: string): string | null | undefined;
}

const ORDINARY = /^100(?:644|755)$/;
const RAW = ["--raw", "--relative", "--no-renames", "--ignore-submodules=none", "--no-abbrev", "-z"];

/** Opens the book, and asks git. */
export async function openStaged(options: StagedOptions): Promise<Staged> {
  const { place, path, file, version, today } = options;
  const { root, index } = place;
  const opened = openBook(path, ({ head }) => {
    return head.form === FORM && head.file === file && head.version === version && holdsOn(head, today);
  });
  const staged = opened
    ? readDifferences(
        await gitSoon(root, ["diff-index", ...RAW, "--cached", opened.head.commit, "--"], { index }),
      )
    : null;
  const read = opened && staged ? readBy(opened.head, staged) : null;
  const { head, base, blobs } = await hear(root, read?.map(({ id }) => id) ?? []);
  const isOfHead = opened !== null && opened.head.commit === head;
  const fromHead = isOfHead
    ? staged
    : head !== null
      ? readDifferences(git(root, ["diff-index", ...RAW, "--cached", head, "--"], { index }))
      : null;
  // What kept one from being whole today mostly still does, and to link a commit in vain costs as much as the check.
  const inVain = opened !== null && !opened.head.whole && opened.head.today === today;
  const usable =
    opened?.head.whole && head !== null && sameLanding(root, opened.head.base, base) ? opened : null;
  return {
    head,
    base,
    change: fromHead && { base: head, holds: within(fromHead.map(({ path }) => path)) },
    wantsBook: fromHead !== null && !isOfHead && !inVain && fromHead.every(mayBeJudged),
    judge: (rules) => judged(usable, read, blobs, options, rules),
    foundInHead: () => (isOfHead && usable ? parsed<KeptFindings>(usable.book, keys.findings) : null),
    async judgeHead(rules) {
      if (isOfHead) return judged(usable, [], blobs, options, rules);
      if (!usable || head === null) return null;
      const between = readDifferences(git(root, ["diff-tree", "-r", ...RAW, usable.head.commit, head, "--"]));
      const read = between && readBy(usable.head, between);
      const contents = blobsOf(askBlobs(root, read?.map(({ id }) => id) ?? []));
      return judged(usable, read, contents, options, rules);
    },
    baseline(path) {
      if (!opened || !staged || staged.some((one) => one.path === path)) return undefined;
      return parsed<{ text: string | null }>(opened.book, keys.baseline)?.text;
    },
    [Symbol.dispose]: () => opened?.book[Symbol.dispose](),
  };
}

/** Null where it is not there, and where it is damaged. */
function parsed<T>(book: Book, key: string): T | null {
  try {
    return JSON.parse(book.get(key) ?? "null") as T | null;
  } catch (error) {
    if (error instanceof Spoilt) return null;
    throw error;
  }
}

interface Opened {
  book: Book;
  head: Head;
  /** Read where something is judged, and once. */
  manifest?: Manifest | null;
}

function openBook(path: string, isOf: (opened: Opened) => boolean): Opened | null {
  const book = Book.open(path);
  if (!book) return null;
  const head = parsed<Head>(book, keys.head);
  if (head && isOf({ book, head })) return { book, head };
  book[Symbol.dispose]();
  return null;
}

/** Migrations are held against where they landed: it is the same commit, or its migrations are. */
function sameLanding(root: string, before: Base | null, now: Base | null): boolean {
  if (before === null || now === null) return before === now;
  if (before.name !== now.name) return false;
  if (before.commit === now.commit) return true;
  const between = git(root, ["diff-tree", "-r", ...RAW, before.commit, now.commit, "--"]);
  return readDifferences(between)?.every(({ path }) => !path.endsWith(".sql")) ?? false;
}

/** A book may serve for it: code that changes, or a file that nobody reads. */
function mayBeJudged({ path, status, modes }: Difference): boolean {
  return !isRead(path) || (isPlain(status, modes) && CODE.test(path));
}

/** A file was a file, and is one. */
function isPlain(status: string, modes: readonly string[]): boolean {
  return status === "M" && modes.every((mode) => ORDINARY.test(mode));
}

/** Of what differs, the files that are read; null where more follows from it than can be told. */
function readBy(head: Head, found: readonly Difference[]): Difference[] | null {
  if (found.length > MOST_DIFFERENCES) return null;
  const read: Difference[] = [];
  for (const one of found) {
    const { path, status, modes } = one;
    const plain = isPlain(status, modes);
    if (plain && (isRead(path) || head.read.includes(path))) read.push(one);
    else if (!plain && (isRead(path) || !isHarmless(one, head))) return null;
  }
  return read;
}

async function judged(
  opened: Opened | null,
  read: readonly Difference[] | null,
  contents: ReadonlyMap<string, Uint8Array>,
  { place, version, today, late }: StagedOptions,
  rules: readonly Rule[],
): Promise<((baseline: Baseline | null) => CheckResult) | null> {
  if (!opened || !read) return null;
  const { book, head } = opened;
  opened.manifest ??= parsed<Manifest>(book, keys.manifest);
  const { manifest } = opened;
  if (!manifest) return null;
  const { judgeChange } = await import("./judge.ts");
  const contentOf = (id: string) => {
    const bytes = contents.get(id) ?? blobsOf(askBlobs(place.root, [id])).get(id);
    if (!bytes) throw new Spoilt(id);
    return bytes;
  };
  const changed = new Map(read.map(({ path, id }) => [path, { id, bytes: () => contentOf(id) }]));
  return judgeChange({ book, head, manifest, changed, contentOf, rules, version, today, late });
}

/** It comes or goes, or is no plain file, and nobody asks for it: neither the analyser nor the manifest. */
function isHarmless({ path, modes }: Difference, { read, sought }: Head): boolean {
  if (!modes.every((mode) => ORDINARY.test(mode) || mode === "000000")) return false;
  const above = (folder: string) => folder === "" || path === folder || path.startsWith(`${folder}/`);
  return ![...read, ...sought].some((asked) => above(asked) || asked.startsWith(`${path}/`));
}

function askBlobs(root: string, ids: readonly string[]): Buffer {
  if (ids.length === 0) return Buffer.alloc(0);
  return git(root, ["cat-file", "--batch"], { input: `${ids.join("\n")}\n` })?.stdout ?? Buffer.alloc(0);
}

function readDifferences(run: GitRun | null): Difference[] | null {
  return run?.exitCode === 0 ? differences(run.stdout) : null;
}

/** `:<mode> <mode> <id> <id> <status>\0<path>\0` */
function differences(printed: Buffer): Difference[] {
  const parts = printed.toString().split("\0");
  const found: Difference[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [before = "", after = "", , id = "", status = ""] = (parts[at] ?? "").split(" ");
    found.push({ path: parts[at + 1] ?? "", status, modes: [before.slice(1), after], id });
  }
  return found;
}

/** Puts a book in its place: whole, or not at all. No fault of the disk is an error here. */
export function keepBook(path: string, book: Buffer): void {
  const beside = `${path}.${process.pid}.pack.tmp`;
  try {
    writeFileSync(beside, book, { flag: "wx" });
    renameSync(beside, path);
  } catch {
    rmSync(beside, { force: true });
  }
}

/** Where the book of a workspace lies in its cache. */
export function bookPath(folder: string, fingerprint: string, file: string): string {
  const name = new Bun.CryptoHasher("sha256").update(file).digest("hex").slice(0, 8);
  return join(folder, `${fingerprint}-book-${name}.pack`);
}
