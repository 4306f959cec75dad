/**
 * Drizzle: https://orm.drizzle.team. A table is an object that `pgTable("name", …)` makes; a chain
 * names tables by these objects, whatever they are imported as.
 */
import type { Expr, Operation } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableDefinition, TableName } from "./adapter.ts";
import { entry } from "./expressions.ts";

const TABLE = /^(?:pg|mysql|sqlite|singlestore|gel|cockroach|mssql)Table$/;
const VIEW = /^(?:pg|mysql|sqlite|singlestore|gel|cockroach|mssql)(?:Materialized)?View$/;
const CREATOR = /^(?:pg|mysql|sqlite|singlestore)TableCreator$/;
const SCHEMA = /^(?:pg|mysql|singlestore|gel|cockroach|mssql)Schema$/;

/** Methods whose first argument is a table, with what they do to it. */
const NAMING: Readonly<Record<string, Operation>> = {
  from: "select",
  leftJoin: "select",
  rightJoin: "select",
  innerJoin: "select",
  fullJoin: "select",
  crossJoin: "select",
  leftJoinLateral: "select",
  innerJoinLateral: "select",
  crossJoinLateral: "select",
  insert: "insert",
  update: "update",
  delete: "delete",
  $count: "select",
};

const RELATIONAL = new Set(["findMany", "findFirst"]);

export const drizzle: Adapter = {
  name: "drizzle",
  packages: [
    "drizzle-orm",
    "drizzle-orm/pg-core",
    "drizzle-orm/mysql-core",
    "drizzle-orm/sqlite-core",
    "drizzle-orm/singlestore-core",
    "drizzle-orm/node-postgres",
    "drizzle-orm/postgres-js",
    "drizzle-orm/bun-sql",
    "drizzle-orm/bun-sqlite",
    "drizzle-orm/better-sqlite3",
    "drizzle-orm/libsql",
    "drizzle-orm/mysql2",
    "drizzle-orm/neon-http",
    "drizzle-orm/neon-serverless",
    "drizzle-orm/pglite",
    "drizzle-orm/planetscale-serverless",
    "drizzle-orm/vercel-postgres",
    "drizzle-orm/d1",
  ],
  dialect: null,
  opens: { drizzle: {} },
  ready: [],
  types: [
    "NodePgDatabase",
    "PostgresJsDatabase",
    "PgDatabase",
    "PgTransaction",
    "MySql2Database",
    "LibSQLDatabase",
    "BetterSQLite3Database",
    "BunSQLDatabase",
    "NeonHttpDatabase",
    "NeonDatabase",
    "PgliteDatabase",
    "DrizzleD1Database",
  ],
  variables: [],
  begets: { transaction: "callback", with: "result", $with: "result", $withAuth: "result" },
  tags: ["sql"],
  methods: [...Object.keys(NAMING), ...RELATIONAL, "refreshMaterializedView"],
  defining: [
    "pgTable",
    "mysqlTable",
    "sqliteTable",
    "singlestoreTable",
    "gelTable",
    "pgView",
    "mysqlView",
    "sqliteView",
    "pgMaterializedView",
    "table",
  ],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    if (method === "raw") return { kind: "query", text: first };
    if (method === "identifier") return { kind: "piece", hole: "identifier", of: [first] };
    if (
      method === "execute" ||
      method === "run" ||
      method === "all" ||
      method === "get" ||
      method === "values"
    )
      return { kind: "query", text: first };
    return null;
  },

  define(definition, ask) {
    if (definition.kind !== "call") return null;
    const made = definitionName(definition, ask);
    if (!made) return null;
    const columns = definition.args[1] ? columnsOf(definition.args[1], ask) : null;
    return {
      client: "drizzle",
      name: made,
      columns: columns?.map(({ name }) => name) ?? null,
      references: (columns ?? []).flatMap(({ reference }) => (reference ? [reference] : [])),
      relations: {},
    };
  },

  chain(chain, ask) {
    const relational = readRelational(chain, ask);
    if (relational) return relational;
    const found: Named[] = [];
    let mine = chain.certain;
    for (const { name, args } of chain.steps) {
      const operation = NAMING[name];
      const [first] = args ?? [];
      if (name === "refreshMaterializedView" && first) found.push(...named(first, "alter-table", ask));
      if (!operation || !first) continue;
      const named_ = named(first, operation, ask);
      if (named_.length) mine = true;
      found.push(...named_);
    }
    return mine ? found : null;
  },
};

/** The tables behind an argument; nothing for a subquery, which is a chain of its own. */
function named(expr: Expr, operation: Operation, ask: Ask): Named[] {
  const inner = ask.follow(expr);
  if (inner.kind === "either") return inner.options.flatMap((option) => named(option, operation, ask));
  const definition = ask.definition(inner);
  if (definition?.client === "drizzle") return [{ name: { ...definition.name, at: expr.at }, operation }];
  // alias(users, "u") is users.
  if (inner.kind === "call" && calleeName(inner, ask) === "alias" && inner.args[0])
    return named({ ...inner.args[0], at: expr.at }, operation, ask);
  return [];
}

/** `db.query.users.findMany({ with: { posts: true } })`: relations are read, too. */
function readRelational(chain: Chain, ask: Ask): Named[] | null {
  const at = chain.steps.findIndex(({ name, args }) => args !== null && RELATIONAL.has(name));
  const [query, model] = [chain.steps[at - 2], chain.steps[at - 1]];
  if (at < 2 || query?.name !== "query" || query.args !== null || !model) return null;
  return [{ name: modelName(model.name, model.at, ask), operation: "select" }];
}

function modelName(name: string, at: TableName["at"], ask: Ask): TableName {
  const definition = ask.model(name, "drizzle");
  return definition
    ? { ...definition.name, at }
    : { schema: null, table: null, reason: `no table object is called ${name}`, at };
}

/** The name that a defining call gives, with its schema. */
function definitionName(call: Expr & { kind: "call" }, ask: Ask): TableName | null {
  const [first] = call.args;
  if (!first) return null;
  const callee = ask.follow(call.callee);
  if (callee.kind === "import")
    return TABLE.test(callee.name) || VIEW.test(callee.name) ? nameOf(first, null, ask) : null;
  if (callee.kind === "member") {
    const owner = ask.follow(callee.of);
    if (owner.kind === "import" && (TABLE.test(callee.property) || VIEW.test(callee.property)))
      return nameOf(first, null, ask);
    // pgSchema("shop").table("orders")
    if (
      owner.kind === "call" &&
      SCHEMA.test(calleeName(owner, ask)) &&
      /^(?:table|view|materializedView)$/.test(callee.property)
    )
      return nameOf(first, owner.args[0] ? ask.text(owner.args[0]) : null, ask);
    return null;
  }
  // pgTableCreator((name) => `app_${name}`)("orders")
  if (callee.kind === "call" && CREATOR.test(calleeName(callee, ask)) && callee.args[0]) {
    const applied = ask.apply(callee.args[0], [first]);
    return nameOf(applied ?? first, null, ask, first.at);
  }
  return null;
}

function nameOf(expr: Expr, schema: string | null, ask: Ask, at = expr.at): TableName {
  const text = ask.text(expr);
  return { schema, table: text, reason: text === null ? "the table object's name is not known" : null, at };
}

function calleeName(call: Expr & { kind: "call" }, ask: Ask): string {
  const callee = ask.follow(call.callee);
  return callee.kind === "import" ? callee.name : callee.kind === "member" ? callee.property : "";
}

interface ColumnDefinition {
  name: string;
  reference: TableDefinition["references"][number] | null;
}

/** Columns of `{ id: serial("id").primaryKey(), userId: integer("user_id").references(() => users.id) }`. */
function columnsOf(expr: Expr, ask: Ask): ColumnDefinition[] | null {
  const inner = ask.follow(expr);
  if (inner.kind !== "object") return null;
  return Object.entries(inner.entries).flatMap(([property, value]) => {
    if (property === "...") return [];
    let at: Expr = ask.follow(value);
    let reference: ColumnDefinition["reference"] = null;
    while (at.kind === "call") {
      const callee = ask.follow(at.callee);
      if (callee.kind === "member" && callee.property === "references" && at.args[0]) {
        const target = ask.apply(at.args[0], []);
        const definition = target ? ask.definition(memberOwner(target)) : null;
        if (definition) reference = { to: { ...definition.name, at: at.args[0].at }, at: at.args[0].at };
      }
      if (callee.kind !== "member") break;
      const next = ask.follow(callee.of);
      if (next.kind !== "call") break;
      at = next;
    }
    const first = at.kind === "call" ? at.args[0] : undefined;
    const name = (first && ask.text(first)) ?? (first ? entryText(first, ask) : null) ?? property;
    return [{ name, reference }];
  });
}

function entryText(expr: Expr, ask: Ask): string | null {
  const name = entry(expr, "name");
  return name ? ask.text(name) : null;
}

/** `users.id` → `users`. */
function memberOwner(expr: Expr): Expr {
  const inner = expr.kind === "alias" ? expr.of : expr;
  return inner.kind === "member" ? inner.of : inner;
}
