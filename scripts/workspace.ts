/** Finds the workspace that a command is about, and reads its manifest. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "jsonc-parser";
import {
  diskSource,
  formatProblem,
  loadManifest,
  type Manifest,
  ManifestReadError,
} from "../manifest/mod.ts";
import { rules } from "../rules/mod.ts";
import { ExpectedError, type Io, LocatedError } from "./io.ts";

export interface Workspace {
  /** Absolute path of the folder that holds the manifest. */
  root: string;
  manifest: Manifest;
}

const usualName = "freehold.json";

/**
 * Opens the workspace of the working folder.
 * @param config the manifest to use, relative to the working folder; its folder is the workspace.
 *   Left out, the nearest freehold.json above is taken; a fragment beside a service is passed by.
 * @throws ExpectedError if there is no manifest; LocatedError if it has problems, with a line for each
 */
export function openWorkspace(io: Pick<Io, "cwd">, config?: string): Workspace {
  const path = config === undefined ? nearestManifest(io.cwd) : resolve(io.cwd, config);
  if (path === null) {
    throw new ExpectedError(
      `no ${usualName} in ${io.cwd} or above it: write one at the workspace's root, or name one with --config`,
    );
  }
  if (!existsSync(path)) throw new ExpectedError(`${config} does not exist: --config names a manifest`);
  const root = dirname(path);
  try {
    const loaded = loadManifest(
      diskSource(root, basename(path)),
      rules.map(({ id }) => id),
    );
    if (loaded.manifest) return { root, manifest: loaded.manifest };
    throw new LocatedError(loaded.problems.map(formatProblem).join("\n"));
  } catch (error) {
    if (error instanceof ManifestReadError) throw new ExpectedError(`${path} ${error.message}`);
    throw error;
  }
}

/** Reads a file of the workspace for a code frame: null where it cannot be read, or is a link out of the workspace. */
export function sourceReader(root: string): (file: string) => string | null {
  return (file) => {
    try {
      return diskSource(root, file).read(file);
    } catch (error) {
      if (error instanceof ManifestReadError) return null;
      throw error;
    }
  };
}

function nearestManifest(from: string): string | null {
  let fragment: string | null = null;
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, usualName);
    if (existsSync(path)) {
      if (!isFragment(path)) return path;
      fragment ??= path;
    }
    if (folder === dirname(folder)) return fragment;
  }
}

/** One service's part of a manifest that stands further up: it names no services itself. */
function isFragment(path: string): boolean {
  try {
    const value: unknown = parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null && "owns" in value && !("services" in value);
  } catch {
    return false;
  }
}
