/**
 * Which files of a workspace are read. What cannot be read is named, never passed over; no link is
 * followed out of the workspace.
 */
import { globMatcher } from "../manifest/globs.ts";
import { CODE } from "./code/endings.ts";
import { type Candidate, contentsOf, fault, isConfig, LARGEST_BYTES, oversized } from "./contents.ts";
import type { InputProblem } from "./model.ts";
import type { Tree, TreeEntry } from "./tree/tree.ts";
import { workingTree } from "./tree/working.ts";

export interface SourceFile {
  /** Relative to the workspace's root, with `/`. */
  path: string;
  text: string;
}

/** A file of this path is read, or its name decides whether it is. */
export function isRead(path: string): boolean {
  return READ.test(path) || isConfig(path);
}

export interface Survey {
  /** Ordered by path. */
  candidates: Candidate[];
  /** `package.json`, `tsconfig*.json` and `jsconfig.json` files, for resolving imports. */
  configs: Candidate[];
  /** Links within the workspace: what they lead to is read where it stands. */
  links: Map<string, string>;
  problems: InputProblem[];
  /** Bundles and dumps: too large for source, and read by nobody. */
  skipped: InputProblem[];
  /** How many files were left out because a machine wrote them: vendored, minified, generated, declarations. */
  leftOut: number;
  /** Every path that was listed. */
  listed: ReadonlySet<string>;
}

export interface Discovery extends Pick<Survey, "links" | "problems" | "skipped" | "leftOut"> {
  files: SourceFile[];
  /** Texts of the config files. */
  configs: Map<string, string>;
}

export interface DiscoverOptions {
  /** Globs over workspace paths that are not read. */
  ignore?: readonly string[];
  /** Workspace folders (or files) that count as source whatever their name: services' paths, migrations. */
  keep?: readonly string[];
  onFile?: (done: number, total: number) => void;
}

const READ = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro|sql|prisma)$/;
/** In which services are written, too, and that nobody reads here. */
const OTHER_LANGUAGES = /\.(?:py|go|rs|java|kt|scala|rb|php|cs|exs?|clj)$/;
const DECLARATIONS = /\.d\.[cm]?ts$/;
const INSTALLED = /(?:^|\/)node_modules(?:\/|$)/;
/** Tools write beside the source, never into it: `src/build/` is a person's. */
const NOT_OURS =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third_party|\.git|\.yarn|\.next|\.nuxt|\.turbo|\.cache|storybook-static)\/|^(?:(?!src\/)[^/]+\/)*(?:dist|build|out|coverage)\//;
const WRITTEN_BY_MACHINES =
  /\.d\.[cm]?ts$|[.-]min\.[cm]?js$|\.(?:generated|gen)\.[cm]?[jt]sx?$|(?:^|\/)(?:__generated__|generated)\/|(?:^|\/)\.pnp\.(?:[cm]?js|loader\.mjs)$/;

/**
 * Surveys a workspace and reads all of its files.
 *
 * @param root absolute path of the workspace
 */
export function discover(root: string, options: DiscoverOptions = {}): Discovery {
  const tree = workingTree(root);
  const { candidates, configs, links, problems, skipped, leftOut } = survey(tree, options);
  const contents = contentsOf(tree);
  const found: Discovery = { files: [], configs: new Map(), links, problems, skipped, leftOut };
  for (const candidate of [...candidates, ...configs]) {
    const read = contents.read(candidate);
    if ("problem" in read) problems.push(read.problem);
    else if ("skipped" in read) skipped.push(read.skipped);
    else if (read.text === null) found.leftOut++;
    else if (isConfig(candidate.path)) found.configs.set(candidate.path, read.text);
    else found.files.push({ path: candidate.path, text: read.text });
  }
  problems.sort((a, b) => byText(a.file, b.file));
  return found;
}

/** Which files of a tree are to be read. */
export function survey(tree: Tree, options: DiscoverOptions = {}): Survey {
  return new Surveyor(tree, options).run();
}

/** Every listed file that holds code which may run, in whatever language: of links only those that lead nowhere known. */
export function codeOf({ listed, links }: Pick<Survey, "listed" | "links">): string[] {
  return [...listed].filter(
    (path) =>
      (CODE.test(path) || OTHER_LANGUAGES.test(path)) &&
      !DECLARATIONS.test(path) &&
      !INSTALLED.test(path) &&
      !links.has(path),
  );
}

class Surveyor {
  readonly found = {
    candidates: [] as Candidate[],
    configs: [] as Candidate[],
    links: new Map<string, string>(),
    problems: [] as InputProblem[],
    skipped: [] as InputProblem[],
    leftOut: 0,
    listed: new Set<string>(),
  };
  private readonly tree: Tree;
  private readonly options: DiscoverOptions;
  private readonly ignored: ((path: string) => boolean)[];
  private readonly keep: string[];
  private readonly awaiting: { path: string; wanted: boolean }[] = [];

  constructor(tree: Tree, options: DiscoverOptions) {
    this.tree = tree;
    this.options = options;
    this.ignored = (options.ignore ?? []).map(globMatcher);
    // The deepest first: what lies below it is judged by its name.
    this.keep = [...(options.keep ?? [])].sort((a, b) => b.length - a.length);
  }

  run(): Survey {
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
    found.candidates.sort((a, b) => byText(a.path, b.path));
    for (const list of [found.problems, found.skipped]) list.sort((a, b) => byText(a.file, b.file));
    return found;
  }

  /** Reads what is at a path; the paths within it, where it is a folder. */
  private visit(path: string): string[] {
    if (this.isIgnored(path) || INSTALLED.test(path)) return [];
    const wanted = READ.test(path) || isConfig(path);
    try {
      const entry = this.tree.look(path);
      // Deleted in the working tree, still in the index; unless the name was never read right.
      if (entry === null) {
        if (path.includes("\ufffd")) this.problem(path, "its name is not UTF-8; rename it");
      } else if (entry.kind === "folder") return this.within(path);
      else if (entry.kind === "link") this.awaiting.push({ path, wanted });
      else if (wanted) this.take(path, path, entry);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (wanted || code === "ELOOP") this.problem(path, fault(code, error));
    }
    return [];
  }

  private take(path: string, source: string, entry: TreeEntry): void {
    const { found } = this;
    const config = isConfig(path);
    if (!config && this.isLeftOut(path)) {
      found.leftOut++;
      return;
    }
    if (entry.kind !== "file")
      this.problem(
        path,
        entry.kind === "unread"
          ? entry.reason
          : "it is a pipe, a socket or a device, and no file; take it out",
      );
    else {
      const { bytes, id } = entry;
      // Code of that size is a bundle; SQL that a service keeps may well be a migration.
      const dispensable = !(
        config ||
        path.endsWith(".prisma") ||
        (path.endsWith(".sql") && this.holderOf(path) !== null)
      );
      if (bytes === null || bytes <= LARGEST_BYTES)
        (config ? found.configs : found.candidates).push({ path, source, id, dispensable });
      else {
        const large = oversized(path, bytes, dispensable);
        if ("problem" in large) found.problems.push(large.problem);
        else found.skipped.push(large.skipped);
      }
    }
  }

  private followLink(path: string, wanted: boolean): void {
    const target = this.tree.target(path);
    if (target.kind === "fault") {
      // `.#name` is an editor's lock, a link to nowhere on purpose.
      if (target.code === "ENOENT" && (!wanted || /(?:^|\/)\.#[^/]*$/.test(path))) return;
      this.problem(path, fault(target.code === "ENOENT" ? "dangling" : target.code, target.error));
      return;
    }
    if (target.kind === "outside") {
      if (wanted || target.folder)
        this.problem(
          path,
          "a link that leads out of the workspace is not followed; take it out or list it under ignore",
        );
      return;
    }
    const inside = target.path;
    const readThere = READ.test(inside) && this.found.listed.has(inside) && !this.isIgnored(inside);
    const holder = this.holderOf(path);
    // A link in a service's folder makes the file that service's code, too.
    const twice = holder !== null && holder !== this.holderOf(inside);
    if (target.kind === "folder" || (readThere && !twice)) this.found.links.set(path, inside);
    else if (wanted) this.take(path, inside, target.kind === "file" ? target : { kind: "other" });
  }

  /** The paths of a submodule, or of another repository that lies in this one. */
  private within(path: string): string[] {
    // Without a repository of its own it was listed with this one.
    const paths = this.tree.isRepository(path) ? this.list(path) : [];
    const empty = this.tree.isEmpty(path);
    if (empty && this.keep.some((kept) => isWithin(path, kept) || isWithin(kept, path)))
      this.problem(path, "the submodule is not checked out; run git submodule update --init");
    return paths;
  }

  private list(folder: string): string[] {
    const { paths, unread } = this.tree.list(folder);
    const prefix = folder === "" ? "" : `${folder}/`;
    for (const item of unread) {
      const path = prefix + item.folder || ".";
      if (!this.isIgnored(path) && !this.isIgnored(`${path}/_`))
        this.problem(
          path,
          `the folder could not be read (${item.reason}); let it be read or list it under ignore`,
        );
    }
    const fresh = paths.map((path) => prefix + path).filter((path) => !this.found.listed.has(path));
    for (const path of fresh) this.found.listed.add(path);
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

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Both relative to the workspace; the empty folder holds everything. */
function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
