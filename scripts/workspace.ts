/** Finds the workspace that a command is about, and reads its manifest. */
import { lstatSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { noStore, type Store } from "../analysis/cache/store.ts";
import { compareVersions } from "../analysis/levels.ts";
import type { Rule } from "../analysis/model.ts";
import type { Manifest, ManifestProblem } from "../manifest/model.ts";
import { formatProblem, ManifestReadError } from "../manifest/problem.ts";
import type { ManifestSource } from "../manifest/source.ts";
import { version } from "../package.json" with { type: "json" };
import type { ReportContext } from "../report/context.ts";
import { ExpectedError, type Io, LocatedError } from "./io.ts";
import { keptManifest } from "./kept-manifest.ts";
import { workingSource } from "./tree-source.ts";

export interface Workspace {
  /** Absolute path of the folder that holds the manifest. */
  root: string;
  manifest: Manifest;
  /** Reads the workspace's files, and remembers what it read. */
  source: ManifestSource;
  /**
   * Asked before a result is told: a manifest that was edited meanwhile would have led to another one.
   * @throws ExpectedError if a file that `source` has read is no longer what it was
   */
  assertUnchanged(): void;
}

const usualName = "freehold.json";

/**
 * Opens the workspace of the working folder.
 * @param config the manifest to use, relative to the working folder; its folder is the workspace.
 *   Left out, the nearest freehold.json above is taken; a fragment beside a service is passed by.
 * @param sourceOf where the workspace's files come from: the disk unless it says otherwise
 * @param storeOf where a manifest is kept as it was understood, so that it need not be validated again
 * @throws ExpectedError if there is no manifest; LocatedError if it has problems, with a line for each
 */
export function openWorkspace(
  io: Pick<Io, "cwd">,
  config?: string,
  sourceOf: (root: string, file: string) => ManifestSource = workingSource,
  storeOf: (root: string) => Store = () => noStore,
): Workspace {
  const path = findManifest(io, config);
  const root = dirname(path);
  try {
    const { source, assertUnchanged } = remembering(sourceOf(root, basename(path)));
    let problems: readonly ManifestProblem[] = [];
    const manifest = keptManifest(source, storeOf(root), (asked) => {
      const loaded = understand(asked);
      ({ problems } = loaded);
      return loaded.manifest;
    });
    if (manifest === null) throw new LocatedError(problems.map(formatProblem).join("\n"));
    assertKnown(manifest);
    return { root, manifest, source, assertUnchanged };
  } catch (error) {
    if (error instanceof ManifestReadError) throw new ExpectedError(`${path} ${error.message}`);
    throw error;
  }
}

/** Absolute path of the manifest. @throws ExpectedError where there is none */
export function findManifest(io: Pick<Io, "cwd">, config?: string): string {
  const path = config === undefined ? nearestManifest(io.cwd) : resolve(io.cwd, config);
  if (path === null) {
    throw new ExpectedError(
      `no ${usualName} in ${io.cwd} or above it: "freehold init" writes a first one, or name one with --config`,
    );
  }
  if (config !== undefined && !stands(path))
    throw new ExpectedError(`${config} does not exist: --config names a manifest`);
  return path;
}

/** Loaded where a manifest is to be validated: the schema, and the rules that it may name. */
export function understand(source: ManifestSource) {
  const { loadManifest } = require("../manifest/load.ts") as typeof import("../manifest/load.ts");
  return loadManifest(source, allRules());
}

/** All rules, loaded when somebody asks for them. */
export function allRules(): readonly Rule[] {
  return (require("../rules/mod.ts") as typeof import("../rules/mod.ts")).rules;
}

/** A manifest that counts on rules which this freehold does not have is not one that it can prove. */
function assertKnown({ since, file }: Manifest): void {
  if (since === null || compareVersions(since, version) <= 0) return;
  throw new ExpectedError(
    `${file} counts on the rules of freehold ${since} ("since"), and this is ${version}: upgrade it`,
  );
}

function remembering(disk: ManifestSource): Pick<Workspace, "source" | "assertUnchanged"> {
  const texts = new Map<string, string | null>();
  const source: ManifestSource = {
    ...disk,
    read(path) {
      const text = disk.read(path);
      texts.set(path, text);
      return text;
    },
  };
  const now = (path: string) => {
    try {
      return disk.read(path);
    } catch (error) {
      if (error instanceof ManifestReadError) return null;
      throw error;
    }
  };
  const assertUnchanged = () => {
    for (const [path, text] of texts) {
      if (now(path) !== text) throw new ExpectedError(`${path} was edited while it was in use: run again`);
    }
  };
  return { source, assertUnchanged };
}

/** What a reporter is handed for a terminal. */
export function reportContext(
  root: string,
  { color, width }: Pick<Io, "color" | "width">,
  source = sourceReader(root),
): ReportContext {
  return {
    color,
    width,
    source,
    tool: {
      version,
      get rules() {
        return allRules();
      },
    },
  };
}

/**
 * Reads a file of the workspace for a code frame: null where it cannot be read, or is a link out of the workspace.
 * @param source where the file comes from: the disk unless it is given
 */
export function sourceReader(root: string, source?: ManifestSource): (file: string) => string | null {
  return (file) => {
    try {
      return (source ?? workingSource(root, file)).read(file);
    } catch (error) {
      if (error instanceof ManifestReadError) return null;
      throw error;
    }
  };
}

function nearestManifest(from: string): string | null {
  let fragment: string | null = null;
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, usualName);
    if (stands(path)) {
      if (!isFragment(path)) return path;
      fragment ??= path;
    }
    if (folder === dirname(folder)) return fragment;
  }
}

/** Something bears the name, a link that leads nowhere included: its fault is told, and none is sought further up. */
function stands(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** One service's part of a manifest that stands further up: it names no services itself. */
function isFragment(path: string): boolean {
  try {
    // A pipe would never end. A link is followed: what is a part of another manifest is no workspace of its own, wherever it lies.
    if (!statSync(path).isFile()) return false;
    const value = parseJson(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null && "owns" in value && !("services" in value);
  } catch {
    return false;
  }
}

/** JSON with comments; most of it has none, and is read without the package that knows them. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return (require("jsonc-parser") as typeof import("jsonc-parser")).parse(text);
  }
}
