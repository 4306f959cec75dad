/**
 * Whether a check is plainly the first of a large repository: known before any of the tool is loaded, so that a process that
 * starts over (start-over.ts) has done nothing yet that it would do twice. What is not so plain is seen later (scope.ts).
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { trackedFiles } from "../analysis/tree/tracked.ts";

/** Files of a repository: with fewer, a run that knows nothing yet is over before a second start is made good. */
export const MANY_FILES = 1000;

/** Where a workspace's cache usually lies. */
const USUAL_FOLDERS = ["node_modules/.cache/freehold", ".git/freehold"];

/** @param args what stands after the bin */
export function isPlainlyFirst(args: readonly string[], cwd: string): boolean {
  if (args[0] !== "check" || !existsSync(join(cwd, "freehold.json"))) return false;
  return (
    !cachesOf(args).some((folder) => existsSync(resolve(cwd, folder))) && trackedFiles(cwd) >= MANY_FILES
  );
}

function cachesOf(args: readonly string[]): readonly string[] {
  if (args.includes("--no-cache")) return [];
  const at = args.indexOf("--cache-dir");
  const given = at === -1 ? undefined : args[at + 1];
  return given === undefined ? USUAL_FOLDERS : [given];
}
