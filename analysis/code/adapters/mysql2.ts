/** mysql2 and mysql: https://sidorares.github.io/node-mysql2. Text, or options with their `sql`. */
import type { Adapter } from "./adapter.ts";
import { addressOf, entry } from "./expressions.ts";

const opener = { address: (args: Parameters<typeof addressOf>[0]) => addressOf(args, "uri") };

export const mysql2: Adapter = {
  name: "mysql2",
  packages: ["mysql2", "mysql2/promise", "mysql", "mariadb", "serverless-mysql"],
  dialect: "mysql",
  opens: { createPool: opener, createConnection: opener, createPoolCluster: {} },
  ready: [],
  types: ["Pool", "PoolConnection", "Connection", "PoolCluster"],
  variables: [],
  begets: { getConnection: "result", promise: "result", connect: "result" },

  read({ form, method, args }) {
    const [first] = args;
    if (!first || form !== "method" || !/^(?:query|execute|batch|queryStream|prepare)$/.test(method))
      return null;
    return { kind: "query", text: entry(first, "sql") ?? first };
  },
};
