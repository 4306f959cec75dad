import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { kysely } from "./kysely.ts";

const open = `import { Kysely, sql } from "kysely"; declare const dialect: Dialect; const db = new Kysely<DB>({ dialect });\n`;

testAdapter(kysely, [
  ["a select", `${open}await db.selectFrom("orders").selectAll().execute();`, ["2:22 select orders"]],
  ["an alias", `${open}await db.selectFrom("orders as o").selectAll().execute();`, ["2:22 select orders"]],
  [
    "a qualified name",
    `${open}await db.selectFrom("shop.orders as o").selectAll().execute();`,
    ["2:22 select shop.orders"],
  ],
  [
    "several tables",
    `${open}await db.selectFrom(["orders as o", "items"]).selectAll().execute();`,
    ["2:23 select orders", "2:38 select items"],
  ],
  [
    "a join",
    `${open}await db.selectFrom("orders").innerJoin("items", "items.order_id", "orders.id").execute();`,
    ["2:22 select orders", "2:42 select items"],
  ],
  ["a write", `${open}await db.insertInto("orders").values({ id: 1 }).execute();`, ["2:22 insert orders"]],
  [
    "an update from",
    `${open}await db.updateTable("orders").from("items").set({ paid: true }).execute();`,
    ["2:23 update orders", "2:38 select items"],
  ],
  [
    "a delete using",
    `${open}await db.deleteFrom("orders").using("items").execute();`,
    ["2:22 delete orders", "2:38 select items"],
  ],
  [
    "a name bound by with",
    `${open}await db.with("recent", (qb) => qb.selectFrom("orders").selectAll()).selectFrom("recent").selectAll().execute();`,
    ["2:48 select orders"],
  ],
  [
    "a transaction",
    `${open}await db.transaction().execute(async (trx) => {\n  await trx.deleteFrom("orders").execute();\n});`,
    ["3:25 delete orders"],
  ],
  [
    "a schema",
    `${open}await db.withSchema("shop").selectFrom("orders").execute();`,
    ["2:41 select shop.orders"],
  ],
  [
    "a subquery",
    `${open}await db.selectFrom("orders").where("id", "in", (eb) => eb.selectFrom("items").select("order_id")).execute();`,
    ["2:22 select orders", "2:72 select items"],
  ],
  [
    "a table that nobody knows",
    `${open}export const read = (table: string) => db.selectFrom(table).execute();`,
    ["2:54 select ? `table` is a parameter of read"],
  ],
  ["raw SQL", `${open}await sql\`select * from orders\`.execute(db);`, ["2:25 select orders"]],
  [
    "a table in raw SQL",
    `${open}await sql\`select * from \${sql.table("orders")}\`.execute(db);`,
    ["2:27 select orders"],
  ],
  [
    "DDL",
    `${open}await db.schema.createTable("orders").addColumn("id", "integer").execute();`,
    ["2:30 create-table orders"],
  ],
  [
    "an imported client",
    `import { db } from "./db.ts";\nawait db.selectFrom("orders").execute();`,
    ["2:22 select orders"],
  ],
]);
