/** The first look at a workspace: which files it has, and what runs before this one know of them. No file of code is read. */
import type { Manifest } from "../manifest/model.ts";
import { type Cache, STATS } from "./cache/mod.ts";
import { type Survey, survey } from "./files.ts";
import type { InputProblem } from "./model.ts";
import type { Tree } from "./tree/tree.ts";
import { workingTree } from "./tree/working.ts";

export interface Progress {
  stage: "files" | "compile" | "link" | "types";
  done: number;
  total: number;
}

export interface LookOptions {
  /** Absolute path of the workspace. */
  root: string;
  manifest: Manifest;
  /** Where the files come from; the working folder where it is left out. */
  tree?: Tree;
  /** What runs before this one have worked out. */
  cache?: Cache;
  onProgress?: (progress: Progress) => void;
  /** Told of each file that is too large to be source. */
  onSkipped?: (file: InputProblem) => void;
}

export interface Looked {
  tree: Tree;
  found: Survey;
  /** Null where there is none that may be believed. */
  cache: Cache | null;
  /** Keeps what was learnt. */
  close(): void;
}

/** Lists the workspace's files, and tells which of them hold what: what every run begins with. */
export function look(options: LookOptions): Looked {
  const { root, manifest } = options;
  const cache = options.cache ?? null;
  const stats = cache?.stats ?? null;
  const tree = options.tree ?? workingTree(root, (path, at) => stats?.idOf(path, at) ?? null);
  const found = survey(tree, {
    ignore: manifest.ignore,
    keep: manifest.services.flatMap(({ paths, migrations }) => [...migrations, ...paths]),
    onFile: (done, total) => options.onProgress?.({ stage: "files", done, total }),
  });
  const close = () => {
    const text = options.tree ? null : (stats?.text() ?? null);
    if (text !== null) cache?.answers.set(STATS, () => text);
    cache?.answers.close();
    cache?.store.close();
  };
  for (const file of found.skipped) options.onSkipped?.(file);
  return { tree, found, cache, close };
}
