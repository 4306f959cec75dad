/**
 * Links a commit as a whole, and writes down what of it follows from what: so that a change to a few of its files
 * can be judged by linking those again that the change concerns (judge.ts).
 */
import type { Cache } from "../cache/mod.ts";
import type { Store } from "../cache/store.ts";
import { check, type Standing } from "../check.ts";
import type { TableDefinition } from "../code/adapters/adapter.ts";
import { importing } from "../link/callers.ts";
import { touching } from "../link/cross-imports.ts";
import { Trace } from "../link/trace.ts";
import { look, type Progress } from "../look.ts";
import { analyseParts, type Parts } from "../mod.ts";
import type { Manifest, Rule, Verdict } from "../model.ts";
import { PRISMA } from "../prisma/compile.ts";
import type { Base } from "../tree/base.ts";
import type { GitTree } from "../tree/git-tree.ts";
import { bound } from "./book.ts";
import {
  daysOf,
  FORM,
  fileOf,
  type Head,
  type KeptDefined,
  type KeptDefinition,
  type KeptFile,
  type KeptFindings,
  type KeptMapped,
  type KeptResolving,
  type KeptTables,
  keys,
} from "./kept.ts";
import { spokenOf, telling } from "./outward.ts";

export interface RecordOptions {
  /** Absolute path of the workspace. */
  root: string;
  commit: string;
  /** The commit's files. */
  tree: GitTree;
  manifest: Manifest;
  /** What the manifest's loading read, and what it looked for. */
  read: readonly string[];
  sought: readonly string[];
  rules: readonly Rule[];
  version: string;
  /** `YYYY-MM-DD` */
  today: string;
  cache: Cache;
  /** The baseline's text, null where there is none. */
  baseline: string | null;
  base: Base | null;
  onProgress?: (progress: Progress) => void;
}

/** Answers of a late question, which the book keeps under the keys that they have in the store. */
const LATE = /^(?:whole|calls .*|mentions .*|method .*|sql|imports)\0/s;

/**
 * @returns the book of it; with nothing in it where something went unread, or lies where a later run could not tell
 *   that it has changed
 */
export async function recordCommit(options: RecordOptions): Promise<Buffer> {
  const { root, manifest, rules, version, today, cache, tree } = options;
  let skipped = false;
  const progress = options.onProgress ? { onProgress: options.onProgress } : {};
  const looked = look({ root, manifest, tree, cache, ...progress, onSkipped: () => (skipped = true) });
  const ids = new Map<string, string>();
  const asked = new Map<string, string>();
  const trace = new Trace(true);
  const parts = await analyseParts(looked, {
    root,
    manifest,
    tree,
    today,
    ...progress,
    store: noting(cache.store, asked),
    trace,
    findBase: () => options.base,
  });
  looked.close();
  for (const { path, id } of looked.found.candidates) if (id !== null) ids.set(path, id);
  const { findings } = check(parts.model, rules, { version });
  const { candidates } = looked.found;
  const told =
    !skipped &&
    !trace.broken &&
    !tree.holdsRepositories() &&
    // Its adapter knows more of a definition than stands in it.
    !parts.linked.definitions.some(({ definition }) => definition.client === "objection") &&
    parts.model.problems.length === 0 &&
    candidates.every(({ path, source }) => path === source && !path.includes("\n"));
  const entries = new Map<string, string>();
  const write = (key: string, value: unknown) => entries.set(key, JSON.stringify(value));
  const head: Head = {
    form: FORM,
    commit: options.commit,
    whole: told,
    file: manifest.file,
    version,
    today,
    days: daysOf(manifest),
    base: options.base,
    read: [...options.read],
    sought: [...options.sought],
    counts: { files: parts.model.files, leftOut: parts.model.leftOut, ...countsOf(parts.model.references) },
    prisma: [...parts.linked.files.keys()].filter((path) => PRISMA.test(path)),
  };
  write(keys.head, head);
  if (!told) return bound(entries);
  const exceptional = new Set(rules.filter((rule) => rule.exceptions).map(({ id }) => id));
  for (const [key, text] of asked) {
    if (LATE.test(key)) entries.set(key, text);
    const [question, path = ""] = key.split("\0");
    if (question === "facts" && parts.linked.files.has(path)) entries.set(keys.facts(path), text);
  }
  writeFiles(parts, trace, ids, (path, kept) => write(keys.file(path), kept));
  const manifests = new Set([manifest.file, ...manifest.services.map(({ at }) => at.file)]);
  const standing: Standing[] = parts.model.references
    .filter(({ judgements }) => judgements.some(({ use }) => use))
    .map(({ at, judgements }) => ({
      at,
      judgements: judgements.map(({ use }) => ({ use: use && { at: use.at } })),
    }));
  write(keys.manifest, manifest);
  write(keys.baseline, { text: options.baseline });
  write(keys.findings, {
    facts: findings.filter(({ rule }) => !exceptional.has(rule)),
    exceptions: findings.filter(({ rule, at }) => exceptional.has(rule) && !manifests.has(at.file)),
    standing,
  } satisfies KeptFindings);
  writeDefinitions(parts, write);
  write(keys.tables, {
    tables: [...parts.linked.tables],
    unreplayed: [...parts.linked.unreplayed],
  } satisfies KeptTables);
  const { mapped, heads, otherHeads } = parts.model;
  write(keys.mapped, { mapped, heads, otherHeads } satisfies KeptMapped);
  write(keys.resolving, {
    paths: [...parts.linked.files.keys()],
    configs: [...parts.configs],
    links: [...looked.found.links],
  } satisfies KeptResolving);
  return bound(entries);
}

function writeFiles(
  { model, linked }: Parts,
  trace: Trace,
  ids: ReadonlyMap<string, string>,
  write: (path: string, kept: KeptFile) => void,
): void {
  const { files, territory, resolver, ask } = linked;
  const importers = importing(files, resolver);
  const { define, link } = trace.tasks ?? { define: new Map(), link: new Map() };
  const linkedBy = inverted(link);
  const definedBy = inverted(define);
  for (const [file, others] of spokenOf(linked)) for (const other of others) trace.couple(file, other);
  const tells = telling(linked);
  const touches = touching(files, model.references);
  const counts = Map.groupBy(model.references, ({ at }) => at.file);
  const reached = new Set(model.imports.flatMap(({ chain }) => chain));
  for (const [path, facts] of files) {
    write(path, {
      id: ids.get(path) ?? "",
      kind: facts.kind,
      resolved: Object.fromEntries(
        facts.imports.map(({ specifier }) => [specifier, resolver.resolve(path, specifier)]),
      ),
      imports: territory.imports(path).map(({ to, at }) => [to, at.start, at.end]),
      belongings: territory.home(path) === null ? territory.of(path) : [],
      importers: [...importers(path)],
      linkedBy: [...(linkedBy.get(path) ?? [])],
      definedBy: [...(definedBy.get(path) ?? [])],
      coupled: [...(trace.coupled.get(path) ?? [])],
      counts: countsOf(counts.get(path) ?? []),
      touch: touches.get(path) ?? null,
      defines: ask.definers.has(path),
      tells: tells.has(path),
      everywhere: trace.everywhere.has(path),
      reached: reached.has(path),
    });
  }
}

function writeDefinitions({ linked }: Parts, write: (key: string, value: unknown) => void): void {
  const { settled } = linked.ask;
  if (!settled) return;
  const numbers = new Map<TableDefinition, number>();
  const number = (definition: TableDefinition): number => {
    const known = numbers.get(definition);
    if (known !== undefined) return known;
    numbers.set(definition, numbers.size);
    write(keys.definition(numbers.size - 1), definition);
    return numbers.size - 1;
  };
  const files = new Map<string, KeptDefined>();
  const inFile = (file: string): KeptDefined => {
    const known = files.get(file) ?? { all: [], bySource: [] };
    files.set(file, known);
    return known;
  };
  const views: KeptDefinition[] = [];
  for (const [place, { definition, source, file }] of settled.all.entries()) {
    const kept: KeptDefinition = [place, number(definition), source, file];
    inFile(file).all.push(kept);
    if (definition.view) views.push(kept);
  }
  for (const [key, definition, from] of settled.bySource)
    inFile(fileOf(key)).bySource.push([key, definition === null ? -1 : number(definition), from]);
  for (const [name, definitions] of settled.byModel) write(keys.model(name), definitions.map(number));
  for (const [file, defined] of files) write(keys.defined(file), defined);
  write(keys.views, views);
  write(keys.sources, settled.sources());
}

function inverted(tasks: ReadonlyMap<string, { files: ReadonlySet<string> }>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [file, { files }] of tasks)
    for (const path of files) {
      if (path === file) continue;
      const others = found.get(path);
      if (others) others.add(file);
      else found.set(path, new Set([file]));
    }
  return found;
}

function countsOf(references: readonly { verdict: Verdict }[]): Record<Verdict, number> {
  const counts = { own: 0, foreign: 0, unowned: 0, unresolved: 0, engine: 0 };
  for (const { verdict } of references) counts[verdict]++;
  return counts;
}

/** A store that also tells what it was asked for and given. */
function noting(store: Store, asked: Map<string, string>): Store {
  return {
    get size() {
      return store.size ?? 0;
    },
    get(key) {
      const text = store.get(key) ?? asked.get(key) ?? null;
      if (text !== null) asked.set(key, text);
      return text;
    },
    set(key, text) {
      store.set(key, () => {
        const made = text();
        asked.set(key, made);
        return made;
      });
    },
    flush: () => store.flush(),
    close: () => store.close(),
  };
}
