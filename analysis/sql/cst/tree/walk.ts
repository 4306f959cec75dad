/**
 * Reads sql-parser-cst's trees. The walk itself knows no statement: it hands every node that has a
 * handler to that handler and steps into all others, so that a sub-select in a place nobody thought of
 * is still found. Tables are named only where a handler says so: elsewhere a name is a column's.
 */

import type { Node } from "sql-parser-cst";
import type { Operation } from "../../../model.ts";
import { inScope, type Scope } from "../../scope.ts";
import type { Change, Found, Stored } from "../found.ts";

export interface Walk {
  sql: string;
  found: Found[];
  stored: Stored | null;
  handlers: ReadonlyMap<string, Handler>;
  /** A WITH list's names are known in all of it, as if each were RECURSIVE: SQLite's rule. */
  forward: boolean;
}

export type Handler = (walk: Walk, node: never, scope: Scope) => void;
/** Handlers by node type, each with its node's type. */
export type Handlers = {
  [T in Node["type"]]?: (walk: Walk, node: Extract<Node, { type: T }>, scope: Scope) => void;
};

/** Reads everything below a value of the tree. Iterative: chains of operators nest by the thousands. */
export function visit(walk: Walk, root: unknown, scope: Scope): void {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) stack.push(value[i]);
      continue;
    }
    const { type } = value as { type?: string };
    const handler = type === undefined ? undefined : walk.handlers.get(type);
    if (handler) {
      handler(walk, value as never, scope);
      continue;
    }
    if (type === undefined || type === "keyword") continue;
    const fields = Object.values(value);
    for (let i = fields.length - 1; i >= 0; i--) if (typeof fields[i] === "object") stack.push(fields[i]);
  }
}

/** Reads everything below a node, the node itself not handed to its handler. */
export function visitFields(walk: Walk, node: object, scope: Scope): void {
  for (const value of Object.values(node)) if (typeof value === "object") visit(walk, value, scope);
}

/** A name that stands for a table. Names that a CTE in scope bears are none. */
export function refer(walk: Walk, node: Node, operation: Operation, scope: Scope = null): void {
  if (scope && node.type === "identifier" && inScope(scope, node.name.toLowerCase())) return;
  walk.found.push({ kind: "table", at: startOf(node), operation, stored: walk.stored });
}

/** Notes a change of a table's shape. */
export function change(walk: Walk, node: Node, what: Change): void {
  walk.found.push({ kind: "change", at: startOf(node), change: what, stored: walk.stored });
}

/** An act, whose place ends with `last`. */
export function act(walk: Walk, words: string, name: string | null, last: Node | null): void {
  walk.found.push({ kind: "act", words, name, end: last?.range?.[1] ?? walk.sql.length });
}

/** Runs `read` for the definition of a stored object. */
export function within(walk: Walk, stored: Stored, read: () => void): void {
  const outer = walk.stored;
  walk.stored = outer ?? stored;
  read();
  walk.stored = outer;
}

/** Where a node starts in the statement. */
export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** The last part of a name, without its quotes. */
export function nameOf(node: Node): string {
  if (node.type === "identifier") return node.name;
  if (node.type === "member_expr") return nameOf(node.property as Node);
  return "";
}
