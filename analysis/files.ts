/**
 * Which files of a workspace are read, and their texts. What cannot be read is named, never passed
 * over; no link is followed out of the workspace.
 */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { globMatcher } from "../manifest/mod.ts";
import type { InputProblem } from "./model.ts";

export interface SourceFile {
  /** Relative to the workspace's root, with `/`. */
  path: string;
  text: string;
}

export interface Discovery {
  files: SourceFile[];
  /** Texts of `package.json` and `tsconfig*.json` files, for resolving imports. */
  configs: Map<string, string>;
  problems: InputProblem[];
  /** How many files were left out because a machine wrote them: vendored, minified, generated, declarations. */
  leftOut: number;
}

/** Larger files are not source that people write. */
export const LARGEST_BYTES = 5 * 1024 * 1024;

const READ = /\.(?:[cm]?[jt]s|[jt]sx|sql)$/;
const CONFIG = /(?:^|\/)(?:package|tsconfig[\w.-]*)\.json$/;
const NOT_OURS =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third_party|\.git|\.yarn|\.next|\.nuxt|\.turbo|\.cache|dist|build|out|coverage|storybook-static)\//;
const WRITTEN_BY_MACHINES =
  /\.d\.[cm]?ts$|[.-]min\.[cm]?js$|\.(?:generated|gen)\.[cm]?[jt]sx?$|(?:^|\/)(?:__generated__|generated)\//;

/**
 * @param root absolute path of the workspace
 * @param options.ignore globs over workspace paths that are not read
 * @param options.keep workspace folders that count as source whatever their name (services' paths, migrations)
 */
export function discover(
  root: string,
  options: {
    ignore?: readonly string[];
    keep?: readonly string[];
    onFile?: (done: number, total: number) => void;
  } = {},
): Discovery {
  const found: Discovery = { files: [], configs: new Map(), problems: [], leftOut: 0 };
  const ignored = (options.ignore ?? []).map(globMatcher);
  const home = realpathSync(root);
  const listed = listWithGit(root, found.problems) ?? walk(root, found.problems);
  const paths = [...new Set(listed)].sort();
  for (const [index, path] of paths.entries()) {
    options.onFile?.(index, paths.length);
    if (ignored.some((matches) => matches(path))) continue;
    const config = CONFIG.test(path);
    if (/(?:^|\/)node_modules\//.test(path)) continue;
    if (!config && !READ.test(path)) {
      checkLink(root, home, path, found.problems);
      continue;
    }
    if (!config && isLeftOut(path, options.keep ?? [])) {
      found.leftOut++;
      continue;
    }
    const text = read(root, home, path, found.problems);
    if (text === null) continue;
    if (config) found.configs.set(path, text);
    else if (isMinified(path, text)) found.leftOut++;
    else found.files.push({ path, text });
  }
  options.onFile?.(paths.length, paths.length);
  return found;
}

function isLeftOut(path: string, keep: readonly string[]): boolean {
  if (WRITTEN_BY_MACHINES.test(path)) return true;
  // A service may well live in `vendor/` or keep its migrations in `build/`: only what lies below its path is judged by name.
  const holder = keep.find((folder) => path.startsWith(`${folder}/`));
  return NOT_OURS.test(holder === undefined ? path : path.slice(holder.length + 1));
}

function isMinified(path: string, text: string): boolean {
  if (path.endsWith(".sql") || text.length < 20_000) return false;
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return text.length / lines > 1000;
}

function read(root: string, home: string, path: string, problems: InputProblem[]): string | null {
  const full = join(root, path);
  try {
    const link = lstatSync(full).isSymbolicLink();
    if (link) {
      const target = realpathSync(full);
      if (!isInside(home, target)) {
        problems.push({
          file: path,
          message:
            "a link that leads out of the workspace is not followed; take it out or list it under ignore",
        });
      }
      // A target inside is read where it stands.
      return null;
    }
    const { size } = statSync(full);
    if (size > LARGEST_BYTES) {
      problems.push({
        file: path,
        message: `${Math.round(size / 1024 / 1024)} MB are more than source has (the limit is ${LARGEST_BYTES / 1024 / 1024} MB); list it under ignore if it is data`,
      });
      return null;
    }
    return decodeUtf8(readFileSync(full), path, problems);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Deleted in the working tree, still in the index.
    if (code === "ENOENT") return null;
    problems.push({ file: path, message: readFault(code, error) });
    return null;
  }
}

/** Anything else is read only to see that no link leads a folder full of code out of the workspace. */
function checkLink(root: string, home: string, path: string, problems: InputProblem[]): void {
  const full = join(root, path);
  try {
    if (!lstatSync(full).isSymbolicLink()) return;
    const target = realpathSync(full);
    if (!isInside(home, target) && statSync(target).isDirectory())
      problems.push({
        file: path,
        message:
          "a link to a folder outside the workspace is not followed; take it out or list it under ignore",
      });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOOP") problems.push({ file: path, message: readFault(code, error) });
  }
}

function decodeUtf8(bytes: Uint8Array, path: string, problems: InputProblem[]): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    problems.push({ file: path, message: "it is not UTF-8; save it as UTF-8 or list it under ignore" });
    return null;
  }
}

function readFault(code: string | undefined, error: unknown): string {
  if (code === "EACCES" || code === "EPERM") return "it may not be read (permission denied)";
  if (code === "ELOOP") return "a link that leads back to itself";
  if (code === "EISDIR") return "it is a folder, where a file was expected";
  return `it could not be read (${code ?? (error as Error).message})`;
}

function isInside(home: string, target: string): boolean {
  return target === home || target.startsWith(home + sep);
}

/** Tracked files and untracked ones that are not ignored; null outside of git. */
function listWithGit(root: string, problems: InputProblem[]): string[] | null {
  const git = Bun.which("git");
  if (!git) return null;
  const run = Bun.spawnSync(
    [
      git,
      "-c",
      "core.fsmonitor=false",
      "-c",
      "core.hooksPath=/dev/null",
      "ls-files",
      "-co",
      "--exclude-standard",
      "-z",
    ],
    {
      cwd: root,
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
    },
  );
  if (run.exitCode !== 0) return null;
  const complaint = /could not open directory '([^']+)\/?': (.*)/g;
  for (const [, folder = "", why = ""] of run.stderr.toString().matchAll(complaint))
    problems.push({
      file: folder.replace(/\/$/, ""),
      message: `the folder could not be read (${why.toLowerCase()})`,
    });
  return run.stdout.toString().split("\0").filter(Boolean);
}

function walk(root: string, problems: InputProblem[]): string[] {
  const found: string[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let entries: import("node:fs").Dirent[];
    try {
      entries = readdirSync(join(root, folder), { withFileTypes: true });
    } catch (error) {
      problems.push({
        file: folder || ".",
        message: `the folder could not be read (${(error as NodeJS.ErrnoException).code})`,
      });
      continue;
    }
    for (const entry of entries) {
      const path = folder ? posix.join(folder, entry.name) : entry.name;
      if (entry.isDirectory()) {
        if (!/^(?:node_modules|\.git|\.yarn)$/.test(entry.name)) folders.push(path);
      } else found.push(path);
    }
  }
  return found.map((path) => path.split(sep).join("/"));
}
