/**
 * Which paths a folder holds: what git tracks and what it does not ignore, or everything outside git.
 *
 * The folder may be a stranger's, its `.git` included, so git is asked in a way in which it starts no
 * program that a configuration names: no file system monitor, no hook, no pager, no transport for
 * objects that a partial clone lacks, and nothing from `GIT_*` variables.
 */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join, posix, sep } from "node:path";

export interface Listing {
  /** Relative to the folder, with `/`. A submodule or another repository within is one path, of a folder. */
  paths: string[];
  /** Folders that could not be looked into, and why. */
  unread: { folder: string; reason: string }[];
}

/** @param folder absolute path */
export function listFolder(folder: string): Listing {
  return listWithGit(folder) ?? walk(folder);
}

const HARMLESS = [
  "--no-pager",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "safe.bareRepository=explicit",
  // A container's checkout often belongs to another user; with nothing to run, its configuration does no harm.
  "-c",
  "safe.directory=*",
];

/** `npx` and `bun run` search node_modules/.bin of the working folder first: a git that lies there is the workspace's, and not run. */
function findGit(folder: string): string | null {
  const home = realpathSync(folder);
  const trusted = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter(
      (place) =>
        isAbsolute(place) &&
        !place.split(sep).includes("node_modules") &&
        !`${place}${sep}`.startsWith(`${home}${sep}`),
    );
  return Bun.which("git", { PATH: trusted.join(delimiter) });
}

function git(folder: string, args: readonly string[]) {
  const program = findGit(folder);
  if (!program) return null;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  return Bun.spawnSync([program, ...HARMLESS, ...args], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
    env: {
      ...env,
      LC_ALL: "C",
      GIT_ALLOW_PROTOCOL: "none",
      GIT_NO_LAZY_FETCH: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
    },
  });
}

function listWithGit(folder: string): Listing | null {
  const run = git(folder, ["ls-files", "-co", "--exclude-standard", "-z"]);
  if (run?.exitCode !== 0) return null;
  // Of a folder that a repository further up ignores, git lists nothing.
  if (
    !existsSync(join(folder, ".git")) &&
    git(folder, ["check-ignore", "-q", "--no-index", "."])?.exitCode === 0
  )
    return null;
  const complaints = run.stderr.toString().matchAll(/could not open directory '([\s\S]+?)\/?': ([^\n]*)/g);
  return {
    paths: run.stdout
      .toString()
      .split("\0")
      .filter(Boolean)
      .map((path) => path.replace(/\/$/, "")),
    unread: [...complaints].map(([, path = "", reason = ""]) => ({
      folder: path,
      reason: reason.toLowerCase(),
    })),
  };
}

function walk(root: string): Listing {
  const found: Listing = { paths: [], unread: [] };
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let entries: import("node:fs").Dirent[];
    try {
      entries = readdirSync(join(root, folder), { withFileTypes: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = code === "EACCES" || code === "EPERM" ? "permission denied" : String(code);
      found.unread.push({ folder, reason });
      continue;
    }
    for (const entry of entries) {
      const path = posix.join(folder, entry.name);
      if (!entry.isDirectory()) found.paths.push(path);
      else if (!/^(?:node_modules|\.git|\.yarn)$/.test(entry.name)) folders.push(path);
    }
  }
  return found;
}
