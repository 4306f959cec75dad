/** Bun's own SQL client: https://bun.com/docs/api/sql. `sql` is an open client, `SQL` opens one. */
import type { Adapter } from "./adapter.ts";
import { addressOf } from "./expressions.ts";

export const bunSql: Adapter = {
  name: "bun-sql",
  packages: ["bun"],
  dialect: null,
  opens: { SQL: { address: (args) => addressOf(args, "url") } },
  ready: ["sql"],
  types: ["SQL", "TransactionSQL", "ReservedSQL", "SavepointSQL"],
  variables: ["DATABASE_URL", "POSTGRES_URL", "PGHOST"],
  begets: {
    begin: "callback",
    transaction: "callback",
    savepoint: "callback",
    reserve: "result",
    beginDistributed: "callback",
  },

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    if (form === "call")
      return { kind: "piece", hole: first.kind === "object" ? "fragment" : "identifier", of: args };
    if (method === "unsafe") return { kind: "query", text: first };
    if (method === "file") return { kind: "file" };
    return null;
  },
};
