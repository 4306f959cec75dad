/** The commit at which a workspace's work left its default branch: what has landed is what stands there. */
import { git } from "./git.ts";

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
  const input = `HEAD\n${branches.join("\n")}\n`;
  const found = git(root, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], { input });
  if (found?.exitCode !== 0) return null;
  const [head, ...others] = found.stdout
    .toString()
    .split("\n")
    .map((line) => /^([0-9a-f]+) commit$/.exec(line)?.[1]);
  if (head === undefined) return null;
  const at = others.findIndex((commit) => commit !== undefined);
  const name = branches[at] ?? "HEAD";
  if (at < 0 || others[at] === head) return { commit: head, name };
  const base = git(root, ["merge-base", head, others[at]!]);
  return base?.exitCode === 0
    ? { commit: base.stdout.toString().trim(), name }
    : { commit: head, name: "HEAD" };
}
