/**
 * Which file of the workspace an import means: relative paths, tsconfig `paths`, package `imports`
 * and `exports`, and the workspace's own packages. It asks the list of files, never the disk, so it
 * answers the same for a staged tree, and needs no node_modules.
 */

import { posix } from "node:path";
import type { Package } from "./packages.ts";
import { packageTargets, readPackages } from "./packages.ts";
import { createPathMaps, customaryTargets, mappedTargets } from "./tsconfig.ts";

export interface Resolver {
  /** The workspace path that an import in `from` means; null where it leads out of the workspace. */
  resolve(from: string, specifier: string): string | null;
}

/** Texts of `package.json`, `tsconfig*.json` and `jsconfig.json` files by path. */
export type ConfigTexts = ReadonlyMap<string, string>;

const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".sql"];
/** What a built file may have been built from. */
const COMPILED: Record<string, string[]> = {
  ".js": [".ts", ".tsx", ".jsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts", ".ts"],
  ".cjs": [".cts", ".ts"],
};
const BUILT = /(^|\/)(?:dist|build|lib|out|esm|cjs)(?=\/)/g;

/** Modules that a generator writes and git does not hold: what they are made from stands for them. */
export interface GeneratedModules {
  /** What lies at a path of the workspace, or is made to; null for any other path. */
  at(path: string): string | null;
  /** What a bare specifier means, as the importing file sees it; null for any other package. */
  package(from: string, specifier: string): string | null;
}

/**
 * @param links links within the workspace: what they lead to is among `files` under its own path
 * @param generated asked before `files`: of what is generated, a copy may lie there
 */
export function createResolver(
  files: ReadonlySet<string>,
  configs: ConfigTexts,
  links: ReadonlyMap<string, string> = new Map(),
  generated?: GeneratedModules,
): Resolver {
  const packages = readPackages(configs);
  const byName = new Map(packages.flatMap((item) => (item.name ? [[item.name, item] as const] : [])));
  const byFolder = new Map(packages.map((item) => [item.folder, item]));

  /** Behind the links along the way. */
  const behind = (path: string, depth = 0): string => {
    for (let at = path; links.size && depth < 8 && at !== "."; at = posix.dirname(at)) {
      const target = links.get(at);
      if (target !== undefined) return behind(target + path.slice(at.length), depth + 1);
    }
    return path;
  };

  /** Files by their own paths, and by the links that lead to them. */
  const known = new Map([...files].map((path) => [path, path]));
  for (const [path, target] of links) if (files.has(target)) known.set(path, target);

  const withEnding = (base: string): string | null => {
    for (const ending of ENDINGS) {
      const found = known.get(base + ending);
      if (found) return found;
    }
    return null;
  };

  const exact = (base: string): string | null => {
    const at = known.get(base);
    if (at) return at;
    const ending = posix.extname(base);
    for (const source of COMPILED[ending] ?? []) {
      const found = known.get(base.slice(0, -ending.length) + source);
      if (found) return found;
    }
    return withEnding(base);
  };

  const find = (base: string): string | null => {
    const found = exact(base);
    if (found) return found;
    for (const entry of byFolder.get(base)?.entries ?? []) {
      const main = exact(posix.join(base, entry));
      if (main) return main;
    }
    return withEnding(posix.join(base, "index"));
  };

  const file = (path: string): string | null => {
    const given = posix.normalize(path).replace(/\/$/, "");
    if (given.startsWith("..")) return null;
    return generated?.at(given) ?? find(given) ?? (links.size ? find(behind(given)) : null);
  };

  /** A built file's source within a folder: `dist/x.js` is `src/x.ts` where dist is not in the tree. */
  const built = (folder: string, path: string): string | null => {
    const inner = posix.normalize(path).replace(/\.d\.([cm]?)ts$/, ".$1js");
    const found = file(posix.join(folder, inner));
    if (found) return found;
    for (const { index, 0: part, 1: head = "" } of inner.matchAll(BUILT)) {
      const rest = inner.slice(index + part.length);
      for (const source of ["src", ""]) {
        const path = file(posix.join(folder, inner.slice(0, index), head, source, rest));
        if (path) return path;
      }
    }
    return null;
  };

  const first = (paths: readonly string[], look: (path: string) => string | null): string | null => {
    for (const path of paths) {
      const found = look(path);
      if (found) return found;
    }
    return null;
  };

  const inPackage = (item: Package, subpath: string): string | null => {
    const look = (path: string) => built(item.folder, path);
    const targets = packageTargets(item.exports, subpath ? `./${subpath}` : ".");
    const found = first(
      targets.filter((target) => target.startsWith("./")),
      look,
    );
    if (found) return found;
    return subpath
      ? first([subpath, posix.join("src", subpath)], look)
      : first([...item.entries, "src/index", "index"], look);
  };

  /** A bare name's package of the workspace, and the path within it. */
  const packageOf = (specifier: string): [Package, string] | null => {
    const [head = "", second = ""] = specifier.split("/");
    const name = head.startsWith("@") ? `${head}/${second}` : head;
    const item = byName.get(name);
    return item ? [item, specifier.slice(name.length + 1)] : null;
  };

  const mapFor = createPathMaps(configs, (specifier) => {
    const [item, subpath] = packageOf(specifier) ?? [];
    return item ? posix.join(item.folder, subpath || "tsconfig.json") : null;
  });

  const bare = (from: string, specifier: string): string | null => {
    const made = generated?.package(from, specifier);
    if (made) return made;
    const [item, subpath] = packageOf(specifier) ?? [];
    return item ? inPackage(item, subpath ?? "") : null;
  };

  const named = (from: string, key: string): string | null => {
    for (let folder = posix.dirname(from); ; folder = posix.dirname(folder)) {
      const item = byFolder.get(folder);
      const found =
        item &&
        first(packageTargets(item.imports, key), (target) =>
          target.startsWith("./") ? built(folder, target) : bare(from, target),
        );
      if (found) return found;
      if (folder === ".") return null;
    }
  };

  /** A path to SQL from wherever the program is started: a folder above the code. */
  const fromAbove = (from: string, specifier: string): string | null => {
    if (!/^\.\/.*\.sql$/i.test(specifier)) return null;
    for (let folder = posix.dirname(from); folder !== "."; ) {
      folder = posix.dirname(folder);
      const found = file(posix.join(folder, specifier));
      if (found) return found;
    }
    return null;
  };

  const read = (from: string, given: string): string | null => {
    // `./schema.sql?raw`: how a bundler is to load it.
    const specifier = given.replace(/(?<=.)[?#].*$/, "");
    if (/^\.\.?(?:\/|$)/.test(specifier))
      return file(posix.join(posix.dirname(from), specifier)) ?? fromAbove(from, specifier);
    if (specifier.startsWith("/")) return file(specifier.slice(1));
    const map = mapFor(from);
    const mapped = map && first(mappedTargets(map, specifier) ?? [], (path) => built("", path));
    if (mapped) return mapped;
    if (specifier.startsWith("#")) return named(from, specifier);
    const found = bare(from, specifier);
    if (found || packageOf(specifier)) return found;
    const based = map?.root ? file(posix.join(map.root, specifier)) : null;
    if (based || !map?.preset) return based;
    return first(customaryTargets(map.preset, specifier), file);
  };

  // The same import is asked for by whoever follows a name, looks for importers, or asks whose code a file is.
  const answers = new Map<string, Map<string, string | null>>();
  return {
    resolve(from, given) {
      const known = answers.get(from) ?? new Map<string, string | null>();
      const answer = known.get(given);
      if (answer !== undefined) return answer;
      if (known.size === 0) answers.set(from, known);
      const found = read(from, given);
      known.set(given, found);
      return found;
    },
  };
}
