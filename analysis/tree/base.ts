/** The commit at which a workspace's work left its default branch: what has landed is what stands there. */
import { type GitRun, git, gitSoon } from "./git.ts";

export interface Base {
  commit: string;
  /** The branch that it is of; `HEAD` where no default branch is known. */
  name: string;
}

/** Where a default branch may be found, the best first. */
const branches = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/**
 * @param root absolute path of the workspace
 * @returns null outside of git, and before the first commit
 */
export function baseOf(root: string): Base | null {
  return headAndBase(root, git(root, COMMITS, { input: NAMES })).base;
}

/** The last commit, too, while other work goes on. */
export async function baseSoon(root: string): Promise<{ head: string | null; base: Base | null }> {
  return headAndBase(root, await gitSoon(root, COMMITS, { input: NAMES }));
}

const COMMITS = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
const NAMES = `HEAD\n${branches.join("\n")}\n`;

function headAndBase(root: string, found: GitRun | null): { head: string | null; base: Base | null } {
  if (found?.exitCode !== 0) return { head: null, base: null };
  const [head, ...others] = found.stdout
    .toString()
    .split("\n")
    .map((line) => /^([0-9a-f]+) commit$/.exec(line)?.[1]);
  if (head === undefined) return { head: null, base: null };
  const at = others.findIndex((commit) => commit !== undefined);
  const name = branches[at] ?? "HEAD";
  if (at < 0 || others[at] === head) return { head, base: { commit: head, name } };
  const base = git(root, ["merge-base", head, others[at]!]);
  return base?.exitCode === 0
    ? { head, base: { commit: base.stdout.toString().trim(), name } }
    : { head, base: { commit: head, name: "HEAD" } };
}
