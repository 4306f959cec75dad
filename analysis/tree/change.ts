/** Which files differ between two states of a workspace, and the commit that the earlier one is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contentId } from "../cache/stats.ts";
import { git } from "./git.ts";
import { asked, GitError, type GitPlace } from "./git-tree.ts";

export interface Change {
  /** The commit before the change; null where there is none yet. */
  base: string | null;
  /** Whether a file is among those that were added, changed or deleted. */
  holds(file: string): boolean;
}

/** From the last commit to what is staged. @throws GitError where git has no answer */
export function stagedChange(place: GitPlace): Change {
  const base = commitOf(place, "HEAD");
  if (base === null) return { base, holds: () => true };
  const differing = differ(place, ["--cached", base]).map(({ path }) => path);
  return { base, holds: within(differing) };
}

/**
 * From where the working folder's branch left a commit's to the working folder, files that git does not
 * know yet included.
 *
 * @throws GitError where there is no such commit
 */
export function changeSince(place: GitPlace, commit: string): Change {
  asked(place, ["rev-parse", "--git-dir"]);
  const named = commitOf(place, commit);
  if (named === null) throw new GitError(`git knows no commit ${commit}`);
  // Where the histories have nothing in common, or a shallow clone does not say, the commit itself.
  const common = git(place.root, ["merge-base", named, "HEAD"]);
  const base = (common?.exitCode === 0 && common.stdout.toString().trim()) || named;
  const changed = differ(place, [base]).filter(({ path, id }) => !isStill(place, path, id));
  const others = asked(place, ["ls-files", "--others", "--exclude-standard", "-z"]);
  const unknown = others.stdout.toString().split("\0").filter(Boolean);
  return { base, holds: within([...changed.map(({ path }) => path), ...unknown]) };
}

function commitOf({ root }: GitPlace, name: string): string | null {
  const run = git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  return run?.exitCode === 0 ? run.stdout.toString().trim() : null;
}

/** What differs from a commit, with what it was there. Of the working folder, git compares the stats alone, and so runs no filter. */
function differ(place: GitPlace, args: readonly string[]): { path: string; id: string }[] {
  const run = asked(place, [
    "diff-index",
    "--relative",
    "--no-renames",
    "--ignore-submodules=none",
    "-z",
    ...args,
    "--",
  ]);
  const parts = run.stdout.toString().split("\0");
  const found: { path: string; id: string }[] = [];
  // :<mode> <mode> <id> <id> <status>\0<path>\0
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, , id = ""] = (parts[at] ?? "").split(" ");
    found.push({ path: parts[at + 1] ?? "", id });
  }
  return found;
}

/** The working folder's file has the content that it had, though its stats may tell otherwise. */
function isStill({ root }: GitPlace, path: string, id: string): boolean {
  try {
    return contentId(readFileSync(join(root, path))) === id;
  } catch {
    return false;
  }
}

/** A submodule or another repository is one path, for all that lies in it. */
export function within(paths: readonly string[]): (file: string) => boolean {
  const all = new Set(paths.map((path) => path.replace(/\/$/, "")));
  return (file) => {
    for (let at = file; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/"))))
      if (all.has(at)) return true;
    return false;
  };
}
