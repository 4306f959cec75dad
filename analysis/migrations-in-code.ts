/**
 * What migrations written in code do to a schema: the SQL that they run and what schema builders make, in
 * functions of other files, too, that nobody else calls; in the order of the text and of the calls in it. Only what all of a service's migrations do is said: where a part of it is
 * not known, nothing can be concluded from the rest.
 */
import { migrationOwner } from "../manifest/lookup.ts";
import type { Manifest } from "../manifest/model.ts";
import { BACKWARD } from "./code/call-order.ts";
import { functionKey, type Migrating, type MigrationCall } from "./link/migrating.ts";
import type { ReadSite, ReadUse } from "./link/sites.ts";
import type { FileFacts, SchemaChange, Span } from "./model.ts";
import { changesOf } from "./replay.ts";
import { accessOf } from "./sql/mod.ts";

interface Item {
  file: string;
  enclosing: string | null;
  at: Span;
}

/** What a migration does, and when: by the offset where its own function is called, then by the calls in that. */
interface Done {
  migration: string;
  order: readonly number[];
  /** Set where another file's function does it, on the migration's call. */
  call: MigrationCall | null;
}

/** Changes of schemas that migrations in code make, in the order of their files. */
export function changesInCode(
  manifest: Manifest,
  files: ReadonlyMap<string, FileFacts>,
  sites: readonly ReadSite[],
  uses: readonly ReadUse[],
  migrating: Migrating,
): {
  byService: ReadonlyMap<string, readonly string[]>;
  byFile: ReadonlyMap<string, readonly SchemaChange[]>;
  /** Services of whose migrations a part is not known. */
  unreplayed: ReadonlySet<string>;
} {
  const byService = new Map<string, string[]>();
  for (const { file, kind } of files.values()) {
    const owner = kind === "code" ? migrationOwner(manifest, file) : null;
    if (owner) byService.set(owner, [...(byService.get(owner) ?? []), file]);
  }
  const said = new Set([...byService.values()].flat());
  /** Where what stands in a function of a migration happens: where it is called. */
  const called = (file: string, enclosing: string | null, start: number): number => {
    const order = files.get(file)?.callOrder ?? {};
    return enclosing !== null && Object.hasOwn(order, enclosing) ? (order[enclosing] ?? start) : start;
  };
  const done = ({ file, enclosing, at }: Item): Done[] => {
    if (said.has(file))
      return [{ migration: file, order: [called(file, enclosing, at.start), at.start], call: null }];
    const calls = enclosing === null ? [] : (migrating.get(functionKey(file, enclosing)) ?? []);
    return calls.map((call) => ({
      migration: call.at.file,
      order: [called(call.at.file, call.enclosing, call.at.start), call.at.start, ...call.way, at.start],
      call,
    }));
  };
  const up = <T extends Item>(items: readonly T[]) =>
    Map.groupBy(
      items
        .flatMap((item) => done(item).map((when) => ({ item, ...when })))
        .filter(({ order }) => order[0] !== BACKWARD),
      ({ migration }) => migration,
    );
  const sitesOf = up(sites);
  const usesOf = up(uses);
  const byFile = new Map<string, SchemaChange[]>();
  const unreplayed = new Set<string>();
  for (const [service, paths] of byService) {
    const known = paths.every(
      (path) =>
        (sitesOf.get(path) ?? []).every(({ item }) => isKnown(item)) &&
        (usesOf.get(path) ?? []).every(({ item }) => isTold(item)),
    );
    if (!known) {
      byService.delete(service);
      unreplayed.add(service);
    } else
      for (const path of paths) {
        const changes = [
          ...(sitesOf.get(path) ?? []).map(({ item, ...when }) => ({
            ...when,
            changes: changesOf(item.facts.statements),
          })),
          ...(usesOf.get(path) ?? []).map(({ item, ...when }) => ({ ...when, changes: item.changes ?? [] })),
        ];
        byFile.set(path, inOrder(changes, said));
      }
  }
  return { byService, byFile, unreplayed };
}

function isKnown({ unresolved, facts }: ReadSite): boolean {
  if (unresolved || facts.problems.length > 0) return false;
  // What an index or a trigger is on, whose name stands alone, has no other columns for it.
  return facts.statements.every(({ references }) =>
    references.every(
      ({ table, access, index, trigger }) => table !== null || access !== "schema" || index || trigger,
    ),
  );
}

/** A builder says what it does to the table, or it does nothing to its shape. */
function isTold({ operation, table, changes, stored }: ReadUse): boolean {
  if (accessOf(operation) !== "schema" || operation === "references" || stored) return true;
  return table !== null && changes !== undefined;
}

function inOrder(
  found: readonly (Done & { changes: readonly SchemaChange[] })[],
  said: ReadonlySet<string>,
): SchemaChange[] {
  return [...found]
    .sort((a, b) => compareOrders(a.order, b.order))
    .flatMap(({ changes, call }) => changes.filter(({ at }) => call === null || isOfCall(at, call, said)));
}

function compareOrders(a: readonly number[], b: readonly number[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined || one !== other) return other === undefined ? 1 : one - other;
  }
  return a.length - b.length;
}

/** What a migration hands to the function is done on that call alone. */
function isOfCall({ handed, ...written }: Span, { at }: MigrationCall, said: ReadonlySet<string>): boolean {
  const from = handed ?? written;
  if (from.file !== at.file) return !said.has(from.file);
  return at.start <= from.start && from.end <= at.end;
}
