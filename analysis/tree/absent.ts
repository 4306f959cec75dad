/**
 * What a sparse checkout leaves out of the working folder: it is no less a part of the workspace than
 * what lies there, and is taken as the index holds it.
 */
import { git } from "./git.ts";
import { GitTree, type Held } from "./git-tree.ts";

/**
 * @param root absolute path of the workspace
 * @returns null where nothing is left out, and outside of git
 */
export function absentTree(root: string): GitTree | null {
  const sparse = git(root, ["config", "--type=bool", "core.sparseCheckout"]);
  if (sparse?.stdout.toString().trim() !== "true") return null;
  const run = git(root, ["ls-files", "--stage", "-t", "-z"]);
  if (run?.exitCode !== 0) return null;
  const held = new Map<string, Held>();
  for (const entry of run.stdout.toString().split("\0")) {
    // S <mode> <id> <stage>\t<path>
    const tab = entry.indexOf("\t");
    if (!entry.startsWith("S ") || tab < 0) continue;
    const [, mode = "", id = "", stage] = entry.slice(0, tab).split(" ");
    held.set(entry.slice(tab + 1), { mode, id, unmerged: stage !== "0" });
  }
  return held.size === 0 ? null : new GitTree({ root }, held);
}
