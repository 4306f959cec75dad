/** SQLite's statements about databases, transactions and the session. */
import type { Node } from "sql-parser-cst";
import { act, type Handlers, nameOf, refer, startOf } from "./walk.ts";

/** Pragmas that show a table: asked in brackets, they change nothing. */
const SHOWING =
  /^(?:table_info|table_xinfo|table_list|index_list|index_info|index_xinfo|foreign_key_list|foreign_key_check|integrity_check|quick_check|optimize|wal_checkpoint|incremental_vacuum|shrink_memory)$/i;

export const actHandlers: Handlers = {
  attach_database_stmt: (walk, { schema }) => act(walk, "ATTACH DATABASE", schema.name, schema),
  detach_database_stmt: (walk, { schema }) => act(walk, "DETACH DATABASE", schema.name, schema),
  vacuum_stmt: (walk, { schema }) => act(walk, "VACUUM", schema?.name ?? null, schema ?? null),
  pragma_stmt(walk, { pragma }) {
    if (pragma.type !== "pragma_assignment" && pragma.type !== "pragma_func_call") return;
    const name = nameOf(pragma.name);
    if (pragma.type === "pragma_assignment" || !SHOWING.test(name)) act(walk, "PRAGMA", name, pragma.name);
  },
  start_transaction_stmt: (walk, node) => act(walk, "BEGIN", null, [node.startKw].flat().at(-1) ?? null),
  commit_transaction_stmt: (walk, node) => act(walk, "COMMIT", null, [node.commitKw].flat().at(-1) ?? null),
  rollback_transaction_stmt(walk, node) {
    // Back to a savepoint the transaction goes on.
    if (!node.savepoint) act(walk, "ROLLBACK", null, [node.rollbackKw].flat().at(-1) ?? null);
  },
  reindex_stmt(walk, { name }) {
    // It may be an index or a collation, too.
    if (!name) return act(walk, "REINDEX", null, null);
    const at = startOf(name);
    walk.found.push({ kind: "table", at, operation: "alter-table", perhaps: true, stored: walk.stored });
  },
  analyze_stmt(walk, { tables }) {
    // The package's type leaves out that a list of none stands for ANALYZE alone.
    const named = tables?.items ?? [];
    if (named.length === 0) act(walk, "ANALYZE", null, null);
    for (const table of named) refer(walk, table as Node, "alter-table");
  },
};
