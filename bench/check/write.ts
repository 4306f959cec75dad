/** A monorepo's texts on a disk, as a git repository with one commit. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @param folder absolute path of an empty folder */
export function writeRepository(folder: string, files: ReadonlyMap<string, string>): void {
  const made = new Set<string>();
  for (const [path, text] of files) {
    const full = join(folder, path);
    const parent = dirname(full);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    writeFileSync(full, text);
  }
  git(folder, "init", "--quiet", "--initial-branch=main");
  commit(folder, "the beginning");
}

/** Stages everything and commits it. */
export function commit(folder: string, message: string): void {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--allow-empty", "--message", message);
}

/** @throws Error with git's own words where it refuses */
export function git(folder: string, ...args: string[]): string {
  const run = Bun.spawnSync(["git", ...IDENTITY, ...args], { cwd: folder, stderr: "pipe" });
  if (run.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${run.stderr.toString()}`);
  return run.stdout.toString();
}

const IDENTITY = [
  "-c",
  "user.name=bench",
  "-c",
  "user.email=bench@example.invalid",
  "-c",
  "commit.gpgsign=false",
  "-c",
  "core.autocrlf=false",
  "-c",
  "gc.auto=0",
];
