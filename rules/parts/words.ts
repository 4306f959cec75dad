/** The words that findings share, so that all of them speak alike. */
import type { Operation, Place } from "../../analysis/model.ts";

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[], joint = "and"): string {
  const head = items.slice(0, -1);
  const last = items.at(-1) ?? "";
  return head.length === 0 ? last : `${head.join(", ")} ${joint} ${last}`;
}

/** `orders'`, `billing's`. */
export function possessive(name: string): string {
  return name.endsWith("s") ? `${name}'` : `${name}'s`;
}

/** The first form for one subject (`billing reads`), the second for several (`billing and orders read`). */
export type Verb = readonly [one: string, several: string];

/** What a statement does to a table, as a verb that takes the table as its object. */
export const verbs: Readonly<Record<Operation, Verb>> = {
  select: ["reads", "read"],
  "copy-to": ["copies from", "copy from"],
  lock: ["locks", "lock"],
  insert: ["inserts into", "insert into"],
  update: ["updates", "update"],
  delete: ["deletes from", "delete from"],
  merge: ["merges into", "merge into"],
  truncate: ["truncates", "truncate"],
  "copy-from": ["copies into", "copy into"],
  "create-table": ["creates", "create"],
  "alter-table": ["alters", "alter"],
  "drop-table": ["drops", "drop"],
  "create-index": ["indexes", "index"],
  references: ["references", "reference"],
  grant: ["changes the grants of", "change the grants of"],
  comment: ["comments on", "comment on"],
  view: ["builds a view on", "build a view on"],
  trigger: ["hangs a trigger on", "hang a trigger on"],
  function: ["builds a function on", "build a function on"],
  policy: ["puts a policy on", "put a policy on"],
  rule: ["puts a rule on", "put a rule on"],
  inherit: ["inherits from", "inherit from"],
  partition: ["partitions", "partition"],
};

/** A table as the statement names it. */
export function tableName(of: { schema: string | null; table: string | null }): string {
  const { schema, table } = of;
  if (table === null)
    return `a table${schema === null ? "" : ` of schema ${schema}`} whose name is not known`;
  return schema === null ? table : `${schema}.${table}`;
}

/** `orders, which billing owns`; `dlq, which actions and tsdb own`. */
export function whoseTables(tables: readonly string[], owners: readonly string[]): string {
  return `${list(tables)}, which ${list(owners)} ${owners.length === 1 ? "owns" : "own"}`;
}

/** The same place gives the same key. */
export function placeKey(at: Place): string {
  return `${at.file}:${at.line}:${at.column}:${at.endLine}:${at.endColumn}`;
}

/** Does one place hold the other's beginning? */
export function holds(outer: Place, inner: Place): boolean {
  if (outer.file !== inner.file) return false;
  const begins = outer.line < inner.line || (outer.line === inner.line && outer.column <= inner.column);
  const ends = inner.line < outer.endLine || (inner.line === outer.endLine && inner.column < outer.endColumn);
  return begins && ends;
}
