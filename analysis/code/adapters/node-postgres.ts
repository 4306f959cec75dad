/** node-postgres: https://node-postgres.com. Text, or a query object with its text. */
import type { Adapter } from "./adapter.ts";
import { addressOf, entry } from "./expressions.ts";

const opener = {
  address: (args: Parameters<typeof addressOf>[0]) => addressOf(args, "connectionString"),
};

export const nodePostgres: Adapter = {
  name: "node-postgres",
  packages: ["pg", "pg-pool", "pg-native", "@neondatabase/serverless", "@vercel/postgres"],
  dialect: "postgresql",
  opens: { Pool: opener, Client: opener },
  ready: [],
  types: ["Pool", "PoolClient", "Client", "ClientBase", "PgPool"],
  variables: ["PGHOST", "PGDATABASE"],
  begets: { connect: "result" },

  read({ form, method, args }) {
    const [first] = args;
    if (!first || form !== "method" || method !== "query") return null;
    const text = entry(first, "text");
    if (text) return { kind: "query", text };
    return { kind: "query", text: first };
  },
};
