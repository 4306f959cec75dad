/** `paths` and `baseUrl` of tsconfig and jsconfig files, with what they extend within the workspace. */
import { posix } from "node:path";
import { asRecord, matchStar, parseJson } from "./packages.ts";

export interface PathMap {
  /** Patterns, those that fit closest first, with targets relative to the workspace. */
  paths: [pattern: string, targets: string[]][];
  /** `baseUrl`, under which bare names may lie. */
  root: string | null;
  /** The folder of a config whose `paths` may stand in a package that the workspace does not hold. */
  preset: string | null;
}

interface Options {
  paths: Record<string, unknown> | null;
  /** The folder of the file that says `paths`. */
  folder: string;
  baseUrl: string | null;
  /** It extends a package that the workspace does not hold, and what that says is not known. */
  preset: boolean;
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
    const json = asRecord(parseJson(text));
    const folder = posix.dirname(path);
    const options = asRecord(json["compilerOptions"]);
    const here = (value: string) => posix.join(folder, value.replace("${configDir}", leaf));
    const own: Options = {
      paths: "paths" in options ? asRecord(options["paths"]) : null,
      folder,
      baseUrl: typeof options["baseUrl"] === "string" ? here(options["baseUrl"]) : null,
      preset: false,
    };
    // The last one that is extended wins, the file itself over all.
    const parents = [json["extends"]].flat().filter((item) => typeof item === "string");
    for (const parent of parents.reverse()) {
      const target = parent.startsWith(".") ? posix.join(folder, parent) : inPackage(parent);
      const found = target && read(configs.has(target) ? target : `${target}.json`, leaf, depth + 1);
      own.preset ||= found ? found.preset : target === null;
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
      if (options?.paths || options?.baseUrl || options?.preset) return toMap(options, folder);
    }
    return null;
  };

  return (file) => {
    let preset: string | null = null;
    for (let folder = posix.dirname(file); ; folder = posix.dirname(folder)) {
      let found = byFolder.get(folder);
      if (found === undefined) {
        found = inFolder(folder);
        byFolder.set(folder, found);
      }
      // A preset's options may be a folder's own, and those of a folder above hold beside them.
      if (found?.paths.length || found?.root || folder === ".") return withPreset(found, preset);
      preset ??= found?.preset ?? null;
    }
  };
}

function withPreset(map: PathMap | null, preset: string | null): PathMap | null {
  if (preset === null) return map;
  return { paths: map?.paths ?? [], root: map?.root ?? null, preset };
}

/** Targets of `paths` stand relative to `baseUrl`, without one to the file that says them. */
function toMap({ paths, folder, baseUrl, preset }: Options, leaf: string): PathMap {
  const base = baseUrl ?? folder;
  const closeness = (pattern: string) => (pattern.includes("*") ? pattern.indexOf("*") : Infinity);
  return {
    root: baseUrl,
    preset: preset && !paths ? leaf : null,
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

/**
 * Where an alias leads by custom, for a preset whose `paths` are not to be seen: `@entities/user`,
 * `@/entities/user` and `~/entities/user` to `src/entities/user` or `entities/user`.
 */
export function customaryTargets(preset: string, specifier: string): string[] {
  const [, rest] = /^[@~]\/?([\w-].*)$/.exec(specifier) ?? [];
  return rest === undefined ? [] : [posix.join(preset, "src", rest), posix.join(preset, rest)];
}
