/** What a tree of sql-parser-cst says of one statement. */
import type { Program } from "sql-parser-cst";
import { type Flavour, isMysql } from "../flavour.ts";
import type { Found } from "../found.ts";
import { actHandlers } from "./acts.ts";
import { queryHandlers } from "./queries.ts";
import { tableHandlers } from "./tables.ts";
import { type Handler, visit, type Walk } from "./walk.ts";

const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  [queryHandlers, tableHandlers, actHandlers].flatMap(
    (handlers) => Object.entries(handlers) as [string, Handler][],
  ),
);

/** Statements without a handler of their own in which no table is named, or none that a walk misses. */
const PLAIN = new Set([
  "explain_stmt",
  "rename_table_stmt",
  "savepoint_stmt",
  "release_savepoint_stmt",
  "empty",
]);

/** Kinds in SQL's own words where the node's name is another. */
const KINDS: Record<string, string> = {
  compound_select_stmt: "select",
  start_transaction_stmt: "begin",
  commit_transaction_stmt: "commit",
  rollback_transaction_stmt: "rollback",
};

/**
 * Reads the tree of one statement.
 *
 * @returns null where it is a statement that is not known here: nothing must pass for empty.
 */
export function readTree(
  program: Program,
  sql: string,
  flavour: Flavour,
): { kind: string; found: Found[] } | null {
  const statements = program.statements.filter(({ type }) => type !== "empty");
  if (!statements.every(({ type }) => HANDLERS.has(type) || PLAIN.has(type))) return null;
  const walk: Walk = { sql, found: [], stored: null, handlers: HANDLERS, forward: !isMysql(flavour) };
  for (const statement of statements) visit(walk, statement, null);
  const type = statements[0]?.type ?? "empty";
  return { kind: KINDS[type] ?? type.replace(/_stmt$/, "").replaceAll("_", "-"), found: walk.found };
}
