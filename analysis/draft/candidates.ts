/**
 * Folders that may be a service of their own, told by what lies in them: a package, a Dockerfile, a main
 * file, migrations. Which of them touch a database is not known here.
 */
import { posix } from "node:path";
import { isTestFile } from "../../manifest/mod.ts";
import { migrationName } from "../sql/mod.ts";

export interface Candidate {
  /** Workspace folder; empty for the root. */
  path: string;
  /** As its package calls itself, else as its folder is called. */
  name: string;
  /** What says that it runs by itself: `Dockerfile`, `"start" in package.json`, `main.ts`; null for a library. */
  runs: string | null;
  /** Folders of migrations below it, the deepest candidate's each. */
  migrations: string[];
  /** What its package depends on. */
  dependencies: ReadonlySet<string>;
}

/** Whatever lies in these shows something, or is for developers' own machines; it runs nowhere else. */
const shown =
  /(?:^|\/)(?:examples?|samples?|fixtures?|__fixtures__|templates?|demos?|docs?|bench(?:marks?)?|sandbox|playgrounds?|storybook|test-?data|test-utils|stubs?|__mocks__|mocks?|tools?|scripts?|dev|seeds?)(?:\/|$)/i;
/** Whether a file shows something rather than does it. */
export function isShown(file: string): boolean {
  if (shown.test(folderOf(file)) || isTestFile(file)) return true;
  // A schema for Prisma that does not lie where Prisma looks is something that the code works on.
  return (
    file.endsWith(".prisma") &&
    !/(?:^|\/)(?:schema\.prisma|(?:prisma|schemas?|db|database|models)\/(?:[^/]+\/)?[^/]+)$/.test(file)
  );
}

/** A package within another one's source is a part of it: a template, a list of dependencies. */
const withinSource = /(?:^|\/)src\//;
const main = /^(?:(?:src\/)?(?:main|server)|src\/worker)\.[cm]?[jt]s$/;
/** `start`, and `start:api` where a package holds more than one thing that runs. */
const starts = /^(?:start|serve)(?!.*(?:dev|debug|local|test|watch|storybook|docs))(?::|$)/;
/** A script that is called `start` and only builds: a library's, for who works on it. */
const builds =
  /^\s*(?:\w+=\S+\s+)*(?:(?:npx|pnpx|bunx|yarn|pnpm(?: exec)?)\s+)?(?:tsc|tsup|tsdx|rollup|microbundle|unbuild|babel|swc|ng-packagr)\b(?!.*(?:&&|\bnode\b|onSuccess))/;
const migrationFile = /\.(?:sql|[cm]?[jt]s)$/;

/**
 * @param paths every file of the workspace, whatever it is
 * @param packages texts of `package.json` and `project.json` files by path
 */
export function findCandidates(paths: readonly string[], packages: ReadonlyMap<string, string>): Candidate[] {
  const folders = new Map<string, Candidate>();
  for (const [file, text] of packages) {
    const path = folderOf(file);
    if (shown.test(path) || withinSource.test(`${path}/`)) continue;
    const { name, scripts, dependencies, application } = read(text);
    const script = Object.keys(scripts).find((key) => starts.test(key) && !builds.test(scripts[key] ?? ""));
    const known = folders.get(path);
    folders.set(path, {
      path,
      name: known?.name ?? plainName(name, path),
      runs: application ? "project.json" : script ? `"${script}" in package.json` : (known?.runs ?? null),
      migrations: [],
      dependencies: new Set([...(known?.dependencies ?? []), ...dependencies]),
    });
  }
  const migrations = migrationFolders(paths);
  const holdsCode = new Set(paths.filter((path) => /\.[cm]?[jt]sx?$/.test(path)).flatMap(foldersUp));
  for (const path of paths) {
    const folder = folderOf(path);
    if (shown.test(folder) || isTestFile(path)) continue;
    const isDocker = /^Dockerfile(?:\..+)?$/.test(posix.basename(path));
    const holder = holderOf(folders, folder);
    if (isDocker && folder !== "" && holder?.path !== folder && holdsCode.has(folder)) {
      const alone = { path: folder, name: plainName(undefined, folder), migrations: [] };
      if (!holder || holder.path === "")
        folders.set(folder, { ...alone, runs: "Dockerfile", dependencies: new Set() });
    } else if (isDocker && holder?.path === folder) holder.runs = "Dockerfile";
    if (holder && main.test(within(holder.path, path))) holder.runs ??= posix.basename(path);
  }
  // Folders without a package: a main file beside migrations, or a main file in one of several like folders.
  for (const path of paths) {
    const found = /^(.+?)\/(?:src\/)?(?:main|server)\.[cm]?[jt]s$/.exec(path);
    const folder = found?.[1]?.replace(/\/src$/, "");
    if (folder === undefined || shown.test(folder) || isTestFile(path)) continue;
    const holder = holderOf(folders, folder);
    if (holder && holder.path !== "") continue;
    const alike = /^(?:services|apps|servers|workers)\/[^/]+$/.test(folder);
    if (!alike && !migrations.some((one) => folderOf(one) === folder)) continue;
    folders.set(folder, {
      path: folder,
      name: plainName(undefined, folder),
      runs: posix.basename(path),
      migrations: [],
      dependencies: new Set(),
    });
  }
  if (folders.size === 0) {
    folders.set("", { path: "", name: "app", runs: null, migrations: [], dependencies: new Set() });
  }
  for (const folder of migrations) holderOf(folders, folder)?.migrations.push(folder);
  return distinct([...folders.values()].sort((a, b) => (a.path < b.path ? -1 : 1)));
}

/** Folders that hold migrations: told by their name and by what their files are called. */
function migrationFolders(paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    if (!migrationFile.test(path) || shown.test(folderOf(path)) || isTestFile(path)) continue;
    const named = /^(?:.*\/)?(?:migrations?|migrate|drizzle)(?=\/)/i.exec(path)?.[0];
    if (named === undefined) continue;
    const inside = path.slice(named.length + 1);
    if (inside.split("/").length > 2) continue;
    const isOne = path.endsWith(".sql") ? migrationName(path) !== null : /^\d{3,}/.test(posix.basename(path));
    if (isOne) found.add(named);
  }
  return [...found].filter((folder) => ![...found].some((other) => folder.startsWith(`${other}/`)));
}

/**
 * The same, and for code in a folder that holds other candidates (`services/`, with a package of its own) one
 * for the part of it that holds none: a service in another language, say.
 *
 * @param files that touch tables
 */
export function withParts(candidates: readonly Candidate[], files: Iterable<string>): Candidate[] {
  const folders = new Map(candidates.map((candidate) => [candidate.path, candidate]));
  const holds = new Set(candidates.flatMap(({ path }) => foldersUp(path)));
  const parts = new Map<string, Candidate>();
  for (const file of files) {
    const holder = isShown(file) ? undefined : holderOf(folders, file);
    if (!holder || holder.path === "" || holder.runs !== null || !holds.has(holder.path)) continue;
    const path = foldersUp(file).findLast(
      (folder) => within(holder.path, folder) !== folder && !holds.has(folder),
    );
    if (path === undefined || path.length <= holder.path.length || folders.has(path)) continue;
    const name = plainName(undefined, path);
    parts.set(path, { path, name, runs: null, migrations: [], dependencies: new Set() });
  }
  if (parts.size === 0) return [...candidates];
  return distinct([...candidates, ...parts.values()].sort((a, b) => (a.path < b.path ? -1 : 1)));
}

function foldersUp(path: string): string[] {
  const found: string[] = [];
  for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) found.push(folder);
  return found;
}

interface PackageJson {
  /** As Nx says. */
  application: boolean;
  name: string | undefined;
  scripts: Readonly<Record<string, string>>;
  dependencies: ReadonlySet<string>;
}

/** A package file that is no JSON names nothing. */
function read(text: string): PackageJson {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    value = null;
  }
  const part = (key: string): object => {
    const found: unknown = isObject(value) ? value[key] : undefined;
    return isObject(found) ? found : {};
  };
  const name = isObject(value) && typeof value["name"] === "string" ? value["name"] : undefined;
  const application = isObject(value) && value["projectType"] === "application";
  const dependencies = new Set(Object.keys(part("dependencies")));
  const scripts = Object.fromEntries(
    Object.entries(part("scripts")).map(([key, text]) => [key, typeof text === "string" ? text : ""]),
  );
  return { name, scripts, dependencies, application };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plainName(name: string | undefined, path: string): string {
  const last = (name ?? posix.basename(path)).replace(/^@[^/]*\//, "");
  const plain = last.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return plain || "app";
}

/** Two packages of one name are told apart by their folders. */
function distinct(candidates: Candidate[]): Candidate[] {
  const count = new Map<string, number>();
  for (const { name } of candidates) count.set(name, (count.get(name) ?? 0) + 1);
  const taken = new Set<string>();
  for (const candidate of candidates) {
    let name = candidate.name;
    if (count.get(name) !== 1) name = plainName(candidate.path.replaceAll("/", "-") || name, "");
    while (taken.has(name)) name += "-2";
    taken.add(name);
    candidate.name = name;
  }
  return candidates;
}

/** The deepest of the folders that holds a path. */
export function holderOf<T>(folders: ReadonlyMap<string, T>, path: string): T | undefined {
  for (let folder = path; ; folder = folderOf(folder)) {
    const found = folders.get(folder);
    if (found !== undefined || folder === "") return found;
  }
}

/** The folder of a file; the empty text for the root. */
export function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === "." ? "" : folder;
}

function within(folder: string, path: string): string {
  return folder === "" ? path : path.slice(folder.length + 1);
}
