import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

/** What is said of a file beside others of its service. */
async function lines(code: string, others: Record<string, string>): Promise<string[]> {
  const files = Object.entries(others).map(([name, text]) => [`services/app/${name}`, text]);
  return (await readCode(code, Object.fromEntries(files))).lines;
}

test("a client is known by a type that another module names, through a barrel, too", async () => {
  const others = {
    "database/types.ts": `import type { Knex } from "knex";\nexport type Db = Knex | Knex.Transaction;`,
    "database/index.ts": `export * from "./types.ts";`,
  };
  const code = `import type { Db } from "./database";
export class Orders {
  private conn: Db;
  constructor(conn: Db) { this.conn = conn; }
  all() { return this.conn.select("id").from("orders"); }
  one(id: string) { return this.conn("orders").where({ id }).first(); }
}`;
  expect(await lines(code, others)).toEqual(["5:47 select orders", "6:39 select orders"]);
});

test("a client is known by typeof, by what a function makes, and by what its transactions are", async () => {
  const others = {
    "db.ts": `import { drizzle } from "drizzle-orm/node-postgres";
export function connect() { return drizzle(makePool()); }
export const db = connect();
export type Db = ReturnType<typeof connect>;
export type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];`,
  };
  const code = `import type { Db, Tx } from "./db.ts";
export const a = (db: Db, table: any) => db.delete(table);
export const b = (scope: Tx, table: any) => scope.insert(table).values({});`;
  expect(await lines(code, others)).toEqual([
    "2:52 delete ? `table` is a parameter of a",
    "3:58 insert ? `table` is a parameter of b",
  ]);
});

test("what a class keeps is known in those that extend it, as their constructors hand it on", async () => {
  const others = {
    "store.ts": `import type { Knex } from "knex";
export abstract class Store {
  protected db: Knex;
  protected tableName: string;
  constructor(tableName: string, db: Knex) { this.tableName = tableName; this.db = db; }
  all() { return this.db(this.tableName).select(); }
}`,
  };
  const code = `import type { Knex } from "knex";
import { Store } from "./store.ts";
export class Orders extends Store {
  constructor(db: Knex) { super("orders", db); }
  paid() { return this.db(\`\${this.tableName} as o\`).where({ paid: true }); }
  drop() { return this.db.from(this.tableName).del(); }
}`;
  expect(await lines(code, others)).toEqual([
    "5:27 select orders",
    "6:32 delete orders",
    "services/app/store.ts:6:26 select orders",
  ]);
});

test("table objects are followed through renaming barrels, whole modules and CommonJS", async () => {
  const others = {
    "schema/users.ts": `import { pgTable } from "drizzle-orm/pg-core";\nexport const users = pgTable("app_users", {});`,
    "schema/index.ts": `export { users as people } from "./users.ts";\nexport * from "./users.ts";`,
    "tables.js": `const { users } = require("./schema");\nmodule.exports = { members: users };`,
  };
  const code = `import * as schema from "./schema";
import { people } from "./schema";
const { members } = require("./tables.js");
export const read = (db) => [db.select().from(schema.users), db.delete(people), db.insert(members).values({})];
export const typed = (db, table: typeof schema.users) => db.update(table).set({});`;
  expect(await lines(code, others)).toEqual([
    "4:47 select app_users",
    "4:72 delete app_users",
    "4:91 insert app_users",
    "5:68 update app_users",
  ]);
});

test("one function makes each module's table, under the name that each module's maker gives", async () => {
  const others = {
    "outbox.ts": `import { text, type pgTableCreator } from "drizzle-orm/pg-core";
export function createOutboxTable(table: ReturnType<typeof pgTableCreator>) {
  return table("outbox", { id: text("id") });
}`,
    "orders.ts": `import { pgTableCreator } from "drizzle-orm/pg-core";
import { createOutboxTable } from "./outbox.ts";
export const ordersOutbox = createOutboxTable(pgTableCreator((name) => \`orders_\${name}\`));`,
    "users.ts": `import { pgTableCreator } from "drizzle-orm/pg-core";
import { createOutboxTable } from "./outbox.ts";
export const usersOutbox = createOutboxTable(pgTableCreator((name) => \`users_\${name}\`));`,
  };
  const code = `import { ordersOutbox } from "./orders.ts";
import { usersOutbox } from "./users.ts";
export const read = (db: any) => [db.select().from(ordersOutbox), db.select().from(usersOutbox)];`;
  expect(await lines(code, others)).toEqual(["3:52 select orders_outbox", "3:84 select users_outbox"]);
});

test("of models that share a name, the nearest one is meant", async () => {
  const table = (name: string) =>
    `import { pgTable } from "drizzle-orm/pg-core";\nexport const users = pgTable("${name}", {});`;
  const others = {
    "auth/schema.ts": table("auth_users"),
    "shop/schema.ts": table("shop_users"),
    "shop/read.ts": `import type { NodePgDatabase } from "drizzle-orm/node-postgres";\nexport const all = (db: NodePgDatabase) => db.query.users.findMany();`,
  };
  expect(await lines("export {};", others)).toEqual(["services/app/shop/read.ts:2:53 select shop_users"]);
});

test("raw SQL sees the names that the chain around it gives to queries, and no further", async () => {
  const code = `import type { Knex } from "knex";
export const read = (db: Knex) => db
  .with("recent", db.raw("select * from orders"))
  .with("counted", db.raw("select count(*) from recent"))
  .from("recent")
  .joinRaw("cross join counted");
export const other = (db: Knex) => db.raw("select * from recent");`;
  expect(await lines(code, {})).toEqual(["3:41 select orders", "7:58 select recent"]);
});

test("conditions that are joined are read where they stand, however deep their list is kept", async () => {
  const code = `import { drizzle } from "drizzle-orm/mysql2";
import { and, sql } from "drizzle-orm";
export async function read(values: string[]) {
  const any = [];
  for (const value of values) any.push(sql\`exists (select 1 from items where a = \${value})\`);
  const all = [sql\`b = 1\`];
  all.push(sql\`(\${sql.join(any, sql\` or \`)})\`);
  return drizzle(connection).select().from(orders).where(and(...all));
}
import { orders } from "./schema.ts";`;
  const others = {
    "schema.ts": `import { mysqlTable } from "drizzle-orm/mysql-core";\nexport const orders = mysqlTable("orders", {});`,
  };
  expect(await lines(code, others)).toEqual(["5:66 select items", "8:44 select orders"]);
});

test("what a view reads is said as its dependency", async () => {
  const code = `import { pgView } from "drizzle-orm/pg-core";
import type { Kysely } from "kysely";
export const paid = pgView("paid").as((qb) => qb.select().from(orders));
export const up = (db: Kysely<any>) =>
  db.schema.createView("totals").materialized().as(db.selectFrom("orders").selectAll()).execute();
import { orders } from "./schema.ts";`;
  const others = {
    "services/app/schema.ts": `import { pgTable } from "drizzle-orm/pg-core";\nexport const orders = pgTable("orders", {});`,
  };
  const { model } = await readCode(code, others);
  expect(
    model.references.map(({ table, operation, access, dependency }) => ({
      table,
      operation,
      access,
      dependency,
    })),
  ).toEqual([
    { table: "orders", operation: "view", access: "read", dependency: { kind: "view", name: "paid" } },
    { table: "totals", operation: "view", access: "schema", dependency: null },
    {
      table: "orders",
      operation: "view",
      access: "read",
      dependency: { kind: "materialized view", name: "totals" },
    },
  ]);
});

test("slonik's pieces are known where the tag is another module's that nobody sees", async () => {
  const code = `import { sql } from "@acme/database";
export const read = (pool: any, rows: any[], name: string) => pool.any(
  sql.type(row)\`select * from \${sql.identifier(["shop", "orders"])} join \${sql.unnest(rows, ["int4"])} as u(id) using (id)\`);`;
  expect(await lines(code, {})).toEqual(["3:33 select shop.orders"]);
});
