/**
 * Judges a change to a commit that was linked as a whole (record.ts) by linking again what the change concerns:
 * the files that it changes, those whose links asked for their facts, and those of which one of them speaks.
 *
 * It declines, and then all is linked anew, wherever more may follow from the change than is written down: files
 * that come or go, migrations, configurations, other imports, other definitions of tables, whatever is gathered
 * over the whole workspace, and any record that is not whole.
 */
import { globMatcher } from "../../manifest/globs.ts";
import { migrationOwner, serviceOfFile } from "../../manifest/lookup.ts";
import type { Store } from "../cache/store.ts";
import { check } from "../check.ts";
import { CODE } from "../code/mod.ts";
import { dialectOf } from "../compile/dialect-of.ts";
import { compileFile } from "../compile/file.ts";
import { type AskedFile, lateAnswers } from "../compile/late.ts";
import { unplaced } from "../compile/moved.ts";
import { decodeUtf8, isMinified, LARGEST_BYTES } from "../contents.ts";
import { isRead } from "../files.ts";
import { join } from "../join.ts";
import { touching } from "../link/cross-imports.ts";
import { type Linked, link } from "../link/mod.ts";
import { says } from "../link/territory.ts";
import { Trace } from "../link/trace.ts";
import type { Baseline, CheckResult, FileFacts, Manifest, Model, Place, Rule, Verdict } from "../model.ts";
import { GrammarNeeded, loadSql } from "../sql/mod.ts";
import { type Book, Spoilt } from "./book.ts";
import { type Head, type KeptFindings, type KeptMapped, type KeptTables, keys } from "./kept.ts";
import { spokenOf, telling } from "./outward.ts";
import { Declined, Rest, Some } from "./rest.ts";

/** Files that are linked again beyond this many cost as much as all. */
const MOST_AGAIN = 200;

export interface ChangeOptions {
  book: Book;
  head: Head;
  /** The commit's, which is the change's. */
  manifest: Manifest;
  /** By path, what was changed, and nothing that came or went. */
  changed: ReadonlyMap<string, { id: string; bytes(): Uint8Array }>;
  /** What another file holds, by git's name for it. */
  contentOf(id: string): Uint8Array;
  rules: readonly Rule[];
  version: string;
  /** `YYYY-MM-DD` */
  today: string;
  /** What changes before this one needed to know beside the book. */
  late: Store;
}

/** Judges the change by any baseline; null where all is to be linked anew. */
export async function judgeChange(
  options: ChangeOptions,
): Promise<((baseline: Baseline | null) => CheckResult) | null> {
  try {
    return await new Change(options).judge();
  } catch (error) {
    if (error instanceof Declined || error instanceof Spoilt) return null;
    throw error;
  }
}

/** What is said where nothing is linked again. */
function nothing(manifest: Manifest, today: string): Model {
  const none = {
    references: [],
    acts: [],
    connections: [],
    variables: [],
    addresses: [],
    imports: [],
    heads: [],
    otherHeads: [],
    migrations: [],
    mapped: [],
    missing: [],
    collisions: [],
    unparsed: [],
    ignores: [],
    baseline: [],
    problems: [],
  };
  return { manifest, ...none, today, files: 0, leftOut: 0, unseen: [] };
}

class Change {
  private readonly options: ChangeOptions;
  private readonly manifest: Manifest;
  private readonly rest: Rest;
  private readonly changed: string[] = [];

  constructor(options: ChangeOptions) {
    this.options = options;
    this.rest = new Rest(options);
    this.manifest = this.rest.manifest;
  }

  async judge(): Promise<(baseline: Baseline | null) => CheckResult> {
    this.readChanged();
    const kept = this.rest.take<KeptFindings>(keys.findings);
    if (this.changed.length === 0) {
      const model = nothing(this.manifest, this.options.today);
      return (baseline) => this.judged(model, kept, new Set(), baseline);
    }
    const again = new Set(this.changed);
    for (const path of this.changed) this.compare(path, again);
    for (;;) {
      this.close(again);
      const linked = await this.link(again);
      const before = again.size;
      for (const [, others] of spokenOf(linked)) for (const other of others) this.add(other, again);
      for (const other of linked.coupled) this.add(other, again);
      if (again.size > before) continue;
      const model = this.joined(linked, again);
      return (baseline) => this.judged(model, kept, again, baseline);
    }
  }

  /** Reads what was changed, as far as it is read at all. */
  private readChanged(): void {
    const { changed, head } = this.options;
    const ignored = this.manifest.ignore.map(globMatcher);
    const named = new Set(head.read);
    for (const [path, { id, bytes }] of changed) {
      if (named.has(path)) throw new Declined("the manifest");
      if (ignored.some((matches) => matches(path))) continue;
      const kept = this.rest.file(path);
      if (!kept) {
        if (isRead(path)) throw new Declined("a file that went unread");
        continue;
      }
      if (kept.id === id) continue;
      if (kept.kind !== "code" || !CODE.test(path)) throw new Declined("no code");
      const content = bytes();
      const text = content.length > LARGEST_BYTES ? null : decodeUtf8(content);
      if (text === null || isMinified(path, text)) throw new Declined("no text");
      const { dialect, queryFunctions } = this.manifest;
      const facts = compileFile(path, text, { dialect, queryFunctions });
      this.rest.change(path, { id, text, facts });
      this.changed.push(path);
    }
  }

  /** Holds a file against what it was; adds what is to be linked again. */
  private compare(path: string, again: Set<string>): void {
    const kept = this.rest.known(path);
    const [facts, before] = [this.rest.factsOf(path), this.rest.factsBefore(path)];
    const same = (of: (facts: FileFacts) => unknown) =>
      JSON.stringify(of(facts)) === JSON.stringify(of(before));
    if (kept.everywhere || kept.defines || kept.tells) throw new Declined("it is everybody's");
    if (facts.problems.length > 0) throw new Declined("a problem");
    if (!same(({ kind, skimmed, importsByUse }) => [kind, skimmed, importsByUse]))
      throw new Declined("another kind");
    if (!same(({ imports }) => imports.map(({ specifier, typeOnly, names }) => [specifier, typeOnly, names])))
      throw new Declined("other imports");
    if (!same(({ definitions }) => unplaced(definitions, path))) throw new Declined("other definitions");
    if (says(facts) !== says(before)) throw new Declined("it says something, or nothing any more");
    // Which imports are types alone is then told by the text.
    if (!facts.importsByUse && facts.imports.some(({ typeOnly }) => !typeOnly) && this.crosses(path))
      throw new Declined("imports by their use");
    for (const other of kept.definedBy)
      if (this.rest.known(other).defines) throw new Declined("definitions follow");
    for (const other of kept.linkedBy) this.add(other, again);
  }

  private crosses(path: string): boolean {
    const home = serviceOfFile(this.manifest, path);
    return Object.values(this.rest.known(path).resolved).some(
      (to) => to !== null && (home === null || serviceOfFile(this.manifest, to) !== home),
    );
  }

  private add(path: string, again: Set<string>): void {
    again.add(path);
    if (again.size > MOST_AGAIN) throw new Declined("too many");
  }

  /** Adds what the files speak of, and what speaks of them. */
  private close(again: Set<string>): void {
    for (const path of again) {
      const kept = this.rest.known(path);
      if (kept.kind !== "code" || kept.tells || migrationOwner(this.manifest, path) !== null)
        throw new Declined("migrations");
      for (const other of kept.coupled) this.add(other, again);
    }
  }

  private async link(again: ReadonlySet<string>): Promise<Linked & { coupled: Set<string> }> {
    const paths = [...again].sort((a, b) => (a < b ? -1 : 1));
    const files = new Some<FileFacts>(
      paths.map((path) => [path, this.rest.factsOf(path)]),
      (path) => (this.rest.file(path) ? this.rest.factsOf(path) : undefined),
    );
    const asked = new Some<AskedFile>([], (path) => this.rest.asked(path));
    asked.has = (path) => this.rest.file(path) !== null;
    const schemas = this.rest.schemas();
    const { book, late } = this.options;
    const { set, flush, close } = late;
    const store: Store = { get: (key) => book.get(key) ?? late.get(key), set, flush, close };
    const compiled = {
      files,
      schemas,
      dialectOf: (file: string, client = "") => dialectOf(this.manifest, schemas, file, client),
      late: lateAnswers(asked, store),
      problems: [],
      leftOut: 0,
      news: false,
      fresh: 0,
    };
    const { tables, unreplayed } = this.rest.take<KeptTables>(keys.tables);
    for (;;) {
      const trace = new Trace();
      try {
        const linked = link(compiled, {
          manifest: this.manifest,
          configs: new Map(),
          trace,
          rest: {
            resolver: this.rest.resolver(),
            importersOf: (file) => this.rest.known(file).importers,
            definitions: this.rest.definitions(),
            territory: this.rest.territory(),
            tables,
            unreplayed: new Set(unreplayed),
          },
        });
        const defining = new Set(this.changed.flatMap((path) => [path, ...this.rest.known(path).definedBy]));
        for (const path of defining) if (linked.ask.defines(path)) throw new Declined("a new definition");
        return { ...linked, coupled: new Set(trace.coupled.keys()) };
      } catch (error) {
        if (!(error instanceof GrammarNeeded)) throw error;
        await loadSql([error.dialect]);
      }
    }
  }

  private joined(linked: Linked, again: ReadonlySet<string>): Model {
    for (const path of telling(linked))
      if (again.has(path)) throw new Declined("it tells of indexes or types");
    const model = join({
      ...linked,
      landed: new Map(),
      problems: [],
      leftOut: 0,
      unseen: [],
      today: this.options.today,
      rest: { touches: (path) => this.rest.file(path)?.touch ?? null },
    });
    if (model.problems.length > 0) throw new Declined("a problem");
    const touches = touching(linked.files, model.references);
    for (const path of again) {
      const { touch, reached } = this.rest.known(path);
      const now = touches.get(path) ?? null;
      if ((touch === null) !== (now === null))
        throw new Declined("it touches something, or nothing any more");
      if (reached && JSON.stringify(touch) !== JSON.stringify(now))
        throw new Declined("it touches another table");
    }
    const { references, acts, connections, variables, addresses, imports, unparsed, ignores } = model;
    const places: { at: Place }[] = [
      ...[references, acts, connections, variables, addresses, imports, unparsed, ignores].flat(),
      ...connections.flatMap(({ sources }) => sources),
    ];
    for (const { at } of places) if (!again.has(at.file)) throw new Declined("it speaks of another file");
    const { mapped, heads, otherHeads } = this.rest.take<KeptMapped>(keys.mapped);
    model.mapped = mapped.filter(({ at }) => again.has(at.file));
    Object.assign(model, { heads, otherHeads });
    return model;
  }

  private judged(
    model: Model,
    kept: KeptFindings,
    again: ReadonlySet<string>,
    baseline: Baseline | null,
  ): CheckResult {
    const { rules, version, head } = this.options;
    const elsewhere = <T extends { at: Place }>(items: readonly T[]) =>
      items.filter(({ at }) => !again.has(at.file));
    const counts = { ...head.counts, files: head.counts.files - again.size };
    for (const path of again)
      for (const [verdict, count] of Object.entries(this.rest.known(path).counts))
        counts[verdict as Verdict] -= count;
    return check(model, rules, {
      baseline,
      version,
      elsewhere: {
        facts: elsewhere(kept.facts),
        exceptions: elsewhere(kept.exceptions),
        standing: elsewhere(kept.standing),
        counts,
      },
    });
  }
}
