/** postgres.js: https://github.com/porsager/postgres. `freehold/connect` hands out its clients, too. */
import type { Adapter } from "./adapter.ts";
import { addressOf, entry } from "./expressions.ts";

export const postgresJs: Adapter = {
  name: "postgres.js",
  packages: ["postgres", "freehold/connect"],
  dialect: "postgresql",
  opens: {
    default: { address: (args) => addressOf(args) },
    connect: { address: ([options]) => entry(options, "variable", "url") ?? options ?? null },
  },
  ready: [],
  types: ["Sql", "TransactionSql", "ReservedSql", "ISql", "ServiceSql"],
  variables: ["PGHOST", "PGDATABASE"],
  begets: { begin: "callback", savepoint: "callback", reserve: "result" },

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    // sql("name") and sql(["a", "b"]) are identifiers, sql(rows, …) is a list of columns and values.
    if (form === "call")
      return { kind: "piece", hole: first.kind === "object" ? "fragment" : "identifier", of: args };
    if (method === "unsafe") return { kind: "query", text: first };
    if (method === "file") return { kind: "file" };
    return null;
  },
};
