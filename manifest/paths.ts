/**
 * Paths in the manifest: relative to the workspace's root, "/" between the parts, never out of it.
 */

/** A path as the toolkit keeps it, or the words that say why it cannot be one. */
export type PathOrFault = { path: string; fault: null } | { path: null; fault: string };

/**
 * Brings a path to the one form in which paths are compared: `./services/x/` becomes `services/x`,
 * and the workspace's root itself the empty string. `fault` reads after the path's name:
 * `"path" is absolute: …`.
 */
export function normalizePath(text: string): PathOrFault {
  const fault = faultOf(text);
  if (fault !== null) return { path: null, fault };
  return {
    path: text
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/"),
    fault: null,
  };
}

function faultOf(text: string): string | null {
  if (text.trim() === "") return 'is empty: write "." for the workspace itself';
  if (/\p{Cc}/u.test(text)) return "holds a control character";
  if (/^([/\\~]|[A-Za-z]:)/.test(text)) return "is absolute: write it relative to the workspace's root";
  if (text.includes("\\")) return 'holds a "\\": write "/" between folders';
  if (text.split("/").includes("..")) return 'holds "..": write it relative to the workspace\'s root';
  return null;
}

/** Whether `file` is `root` itself or lies beneath it; both normalised, the empty root holds everything. */
export function isWithin(file: string, root: string): boolean {
  return root === "" || file === root || (file.startsWith(root) && file[root.length] === "/");
}

/** Every folder above a normalised path, the nearest first, the workspace's root (`""`) last. */
export function* foldersAbove(path: string): Generator<string> {
  let rest = path;
  while (rest !== "") {
    const slash = rest.lastIndexOf("/");
    rest = slash === -1 ? "" : rest.slice(0, slash);
    yield rest;
  }
}
