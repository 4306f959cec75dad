/**
 * Globs over workspace paths. Bun's matcher rather than one that compiles to a regular expression: its
 * time is bounded, and the globs may be a stranger's.
 */
import type { ManifestProblem, Place } from "./model.ts";
import { show } from "./nearest.ts";
import { isWithin, normalizePath } from "./paths.ts";
import type { ManifestSource } from "./source.ts";

const matchers = new Map<string, (path: string) => boolean>();

/**
 * The matcher of one glob: `*` within a folder, `**` across folders, `?`, `[a-z]`, `{a,b}`. A glob that
 * names a file or a folder plainly covers it and all beneath it.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  let matcher = matchers.get(glob);
  if (matcher === undefined) {
    const compiled = new Bun.Glob(glob);
    matcher = (path) => isWithin(path, glob) || compiled.match(path);
    matchers.set(glob, matcher);
  }
  return matcher;
}

/** Whether a path is to be read as a glob. Brackets and braces are common in folders' names: they alone make none. */
export function isGlob(path: string): boolean {
  return path.includes("*");
}

/** `./a/*.ts` as `a/*.ts`, which is how files are named. The schema has refused what cannot be one. */
export function normalizeGlob(glob: string): string {
  return normalizePath(glob).path ?? glob;
}

/** A glob as the manifest writes it. */
export interface WrittenGlob {
  key: string;
  glob: string;
  at: Place;
}

/**
 * A glob that matches nothing has been left behind, or was never right: `ignore` then ignores nothing, and
 * `via` opens a road for nobody.
 */
export function globProblems(globs: readonly WrittenGlob[], source: ManifestSource): ManifestProblem[] {
  if (globs.length === 0 || source.files === undefined) return [];
  const files = source.files();
  return globs
    .filter(({ glob }) => !files.some(globMatcher(glob)))
    .map(({ key, glob, at }) => ({ at, message: `${show(key)} ${show(glob)} matches no file` }));
}
