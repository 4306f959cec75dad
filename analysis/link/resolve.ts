/**
 * Which file of the workspace an import means: relative paths, tsconfig `paths`, package `imports`
 * and `exports`, and the workspace's own packages. It asks the list of files, never the disk, so it
 * answers the same for a staged tree, and needs no node_modules.
 */

import { posix } from "node:path";
import { parse as parseJson } from "jsonc-parser";

export interface Resolver {
  /** The workspace path that an import in `from` means; null where it leads out of the workspace. */
  resolve(from: string, specifier: string): string | null;
}

/** Texts of `package.json` and `tsconfig*.json` files by path. */
export type ConfigTexts = ReadonlyMap<string, string>;

interface Package {
  folder: string;
  name: string | null;
  exports: unknown;
  imports: unknown;
  entry: string | null;
}

interface PathMap {
  base: string;
  paths: [pattern: string, targets: string[]][];
  /** `baseUrl`, under which bare names may lie. */
  root: string | null;
}

const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".sql"];
const COMPILED: Record<string, string[]> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** @param links links within the workspace: what they lead to is among `files` under its own path */
export function createResolver(
  files: ReadonlySet<string>,
  configs: ConfigTexts,
  links: ReadonlyMap<string, string> = new Map(),
): Resolver {
  const packages = readPackages(configs);
  const byName = new Map(packages.flatMap((item) => (item.name ? [[item.name, item] as const] : [])));
  const byFolder = new Map(packages.map((item) => [item.folder, item]));
  const maps = new Map<string, PathMap | null>();

  /** Behind the links along the way. */
  const behind = (path: string, depth = 0): string => {
    for (let at = path; links.size && depth < 8 && at !== "."; at = posix.dirname(at)) {
      const target = links.get(at);
      if (target !== undefined) return behind(target + path.slice(at.length), depth + 1);
    }
    return path;
  };

  const file = (path: string): string | null => {
    const given = posix.normalize(path);
    return given.startsWith("..") ? null : (find(given) ?? (links.size ? find(behind(given)) : null));
  };

  const find = (base: string): string | null => {
    if (files.has(base)) return base;
    const ending = posix.extname(base);
    for (const source of COMPILED[ending] ?? []) {
      const found = base.slice(0, -ending.length) + source;
      if (files.has(found)) return found;
    }
    for (const next of ENDINGS) if (files.has(base + next)) return base + next;
    for (const next of ENDINGS) if (files.has(`${base}/index${next}`)) return `${base}/index${next}`;
    return null;
  };

  /** A built file's source: `dist/x.js` is `src/x.ts` where dist is not in the tree. */
  const built = (path: string): string | null =>
    file(path) ??
    file(path.replace(/(^|\/)(?:dist|build|lib|out)\//, "$1src/")) ??
    file(path.replace(/(^|\/)(?:dist|build|lib|out)\//, "$1"));

  const inPackage = (item: Package, subpath: string): string | null => {
    const key = subpath ? `./${subpath}` : ".";
    const target = matchExports(item.exports, key);
    if (target) return built(posix.join(item.folder, target));
    if (subpath)
      return built(posix.join(item.folder, subpath)) ?? built(posix.join(item.folder, "src", subpath));
    return (
      (item.entry ? built(posix.join(item.folder, item.entry)) : null) ??
      file(posix.join(item.folder, "src/index")) ??
      file(posix.join(item.folder, "index"))
    );
  };

  const mapFor = (from: string): PathMap | null => {
    for (let folder = posix.dirname(from); ; folder = posix.dirname(folder)) {
      const path = folder === "." ? "tsconfig.json" : `${folder}/tsconfig.json`;
      if (configs.has(path)) {
        if (!maps.has(path)) maps.set(path, readPaths(path, configs, 0));
        const found = maps.get(path);
        if (found) return found;
      }
      if (folder === ".") return null;
    }
  };

  return {
    resolve(from, specifier) {
      if (specifier.startsWith(".")) return file(posix.join(posix.dirname(from), specifier));
      if (specifier.startsWith("/")) return file(specifier.slice(1));
      const map = mapFor(from);
      for (const [pattern, targets] of map?.paths ?? []) {
        const rest = matchStar(pattern, specifier);
        if (rest === null) continue;
        for (const target of targets) {
          const found = built(posix.join(map?.base ?? "", target.replace("*", rest)));
          if (found) return found;
        }
      }
      if (specifier.startsWith("#")) {
        for (let folder = posix.dirname(from); ; folder = posix.dirname(folder)) {
          const item = byFolder.get(folder);
          const target = item && matchExports(item.imports, specifier);
          if (item && target) return built(posix.join(item.folder, target));
          if (folder === ".") return null;
        }
      }
      const [first = "", second = ""] = specifier.split("/");
      const name = first.startsWith("@") ? `${first}/${second}` : first;
      const item = byName.get(name);
      if (item) return inPackage(item, specifier.slice(name.length + 1));
      return map?.root ? file(posix.join(map.root, specifier)) : null;
    },
  };
}

function readPackages(configs: ConfigTexts): Package[] {
  const packages: Package[] = [];
  for (const [path, text] of configs) {
    if (posix.basename(path) !== "package.json") continue;
    const json = asRecord(parseJson(text));
    const entry = [json["source"], json["module"], json["main"], json["types"]].find(
      (value) => typeof value === "string",
    );
    packages.push({
      folder: posix.dirname(path),
      name: typeof json["name"] === "string" ? json["name"] : null,
      exports: json["exports"],
      imports: json["imports"],
      entry: typeof entry === "string" ? entry : null,
    });
  }
  return packages;
}

/** `compilerOptions.paths` with what it extends, within the workspace. */
function readPaths(path: string, configs: ConfigTexts, depth: number): PathMap | null {
  const text = configs.get(path);
  if (text === undefined || depth > 8) return null;
  const json = asRecord(parseJson(text));
  const options = asRecord(json["compilerOptions"]);
  const folder = posix.dirname(path);
  const baseUrl = typeof options["baseUrl"] === "string" ? posix.join(folder, options["baseUrl"]) : null;
  const paths = asRecord(options["paths"]);
  const own = Object.entries(paths).flatMap(([pattern, targets]) =>
    Array.isArray(targets)
      ? [[pattern, targets.filter((target) => typeof target === "string")] as [string, string[]]]
      : [],
  );
  if (own.length || baseUrl) return { base: baseUrl ?? folder, paths: own, root: baseUrl };
  for (const parent of [json["extends"]].flat()) {
    if (typeof parent !== "string" || !parent.startsWith(".")) continue;
    const target = posix.join(folder, parent);
    const found = readPaths(configs.has(target) ? target : `${target}.json`, configs, depth + 1);
    if (found) return found;
  }
  return null;
}

/** Node's rules for `exports` and `imports`, with conditions taken in order and types passed over. */
function matchExports(exports: unknown, key: string): string | null {
  if (typeof exports === "string") return key === "." ? exports : null;
  const table = asRecord(exports);
  const keys = Object.keys(table);
  if (keys.length && !keys.some((item) => item.startsWith(".") || item.startsWith("#")))
    return key === "." ? condition(exports) : null;
  if (key in table) return condition(table[key]);
  for (const pattern of keys) {
    const rest = pattern.includes("*") ? matchStar(pattern, key) : null;
    const target = rest === null ? null : condition(table[pattern]);
    if (rest !== null && target) return target.replaceAll("*", rest);
  }
  return null;
}

function condition(target: unknown): string | null {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) return target.map(condition).find((item) => item !== null) ?? null;
  for (const [name, value] of Object.entries(asRecord(target))) {
    const found = name === "types" ? null : condition(value);
    if (found) return found;
  }
  return condition(asRecord(target)["types"] ?? null);
}

function matchStar(pattern: string, text: string): string | null {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text ? "" : null;
  const head = pattern.slice(0, star);
  const tail = pattern.slice(star + 1);
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail)
    ? text.slice(head.length, text.length - tail.length)
    : null;
}

function asRecord(value: unknown): Record<string, unknown> {
  return value && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
