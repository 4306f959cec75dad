/**
 * When a bundle is made: after a hook's run that had none, and as a hook is installed. Not where it would be of no use
 * or in the way: in CI, whose machines are gone afterwards, and in a package that is somebody else's.
 */
import { accessSync, constants, lstatSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runningCi } from "../baseline.ts";
import { bundleFolder, setting } from "./stamp.ts";

/** What a making may take on a machine that is busy with something else. */
const PATIENCE_MS = 60_000;

/** As in the bin's first line. */
const FLAGS = ["--config=/dev/null", "--no-env-file", "--tsconfig-override=/dev/null", "--no-install"];

/**
 * Makes a bundle, where there is to be one. Nothing is said, and nothing thrown: without it, the sources run.
 * @param root absolute path of the package
 */
export function offerBundle(root: string, env: Readonly<Record<string, string | undefined>>): void {
  if (!isWanted(root, env)) return;
  const maker = join(root, "scripts/bundle/make.ts");
  const kept = Object.entries(env).filter(([name]) => ["PATH", "HOME", "TMPDIR"].includes(name));
  const { exitCode, exitedDueToTimeout } = Bun.spawnSync([process.execPath, ...FLAGS, maker], {
    cwd: root,
    env: Object.fromEntries(kept),
    stdio: ["ignore", "ignore", "ignore"],
    timeout: PATIENCE_MS,
  });
  if (exitCode || exitedDueToTimeout) noteFailure(root);
}

/** A making that failed would be tried after each commit, and fail again: for a day, it is left. */
const RETRY_MS = 24 * 60 * 60 * 1000;

function failureNote(root: string): string {
  return join(bundleFolder(root), "failed");
}

function noteFailure(root: string): void {
  try {
    rmSync(failureNote(root), { force: true });
    writeFileSync(failureNote(root), setting(root), { flag: "wx" });
  } catch {
    // Then it is tried again.
  }
}

/** With this Bun, and within the last day. */
function hasFailed(root: string): boolean {
  try {
    const { mtimeMs } = lstatSync(failureNote(root));
    return Date.now() - mtimeMs < RETRY_MS && readFileSync(failureNote(root), "utf8") === setting(root);
  } catch {
    return false;
  }
}

/** @param user who runs this; undefined where nobody knows */
export function isWanted(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  user = process.getuid?.(),
): boolean {
  return (
    env["FREEHOLD_BUNDLE"] !== "off" && runningCi(env) === null && belongsTo(root, user) && !hasFailed(root)
  );
}

/** What root leaves in a user's folder, the user cannot take away; and a folder of one's own may be for reading alone. */
function belongsTo(root: string, user: number | undefined): boolean {
  try {
    accessSync(root, constants.W_OK);
    return lstatSync(root).uid === user;
  } catch {
    return false;
  }
}
