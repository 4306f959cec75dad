/**
 * The link stage: from the facts of single files to what the whole workspace says. It is done anew in
 * each run, over everything, so that a change in one file shows wherever it matters; what costs in it is
 * kept by the stage before.
 */
import { migrationOwner, serviceOfFile } from "../../manifest/lookup.ts";
import type { Manifest } from "../../manifest/model.ts";
import { engineOf } from "../compile/dialect-of.ts";
import type { Compiled } from "../compile/mod.ts";
import type { Joinable } from "../joinable.ts";
import { changesInCode } from "../migrations-in-code.ts";
import type { Expr, FileFacts, Span } from "../model.ts";
import { position } from "../places.ts";
import { prismaModules } from "../prisma/modules.ts";
import { changesOf, replay } from "../replay.ts";
import { type LiteralTypes, placeKey } from "../types.ts";
import { readAllActs } from "./acts.ts";
import { type Asking, createAsk, type Definitions, type KeptDefinitions } from "./ask.ts";
import { createCallers, importing } from "./callers.ts";
import { type Bound, readAllChains, withoutBound } from "./chains.ts";
import { readAllConnections } from "./connections.ts";
import { followImports } from "./follow-imports.ts";
import { createHeirs } from "./heirs.ts";
import { readMigrating } from "./migrating.ts";
import { createResolver, type Resolver } from "./resolve.ts";
import { readAllSites, readAllUses } from "./sites.ts";
import { drawTerritory } from "./territory.ts";
import { Trace } from "./trace.ts";

export interface LinkOptions {
  manifest: Manifest;
  /** Texts of `package.json` and `tsconfig*.json` files by path. */
  configs: ReadonlyMap<string, string>;
  /** Links within the workspace, to the paths that they lead to. */
  links?: ReadonlyMap<string, string> | undefined;
  /** Writes down from what each file's answers follow. */
  trace?: Trace | undefined;
  /** Set where only a part of the files is to be linked: what a run before this one knows of the rest. */
  rest?: Rest | undefined;
  /** What the type checker knows of places that an analysis before this one left open. */
  literalTypes?: LiteralTypes | undefined;
}

/** What a part of the workspace stands on: of the whole, as a run before this one left it. */
export interface Rest extends Pick<Joinable, "territory" | "tables" | "unreplayed"> {
  resolver: Resolver;
  importersOf(file: string): Iterable<string>;
  definitions: KeptDefinitions;
}

export type Linked = Omit<Joinable, "landed" | "problems" | "leftOut" | "unseen" | "today"> & {
  ask: Asking;
  resolver: Resolver;
};

/** @throws GrammarNeeded where SQL is met whose grammar was not loaded */
export function link(compiled: Compiled, options: LinkOptions): Linked {
  const { files, schemas, dialectOf, late } = compiled;
  const { manifest, configs, links, literalTypes, rest, trace = new Trace() } = options;
  const resolver =
    rest?.resolver ?? createResolver(new Set(files.keys()), configs, links, prismaModules(schemas));
  /** A file's facts; one that was only skimmed is read whole when a constant of its is asked for. */
  const wholeFacts = (path: string): FileFacts | null => {
    trace.file(path);
    const facts = files.get(path) ?? null;
    return facts?.skimmed ? late.whole(path) : facts;
  };
  const resolve = followImports(wholeFacts, resolver, trace);
  const migrations = new Map<string, string[]>();
  for (const [path, { kind }] of files) {
    const owner = kind === "sql" ? migrationOwner(manifest, path) : null;
    if (owner) migrations.set(owner, [...(migrations.get(owner) ?? []), path]);
  }
  const importersOf = rest?.importersOf ?? importing(files, resolver);
  resolve.given = createCallers(files, resolver, late.callsOf, trace, importersOf);
  resolve.method = (file, owner, name) => {
    trace.file(file);
    return files.has(file) ? late.methodOf(file, owner, name) : null;
  };
  resolve.heirs = createHeirs({ factsOf: wholeFacts, resolver, resolve, importersOf, trace });
  if (literalTypes) resolve.typed = typedBy(literalTypes, files);
  const ask = createAsk(files, resolve, trace, rest?.definitions, (file) => serviceOfFile(manifest, file));
  const views = viewsOf(ask.definitions);
  const chains = readAllChains(files, ask, views, trace);
  const sites = withoutBound(readAllSites(files, resolve, dialectOf, late.readSql), [
    ...views,
    ...chains.bound,
  ]);
  const uses = [...readAllUses(files, resolve), ...chains.uses];
  const migrating = readMigrating(
    { manifest, files, resolver, importersOf, mentionsOf: late.mentionsOf, trace },
    sites,
    uses,
  );
  const linked = {
    manifest,
    files,
    sites,
    uses,
    acts: [...readAllActs(files, ask, trace), ...chains.acts],
    connections: readAllConnections(files, resolve),
    definitions: ask.definitions.filter(({ file }) => !rest || files.has(file)),
    migrating,
    engineOf: (file: string) => engineOf(manifest, schemas, file),
    ask,
    resolver,
  };
  if (rest) {
    const { territory, tables, unreplayed } = rest;
    return { ...linked, territory, tables, unreplayed };
  }
  const inCode = changesInCode(manifest, files, sites, uses, migrating);
  for (const [owner, paths] of inCode.byService)
    migrations.set(owner, [...(migrations.get(owner) ?? []), ...paths]);
  return {
    ...linked,
    territory: drawTerritory(files, manifest, resolver, late.importsByUse),
    tables: replay(
      manifest,
      (file) => inCode.byFile.get(file) ?? changesOf(files.get(file)?.sql?.statements ?? []),
      (service) => migrations.get(service) ?? [],
      linked.engineOf,
    ),
    unreplayed: inCode.unreplayed,
  };
}

/** Where mappers are told the queries that views are made of. */
function viewsOf(definitions: Definitions["all"]): Bound[] {
  return definitions.flatMap(({ definition: { view, name } }) => {
    const kind = view?.materialized ? "materialized view" : "view";
    return view ? [{ at: view.at, names: new Set<string>(), stores: { kind, name: name.table ?? "" } }] : [];
  });
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
