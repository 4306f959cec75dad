/**
 * What a check is about: the working folder, what is staged, or what has changed since a commit. All of
 * it is judged each time; of what does not lie in a changed file, only what was not there before is shown.
 */
import { isAbsolute, resolve } from "node:path";
import { type Cache, openCache, usualFolder } from "../analysis/cache/mod.ts";
import type { CheckResult, Finding, Manifest } from "../analysis/model.ts";
import { type Change, changeSince, stagedChange } from "../analysis/tree/change.ts";
import { commitTree, emptyTree, GitError, indexTree } from "../analysis/tree/git-tree.ts";
import { trackedFiles } from "../analysis/tree/tracked.ts";
import type { Tree } from "../analysis/tree/tree.ts";
import { ManifestReadError } from "../manifest/problem.ts";
import { MANY_FILES } from "./first-run.ts";
import { ExpectedError, type Io } from "./io.ts";
import { treeSource } from "./tree-source.ts";
import { allRules, understand } from "./workspace.ts";

export interface ScopeOptions {
  /** Judge what git's index holds. */
  staged?: boolean;
  /** A commit, by any name that git knows. */
  since?: string;
  /** False: nothing that runs before this one have worked out is used, and nothing is kept. */
  cache?: boolean;
  /** Absolute, or relative to the working folder. */
  cacheDir?: string;
}

export interface Scope {
  /** Where the files come from; null for the working folder. */
  tree: Tree | null;
  /** What has changed; null where everything is shown. */
  change: Change | null;
}

/**
 * @param root absolute path of the workspace
 * @throws ExpectedError where the options contradict each other, or git has no answer
 */
export function openScope(
  root: string,
  options: ScopeOptions & { types?: boolean; updateBaseline?: boolean },
  io: Pick<Io, "cwd" | "env">,
): Scope {
  const { staged = false, since, types, updateBaseline } = options;
  if (!staged && since === undefined) return { tree: null, change: null };
  const flag = staged ? "--staged" : "--since";
  if (staged && since !== undefined)
    throw new ExpectedError("--staged and --since are two questions: ask one at a time");
  if (updateBaseline)
    throw new ExpectedError(
      `a baseline is of the whole workspace: leave ${flag} out beside --update-baseline`,
    );
  if (staged && types)
    throw new ExpectedError("--types reads the working folder, --staged the index: leave one of them out");
  try {
    if (since !== undefined) return { tree: null, change: changeSince({ root }, since) };
    const index = io.env["GIT_INDEX_FILE"];
    const place = { root, index: index ? resolve(io.cwd, index) : undefined };
    return { tree: indexTree(place), change: stagedChange(place) };
  } catch (error) {
    if (error instanceof GitError) throw new ExpectedError(`${flag}: ${error.message}`);
    throw error;
  }
}

/** There is no manifest yet by which anything could be judged. */
export class NothingToJudge extends Error {
  override name = "NothingToJudge";
}

/**
 * A commit before the manifest's own is none of ours; one that takes the manifest away is.
 *
 * @throws NothingToJudge where the manifest is not staged, and the last commit has none
 */
export function assertHeardOf(root: string, file: string, { tree, change }: Scope): void {
  if (!tree || !change || tree.look(file) !== null) return;
  if (change.base !== null && commitTree({ root }, change.base).look(file) !== null) return;
  throw new NothingToJudge(`${file} is not staged, and no commit has it: there is nothing to judge yet`);
}

/**
 * The first step of whatever reads a whole workspace: where that will take its time, the process starts over.
 * @returns null where nothing is to be kept
 */
export function openScopedCache(
  root: string,
  options: ScopeOptions,
  io: Pick<Io, "cwd" | "startOver">,
): Cache | null {
  const cache = options.cache === false ? null : openCache(root, scopedFolder(root, options, io));
  if (isEmpty(cache) && trackedFiles(root) >= MANY_FILES) io.startOver?.();
  return cache;
}

function isEmpty(cache: Cache | null): boolean {
  return (cache?.answers.size ?? 0) === 0 && (cache?.store.size ?? 0) === 0;
}

/** Absolute path of the cache; null where the workspace has no place for one. */
export function scopedFolder(
  root: string,
  { cacheDir }: ScopeOptions,
  { cwd }: Pick<Io, "cwd">,
): string | null {
  if (cacheDir === undefined) return usualFolder(root);
  return isAbsolute(cacheDir) ? cacheDir : resolve(cwd, cacheDir);
}

/**
 * The findings that a change is to answer for: those in its files, and those elsewhere that were not there
 * before it. An unchanged file has the same lines as before, so a finding there is known by its place.
 *
 * @param before judges the workspace as it was, and says which of these keys were there, and maybe of others: asked
 *   only where a finding lies outside of the change
 */
export async function ofChange(
  result: CheckResult,
  change: Change,
  before: (asked: readonly string[]) => Promise<readonly string[]>,
): Promise<(finding: Finding) => boolean> {
  const isOutside = ({ at }: Finding) => !change.holds(at.file);
  const outside = result.findings.filter(isOutside);
  if (outside.length === 0) return () => true;
  const known = new Set(await before(outside.map(keyOf)));
  return (finding) => !isOutside(finding) || !known.has(keyOf(finding));
}

/** What a finding is told apart by: its rule, its words and its range. */
export function keyOf({ rule, message, at }: Finding): string {
  return JSON.stringify([rule, message, at.file, at.line, at.column, at.endLine, at.endColumn]);
}

/** What the workspace's findings were before a change, by their keys; none where there was no manifest that could be read. */
export async function findingsBefore(
  root: string,
  manifestFile: string,
  change: Change,
  cache: Cache | null,
): Promise<readonly string[]> {
  const today = new Date().toISOString().slice(0, 10);
  // A commit never changes, so neither does what is found in it on one day.
  const key = `before\0${root}\0${manifestFile}\0${change.base}\0${today}`;
  const stored = cache?.answers.get(key) ?? null;
  if (stored !== null) return JSON.parse(stored) as string[];
  const tree = change.base === null ? emptyTree({ root }) : commitTree({ root }, change.base);
  const manifest = readManifest(tree, manifestFile);
  if (manifest === null) return [];
  const [{ analyse }, { check }] = await Promise.all([
    import("../analysis/mod.ts"),
    import("../analysis/check.ts"),
  ]);
  const model = await analyse({ root, manifest, tree, today, ...(cache && { cache }) });
  const found = check(model, allRules()).findings.map(keyOf);
  if (model.problems.length === 0) {
    cache?.answers.set(key, () => JSON.stringify(found));
    cache?.answers.flush();
  }
  return found;
}

/** The manifest that a tree holds; null where there is none that can be read. */
export function readManifest(tree: Tree, file: string): Manifest | null {
  try {
    return understand(treeSource(tree, file)).manifest;
  } catch (error) {
    if (error instanceof ManifestReadError) return null;
    throw error;
  }
}
