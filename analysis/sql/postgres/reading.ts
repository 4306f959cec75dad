/**
 * One statement while it is read: its tree, its tokens, and what has been found so far. The walk
 * itself knows no statement: it hands every node that has a handler to that handler and steps into
 * all others, so that a table in a place nobody thought of is still found. A little beyond 300 lines, since
 * all that a handler can tell of a statement stands here, and each way of telling by way of the others.
 */

import type { Node, RangeVar, String as StringNode } from "libpg-query";
import type {
  Access,
  DatabaseAct,
  Operation,
  SchemaChange,
  Span,
  SqlProblem,
  SqlReference,
  SqlStatement,
} from "../../model.ts";
import { append } from "../append.ts";
import type { Tokens } from "../lexer.ts";
import { type Name, nameAt } from "../names.ts";
import { accessOf } from "../operations.ts";
import { inScope, type Scope } from "../scope.ts";
import { holesBetween, last, type SqlText, showHoles } from "../text.ts";

/** One text while it is read, bodies and quoted statements in it included. */
export interface Session {
  /** Temporary tables that earlier statements made: a name that one of them bears is no reference. */
  temporary: Set<string>;
  /** Types that earlier statements made: no tables, though they may stand where one can. */
  types: Set<string>;
  /** Names of transition tables by the trigger function that sees them. */
  transitions: Map<string, Set<string>>;
  problems: SqlProblem[];
  /** Reads statements that stand inside this one's text. */
  read(text: SqlText, context: Context, emit: (statement: SqlStatement) => void): void;
}

/** Where a statement stands. */
export interface Context {
  /** The stored object whose definition is being read. */
  stored: Stored | null;
  /** It runs only under a condition: what it makes or drops may be there or gone already. */
  conditional: boolean;
}

/** The stored object whose definition is being read. */
export interface Stored {
  operation: Operation;
  kind: string;
  name: string;
}

export interface Reading {
  source: SqlText;
  tokens: Tokens;
  /** Maps a byte offset of the tree to an offset in `source`. */
  at(byte: number | undefined): number;
  session: Session;
  handlers: ReadonlyMap<string, Handler>;
  stored: Stored | null;
  conditional: boolean;
  /** Inside CREATE SCHEMA: the schema, and the tables that the statement makes in it. Other names keep their search path. */
  made: { schema: string; tables: ReadonlySet<string> } | null;
  references: SqlReference[];
  changes: SchemaChange[];
  acts: DatabaseAct[];
  /** Types that are made. */
  types: string[];
}

export type Handler = (reading: Reading, node: never, scope: Scope) => void;

type Distribute<N, T extends PropertyKey> = N extends Record<T, infer Body> ? Body : never;
export type Tag = Node extends infer N ? (N extends N ? keyof N : never) : never;
/** Handlers by node name, each with its node's type. */
export type Handlers = {
  [T in Tag]?: (reading: Reading, node: Distribute<Node, T>, scope: Scope) => void;
};

/** Reads every table below a node. Iterative: expressions may nest by the thousands. */
export function walk(reading: Reading, root: unknown, scope: Scope): void {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node !== "object" || node === null) continue;
    if (Array.isArray(node)) {
      for (let i = 0; i < node.length; i++) stack.push(node[i]);
      continue;
    }
    const fields = node as Record<string, unknown>;
    for (const key in fields) {
      const value = fields[key];
      if (typeof value !== "object" || value === null) continue;
      const handler = reading.handlers.get(key);
      if (handler) handler(reading, value as never, scope);
      else if ("relname" in value) refer(reading, value as RangeVar, "select", scope);
      else stack.push(value);
    }
  }
}

/** Walks some fields of a node. */
export function walkAll(reading: Reading, nodes: readonly unknown[], scope: Scope): void {
  for (const node of nodes) if (node !== undefined) walk(reading, { node }, scope);
}

/** Runs `read` for the definition of a stored object: what it names are the object's dependencies. */
export function within(reading: Reading, stored: Stored, read: () => void): void {
  const outer = reading.stored;
  reading.stored = outer ?? stored;
  read();
  reading.stored = outer;
}

/** A table named at a position of the tree. Names that a CTE in scope or a temporary table bears are none. */
export function refer(
  reading: Reading,
  relation: RangeVar | undefined,
  operation: Operation,
  scope: Scope = null,
): void {
  if (!relation) return;
  if (!relation.schemaname && scope && inScope(scope, relation.relname ?? "")) return;
  const name = nameAt(reading.tokens, last(reading.tokens.starts, reading.at(relation.location)));
  referName(reading, name, relation.schemaname ?? null, relation.relname ?? "", operation);
}

/** A table named by these tokens. */
export function referName(
  reading: Reading,
  name: Name,
  schema: string | null,
  table: string,
  operation: Operation,
  access: Access = accessOf(operation),
): void {
  const { source, stored } = reading;
  const written = namedTable(reading, name, schema, table);
  if (written.table !== null && isTemporary(reading, written.schema, written.table)) return;
  reading.references.push({
    ...written,
    operation: stored?.operation ?? operation,
    access,
    at: source.span(name.start, name.end),
    dependency: stored ? { kind: stored.kind, name: stored.name } : null,
  });
}

/** An index that is named without its table. `perhaps`: that there is none is no fault. */
export function referIndex(
  reading: Reading,
  place: Name,
  schema: string | null,
  index: string,
  { operation = "alter-table", perhaps = false, to }: IndexUse = {},
): void {
  const { source, stored } = reading;
  const written = namedTable(reading, place, schema, index);
  if (written.table !== null && isTemporary(reading, written.schema, written.table)) return;
  reading.references.push({
    schema: written.schema,
    table: null,
    reason: written.reason ?? `nothing that is read makes the index ${index}`,
    operation: stored?.operation ?? operation,
    access: accessOf(operation),
    at: source.span(place.start, place.end),
    dependency: stored ? { kind: stored.kind, name: stored.name } : null,
    ...(perhaps || reading.conditional ? { perhaps: true } : {}),
    ...(written.table === null
      ? {}
      : { index: to === undefined ? { name: written.table } : { name: written.table, to } }),
  });
}

/** An index that stands where the grammar takes a table. */
export function referIndexOf(reading: Reading, relation: RangeVar, use: IndexUse = {}): void {
  const place = nameAt(reading.tokens, last(reading.tokens.starts, reading.at(relation.location)));
  referIndex(reading, place, relation.schemaname ?? null, relation.relname ?? "", use);
}

export interface IndexUse {
  operation?: Operation;
  perhaps?: boolean;
  to?: string;
}

/** A statement that is about every table of a schema (of the database, where that is null): which ones they are is not known here. */
export function referEvery(
  reading: Reading,
  place: Name,
  schema: string | null,
  operation: Operation,
  reason = schema === null ? "every table of the database" : `every table of schema ${showHoles(schema)}`,
): void {
  reading.references.push({
    schema: schema !== null && showHoles(schema) === schema ? schema : null,
    table: null,
    reason,
    operation,
    access: accessOf(operation),
    at: reading.source.span(place.start, place.end),
    dependency: null,
  });
}

/** Whether the name stands for a temporary table that this text made earlier. */
export function isTemporary(reading: Reading, schema: string | null, table: string): boolean {
  if (schema === "pg_temp") return true;
  return schema === null && reading.session.temporary.has(table);
}

/** What is known of a name in which holes may stand. */
export function namedTable(
  reading: Reading,
  name: Name,
  schema: string | null,
  table: string,
): Pick<SqlReference, "schema" | "table" | "reason"> {
  const { made } = reading;
  const standing = schema ?? (made?.tables.has(table) ? made.schema : null);
  if (reading.source.holes.length === 0) return { schema: standing, table, reason: null };
  const tableHole = holeIn(reading, name.parts.at(-1));
  const schemaHole = schema === null ? null : holeIn(reading, name.parts.at(-2));
  return {
    schema: schemaHole ? null : standing,
    table: tableHole ? null : table,
    reason: tableHole,
  };
}

/** Why a part of a name is not known, or null. */
function holeIn(reading: Reading, part: Span2 | undefined): string | null {
  if (!part) return null;
  const { text } = reading.source;
  const inside = holesBetween(reading.source, part.start, part.end);
  const first = inside[0];
  if (!first) return null;
  let shown = "";
  let at = part.start;
  const quoted = text.charCodeAt(at) === 34;
  for (const hole of inside) {
    shown += `${text.slice(at, hole.start)}\${…}`;
    at = hole.end;
  }
  shown += text.slice(at, part.end);
  if (quoted) shown = shown.slice(1, -1);
  if (shown === "${…}") return first.reason;
  const parts = shown.split(/(\$\{…\})/).filter((piece) => piece !== "");
  return `name glued from ${parts.map((piece) => (piece === "${…}" ? piece : `\`${piece}\``)).join(" and ")}`;
}

type Span2 = Name["parts"][number];

/** Names of a qualified name's parts. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => ("String" in node ? ((node.String as StringNode).sval ?? "") : ""));
}

/** The place of a relation's name. */
export function placeOf(reading: Reading, relation: RangeVar): Span {
  const name = nameAt(reading.tokens, last(reading.tokens.starts, reading.at(relation.location)));
  return reading.source.span(name.start, name.end);
}

/** What a change is about: null where the name is a hole, since replay can do nothing with it, or temporary. */
export function changed(
  reading: Reading,
  relation: RangeVar | undefined,
): { schema: string | null; name: string; at: Span } | null {
  if (!relation) return null;
  const name = nameAt(reading.tokens, last(reading.tokens.starts, reading.at(relation.location)));
  const known = namedTable(reading, name, relation.schemaname ?? null, relation.relname ?? "");
  if (known.table === null || isTemporary(reading, known.schema, known.table)) return null;
  return { schema: known.schema, name: known.table, at: reading.source.span(name.start, name.end) };
}

/** Notes an act. Its place runs from the statement's first word to the name, where that stands in it. */
export function act(reading: Reading, words: string, name: string | null): void {
  const { tokens, source } = reading;
  let end = tokens.ends[Math.min(tokens.ends.length, words.split(" ").length) - 1] ?? 0;
  if (name !== null) {
    for (let i = 1; i < tokens.kinds.length; i++) {
      const text = tokens.text.slice(tokens.starts[i], tokens.ends[i]);
      if (text === name || text === `"${name}"` || text.toLowerCase() === name) {
        end = tokens.ends[i]!;
        break;
      }
    }
  }
  const shown = name === null ? null : showHoles(name);
  reading.acts.push({ act: words, name: shown, at: source.span(tokens.starts[0] ?? 0, end) });
}

/** Reads text inside this statement's text as statements; what they do is this statement's doing. */
export function readInside(reading: Reading, text: SqlText): void {
  const { stored, conditional, session } = reading;
  session.read(text, { stored, conditional }, ({ references, changes, acts, types = [] }) => {
    append(reading.references, references);
    append(reading.changes, changes);
    append(reading.acts, acts);
    append(reading.types, types);
  });
}
