/** CREATE, ALTER and DROP of tables, views, indexes and triggers. */
import type { CreateTableStmt, Node, RelationKind } from "sql-parser-cst";
import { creates } from "../found.ts";
import { change, type Handlers, nameOf, refer, startOf, visit, within } from "./walk.ts";

function isKind(kind: RelationKind | undefined, word: RegExp): boolean {
  const words = kind ? [kind.kindKw].flat() : [];
  return words.some(({ name }) => word.test(name));
}

function columnsOf(statement: CreateTableStmt): string[] {
  const items = (statement.columns?.expr.items ?? []) as Node[];
  return items.flatMap((item) => (item.type === "column_definition" ? [nameOf(item.name)] : []));
}

export const tableHandlers: Handlers = {
  create_table_stmt(walk, node, scope) {
    const temporary = isKind(node.kind, /^TEMP/);
    if (!temporary) refer(walk, node.name, "create-table");
    const options = {
      temporary,
      ifNotExists: node.ifNotExistsKw !== undefined || node.orReplaceKw !== undefined,
    };
    const columns = columnsOf(node);
    visit(walk, node.columns, scope);
    visit(walk, node.options, scope);
    visit(walk, node.clauses, scope);
    // Its own query does not see it yet.
    change(walk, node.name, creates("table", { ...options, columns }));
  },
  create_table_like_clause(walk, { name }) {
    refer(walk, name, "select");
  },
  references_specification(walk, { table }) {
    refer(walk, table, "references");
  },
  alter_table_stmt(walk, node, scope) {
    const table = node.table as Node;
    refer(walk, table, "alter-table");
    for (const action of node.actions.items) {
      if (action.type === "alter_action_rename") {
        walk.found.push({
          kind: "rename",
          at: startOf(table),
          to: startOf(action.newName),
          stored: walk.stored,
        });
      } else if (action.type === "alter_action_rename_column") {
        change(walk, table, { kind: "rename-column", column: action.oldName.name, to: action.newName.name });
      } else if (action.type === "alter_action_add_column") {
        change(walk, table, { kind: "add-column", column: nameOf(action.column.name) });
        visit(walk, action.column, scope);
      } else if (action.type === "alter_action_drop_column") {
        change(walk, table, { kind: "drop-column", column: nameOf(action.column) });
      } else visit(walk, action, scope);
    }
  },
  drop_table_stmt(walk, node) {
    for (const table of node.tables.items) {
      if (isKind(node.kind, /^TEMP/)) walk.found.push({ kind: "forget", at: startOf(table) });
      else {
        refer(walk, table, "drop-table");
        change(walk, table, { kind: "drop", object: "table", ifExists: node.ifExistsKw !== undefined });
      }
    }
  },
  create_view_stmt(walk, node, scope) {
    const temporary = node.kinds.some((kind) => isKind(kind, /^TEMP/));
    if (!temporary) refer(walk, node.name, "create-table");
    const columns = (node.columns?.expr.items ?? []).map(({ name }) => nameOf(name));
    const ifNotExists = node.ifNotExistsKw !== undefined || node.orReplaceKw !== undefined;
    if (temporary) visit(walk, node.clauses, scope);
    else {
      within(walk, { operation: "view", kind: "view", name: nameOf(node.name) }, () =>
        visit(walk, node.clauses, scope),
      );
    }
    change(walk, node.name, creates("view", { temporary, ifNotExists, columns }));
  },
  drop_view_stmt(walk, node) {
    for (const view of node.views.items) {
      refer(walk, view, "drop-table");
      change(walk, view, { kind: "drop", object: "view", ifExists: node.ifExistsKw !== undefined });
    }
  },
  create_index_stmt(walk, node, scope) {
    refer(walk, node.table as Node, "create-index");
    const made = walk.found.at(-1);
    if (made?.kind === "table" && node.name) made.makes = startOf(node.name);
    visit(walk, node.columns, scope);
    visit(walk, node.clauses, scope);
  },
  drop_index_stmt(walk, { table, indexes, ifExistsKw }) {
    if (table) return refer(walk, table, "alter-table");
    const perhaps = ifExistsKw === undefined ? {} : ({ perhaps: true } as const);
    for (const index of indexes.items) {
      const at = startOf(index);
      const operation = "alter-table";
      walk.found.push({ kind: "table", at, operation, index: true, stored: walk.stored, ...perhaps });
    }
  },
  drop_trigger_stmt(walk, { trigger, ifExistsKw }) {
    const at = startOf(trigger as Node);
    const operation = "trigger";
    const stored = { operation, kind: "trigger", name: nameOf(trigger) } as const;
    const perhaps = ifExistsKw === undefined ? {} : ({ perhaps: true } as const);
    walk.found.push({ kind: "table", at, operation, trigger: true, stored, ...perhaps });
  },
  create_trigger_stmt(walk, node, scope) {
    within(walk, { operation: "trigger", kind: "trigger", name: nameOf(node.name) }, () => {
      refer(walk, node.target.table, "trigger");
      visit(walk, node.clauses, scope);
      visit(walk, node.body, scope);
    });
  },
  rename_action(walk, node) {
    refer(walk, node.from, "alter-table");
    walk.found.push({
      kind: "rename",
      at: startOf(node.from),
      to: startOf(node.to),
      stored: walk.stored,
    });
  },
  truncate_stmt(walk, { tables }) {
    for (const table of tables.items) refer(walk, table as Node, "truncate");
  },
};
