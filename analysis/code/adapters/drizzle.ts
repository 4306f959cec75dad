/**
 * Drizzle: https://orm.drizzle.team. A table is an object that `pgTable("name", …)` makes; a chain
 * names tables by these objects, whatever they are imported as.
 */
import type { Expr } from "../../model.ts";
import type { Adapter } from "./adapter.ts";
import { NAMING, namesBound, readChain, storedBy } from "./drizzle-chains.ts";
import { RELATIONAL } from "./drizzle-relations.ts";
import { defineTable } from "./drizzle-tables.ts";
import { addressOf, entry } from "./expressions.ts";

/** Names of variables that hold addresses: `env.DATABASE_URL`. */
const ADDRESS = /url|uri|dsn|connection_?string/i;

export const drizzle: Adapter = {
  name: "drizzle",
  packages: [
    "drizzle-orm",
    ...[
      "pg-core",
      "mysql-core",
      "sqlite-core",
      "singlestore-core",
      "gel-core",
      "cockroach-core",
      "mssql-core",
    ],
    ...[
      "node-postgres",
      "postgres-js",
      "bun-sql",
      "bun-sql/postgres",
      "pglite",
      "pg-proxy",
      "gel",
      "cockroach",
    ],
    ...[
      "bun-sqlite",
      "better-sqlite3",
      "libsql",
      "libsql/web",
      "libsql/http",
      "libsql/node",
      "d1",
      "expo-sqlite",
    ],
    ...["op-sqlite", "durable-sqlite", "sqlite-proxy", "sql-js", "sqlite-cloud", "tursodatabase/database"],
    ...["mysql2", "mysql-proxy", "planetscale-serverless", "tidb-serverless", "singlestore", "node-mssql"],
    ...[
      "neon-http",
      "neon-serverless",
      "neon",
      "vercel-postgres",
      "xata-http",
      "aws-data-api/pg",
      "supabase",
    ],
    ...["prisma/pg", "prisma/mysql", "prisma/sqlite", "_relations", "relations"],
  ].map((name) => (name === "drizzle-orm" ? name : `drizzle-orm/${name}`)),
  dialect: null,
  opens: { drizzle: { address: addressIn }, withReplicas: {}, QueryBuilder: {} },
  ready: [],
  types: [
    ...[
      "NodePgDatabase",
      "PostgresJsDatabase",
      "PgDatabase",
      "PgAsyncDatabase",
      "PgTransaction",
      "PgliteDatabase",
    ],
    ...["NeonHttpDatabase", "NeonDatabase", "VercelPgDatabase", "PgRemoteDatabase", "AwsDataApiPgDatabase"],
    ...[
      "BunSQLDatabase",
      "BunSQLiteDatabase",
      "BetterSQLite3Database",
      "LibSQLDatabase",
      "DrizzleD1Database",
    ],
    ...["BaseSQLiteDatabase", "SQLiteTransaction", "ExpoSQLiteDatabase", "SqliteRemoteDatabase"],
    ...[
      "DrizzleSqliteDODatabase",
      "MySql2Database",
      "MySqlDatabase",
      "MySqlTransaction",
      "MySqlRemoteDatabase",
    ],
    ...["PlanetScaleDatabase", "TiDBServerlessDatabase", "SingleStoreDatabase", "PgSelect", "MySqlSelect"],
    ...["SQLiteSelect", "PgSelectQueryBuilder", "PgQueryResultHKT"],
  ],
  variables: [],
  begets: { transaction: "callback", with: "result", $with: "result", $withAuth: "result" },
  tags: ["sql"],
  methods: [...NAMING.keys(), ...RELATIONAL],
  defining: [
    ...["pg", "mysql", "sqlite", "singlestore", "gel", "cockroach", "mssql"].flatMap((dialect) => [
      `${dialect}Table`,
      `${dialect}View`,
      `${dialect}MaterializedView`,
    ]),
    ...["table", "withRLS", "view", "materializedView"],
    ...["relations", "defineRelations", "defineRelationsPart", "drizzle"],
  ],

  read({ form, method, args }) {
    const [first] = args;
    if (form === "tag") return first ? { kind: "query", text: first } : null;
    switch (method) {
      case "raw":
        return first ? { kind: "query", text: first } : null;
      case "identifier":
        return first ? { kind: "piece", hole: "identifier", of: [first] } : null;
      case "param":
      case "placeholder":
        return { kind: "piece", hole: "value", of: args };
      case "empty":
      case "join":
        return { kind: "piece", hole: "fragment", of: args };
      case "execute":
      case "run":
      case "all":
      case "get":
      case "values":
        // A builder's query is read where it was built.
        return first ? (isBuilt(first) ? { kind: "nothing" } : { kind: "query", text: first }) : null;
      default:
        return null;
    }
  },

  define: defineTable,

  binds: namesBound,
  stores: storedBy,
  chain: readChain,
};

/** A builder's chain, as far as the file itself tells. */
function isBuilt(expr: Expr): boolean {
  let at: Expr = expr.kind === "alias" ? expr.of : expr;
  if (at.kind !== "call") return false;
  while (at.kind === "call" || at.kind === "member" || at.kind === "alias")
    at = at.kind === "call" ? at.callee : at.of;
  return at.kind === "client";
}

/** `drizzle(url)`, `drizzle({ connection })`; where it is given a client, that one was opened elsewhere. */
function addressIn([first]: Expr[]): Expr | null | undefined {
  const inner = first?.kind === "alias" ? first.of : first;
  switch (inner?.kind) {
    case "object": {
      const connection = entry(inner, "connection");
      return connection ? addressOf([connection], "connectionString", "url", "uri") : undefined;
    }
    case "env":
    case "text":
    case "concat":
      return first;
    case "either":
      return inner.options.some((option) => addressIn([option]) !== undefined) ? first : undefined;
    case "member":
      return ADDRESS.test(inner.property) ? first : undefined;
    case "import":
      return ADDRESS.test(inner.name) ? first : undefined;
    default:
      return undefined;
  }
}
