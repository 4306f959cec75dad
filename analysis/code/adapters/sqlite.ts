/**
 * SQLite in process: better-sqlite3, bun:sqlite, node:sqlite, sqlite3. A database is a file, so there
 * is no address to be judged; its statements are.
 */
import type { Adapter } from "./adapter.ts";

export const sqlite: Adapter = {
  name: "sqlite",
  packages: ["better-sqlite3", "bun:sqlite", "node:sqlite", "sqlite3", "sqlite", "libsql", "@libsql/client"],
  dialect: "sqlite",
  opens: { default: {}, Database: {}, DatabaseSync: {}, open: {}, createClient: {} },
  ready: [],
  types: ["Database", "DatabaseSync", "Client", "Transaction"],
  variables: [],
  begets: { verbose: "result", open: "result", transaction: "result" },

  read({ form, method, args }) {
    const [first] = args;
    if (!first || form !== "method") return null;
    if (/^(?:prepare|exec|query|run|all|get|each|execute|executeMultiple)$/.test(method)) {
      const text = first.kind === "object" ? first.entries["sql"] : first;
      return text ? { kind: "query", text } : null;
    }
    return null;
  },
};
