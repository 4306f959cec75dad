/**
 * `freehold hook install` and `uninstall`: the check before each commit. What somebody else has written is
 * never overwritten: then it says what to add.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { git } from "../analysis/tree/git.ts";
import {
  commandLine,
  holdsCheck,
  hookScript,
  isOurs,
  lefthookEntry,
  mergeHookScript,
  preCommitEntry,
} from "./hook-text.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { openWorkspace } from "./workspace.ts";
import { cannotWrite } from "./write-whole.ts";

interface Repository {
  /** Absolute path of the working tree's root. */
  top: string;
  /** The workspace within it; empty for its root. */
  folder: string;
  /** Absolute path of the folder in which git looks for hooks. */
  hooks: string;
}

/** A tool that keeps the hooks, with its configuration's file and what to add there. */
interface Keeper {
  name: string;
  file: string;
  entry: string;
}

/** @throws ExpectedError where there is no working tree of git's, or a hook is somebody else's */
export function install(options: { config?: string }, io: Io): number {
  const { root } = openWorkspace(io, options.config);
  const repository = openRepository(root);
  const { top, folder, hooks } = repository;
  const keeper = keeperOf(repository);
  if (keeper) {
    if (holdsCheck(readFileSync(join(top, keeper.file), "utf8"))) {
      io.out(`${keeper.file} runs the check already\n`);
      return exitCodes.clean;
    }
    throw new ExpectedError(
      `${keeper.name} keeps this repository's hooks, so add this to ${keeper.file}:\n\n${keeper.entry.trimEnd()}`,
    );
  }
  const husky = usesHusky(repository);
  const path = husky ? join(top, ".husky/pre-commit") : join(hooks, "pre-commit");
  const shown = relative(top, path);
  if (existsSync(path)) {
    const text = readFileSync(path, "utf8");
    if (!isOurs(text) && holdsCheck(text)) {
      io.out(`${shown} runs the check already\n`);
      return exitCodes.clean;
    }
    if (!isOurs(text) && text.trim() !== "") {
      throw new ExpectedError(
        `${shown} is somebody else's, so add this line to it:\n\n${commandLine(folder)}`,
      );
    }
  }
  write(path, hookScript(folder), shown);
  io.out(`${shown} checks what is staged before each commit\n`);
  // Git itself commits a merge without conflicts, and then asks this one.
  const merge = join(dirname(path), "pre-merge-commit");
  if (!existsSync(merge) || isOurs(readFileSync(merge, "utf8"))) write(merge, mergeHookScript(), merge);
  return exitCodes.clean;
}

/** Takes our hooks away, and nobody else's. */
export function uninstall(options: { config?: string }, io: Io): number {
  const repository = openRepository(openWorkspace(io, options.config).root);
  const { top, hooks } = repository;
  const found = [hooks, join(top, ".husky")]
    .flatMap((place) => ["pre-commit", "pre-merge-commit"].map((name) => join(place, name)))
    .filter((path) => existsSync(path) && isOurs(readFileSync(path, "utf8")));
  for (const path of found) rmSync(path);
  const named = [...new Set(found)].map((path) => relative(top, path));
  io.out(named.length > 0 ? `taken away: ${named.join(", ")}\n` : "no hook here is freehold's\n");
  return exitCodes.clean;
}

/** @throws ExpectedError where the folder is in no working tree of git's */
export function openRepository(root: string): Repository {
  const run = git(root, ["rev-parse", "--show-toplevel"]);
  if (run === null) throw new ExpectedError("git is not installed, or not on PATH: a hook needs it");
  if (run.exitCode !== 0) {
    // git is asked in a way in which it does not so much as look into a bare one.
    const bare = /bare repository|must be run in a work tree/.test(run.stderr.toString());
    throw new ExpectedError(
      bare ? `${root} is a bare repository: nobody commits in it` : `${root} is in no repository of git's`,
    );
  }
  const top = realpathSync(run.stdout.toString().replace(/\r?\n$/, ""));
  const folder = relative(top, realpathSync(root)).replaceAll(sep, "/");
  return { top, folder, hooks: hooksFolder(top) };
}

/** Where git looks: core.hooksPath, or the folder that all working trees of the repository share. */
function hooksFolder(top: string): string {
  const set = git(top, ["config", "--type=path", "--get-all", "core.hooksPath"])?.stdout.toString() ?? "";
  // The last one is ours: git is asked in a way in which it runs no hook.
  const configured = set.trim().split("\n").slice(0, -1).at(-1);
  if (configured) return isAbsolute(configured) ? configured : resolve(top, configured);
  const common = git(top, ["rev-parse", "--git-common-dir"])?.stdout.toString().trim() ?? ".git";
  return join(resolve(top, common), "hooks");
}

function keeperOf({ top, folder }: Repository): Keeper | null {
  const first = (files: string[]) => files.find((file) => existsSync(join(top, file)));
  const endings = ["yml", "yaml", "toml", "json", "jsonc"];
  const lefthook = first(
    ["lefthook", ".lefthook", ".config/lefthook"].flatMap((name) =>
      endings.map((ending) => `${name}.${ending}`),
    ),
  );
  if (lefthook) return { name: "lefthook", file: lefthook, entry: lefthookEntry(folder) };
  const framework = first([".pre-commit-config.yaml", ".pre-commit-config.yml"]);
  if (framework) return { name: "pre-commit", file: framework, entry: preCommitEntry(folder) };
  return null;
}

function usesHusky({ top, hooks }: Repository): boolean {
  return relative(top, hooks).split(sep)[0] === ".husky" || existsSync(join(top, ".husky"));
}

function write(path: string, text: string, shown: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  } catch (error) {
    throw cannotWrite(shown, error);
  }
}
