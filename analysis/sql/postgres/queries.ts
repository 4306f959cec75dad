/** Queries and data changes, wherever they stand: scopes of WITH, targets, and what is read. */

import type { InsertStmt, SelectStmt, WithClause } from "libpg-query";
import { opened, type Scope } from "../scope.ts";
import { type Handlers, type Reading, refer, walk, walkAll } from "./reading.ts";
import { createTable } from "./tables.ts";

/** Fields of a SELECT that need more than a walk. FOR UPDATE OF names aliases, not tables. */
const OWN = new Set(["withClause", "intoClause", "larg", "rarg", "lockingClause"]);

/** A query with all its parts, UNIONs included. */
export function readSelect(reading: Reading, statement: SelectStmt, outer: Scope): void {
  let level: SelectStmt | undefined = statement;
  let scope = outer;
  // UNIONs nest to the left, by the thousands: a loop, not a recursion.
  while (level) {
    scope = bind(reading, level.withClause, scope);
    if (level.intoClause?.rel) createTable(reading, level.intoClause.rel, "table", [], false);
    const fields = level as Record<string, unknown>;
    for (const key in fields) {
      const value = fields[key];
      if (typeof value === "object" && !OWN.has(key)) walk(reading, value, scope);
    }
    if (level.rarg) readSelect(reading, level.rarg, scope);
    level = level.larg;
  }
}

/** Reads a WITH list and returns the scope in which its names are known. */
function bind(reading: Reading, clause: WithClause | undefined, outer: Scope): Scope {
  if (!clause) return outer;
  const tables = (clause.ctes ?? []).flatMap((node) =>
    "CommonTableExpr" in node ? [node.CommonTableExpr] : [],
  );
  const scope = opened(outer);
  if (clause.recursive) {
    // RECURSIVE makes every name of the list known in all of it, later ones included.
    for (const table of tables) scope.names.add(table.ctename ?? "");
    for (const table of tables) walk(reading, table.ctequery, scope);
    return scope;
  }
  for (const table of tables) {
    walk(reading, table.ctequery, scope);
    scope.names.add(table.ctename ?? "");
  }
  return scope;
}

function readInsert(reading: Reading, statement: InsertStmt, outer: Scope): void {
  const scope = bind(reading, statement.withClause, outer);
  refer(reading, statement.relation, "insert");
  const { selectStmt, cols, onConflictClause, returningClause } = statement;
  walkAll(reading, [selectStmt, cols, onConflictClause, returningClause], scope);
}

export const queryHandlers: Handlers = {
  SelectStmt: readSelect,
  InsertStmt: readInsert,
  UpdateStmt(reading, statement, outer) {
    const scope = bind(reading, statement.withClause, outer);
    refer(reading, statement.relation, "update");
    const { targetList, fromClause, whereClause, returningClause } = statement;
    walkAll(reading, [targetList, fromClause, whereClause, returningClause], scope);
  },
  DeleteStmt(reading, statement, outer) {
    const scope = bind(reading, statement.withClause, outer);
    refer(reading, statement.relation, "delete");
    walkAll(reading, [statement.usingClause, statement.whereClause, statement.returningClause], scope);
  },
  MergeStmt(reading, statement, outer) {
    const scope = bind(reading, statement.withClause, outer);
    refer(reading, statement.relation, "merge");
    const { sourceRelation, joinCondition, mergeWhenClauses, returningClause } = statement;
    walkAll(reading, [sourceRelation, joinCondition, mergeWhenClauses, returningClause], scope);
  },
  TruncateStmt(reading, statement) {
    for (const node of statement.relations ?? []) {
      if ("RangeVar" in node) refer(reading, node.RangeVar, "truncate");
    }
  },
  LockStmt(reading, statement) {
    for (const node of statement.relations ?? []) {
      if ("RangeVar" in node) refer(reading, node.RangeVar, "lock");
    }
  },
  CopyStmt(reading, statement, scope) {
    refer(reading, statement.relation, statement.is_from ? "copy-from" : "copy-to");
    walkAll(reading, [statement.query, statement.whereClause], scope);
  },
};
