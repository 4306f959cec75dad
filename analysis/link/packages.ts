/** The workspace's own packages: `exports`, `imports` and entries, as Node reads them, without node_modules. */
import { posix } from "node:path";

export interface Package {
  folder: string;
  name: string | null;
  exports: unknown;
  imports: unknown;
  /** Where its code may begin, the best first. */
  entries: string[];
}

/** The packages of the workspace, by their `package.json` files. */
export function readPackages(configs: ReadonlyMap<string, string>): Package[] {
  const packages: Package[] = [];
  for (const [path, text] of configs) {
    if (posix.basename(path) !== "package.json") continue;
    const json = asRecord(parseJson(text));
    const entries = [json["source"], json["module"], json["main"], json["types"]].filter(
      (value) => typeof value === "string",
    );
    packages.push({
      folder: posix.dirname(path),
      name: typeof json["name"] === "string" ? json["name"] : null,
      exports: json["exports"],
      imports: json["imports"],
      entries,
    });
  }
  return packages;
}

/**
 * The targets that `exports` or `imports` give a key, in the order in which conditions are written,
 * types last: which condition holds is not known, so the first that leads to a file is the one. Those of
 * `imports` may be packages.
 * Patterns as in Node: https://nodejs.org/api/packages.html#subpath-patterns, the longest head first.
 *
 * @param key `.`, `./sub/path` or `#name`
 */
export function packageTargets(table: unknown, key: string): string[] {
  const keys = Object.keys(asRecord(table));
  const bySubpath = keys.some((item) => item.startsWith(".") || item.startsWith("#"));
  if (!bySubpath) return key === "." ? conditions(table) : [];
  const entries = asRecord(table);
  if (key in entries) return conditions(entries[key]);
  const heads = keys.filter((item) => item.includes("*")).sort((a, b) => b.indexOf("*") - a.indexOf("*"));
  for (const pattern of heads) {
    const rest = matchStar(pattern, key);
    if (rest !== null) return conditions(entries[pattern]).map((target) => target.replaceAll("*", rest));
  }
  return [];
}

function conditions(target: unknown): string[] {
  if (typeof target === "string") return [target];
  if (Array.isArray(target)) return target.flatMap(conditions);
  const named = Object.entries(asRecord(target));
  const last = named.filter(([name]) => name === "types");
  return [...named.filter(([name]) => name !== "types"), ...last].flatMap(([, inner]) => conditions(inner));
}

/** What the star of a pattern stands for; the empty text where there is none and both are the same; else null. */
export function matchStar(pattern: string, text: string): string | null {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text ? "" : null;
  const head = pattern.slice(0, star);
  const tail = pattern.slice(star + 1);
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail)
    ? text.slice(head.length, text.length - tail.length)
    : null;
}

/** JSON, with comments or without: most has none, and is read without the package that knows them. */
export function parseJson(text: string): unknown {
  const json = text.replace(/^\ufeff/, "");
  try {
    return JSON.parse(json);
  } catch {
    return (require("jsonc-parser") as typeof import("jsonc-parser")).parse(json);
  }
}

/** A value of JSON as an object; an empty one where it is none. */
export function asRecord(value: unknown): Record<string, unknown> {
  return value && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
