/**
 * From files to the joined model: survey (which files), compile (a file at a time, from the store where
 * it is known), link (across files), join (with the manifest).
 */
import type { Manifest } from "../manifest/model.ts";
import { noStore, type Store } from "./cache/store.ts";
import { dialectsOfClients, parseInBulk, WORTH_BULK } from "./code/mod.ts";
import { tidy } from "./compile/breathe.ts";
import { readConfigs } from "./compile/configs.ts";
import { type Compiled, compileAll } from "./compile/mod.ts";
import { type SecondThread, startSecondThread } from "./compile/second-thread.ts";
import { type Candidate, contentsOf, textContents } from "./contents.ts";
import { codeOf, type SourceFile } from "./files.ts";
import { join } from "./join.ts";
import { changedSinceLanding } from "./landed.ts";
import { type Linked, type LinkOptions, link } from "./link/mod.ts";
import type { Trace } from "./link/trace.ts";
import { type Looked, type LookOptions, look, type Progress } from "./look.ts";
import type { InputProblem, Model } from "./model.ts";
import { GrammarNeeded, loadSql } from "./sql/mod.ts";
import type { Base } from "./tree/base.ts";
import { type LiteralTypes, readLiteralTypes } from "./types.ts";

export type { SourceFile } from "./files.ts";

export type { Progress } from "./look.ts";

export interface AnalyseOptions {
  /** `YYYY-MM-DD`; today by the machine's clock (UTC) where it is left out. */
  today?: string;
  onProgress?: (progress: Progress) => void;
  /** Told once the type checker was asked: how many places were open, and how many it resolved. */
  onTypes?: (outcome: { open: number; resolved: number }) => void;
  /** Told of each file that is too large to be source and that was skipped: bundles, dumps. */
  onSkipped?: (file: InputProblem) => void;
  signal?: AbortSignal;
  /** By path, where git has another text of a migration that landed: its branch. `analyse` asks git unless it is given. */
  landed?: ReadonlyMap<string, string>;
}

/**
 * Reads a workspace: what git tracks and what it does not ignore, or everything outside git; or what a
 * tree of git's holds.
 *
 * @param options.root absolute path of the workspace
 * @throws the signal's reason, once it is aborted
 */
export async function analyse(
  options: AnalyseOptions &
    LookOptions & {
      /** Hands what stays unresolved to TypeScript's checker, which reads the working folder. */
      types?: boolean;
    },
): Promise<Model> {
  const looked = look(options);
  try {
    using secondThread = startSecondThread(looked, options);
    return await analyseLooked(looked, { ...options, secondThread });
  } finally {
    looked.close();
  }
}

/**
 * What {@link analyse} does once it is known which files there are. The caller closes what it looked at.
 *
 * @param options.onRead told of each file that was read, with git's name for what it held
 * @throws the signal's reason, once it is aborted
 */
export async function analyseLooked(
  looked: Looked,
  options: Parameters<typeof analyseParts>[1],
): Promise<Model> {
  return (await analyseParts(looked, options)).model;
}

/** The model with what it was joined from. */
export interface Parts {
  model: Model;
  linked: Linked;
  compiled: Compiled;
  /** Texts of the files by which imports are resolved. */
  configs: ReadonlyMap<string, string>;
  landed: ReadonlyMap<string, string>;
}

/** As {@link analyseLooked}, with what the model was joined from. */
export async function analyseParts(
  { tree, found, cache }: Looked,
  options: AnalyseOptions &
    Pick<LookOptions, "root" | "manifest" | "tree"> & { types?: boolean } & {
      onRead?: (path: string, id: string) => void;
      /** Where the work left the default branch; asked of git unless it is given. */
      findBase?: () => Base | null;
      /** Where facts and late answers are kept; the cache's own unless it is given. */
      store?: Store;
      trace?: Trace;
      /** One that reads the working folder already. */
      secondThread?: SecondThread | null;
    },
): Promise<Parts> {
  const { root, manifest, secondThread } = options;
  const store = options.store ?? cache?.store ?? noStore;
  const contents = contentsOf(tree);
  const onRead = ({ path, source }: Candidate, id: string) => {
    cache?.stats?.learn(source, id);
    options.onRead?.(path, id);
  };
  const { texts: configs, problems } = readConfigs(contents, found.configs, store, onRead);
  problems.push(...found.problems);
  const compiled = await compileAll(contents, found.candidates, {
    ...options,
    store,
    onRead,
    secondThread,
  });
  tidy(compiled);
  // What the linker asks of single files takes a parse each, and the event loop does not turn meanwhile.
  using _ = compiled.fresh < WORTH_BULK ? null : parseInBulk();
  const landed =
    options.landed ?? changedSinceLanding(root, manifest, found.candidates, contents, options.findBase);
  const unseen = codeOf(found).filter((path) => !compiled.files.has(path));
  const given = { links: found.links, leftOut: found.leftOut, unseen, landed };
  const joined = await linked(compiled, configs, { ...options, ...given, problems });
  const { model } = joined;
  const parts = { ...joined, compiled, configs, landed };
  const open = options.types ? model.references.filter(({ verdict }) => verdict === "unresolved") : [];
  if (open.length === 0) return parts;
  const literalTypes = await readLiteralTypes(
    root,
    open.map(({ at }) => at),
    (done, total) => options.onProgress?.({ stage: "types", done, total }),
  );
  options.onTypes?.({ open: open.length, resolved: literalTypes.size });
  if (literalTypes.size === 0) return parts;
  return { ...parts, ...(await linked(compiled, configs, { ...options, ...given, problems, literalTypes })) };
}

/**
 * Analyses texts that are at hand, without touching a disk. `package.json` and `tsconfig*.json` files
 * among them are used to resolve imports.
 */
export async function analyseFiles(
  sources: Iterable<SourceFile>,
  manifest: Manifest,
  options: AnalyseOptions = {},
): Promise<Model> {
  const configs = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const { path, text } of sources) (path.endsWith(".json") ? configs : texts).set(path, text);
  const candidates = [...texts.keys()].map((path) => ({ path, source: path, id: null, dispensable: false }));
  const compiled = await compileAll(textContents(texts), candidates, {
    ...options,
    manifest,
    store: noStore,
  });
  return (await linked(compiled, configs, { ...options, manifest })).model;
}

interface LinkedOptions extends AnalyseOptions, Omit<LinkOptions, "configs"> {
  problems?: readonly InputProblem[];
  leftOut?: number;
  unseen?: readonly string[];
  literalTypes?: LiteralTypes;
}

async function linked(
  compiled: Compiled,
  configs: ReadonlyMap<string, string>,
  options: LinkedOptions,
): Promise<Pick<Parts, "model" | "linked">> {
  if (compiled.news) await loadSql(dialectsMet(compiled));
  options.onProgress?.({ stage: "link", done: 0, total: 1 });
  for (;;) {
    try {
      const found = link(compiled, { ...options, configs });
      const problems = [...(options.problems ?? []), ...compiled.problems];
      const model = join({
        ...found,
        problems: problems.sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file))),
        landed: options.landed ?? new Map(),
        leftOut: (options.leftOut ?? 0) + compiled.leftOut,
        unseen: options.unseen ?? [],
        today: options.today ?? new Date().toISOString().slice(0, 10),
      });
      options.onProgress?.({ stage: "link", done: 1, total: 1 });
      return { model, linked: found };
    } catch (error) {
      // A grammar costs a process's start tens of milliseconds: none is loaded before SQL is met that nobody has read.
      if (!(error instanceof GrammarNeeded)) throw error;
      await loadSql([error.dialect]);
    }
  }
}

/** The dialects in which SQL may stand in code. */
function dialectsMet({ files, dialectOf }: Compiled) {
  const all = [...files.values()];
  return new Set([
    ...all.flatMap(({ file, sites }) => sites.map(({ client }) => dialectOf(file, client))),
    // A client brings its own dialect, whatever the service's is.
    ...dialectsOfClients(all.flatMap(({ imports }) => imports.map(({ specifier }) => specifier))),
  ]);
}
