/**
 * When a bundle is made: after a hook's run that had none, and as a hook is installed. Not where it would be of no use
 * or in the way: in CI, whose machines are gone afterwards, and in a package that is somebody else's.
 */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { runningCi } from "../baseline.ts";

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
  Bun.spawnSync([process.execPath, ...FLAGS, maker], {
    cwd: root,
    env: Object.fromEntries(kept),
    stdio: ["ignore", "ignore", "ignore"],
    timeout: PATIENCE_MS,
  });
}

/** @param user who runs this; undefined where nobody knows */
export function isWanted(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  user = process.getuid?.(),
): boolean {
  return env["FREEHOLD_BUNDLE"] !== "off" && runningCi(env) === null && belongsTo(root, user);
}

/** What root leaves in a user's folder, the user cannot take away. */
function belongsTo(root: string, user: number | undefined): boolean {
  try {
    return lstatSync(root).uid === user;
  } catch {
    return false;
  }
}
