/** `freehold diff BASE`: owners, ways in and accesses that a branch adds or takes away, as Markdown. */
import { analyse } from "../analysis/mod.ts";
import { changeSince } from "../analysis/tree/change.ts";
import { commitTree, GitError } from "../analysis/tree/git-tree.ts";
import { diffMarkdown } from "../report/mod.ts";
import { ExpectedError, type Io } from "./io.ts";
import { progressOf } from "./progress.ts";
import { show } from "./read-workspace.ts";
import { openScopedCache, readManifest, type ScopeOptions } from "./scope.ts";
import { openWorkspace } from "./workspace.ts";

export interface DiffOptions extends Pick<ScopeOptions, "cache" | "cacheDir"> {
  /** A commit, by any name that git knows. */
  base: string;
  config?: string;
}

/** @throws ExpectedError where git knows no such commit */
export async function run(options: DiffOptions, io: Io): Promise<number> {
  const { base } = options;
  const { root, manifest, assertUnchanged } = openWorkspace(io, options.config);
  const cache = openScopedCache(root, options, io);
  const given = { root, onProgress: progressOf(io), ...(cache && { cache }) };
  const tree = treeBefore(root, base);
  const was = readManifest(tree, manifest.file);
  const before = was && (await analyse({ ...given, manifest: was, tree }));
  const after = await analyse({ ...given, manifest });
  assertUnchanged();
  io.status(null);
  const problems = [
    ...(before?.problems ?? []).map((one) => ({ ...one, message: `in ${base}: ${one.message}` })),
    ...after.problems,
  ];
  return show(diffMarkdown({ base, before, after }), { problems }, io);
}

/** What stood where the branch left the base: what has come to the base since is no change of the branch's. */
function treeBefore(root: string, base: string) {
  try {
    const commit = changeSince({ root }, base).base;
    return commitTree({ root }, commit ?? base);
  } catch (error) {
    if (error instanceof GitError) throw new ExpectedError(`diff: ${error.message}`);
    throw error;
  }
}
