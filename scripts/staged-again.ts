/**
 * `check --staged`, where the last commits were linked as a whole: what is staged is judged by linking again what
 * it concerns. Where that cannot be done, all is judged as at the first time.
 */
import { basename, dirname, resolve } from "node:path";
import { bookPath, keepBook, openStaged, type Staged } from "../analysis/again/staged.ts";
import { cachePlaceSoon } from "../analysis/cache/mod.ts";
import { diskStore } from "../analysis/cache/store.ts";
import type { Baseline, CheckResult, Manifest, Rule } from "../analysis/model.ts";
import { baseOf } from "../analysis/tree/base.ts";
import type { Change } from "../analysis/tree/change.ts";
import { commitTree, GitError } from "../analysis/tree/git-tree.ts";
import { ManifestReadError } from "../manifest/problem.ts";
import { version } from "../package.json" with { type: "json" };
import { baselineFile } from "./baseline.ts";
import type { Io } from "./io.ts";
import { askingSource } from "./kept-manifest.ts";
import { progressOf } from "./progress.ts";
import { keyOf, openScopedCache, type ScopeOptions, scopedFolder } from "./scope.ts";
import { treeSource } from "./tree-source.ts";
import { findManifest, understand } from "./workspace.ts";

export interface StagedAgain {
  /** Absolute path of the workspace. */
  root: string;
  /** The manifest's path in it. */
  file: string;
  change: Change;
  judge(baseline: Baseline | null): CheckResult;
  /** The baseline's text as it is staged; undefined where the index has to be asked. */
  baseline: string | null | undefined;
  /**
   * What the findings were before the change, by their keys; null where that is not known.
   * @param asked keys; where all of them were there, nothing is said of others
   */
  before(asked?: readonly string[]): Promise<readonly string[] | null>;
}

/** @returns null where all is to be judged */
export async function stagedAgain(
  options: ScopeOptions & { config?: string },
  io: Pick<Io, "cwd" | "env" | "status" | "startOver">,
): Promise<StagedAgain | null> {
  const path = findManifest(io, options.config);
  const [root, file] = [dirname(path), basename(path)];
  const folder = scopedFolder(root, options, io);
  if (folder === null) return null;
  // Git answers while modules are loaded.
  const loading = Promise.all([import("../rules/mod.ts"), import("../analysis/again/judge.ts")]);
  const place = cachePlaceSoon(root, folder);
  const index = io.env["GIT_INDEX_FILE"];
  const asked = {
    place: { root, index: index ? resolve(io.cwd, index) : undefined },
    path: bookPath(place.folder, place.fingerprint, file),
    file,
    version,
    today: new Date().toISOString().slice(0, 10),
    late: diskStore(place.folder, { fingerprint: place.fingerprint, kind: "staged" }),
  };
  if (!(await place.isOurs)) return null;
  let staged = await openStaged(asked);
  const [{ rules }] = await loading;
  let judge = await staged.judge(rules);
  if (!judge && staged.head !== null && staged.wantsBook) {
    staged[Symbol.dispose]();
    if (!(await record(asked, staged.head, rules, options, io))) return null;
    staged = await openStaged(asked);
    judge = await staged.judge(rules);
  }
  asked.late.close();
  const { change } = staged;
  if (!judge || !change) return null;
  return {
    root,
    file,
    change,
    judge,
    baseline: staged.baseline(baselineFile({ file })),
    before: (asked) => before(staged, rules, asked),
  };
}

async function before(
  staged: Staged,
  rules: readonly Rule[],
  asked: readonly string[] | undefined,
): Promise<readonly string[] | null> {
  const found = asked ? staged.foundInHead() : null;
  if (asked && found) {
    const known = new Set([...found.facts, ...found.exceptions].map(keyOf));
    if (asked.every((key) => known.has(key))) return asked;
  }
  const judge = await staged.judgeHead(rules);
  return judge === null ? null : judge(null).findings.map(keyOf);
}

/** Links the last commit as a whole. @returns whether that could be done */
async function record(
  { place: { root }, path, file, today }: Parameters<typeof openStaged>[0],
  commit: string,
  rules: readonly Rule[],
  options: ScopeOptions,
  io: Pick<Io, "cwd" | "status" | "startOver">,
): Promise<boolean> {
  const cache = openScopedCache(root, options, io);
  if (!cache) return false;
  try {
    const tree = commitTree({ root }, commit);
    const source = treeSource(tree, file);
    const { asking, asked } = askingSource(source);
    const { manifest } = understand(asking);
    if (!manifest) return false;
    const questions = [...asked.values()];
    const { recordCommit } = await import("../analysis/again/record.ts");
    const book = await recordCommit({
      root,
      commit,
      tree,
      manifest: JSON.parse(JSON.stringify(manifest)) as Manifest,
      read: questions.flatMap(([question, path]) => (question === "read" ? [path] : [])),
      // Where every path was asked for, any that comes or goes may matter.
      sought: questions.flatMap(([question, path]) =>
        question === "read" ? [] : question === "files" ? [""] : [path],
      ),
      rules,
      version,
      today,
      cache,
      base: baseOf(root),
      onProgress: progressOf(io),
      baseline: source.read(baselineFile({ file })),
    });
    keepBook(path, book);
    return true;
  } catch (error) {
    // What is wrong with it is told where all is judged.
    if (error instanceof GitError || error instanceof ManifestReadError) return false;
    throw error;
  }
}
