/** The commit at which a workspace's work left its default branch: what has landed is what stands there. */
import { type GitRun, git, gitSoon, objectsOf } from "./git.ts";

export interface Base {
  commit: string;
  /** The branch that it is of; `HEAD` where no default branch is known. */
  name: string;
}

/** Where a default branch may be found, the best first. */
const branches = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

const NAMES = ["HEAD", ...branches];

/**
 * @param root absolute path of the workspace
 * @returns null outside of git, and before the first commit
 */
export function baseOf(root: string): Base | null {
  const run = git(root, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    input: `${NAMES.join("\n")}\n`,
  });
  if (run?.exitCode !== 0) return null;
  const lines = run.stdout.toString().split("\n");
  const tips = tipsOf(lines.map((line) => /^([0-9a-f]+) commit$/.exec(line)?.[1]));
  return tips && baseFrom(tips, isLeft(tips) ? git(root, leaving(tips)) : null);
}

/** What git said of a repository in one breath. */
export interface Heard {
  /** The last commit. */
  head: string | null;
  base: Base | null;
  /** The blobs that were asked for, by git's name for them; one that is not there is missing. */
  blobs: Map<string, Buffer>;
}

/** As {@link baseOf}, with the last commit and some blobs, while other work goes on. */
export async function hear(root: string, ids: readonly string[]): Promise<Heard> {
  const run = await gitSoon(root, ["cat-file", "--batch"], { input: `${[...NAMES, ...ids].join("\n")}\n` });
  const objects = run?.exitCode === 0 ? objectsOf(run.stdout) : [];
  const tips = tipsOf(
    objects.slice(0, NAMES.length).map((object) => (object?.kind === "commit" ? object.id : undefined)),
  );
  const base = tips && baseFrom(tips, isLeft(tips) ? await gitSoon(root, leaving(tips)) : null);
  const blobs = objects.slice(NAMES.length).filter((object) => object?.kind === "blob");
  return {
    head: tips?.head ?? null,
    base,
    blobs: new Map(blobs.map((blob) => [blob!.id, blob!.bytes])),
  };
}

/** The last commit, and that of the default branch. */
interface Tips {
  head: string;
  main: Base;
}

/** @param commits of {@link NAMES}, as far as they are there */
function tipsOf([head, ...others]: readonly (string | undefined)[]): Tips | null {
  if (head === undefined) return null;
  const at = others.slice(0, branches.length).findIndex((commit) => commit !== undefined);
  return { head, main: { commit: others[at] ?? head, name: branches[at] ?? "HEAD" } };
}

function isLeft({ head, main }: Tips): boolean {
  return main.commit !== head;
}

function leaving({ head, main }: Tips): string[] {
  return ["merge-base", head, main.commit];
}

/** @param left what {@link leaving} came to; null where the work has not left */
function baseFrom({ head, main }: Tips, left: GitRun | null): Base {
  if (main.commit === head) return main;
  if (left?.exitCode !== 0) return { commit: head, name: "HEAD" };
  return { commit: left.stdout.toString().trim(), name: main.name };
}
