/** `paths` and `baseUrl` of tsconfig and jsconfig files, with what they extend within the workspace. */
import { posix } from "node:path";
import { parse as parseJson } from "jsonc-parser";
import { asRecord, matchStar } from "./packages.ts";

export interface PathMap {
  /** Patterns, those that fit closest first, with targets relative to the workspace. */
  paths: [pattern: string, targets: string[]][];
  /** `baseUrl`, under which bare names may lie. */
  root: string | null;
}

interface Options {
  paths: Record<string, unknown> | null;
  /** The folder of the file that says `paths`. */
  folder: string;
  baseUrl: string | null;
}

const DEEPEST = 8;

/**
 * @param configs texts of config files by workspace path
 * @param inPackage the config that a package of the workspace has under a subpath: `extends` may name it
 */
export function createPathMaps(
  configs: ReadonlyMap<string, string>,
  inPackage: (specifier: string) => string | null,
): (file: string) => PathMap | null {
  const byFolder = new Map<string, PathMap | null>();

  const read = (path: string, leaf: string, depth: number): Options | null => {
    const text = configs.get(path);
    if (text === undefined || depth > DEEPEST) return null;
    const json = asRecord(parseJson(text.replace(/^\ufeff/, "")));
    const folder = posix.dirname(path);
    const options = asRecord(json["compilerOptions"]);
    const here = (value: string) => posix.join(folder, value.replace("${configDir}", leaf));
    const own: Options = {
      paths: "paths" in options ? asRecord(options["paths"]) : null,
      folder,
      baseUrl: typeof options["baseUrl"] === "string" ? here(options["baseUrl"]) : null,
    };
    // The last one that is extended wins, the file itself over all.
    const parents = [json["extends"]].flat().filter((item) => typeof item === "string");
    for (const parent of parents.reverse()) {
      const target = parent.startsWith(".") ? posix.join(folder, parent) : inPackage(parent);
      const found = target && read(configs.has(target) ? target : `${target}.json`, leaf, depth + 1);
      if (!found) continue;
      if (!own.paths && found.paths) Object.assign(own, { paths: found.paths, folder: found.folder });
      own.baseUrl ??= found.baseUrl;
    }
    if (own.paths || own.baseUrl) return own;
    // A file that only refers to others (`tsconfig.app.json`) leaves the options to them.
    for (const reference of [json["references"]].flat()) {
      const inner = asRecord(reference)["path"];
      if (typeof inner !== "string" || !inner.endsWith(".json")) continue;
      const found = read(posix.join(folder, inner), leaf, depth + 1);
      if (found?.paths || found?.baseUrl) return found;
    }
    return own;
  };

  const inFolder = (folder: string): PathMap | null => {
    for (const name of ["tsconfig.json", "jsconfig.json"]) {
      const path = folder === "." ? name : `${folder}/${name}`;
      const options = read(path, folder, 0);
      if (options?.paths || options?.baseUrl) return toMap(options, folder);
    }
    return null;
  };

  return (file) => {
    for (let folder = posix.dirname(file); ; folder = posix.dirname(folder)) {
      let found = byFolder.get(folder);
      if (found === undefined) {
        found = inFolder(folder);
        byFolder.set(folder, found);
      }
      if (found || folder === ".") return found;
    }
  };
}

/** Targets of `paths` stand relative to `baseUrl`, without one to the file that says them. */
function toMap({ paths, folder, baseUrl }: Options, leaf: string): PathMap {
  const base = baseUrl ?? folder;
  const closeness = (pattern: string) => (pattern.includes("*") ? pattern.indexOf("*") : Infinity);
  return {
    root: baseUrl,
    paths: Object.entries(paths ?? {})
      .map(([pattern, targets]): [string, string[]] => [
        pattern,
        (Array.isArray(targets) ? targets : [])
          .filter((target) => typeof target === "string")
          .map((target) =>
            target.startsWith("${configDir}")
              ? posix.join(leaf, target.slice("${configDir}".length))
              : posix.join(base, target),
          ),
      ])
      .sort(([a], [b]) => closeness(b) - closeness(a) || 0),
  };
}

/** The targets that an import may have, in order; null where no pattern fits. */
export function mappedTargets(map: PathMap, specifier: string): string[] | null {
  for (const [pattern, targets] of map.paths) {
    const rest = matchStar(pattern, specifier);
    if (rest !== null) return targets.map((target) => target.replace("*", () => rest));
  }
  return null;
}
