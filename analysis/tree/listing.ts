/** Which paths a folder holds: what git tracks and what it does not ignore, or everything outside git. */
import { existsSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { git } from "./git.ts";
import type { Listing } from "./tree.ts";

/** @param folder absolute path */
export function listFolder(folder: string): Listing {
  return listWithGit(folder) ?? walk(folder);
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
