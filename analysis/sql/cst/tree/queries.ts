/** Queries and data changes: scopes of WITH, what FROM names, targets. */

import type { Node, WithClause } from "sql-parser-cst";
import type { Operation } from "../../../model.ts";
import { opened, type Scope } from "../../scope.ts";
import { type Handlers, refer, visit, visitFields, type Walk } from "./walk.ts";

/** SQLite's and its common extensions' functions that stand where a table does: no virtual tables of one's own. */
const TABLE_FUNCTIONS =
  /^(?:json_each|json_tree|jsonb_each|jsonb_tree|generate_series|pragma_\w+|carray|fsdir|bytecode|tables_used|prefixes|wholenumber|stmt|dbstat|regexp_\w+|unnest|series|zipfile|readfile|lsdir|split)$/i;

/** What stands in FROM or in its place. */
function readTableExpression(walk: Walk, node: Node, operation: Operation, scope: Scope): void {
  // Joins nest to the left, by the thousands: a loop, not a recursion.
  const joined: Node[] = [];
  let left = node;
  while (left.type === "join_expr") {
    joined.push(left);
    left = left.left as Node;
  }
  readFactor(walk, left, operation, scope);
  for (const join of joined.reverse()) {
    if (join.type !== "join_expr") continue;
    readFactor(walk, join.right as Node, "select", scope);
    visit(walk, join.specification, scope);
  }
}

function readFactor(walk: Walk, node: Node, operation: Operation, scope: Scope): void {
  switch (node.type) {
    case "identifier":
    case "member_expr":
      refer(walk, node, operation, scope);
      return;
    case "alias":
      readFactor(walk, node.expr as Node, operation, scope);
      return;
    case "indexed_table":
    case "not_indexed_table":
    case "partitioned_table":
      readFactor(walk, node.table, operation, scope);
      return;
    case "join_expr":
      readTableExpression(walk, node, operation, scope);
      return;
    case "paren_expr": {
      const inner = node.expr as Node;
      if (inner.type === "select_stmt" || inner.type === "compound_select_stmt") visit(walk, inner, scope);
      else readTableExpression(walk, inner, operation, scope);
      return;
    }
    case "func_call":
      // A virtual table's arguments stand in brackets behind its name.
      if (node.name.type !== "identifier" || !TABLE_FUNCTIONS.test(node.name.name)) {
        refer(walk, node.name, operation, scope);
      }
      visit(walk, node.args, scope);
      return;
    default:
      visitFields(walk, node, scope);
  }
}

/** Reads a WITH list and returns the scope in which its names are known. */
function bind(walk: Walk, clause: WithClause | undefined, outer: Scope): Scope {
  if (!clause) return outer;
  const scope = opened(outer);
  const tables = clause.tables.items;
  if (walk.forward || clause.recursiveKw) {
    for (const { table } of tables) scope.names.add(table.name.toLowerCase());
    for (const table of tables) visit(walk, table.expr, scope);
    return scope;
  }
  for (const table of tables) {
    visit(walk, table.expr, scope);
    scope.names.add(table.table.name.toLowerCase());
  }
  return scope;
}

interface WithClauses {
  clauses: readonly Node[];
}

function withOf({ clauses }: WithClauses): WithClause | undefined {
  return clauses.find((clause) => clause.type === "with_clause");
}

/** The WITH of a compound query stands in its first SELECT, and is in force in all of them. */
function firstWith(node: Node): WithClause | undefined {
  let first = node;
  while (first.type === "compound_select_stmt") first = first.left as Node;
  return first.type === "select_stmt" ? withOf(first as WithClauses) : undefined;
}

export const queryHandlers: Handlers = {
  compound_select_stmt(walk, node, outer) {
    const parts: Node[] = [];
    let left: Node = node;
    while (left.type === "compound_select_stmt") {
      parts.push(left.right as Node);
      left = left.left as Node;
    }
    const clause = firstWith(node);
    const scope = bind(walk, clause, outer);
    if (clause && left.type === "select_stmt") {
      visit(
        walk,
        (left.clauses as Node[]).filter((one) => one !== clause),
        scope,
      );
    } else visit(walk, left, scope);
    for (const part of parts.reverse()) visit(walk, part, scope);
  },
  select_stmt(walk, node, outer) {
    const clause = withOf(node as WithClauses);
    const scope = bind(walk, clause, outer);
    for (const one of node.clauses) if (one.type !== "with_clause") visit(walk, one, scope);
  },
  from_clause(walk, { expr }, scope) {
    if (expr.type !== "dual_table") readTableExpression(walk, expr as Node, "select", scope);
  },
  table_clause(walk, { table }, scope) {
    refer(walk, table, "select", scope);
  },
  insert_stmt(walk, node, outer) {
    const scope = bind(walk, withOf(node as WithClauses), outer);
    for (const one of node.clauses) {
      if (one.type === "insert_clause") readTableExpression(walk, one.table as Node, "insert", null);
      else if (one.type !== "with_clause") visit(walk, one, scope);
    }
  },
  update_stmt(walk, node, outer) {
    const scope = bind(walk, withOf(node as WithClauses), outer);
    for (const one of node.clauses) {
      if (one.type === "update_clause") {
        for (const table of one.tables.items) readTableExpression(walk, table as Node, "update", null);
      } else if (one.type !== "with_clause") visit(walk, one, scope);
    }
  },
  delete_stmt(walk, node, outer) {
    const scope = bind(walk, withOf(node as WithClauses), outer);
    for (const one of node.clauses) {
      if (one.type === "delete_clause") {
        for (const table of one.tables.items) readTableExpression(walk, table as Node, "delete", null);
      } else if (one.type !== "with_clause") visit(walk, one, scope);
    }
  },
  binary_expr(walk, node, scope) {
    readOperators(walk, node, scope);
  },
};

/** Chains of operators nest to the left; SQLite's `x IN name` names a table. */
function readOperators(walk: Walk, root: Node, scope: Scope): void {
  let left: Node = root;
  const rights: { node: Node; table: boolean }[] = [];
  while (left.type === "binary_expr") {
    const { operator } = left;
    const words = Array.isArray(operator) ? operator : [operator];
    const last = words.at(-1) as { type?: string; name?: string } | string | undefined;
    const isIn = typeof last === "object" && last.name === "IN";
    rights.push({ node: left.right as Node, table: isIn });
    left = left.left as Node;
  }
  visit(walk, left, scope);
  for (const { node, table } of rights.reverse()) {
    if (table && (node.type === "identifier" || node.type === "member_expr"))
      refer(walk, node, "select", scope);
    else if (table && node.type === "func_call") readTableExpression(walk, node, "select", scope);
    else visit(walk, node, scope);
  }
}
