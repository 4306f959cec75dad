/**
 * Globs over workspace paths. Bun's matcher rather than one that compiles to a regular expression: its
 * time is bounded, and the globs may be a stranger's.
 */
import { isWithin } from "./paths.ts";

const matchers = new Map<string, (path: string) => boolean>();

/**
 * The matcher of one glob: `*` within a folder, `**` across folders, `?`, `[a-z]`, `{a,b}`. A glob that
 * names a file or a folder plainly covers it and all beneath it.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  let matcher = matchers.get(glob);
  if (matcher === undefined) {
    const compiled = new Bun.Glob(glob);
    const folder = glob.replace(/\/+$/, "");
    matcher = (path) => isWithin(path, folder) || compiled.match(path);
    matchers.set(glob, matcher);
  }
  return matcher;
}

/** Whether a path is to be read as a glob. Brackets and braces are common in folders' names: they alone make none. */
export function isGlob(path: string): boolean {
  return path.includes("*");
}
