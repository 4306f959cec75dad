/**
 * Which files of a workspace are read, and their texts. What cannot be read is named, never passed
 * over; no link is followed out of the workspace.
 */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { globMatcher } from "../manifest/mod.ts";
import { listFolder } from "./listing.ts";
import type { InputProblem } from "./model.ts";

export interface SourceFile {
  /** Relative to the workspace's root, with `/`. */
  path: string;
  text: string;
}

export interface Discovery {
  files: SourceFile[];
  /** Texts of `package.json`, `tsconfig*.json` and `jsconfig.json` files, for resolving imports. */
  configs: Map<string, string>;
  /** Links within the workspace: what they lead to is read where it stands. */
  links: Map<string, string>;
  problems: InputProblem[];
  /** Bundles and dumps: too large for source, and read by nobody. */
  skipped: InputProblem[];
  /** How many files were left out because a machine wrote them: vendored, minified, generated, declarations. */
  leftOut: number;
}

export interface DiscoverOptions {
  /** Globs over workspace paths that are not read. */
  ignore?: readonly string[];
  /** Workspace folders (or files) that count as source whatever their name: services' paths, migrations. */
  keep?: readonly string[];
  onFile?: (done: number, total: number) => void;
}

/** Larger files are not source that people write. */
export const LARGEST_BYTES = 5 * 1024 * 1024;

const READ = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro|sql|prisma)$/;
const CONFIG = /(?:^|\/)(?:package|tsconfig[\w.-]*|jsconfig)\.json$/;
const INSTALLED = /(?:^|\/)node_modules(?:\/|$)/;
/** Tools write beside the source, never into it: `src/build/` is a person's. */
const NOT_OURS =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third_party|\.git|\.yarn|\.next|\.nuxt|\.turbo|\.cache|storybook-static)\/|^(?:(?!src\/)[^/]+\/)*(?:dist|build|out|coverage)\//;
const WRITTEN_BY_MACHINES =
  /\.d\.[cm]?ts$|[.-]min\.[cm]?js$|\.(?:generated|gen)\.[cm]?[jt]sx?$|(?:^|\/)(?:__generated__|generated)\//;

/** @param root absolute path of the workspace */
export function discover(root: string, options: DiscoverOptions = {}): Discovery {
  return new Discoverer(root, options).run();
}

class Discoverer {
  readonly found: Discovery = {
    files: [],
    configs: new Map(),
    links: new Map(),
    problems: [],
    skipped: [],
    leftOut: 0,
  };
  private readonly root: string;
  private readonly home: string;
  private readonly options: DiscoverOptions;
  private readonly ignored: ((path: string) => boolean)[];
  private readonly keep: string[];
  private readonly listed = new Set<string>();
  private readonly awaiting: { path: string; wanted: boolean }[] = [];

  constructor(root: string, options: DiscoverOptions) {
    this.root = root;
    this.home = realpathSync(root);
    this.options = options;
    this.ignored = (options.ignore ?? []).map(globMatcher);
    // The deepest first: what lies below it is judged by its name.
    this.keep = [...(options.keep ?? [])].sort((a, b) => b.length - a.length);
  }

  run(): Discovery {
    const { found, options } = this;
    const paths = this.list("");
    // Folders among them grow the list: repositories within this one.
    for (let index = 0; index < paths.length; index++) {
      options.onFile?.(index, paths.length);
      paths.push(...this.visit(paths[index] ?? ""));
    }
    options.onFile?.(paths.length, paths.length);
    // Links come last, when it is known what is read without them.
    for (const { path, wanted } of this.awaiting) this.followLink(path, wanted);
    found.files.sort((a, b) => byText(a.path, b.path));
    for (const list of [found.problems, found.skipped]) list.sort((a, b) => byText(a.file, b.file));
    return found;
  }

  /** Reads what is at a path; the paths within it, where it is a folder. */
  private visit(path: string): string[] {
    if (this.isIgnored(path) || INSTALLED.test(path)) return [];
    const wanted = READ.test(path) || CONFIG.test(path);
    try {
      const stats = lstatSync(join(this.root, path));
      if (stats.isDirectory()) return this.within(path);
      if (stats.isSymbolicLink()) this.awaiting.push({ path, wanted });
      else if (wanted) this.readAs(path, path, stats);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Deleted in the working tree, still in the index; unless the name was never read right.
      if (code === "ENOENT" || code === "ENOTDIR") {
        if (path.includes("\ufffd")) this.problem(path, "its name is not UTF-8; rename it");
      } else if (wanted || code === "ELOOP") this.problem(path, fault(code, error));
    }
    return [];
  }

  private readAs(path: string, source: string, stats: Stats): void {
    const { found } = this;
    const config = CONFIG.test(path);
    if (!config && this.isLeftOut(path)) {
      found.leftOut++;
      return;
    }
    if (!stats.isFile()) {
      this.problem(path, "it is a pipe, a socket or a device, and no file; take it out");
      return;
    }
    if (stats.size > LARGEST_BYTES) {
      // Code of that size is a bundle; SQL that a service keeps may well be a migration.
      const read =
        config || path.endsWith(".prisma") || (path.endsWith(".sql") && this.holderOf(path) !== null);
      if (read) this.problem(path, `${tooLarge(stats)}; list it under ignore if it is data`);
      else found.skipped.push({ file: path, message: `${tooLarge(stats)}; it is skipped` });
      return;
    }
    const text = decodeUtf8(readFileSync(join(this.root, source)));
    if (text === null) this.problem(path, "it is not UTF-8; save it as UTF-8 or list it under ignore");
    else if (config) found.configs.set(path, text);
    else if (isMinified(path, text)) found.leftOut++;
    else found.files.push({ path, text });
  }

  private followLink(path: string, wanted: boolean): void {
    const full = join(this.root, path);
    let target: string;
    try {
      target = realpathSync(full);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // `.#name` is an editor's lock, a link to nowhere on purpose.
      if (code === "ENOENT" && (!wanted || /(?:^|\/)\.#[^/]*$/.test(path))) return;
      this.problem(path, fault(code === "ENOENT" ? "dangling" : code, error));
      return;
    }
    const stats = statSync(target);
    if (!isInside(this.home, target)) {
      if (wanted || stats.isDirectory())
        this.problem(
          path,
          "a link that leads out of the workspace is not followed; take it out or list it under ignore",
        );
      return;
    }
    const inside = relative(this.home, target).split(sep).join("/");
    const readThere = READ.test(inside) && this.listed.has(inside) && !this.isIgnored(inside);
    const holder = this.holderOf(path);
    // A link in a service's folder makes the file that service's code, too.
    const twice = holder !== null && holder !== this.holderOf(inside);
    if (stats.isDirectory() || (readThere && !twice)) this.found.links.set(path, inside);
    else if (wanted) this.readAs(path, inside, stats);
  }

  /** The paths of a submodule, or of another repository that lies in this one. */
  private within(path: string): string[] {
    // Without a repository of its own it was listed with this one.
    const paths = existsSync(join(this.root, path, ".git")) ? this.list(path) : [];
    const empty = readdirSync(join(this.root, path)).length === 0;
    if (empty && this.keep.some((kept) => isWithin(path, kept) || isWithin(kept, path)))
      this.problem(path, "the submodule is not checked out; run git submodule update --init");
    return paths;
  }

  private list(folder: string): string[] {
    const { paths, unread } = listFolder(join(this.root, folder));
    const prefix = folder === "" ? "" : `${folder}/`;
    for (const item of unread) {
      const path = prefix + item.folder || ".";
      if (!this.isIgnored(path) && !this.isIgnored(`${path}/_`))
        this.problem(
          path,
          `the folder could not be read (${item.reason}); let it be read or list it under ignore`,
        );
    }
    const fresh = paths.map((path) => prefix + path).filter((path) => !this.listed.has(path));
    for (const path of fresh) this.listed.add(path);
    return [...new Set(fresh)];
  }

  private isIgnored(path: string): boolean {
    return this.ignored.some((matches) => matches(path));
  }

  private isLeftOut(path: string): boolean {
    if (WRITTEN_BY_MACHINES.test(path)) return true;
    if (!NOT_OURS.test(path)) return false;
    // A service may well live in `vendor/` or keep its migrations in `build/`: only what lies below its path is judged by name.
    const holder = this.holderOf(path);
    if (holder === null) return true;
    const source = /(?:^|\/)src(?:\/|$)/.test(holder) ? "src/" : "";
    return NOT_OURS.test(source + path.slice(holder === "" ? 0 : holder.length + 1));
  }

  private holderOf(path: string): string | null {
    return this.keep.find((kept) => isWithin(path, kept)) ?? null;
  }

  private problem(file: string, message: string): void {
    this.found.problems.push({ file, message });
  }
}

function tooLarge({ size }: Stats): string {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  return `${megabytes(size)} MB are more than source has (the limit is ${megabytes(LARGEST_BYTES)} MB)`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function isMinified(path: string, text: string): boolean {
  if (path.endsWith(".sql") || text.length < 20_000) return false;
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return text.length / lines > 1000;
}

/** Null where it is not UTF-8. A byte order mark stays: offsets count it. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function fault(code: string | undefined, error: unknown): string {
  if (code === "EACCES" || code === "EPERM")
    return "it may not be read (permission denied); let it be read or list it under ignore";
  if (code === "ELOOP") return "a link that leads back to itself; take it out";
  if (code === "dangling") return "a link that leads nowhere; take it out or list it under ignore";
  return `it could not be read (${code ?? (error as Error).message}); mend it or list it under ignore`;
}

/** Both relative to the workspace; the empty folder holds everything. */
function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

function isInside(home: string, target: string): boolean {
  return target === home || target.startsWith(home === sep ? sep : home + sep);
}
