/**
 * The folders that a service's `path` and `migrations` name.
 */
import { globMatcher, isGlob } from "./globs.ts";
import type { ManifestProblem, Place } from "./model.ts";
import { show } from "./nearest.ts";
import { foldersAbove, normalizePath } from "./paths.ts";
import { ManifestReadError } from "./problem.ts";
import type { ManifestSource } from "./source.ts";

/** A folder, or a file of migrations, and where the manifest names it. */
export interface Located {
  path: string;
  at: Place;
}

/**
 * Finds every folder that is named; what is missing is a problem.
 *
 * @param written the key's value: one path or a list
 * @param place where the value stands, or its entry with that index
 */
export function locateFolders(
  key: "path" | "migrations",
  written: string | readonly string[] | undefined,
  place: (steps: number[]) => Place,
  source: ManifestSource,
  problems: ManifestProblem[],
): Located[] {
  const texts =
    typeof written === "string"
      ? [{ text: written, at: place([]) }]
      : (written ?? []).map((text, index) => ({ text, at: place([index]) }));
  return texts.flatMap(({ text, at }) => {
    try {
      const found = locate(key, normalizePath(text).path ?? text, source);
      if (Array.isArray(found)) return found.map((path) => ({ path, at }));
      problems.push({ at, message: `${show(key)} ${show(text)} ${found}` });
    } catch (error) {
      if (!(error instanceof ManifestReadError)) throw error;
      problems.push({ at, message: `${show(key)} ${show(text)} ${error.message}` });
    }
    return [];
  });
}

/** The folders, or what is wrong. */
function locate(key: "path" | "migrations", path: string, source: ManifestSource): string[] | string {
  if (source.isFolder(path)) return [path];
  if (source.exists(path)) {
    return key === "migrations" ? [path] : "is a file, and a service's path is a folder";
  }
  if (!isGlob(path)) return "does not exist";
  const found = foldersMatching(path, source);
  return found.length === 0 ? "matches no folder" : found;
}

/** The outermost folders that the glob matches: what lies beneath them is theirs anyway. */
function foldersMatching(glob: string, source: ManifestSource): string[] {
  const matches = globMatcher(glob);
  const folders = new Set((source.files?.() ?? []).flatMap((file) => [...foldersAbove(file)]));
  const found = new Set([...folders].filter(matches));
  return [...found].filter((folder) => ![...foldersAbove(folder)].some((above) => found.has(above))).sort();
}
