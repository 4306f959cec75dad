/**
 * A workspace's files as they stand in one place: in the working folder, in git's index, in a commit.
 * Paths are relative to the workspace's root, with `/`.
 */

export interface Tree {
  /** Its contents cannot change: what git names them stands for them. */
  readonly frozen: boolean;
  /** The paths within a folder that holds files of its own: the root (empty), or another repository. */
  list(folder: string): Listing;
  /**
   * What lies at a path that was listed; null where nothing does.
   * @throws a system's error, with its `code`
   */
  look(path: string): TreeEntry | null;
  /** Where a link leads. */
  target(path: string): LinkTarget;
  /** The folder is a repository of its own. */
  isRepository(folder: string): boolean;
  /** The folder holds nothing: a submodule that is not checked out. */
  isEmpty(folder: string): boolean;
  /**
   * @returns what the next read may write over
   * @throws a system's error, with its `code`
   */
  read(path: string): Uint8Array;
  /** Makes many contents ready at one asking, where that is quicker than one by one. */
  prefetch?(paths: readonly string[]): void;
}

export interface Listing {
  /** Relative to the folder. A submodule or another repository within is one path, of a folder. */
  paths: string[];
  /** Folders that could not be looked into, and why. */
  unread: { folder: string; reason: string }[];
}

export type TreeEntry =
  | {
      kind: "file";
      /** Null where it is known only once the file is read. */
      bytes: number | null;
      /** Git's name for its content, where it is known without reading it. */
      id: string | null;
    }
  | { kind: "link" | "folder" | "other" }
  /** It has several contents, or none that may be judged. */
  | { kind: "unread"; reason: string };

export type LinkTarget =
  | { kind: "file"; path: string; bytes: number | null; id: string | null }
  | { kind: "folder" | "other"; path: string }
  | { kind: "outside"; folder: boolean }
  | { kind: "fault"; code: string | undefined; error: unknown };
