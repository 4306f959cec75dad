/** A manifest's source within a tree of git's (what is staged, or what a commit holds), and in the working folder. */
import { absentTree } from "../analysis/tree/absent.ts";
import type { Tree } from "../analysis/tree/tree.ts";
import { ManifestReadError } from "../manifest/problem.ts";
import { diskSource, type ManifestSource } from "../manifest/source.ts";

/** A manifest's source in a tree of git's. @param file the manifest's path within it */
export function treeSource(tree: Tree, file: string): ManifestSource {
  /** What lies at a path, links followed. */
  const look = (path: string): { kind: string; path: string } | null => {
    const entry = tree.look(path);
    if (entry?.kind === "unread") throw new ManifestReadError(`cannot be read: ${entry.reason}`);
    if (entry?.kind !== "link") return entry && { kind: entry.kind, path };
    const target = tree.target(path);
    if (target.kind === "outside")
      throw new ManifestReadError("is a link that leads out of the workspace, and is not followed");
    return target.kind === "fault" ? null : target;
  };
  return {
    file,
    read(path) {
      const found = look(path);
      if (found === null) return null;
      if (found.kind === "folder") throw new ManifestReadError("is a folder, not a file");
      try {
        return new TextDecoder("utf-8", { fatal: true }).decode(tree.read(found.path));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ERR_ENCODING_INVALID_ENCODED_DATA" || error instanceof TypeError)
          throw new ManifestReadError("is not UTF-8: save it as UTF-8");
        throw new ManifestReadError(`cannot be read (${code})`);
      }
    },
    exists: (path) => path === "" || look(path) !== null,
    isFolder: (path) => path === "" || look(path)?.kind === "folder",
    files: () => tree.list("").paths,
  };
}

/** The disk, and the index for what a sparse checkout leaves out of the working folder. */
export function workingSource(root: string, file: string): ManifestSource {
  const disk = diskSource(root, file);
  let absent: ManifestSource | null | undefined;
  const elsewhere = () => {
    if (absent === undefined) {
      const tree = absentTree(root);
      absent = tree && treeSource(tree, file);
    }
    return absent;
  };
  return {
    file: disk.file,
    read: (path) => disk.read(path) ?? elsewhere()?.read(path) ?? null,
    exists: (path) => disk.exists(path) || (elsewhere()?.exists(path) ?? false),
    isFolder: (path) => disk.isFolder(path) || (elsewhere()?.isFolder(path) ?? false),
    files: () => [...(disk.files?.() ?? []), ...(elsewhere()?.files?.() ?? [])],
  };
}
