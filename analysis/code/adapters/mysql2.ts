/** mysql2 and mysql: https://sidorares.github.io/node-mysql2. Text, or options with their `sql`. */
import type { Expr } from "../../model.ts";
import type { Adapter } from "./adapter.ts";
import { bound } from "./bindings.ts";
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
    const [first, second] = args;
    if (!first || form !== "method" || !/^(?:query|execute|batch|queryStream|prepare)$/.test(method))
      return null;
    const text = entry(first, "sql") ?? first;
    // Identifiers are bound, too: `??` is a name.
    return { kind: "query", text: named(text) ? bound(text, entry(first, "values") ?? second) : text };
  },
};

function named(text: Expr): boolean {
  if (text.kind === "alias") return named(text.of);
  if (text.kind === "concat") return text.parts.some(named);
  return text.kind === "text" && text.runs.some((run) => run.text.includes("??"));
}
