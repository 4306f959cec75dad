/**
 * Functions that only migrations call: what they do to a schema is the migrations' work, wherever they stand. One
 * that anybody else calls, or keeps to call it later, is not among them; a test may.
 */
import { migrationOwner } from "../../manifest/lookup.ts";
import type { Manifest } from "../../manifest/model.ts";
import { isTestFile } from "../../manifest/test-file.ts";
import type { Mentions, Sought } from "../code/mentions.ts";
import type { FileFacts, Span } from "../model.ts";
import { accessOf } from "../sql/mod.ts";
import type { Resolver } from "./resolve.ts";
import type { ReadSite, ReadUse } from "./sites.ts";
import type { Trace } from "./trace.ts";

/** A call in a migration that comes to the function, directly or by way of others. */
export interface MigrationCall {
  service: string;
  /** In the migration. */
  at: Span;
  /** The migration's own function in which it stands. */
  enclosing: string | null;
  /** Where each function on the way calls the next one. */
  way: readonly number[];
}

/** By {@link functionKey}. */
export type Migrating = ReadonlyMap<string, readonly MigrationCall[]>;

interface Given {
  manifest: Manifest;
  files: ReadonlyMap<string, FileFacts>;
  resolver: Resolver;
  importersOf(file: string): Iterable<string>;
  mentionsOf(file: string, sought: Sought): Mentions;
  trace: Trace;
}

/** What a function is told apart by, over all files. */
export function functionKey(file: string, enclosing: string): string {
  return `${file}\0${enclosing}`;
}

/** Asks for each function in which something is done to a schema, or it is not known what. */
export function readMigrating(given: Given, sites: readonly ReadSite[], uses: readonly ReadUse[]): Migrating {
  const found = new Map<string, readonly MigrationCall[]>();
  const asked = new Set<string>();
  const isBelow = belowMigrations(given);
  const ask = (file: string, enclosing: string | null): void => {
    if (enclosing === null) return;
    const key = functionKey(file, enclosing);
    if (asked.has(key)) return;
    asked.add(key);
    if (isTestFile(file) || migrationOwner(given.manifest, file) !== null || !isBelow(file)) return;
    const calls = given.trace.task("link", file, () => callsOf(given, file, enclosing, new Set()));
    if (calls?.length) found.set(key, calls);
  };
  for (const { file, enclosing, facts, unresolved } of sites)
    if (
      unresolved ||
      facts.statements.some(({ changes, references }) => changes.length || references.some(isSchema))
    )
      ask(file, enclosing);
  for (const { file, enclosing, operation, table } of uses)
    if (table === null || (accessOf(operation) === "schema" && operation !== "references"))
      ask(file, enclosing);
  return found;
}

function isSchema({ access }: { access: string | null }): boolean {
  return access === "schema";
}

/** Null where others than migrations may call it. @param met functions on the way here */
function callsOf(
  given: Given,
  file: string,
  enclosing: string,
  met: ReadonlySet<string>,
): MigrationCall[] | null {
  const { manifest, mentionsOf, trace } = given;
  const key = functionKey(file, enclosing);
  if (met.has(key)) return [];
  const name = enclosing.slice(enclosing.lastIndexOf(".") + 1);
  const found: MigrationCall[] = [];
  for (const [path, sought] of reaching(given, file, name)) {
    trace.file(path);
    if (isTestFile(path)) continue;
    const service = migrationOwner(manifest, path);
    for (const { by, start, end, called } of mentionsOf(path, sought).mentions) {
      const at = { file: path, start, end };
      if (service !== null) found.push({ service, at, enclosing: by, way: [] });
      else if (!called || by === null) return null;
      else if (path !== file || by !== enclosing) {
        const outer = callsOf(given, path, by, new Set([...met, key]));
        if (outer === null) return null;
        found.push(...outer.map((call) => ({ ...call, way: [...call.way, start] })));
      }
    }
  }
  return found;
}

/** The files in which the function may be named, and by what: its own, and those that import it, through all that pass it on. */
function reaching(
  { resolver, files, importersOf, mentionsOf, trace }: Given,
  file: string,
  name: string,
): [file: string, sought: Sought][] {
  const near: [file: string, sought: Sought][] = [[file, { name }]];
  const met = new Set([file]);
  const edge = [file];
  for (let holder = edge.pop(); holder !== undefined; holder = edge.pop()) {
    if (holder !== file && !mentionsOf(holder, { name }).passes) continue;
    trace.callers(holder);
    for (const path of importersOf(holder)) {
      if (met.has(path)) continue;
      met.add(path);
      near.push([path, { name }]);
      edge.push(path);
    }
  }
  // What is exported by default is called as its importer likes.
  if (mentionsOf(file, { name }).isDefault)
    for (const path of importersOf(file)) {
      const edges = files.get(path)?.imports ?? [];
      const edge = edges.find(({ specifier }) => resolver.resolve(path, specifier) === file);
      if (edge) near.push([path, { defaultOf: edge.specifier }]);
    }
  return near;
}

/** Whether migrations import a file, directly or through others: nearly never, and then no file is parsed. */
function belowMigrations({ manifest, importersOf }: Given): (file: string) => boolean {
  const above = new Set<string>();
  return (file) => {
    const met = new Set([file]);
    for (const path of met)
      for (const importer of importersOf(path)) {
        if (migrationOwner(manifest, importer) !== null) return true;
        if (!above.has(importer)) met.add(importer);
      }
    for (const path of met) above.add(path);
    return false;
  };
}
