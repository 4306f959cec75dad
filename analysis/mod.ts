/**
 * From files to the joined model: compile (a file at a time), link (where a site has a hole), replay
 * (each service's migrations), join.
 */
import { migrationOwner, serviceByName, serviceOfFile } from "../manifest/mod.ts";
import type { Dialect, Manifest } from "../manifest/model.ts";
import { compileCode, dialectsOfClients, importsByUse } from "./code/mod.ts";
import { compileSql } from "./compile-sql.ts";
import type { SourceFile } from "./files.ts";
import { discover } from "./files.ts";
import { join } from "./join.ts";
import { readAllActs } from "./link/acts.ts";
import { createAsk } from "./link/ask.ts";
import { createCallers } from "./link/callers.ts";
import { readAllChains, withoutBound } from "./link/chains.ts";
import { readAllConnections } from "./link/connections.ts";
import { createResolver } from "./link/resolve.ts";
import { followImports, readAllSites, readAllUses } from "./link/sites.ts";
import { drawTerritory } from "./link/territory.ts";
import type { Expr, FileFacts, InputProblem, Model, Span } from "./model.ts";
import { position } from "./places.ts";
import { compilePrisma, PRISMA } from "./prisma/compile.ts";
import { prismaDialect } from "./prisma/dialects.ts";
import { prismaModules } from "./prisma/modules.ts";
import { readSchemas } from "./prisma/schemas.ts";
import { replay } from "./replay.ts";
import { loadSql } from "./sql/mod.ts";
import { type LiteralTypes, placeKey, readLiteralTypes } from "./types.ts";

export type { SourceFile } from "./files.ts";

export interface Progress {
  stage: "files" | "compile" | "link" | "types";
  done: number;
  total: number;
}

export interface AnalyseOptions {
  /** `YYYY-MM-DD`; today by the machine's clock (UTC) where it is left out. */
  today?: string;
  onProgress?: (progress: Progress) => void;
  /** Told once the type checker was asked: how many places were open, and how many it resolved. */
  onTypes?: (outcome: { open: number; resolved: number }) => void;
  /** Told of each file that is too large to be source and that was skipped: bundles, dumps. */
  onSkipped?: (file: InputProblem) => void;
  signal?: AbortSignal;
}

/**
 * Reads a workspace from disk: what git tracks and what it does not ignore, or everything outside git.
 *
 * @param options.root absolute path of the workspace
 * @throws the signal's reason, once it is aborted
 */
export async function analyse(
  options: AnalyseOptions & {
    root: string;
    manifest: Manifest;
    /** Hands what stays unresolved to TypeScript's checker. */
    types?: boolean;
  },
): Promise<Model> {
  const { root, manifest } = options;
  const found = discover(root, {
    ignore: manifest.ignore,
    keep: manifest.services.flatMap(({ paths, migrations }) => [...migrations, ...paths]),
    onFile: (done, total) => options.onProgress?.({ stage: "files", done, total }),
  });
  for (const file of found.skipped) options.onSkipped?.(file);
  const configs = [...found.configs].map(([path, text]) => ({ path, text }));
  const all = [...found.files, ...configs];
  const given = { ...options, problems: found.problems, leftOut: found.leftOut, links: found.links };
  const model = await analyseFiles(all, manifest, given);
  const open = options.types ? model.references.filter(({ verdict }) => verdict === "unresolved") : [];
  if (open.length === 0) return model;
  const literalTypes = await readLiteralTypes(
    root,
    open.map(({ at }) => at),
    (done, total) => options.onProgress?.({ stage: "types", done, total }),
  );
  options.onTypes?.({ open: open.length, resolved: literalTypes.size });
  return literalTypes.size ? analyseFiles(all, manifest, { ...given, literalTypes }) : model;
}

/**
 * Analyses texts that are at hand, without touching a disk. `package.json` and `tsconfig*.json` files
 * among them are used to resolve imports.
 */
export async function analyseFiles(
  sources: Iterable<SourceFile>,
  manifest: Manifest,
  options: AnalyseOptions & {
    problems?: readonly InputProblem[];
    leftOut?: number;
    /** Links within the workspace, to the paths that they lead to. */
    links?: ReadonlyMap<string, string>;
    /** What the type checker knows of places that an analysis before this one left open. */
    literalTypes?: LiteralTypes;
  } = {},
): Promise<Model> {
  const configs = new Map<string, string>();
  const texts: SourceFile[] = [];
  for (const source of sources) {
    if (source.path.endsWith(".json")) configs.set(source.path, source.text);
    else texts.push(source);
  }
  const prisma = new Map(
    texts.filter(({ path }) => PRISMA.test(path)).map(({ path, text }) => [path, compilePrisma(path, text)]),
  );
  const schemas = readSchemas([...prisma.values()].flatMap(({ definitions }) => definitions));
  const dialectOf = (file: string, client = ""): Dialect => {
    const usual = serviceByName(manifest, serviceOfFile(manifest, file) ?? "")?.dialect ?? manifest.dialect;
    return prismaDialect(schemas, file, client, usual) ?? usual;
  };
  // A grammar costs a process's start tens of milliseconds: none is loaded before SQL is met.
  await loadSql(new Set(texts.flatMap(({ path }) => (path.endsWith(".sql") ? [dialectOf(path)] : []))));

  const files = new Map<string, FileFacts>();
  const textOf = new Map(texts.map(({ path, text }) => [path, text]));
  for (const { path, text } of texts) {
    if (files.size % BREATH === 0) {
      options.onProgress?.({ stage: "compile", done: files.size, total: texts.length });
      await breathe();
      options.signal?.throwIfAborted();
    }
    files.set(
      path,
      path.endsWith(".sql")
        ? compileSql(path, text, dialectOf(path))
        : (prisma.get(path) ?? compileCode(path, text, { queryFunctions: manifest.queryFunctions })),
    );
  }
  const talking = [...files.values()].filter(({ sites }) => sites.length > 0);
  if (talking.length > 0)
    await loadSql(
      new Set([
        ...talking.flatMap(({ file, sites }) => sites.map(({ client }) => dialectOf(file, client))),
        // A client brings its own dialect, whatever the service's is.
        ...dialectsOfClients(
          [...files.values()].flatMap(({ imports }) => imports.map(({ specifier }) => specifier)),
        ),
      ]),
    );
  options.onProgress?.({ stage: "link", done: 0, total: 1 });
  const resolver = createResolver(new Set(files.keys()), configs, options.links, prismaModules(schemas));
  const deepened = new Map<string, FileFacts>();
  /** A file's facts; one that was only skimmed is read whole when a constant of its is asked for. */
  const wholeFacts = (path: string): FileFacts | null => {
    const facts = files.get(path);
    if (!facts?.skimmed) return facts ?? null;
    let found = deepened.get(path);
    if (!found) {
      found = compileCode(path, textOf.get(path) ?? "", { whole: true });
      deepened.set(path, found);
    }
    return found;
  };
  const resolve = followImports(wholeFacts, resolver);
  const migrations = new Map<string, string[]>();
  for (const [path, { kind }] of files) {
    const owner = kind === "sql" ? migrationOwner(manifest, path) : null;
    if (owner) migrations.set(owner, [...(migrations.get(owner) ?? []), path]);
  }
  resolve.given = createCallers(files, textOf, resolver);
  if (options.literalTypes) resolve.typed = typedBy(options.literalTypes, files);
  const ask = createAsk(files, resolve);
  const chains = readAllChains(files, ask);
  const model = join({
    manifest,
    files,
    sites: withoutBound(readAllSites(files, resolve, dialectOf), chains.bound),
    uses: [...readAllUses(files, resolve), ...chains.uses],
    acts: [...readAllActs(files, ask), ...chains.acts],
    connections: readAllConnections(files, resolve),
    territory: drawTerritory(files, manifest, resolver, (file) => importsByUse(file, textOf.get(file) ?? "")),
    definitions: ask.definitions,
    tables: replay(manifest, files, (service) => migrations.get(service) ?? []),
    problems: options.problems ?? [],
    leftOut: options.leftOut ?? 0,
    today: options.today ?? new Date().toISOString().slice(0, 10),
  });
  options.onProgress?.({ stage: "link", done: 1, total: 1 });
  return model;
}

/** Files between two turns of the event loop. */
const BREATH = 64;

/**
 * Lets the event loop turn: only then is the parser's own memory given back, and without it a long run
 * holds every tree that it ever made.
 */
function breathe(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** The alternatives of a place as the evaluator takes them: one and the same expression at each asking. */
function typedBy(
  literalTypes: LiteralTypes,
  files: ReadonlyMap<string, FileFacts>,
): (at: Span) => Expr | null {
  const answers = new Map<string, Expr>();
  return (at) => {
    const starts = files.get(at.file)?.lineStarts;
    if (!starts) return null;
    const key = placeKey({ file: at.file, ...position(starts, at.start) });
    const texts = literalTypes.get(key);
    if (!texts) return null;
    const known = answers.get(key);
    if (known) return known;
    const options = texts.map((text): Expr => ({ kind: "text", runs: [{ kind: "text", text, at }], at }));
    const answer: Expr = { kind: "either", options, at };
    answers.set(key, answer);
    return answer;
  };
}
