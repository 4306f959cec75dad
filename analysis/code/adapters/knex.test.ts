import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { knex } from "./knex.ts";

const open = `import makeKnex from "knex"; const knex = makeKnex({ client: "pg" });\n`;

testAdapter(knex, [
  ["a select", `${open}await knex("orders").where({ id: 1 });`, ["2:13 select orders"]],
  ["nothing but the table", `${open}export const all = await knex("orders");`, ["2:32 select orders"]],
  ["an alias", `${open}await knex("orders as o").select("o.id");`, ["2:13 select orders"]],
  [
    "a function taken out of a module that a path names",
    `import root from "root";\nconst { makes } = require(root + "/container");\nmakes({ db: open(), mail }).transacting(populate);`,
    [],
  ],
  [
    "an alias as an object",
    `${open}await knex({ o: "orders", i: "items" }).select("o.id");`,
    ["2:18 select orders", "2:31 select items"],
  ],
  ["a qualified name", `${open}await knex("shop.orders").select();`, ["2:13 select shop.orders"]],
  ["a row type", `${open}await knex<Order>("orders").first();`, ["2:20 select orders"]],
  ["select … from", `${open}await knex.select("id").from("orders").orderBy("id");`, ["2:31 select orders"]],
  ["from, then select", `${open}await knex.from({ o: "orders" }).first("id");`, ["2:23 select orders"]],
  ["table()", `${open}await knex.table("orders").pluck("id");`, ["2:19 select orders"]],
  ["an insert", `${open}await knex("orders").insert({ id: 1 }).returning("id");`, ["2:13 insert orders"]],
  ["insert … into", `${open}await knex.insert([{ id: 1 }]).into("orders");`, ["2:38 insert orders"]],
  ["an upsert", `${open}await knex("orders").insert(row).onConflict("id").merge();`, ["2:13 insert orders"]],
  [
    "an update after its condition",
    `${open}await knex("orders").where("id", 1).update({ paid: true });`,
    ["2:13 update orders"],
  ],
  ["a counter", `${open}await knex("orders").where("id", 1).increment("visits", 1);`, ["2:13 update orders"]],
  ["a delete", `${open}await knex("orders").where("id", 1).del();`, ["2:13 delete orders"]],
  ["delete()", `${open}await knex.from("orders").where("id", 1).delete();`, ["2:18 delete orders"]],
  ["a truncation", `${open}await knex("orders").truncate();`, ["2:13 truncate orders"]],
  ["a batch", `${open}await knex.batchInsert("orders", rows, 100);`, ["2:25 insert orders"]],
  [
    "joins of all kinds",
    `${open}await knex("orders as o")
  .join("items as i", "i.order_id", "o.id")
  .leftJoin({ u: "users" }, "u.id", "=", "o.user_id")
  .leftOuterJoin("shop.coupons", function () { this.on("coupons.id", "o.coupon_id").onIn("coupons.kind", ["a"]); })
  .crossJoin("days");`,
    [
      "2:13 select orders",
      "3:10 select items",
      "4:19 select users",
      "5:19 select shop.coupons",
      "6:15 select days",
    ],
  ],
  [
    "a write that joins",
    `${open}await knex("orders as o").join("users as u", "u.id", "o.user_id").where("u.gone", true).del();`,
    ["2:13 delete orders", "2:33 select users"],
  ],
  [
    "a delete with using",
    `${open}await knex("orders").using("users").where("users.gone", true).del();`,
    ["2:13 delete orders", "2:29 select users"],
  ],
  [
    "a join of a subquery",
    `${open}await knex("orders").join(knex("items").select("order_id").as("i"), "i.order_id", "orders.id");`,
    ["2:13 select orders", "2:33 select items"],
  ],
  [
    "a subquery as a table",
    `${open}await knex.select("*").from(knex("orders").where("paid", true).as("paid"));`,
    ["2:35 select orders"],
  ],
  [
    "a subquery as a callback with this",
    `${open}await knex("orders").whereExists(function () {
  this.select("*").from("items").whereRaw("items.order_id = orders.id");
});`,
    ["2:13 select orders", "3:26 select items"],
  ],
  [
    "a subquery as a callback with a parameter",
    `${open}await knex("orders").whereIn("id", (qb) => qb.select("order_id").from("items"));`,
    ["2:13 select orders", "2:72 select items"],
  ],
  [
    "a subquery as a value",
    `${open}await knex("orders").whereIn("user_id", knex("users").select("id"));`,
    ["2:13 select orders", "2:47 select users"],
  ],
  [
    "an insert that selects",
    `${open}await knex("archive").insert(knex("orders").select("id"));`,
    ["2:13 insert archive", "2:36 select orders"],
  ],
  [
    "a union",
    `${open}await knex("orders").select("id").union([knex("archive").select("id")]);`,
    ["2:13 select orders", "2:48 select archive"],
  ],
  [
    "names that with gives",
    `${open}await knex
  .with("recent", knex("orders").where("at", ">", day))
  .withRecursive("tree", ["id"], (qb) => qb.select("id").from("nodes").unionAll((all) => all.select("n.id").from("nodes as n").join("tree", "tree.id", "n.parent")))
  .withMaterialized("counted", (qb) => qb.from("recent").count())
  .select("*")
  .from("recent as r")
  .join("items", "items.order_id", "r.id");`,
    ["3:25 select orders", "4:64 select nodes", "4:115 select nodes", "8:10 select items"],
  ],
  [
    "a name that withRaw gives",
    `${open}await knex.withRaw("recent", "select * from orders where at > ?", [day]).from("recent").select();`,
    ["2:45 select orders"],
  ],
  [
    "names that with gives, in raw text",
    `${open}await knex.with("recent", knex.raw("select * from orders")).with("n", knex.raw("select count(*) from recent")).from("recent").joinRaw("cross join n");`,
    ["2:51 select orders"],
  ],
  [
    "a schema",
    `${open}await knex.withSchema("shop").select().from("orders").join("public.users", "a", "b");`,
    ["2:46 select shop.orders", "2:61 select public.users"],
  ],
  [
    "a schema after the table",
    `${open}await knex("orders").withSchema("shop").update({ paid: true });`,
    ["2:13 update shop.orders"],
  ],
  [
    "a client of one schema",
    `${open}const shop = knex.withSchema("shop");\nawait shop.from("orders").first();`,
    ["3:18 select shop.orders"],
  ],
  [
    "a transaction",
    `${open}await knex.transaction(async (t) => {
  const [id] = await t("orders").insert({ paid: false }, "id");
  await t.insert({ order_id: id }).into("items");
});`,
    ["3:25 insert orders", "4:42 insert items"],
  ],
  [
    "a transaction held",
    `${open}const trx = await knex.transaction();\nawait trx("orders").update({ paid: true });\nawait trx.raw("delete from items");\nawait trx.commit();`,
    ["3:12 update orders", "4:28 delete items"],
  ],
  [
    "transacting",
    `${open}export const save = (row: Row, scope: any) => knex("orders").transacting(scope).insert(row);`,
    ["2:53 insert orders"],
  ],
  [
    "a builder in a variable",
    `${open}export async function list(paid: boolean) {
  const query = knex("orders").select("id");
  if (paid) query.join("payments", "payments.order_id", "orders.id");
  query.leftJoin("users", "users.id", "orders.user_id").where({ paid });
  return await query;
}`,
    ["3:23 select orders", "4:25 select payments", "5:19 select users"],
  ],
  [
    "a base query that others change",
    `${open}const orders = () => knex<Order>("orders");
export const pay = (id: string) => orders().where({ id }).update({ paid: true });
export const drop = (id: string) => orders().where({ id }).del();`,
    ["2:35 update orders", "2:35 delete orders"],
  ],
  [
    "a class with its table in a field",
    `import type { Knex } from "knex";
export class Orders {
  private readonly table = "orders";
  constructor(private readonly db: Knex) {}
  all() { return this.db(this.table).select("*"); }
  drop(id: string, trx: Knex.Transaction) { return trx(this.table).where({ id }).delete(); }
  named() { return this.db.from(this.table).first(); }
}`,
    ["5:26 select orders", "6:56 delete orders", "7:33 select orders"],
  ],
  [
    "a client by its type alone",
    `import type { Knex } from "knex";\nexport const list = (conn: Knex) => conn("orders").orderBy("id");`,
    ["2:43 select orders"],
  ],
  [
    "a query by its type",
    `import { Knex } from "knex";\nexport const joined = (qb: Knex.QueryBuilder) => qb.leftJoin("items", "items.order_id", "orders.id");`,
    ["2:63 select items"],
  ],
  [
    "a client by its name alone",
    `export const list = ({ knex }) => knex("orders").select();\nexport const other = (app) => app.knex("items").del();\nexport const raw = (app) => app.knex.raw("select * from ??", ["users"]);`,
    ["1:41 select orders", "2:41 delete items", "3:64 select users"],
  ],
  [
    "a client that another module opens, in CommonJS",
    `const { db } = require("./db");\nmodule.exports.list = () => db("orders").where({ paid: true });`,
    ["2:33 select orders"],
  ],
  [
    "constants",
    `${open}const TABLES = { orders: "orders", items: "items" } as const;
enum Name { Users = "users" }
await knex(TABLES.orders).join(TABLES.items, \`\${TABLES.items}.order_id\`, "orders.id");
await knex(\`\${Name.Users} as u\`).first();`,
    ["4:12 select orders", "4:32 select items", "5:12 select users"],
  ],
  [
    "a choice between tables",
    `${open}export const get = (old: boolean) => knex(old ? "archive" : "orders").first();`,
    ["2:50 select archive", "2:62 select orders"],
  ],
  [
    "a table that nobody knows",
    `${open}export const all = (table: string) => knex(table).select();`,
    ["2:44 select ? `table` is a parameter of all"],
  ],
  [
    "a joined table that nobody knows",
    `${open}export const all = () => knex("orders").join(process.env.EXTRA, "a", "b");`,
    ["2:32 select orders", "2:46 select ? `EXTRA` is an environment variable"],
  ],
  ["raw text", `${open}await knex.raw("select * from orders where id = ?", [1]);`, ["2:31 select orders"]],
  [
    "raw text with bound names",
    `${open}await knex.raw("update ?? set ?? = ? where id in (select order_id from ??)", ["orders", "paid", true, "shop.items"]);
await knex.raw("delete from :table: where id = :id", { table: "users", id: 1 });`,
    ["2:80 update orders", "2:104 select shop.items", "3:64 delete users"],
  ],
  [
    "raw text whose names are bound from elsewhere",
    `${open}export const wipe = (names: unknown[]) => knex.raw("delete from ??", names);`,
    ["2:65 delete ? ?? is bound when it runs"],
  ],
  [
    "raw text that nobody knows",
    `${open}export const run = (text: string) => knex.raw(text);`,
    ["2:47 ? ? `text` is a parameter of run"],
  ],
  [
    "raw pieces of a query",
    `${open}await knex("orders").joinRaw("natural full join items").whereRaw("user_id in (select id from users where gone = ?)", [true]).orderByRaw("random()");`,
    ["2:13 select orders", "2:49 select items", "2:94 select users"],
  ],
  [
    "fromRaw",
    `${open}await knex.select("*").fromRaw("orders, lateral (select 1 from items) i");`,
    ["2:33 select orders", "2:64 select items"],
  ],
  [
    "raw values in a query",
    `${open}await knex("orders").select(knex.raw("count(*) as n"), knex.raw("(select max(at) from items where order_id = orders.id)"));`,
    ["2:13 select orders", "2:87 select items"],
  ],
  [
    "a raw table",
    `${open}await knex(knex.raw("orders tablesample system (1)")).select();`,
    ["2:22 select orders"],
  ],
  [
    "a reference as a table",
    `${open}await knex(knex.ref("orders").withSchema("shop")).select();`,
    ["2:22 select shop.orders"],
  ],
  [
    "a builder that is assigned on",
    `${open}export function list(a: boolean, b: boolean) {
  let query = knex("orders").select("id");
  if (a) query = query.where({ a }).leftJoin("items", "items.order_id", "orders.id");
  if (b) query = query.join("users", "users.id", "orders.user_id");
  return query;
}`,
    ["3:21 select orders", "4:47 select items", "5:30 select users"],
  ],
  [
    "a table chosen before",
    `${open}export const get = (old: boolean) => {
  const table = old ? "archive" : "orders";
  return knex(table).first();
};`,
    ["4:15 select archive", "4:15 select orders"],
  ],
  [
    "a list of columns that are bound",
    `${open}export const group = (columns: string[]) => knex("orders").select(columns.map((column) => knex.raw("??", [column]))).orderByRaw(columns[0]);`,
    ["2:51 select orders"],
  ],
  [
    "an opener taken out of its module",
    `import lib from "knex";
const { knex } = lib;
export const open = (options: object) => knex({ client: "pg", version: options.version, pool: { min: 1 } });
export const all = () => open({}).select().from("orders");`,
    ["4:50 select orders"],
  ],
  [
    "a migration",
    `import type { Knex } from "knex";
export async function up(knex: Knex): Promise<void> {
  await knex.schema
    .createTable("items", (table) => {
      table.increments("id");
      table.integer("order_id").unsigned().notNullable().references("id").inTable("orders").onDelete("CASCADE");
      table.uuid("user_id").references("shop.users.id");
      table.foreign(["sku", "lot"], "items_sku").references(["sku", "lot"]).on("stock");
    })
    .alterTable("orders", (t) => { t.string("note"); t.dropColumn("memo"); });
  await knex.schema.withSchema("shop").table("users", (t) => t.index(["name"]));
  await knex.schema.renameTable("orders", "purchases");
  if (!(await knex.schema.hasTable("days"))) await knex.schema.createTable("days", (t) => t.date("day"));
  await knex("items").insert({ order_id: 1 });
}
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists("items");
  return knex.schema.dropTable("days");
}`,
    [
      "4:19 create-table items",
      "6:84 references orders",
      "7:41 references shop.users",
      "8:81 references stock",
      "10:18 alter-table orders",
      "11:47 alter-table shop.users",
      "12:34 alter-table orders",
      "13:77 create-table days",
      "14:15 insert items",
      "17:40 drop-table items",
      "18:33 drop-table days",
    ],
  ],
  [
    "a migration in plain JavaScript",
    `exports.up = function (knex) {
  return knex.schema.createTable("orders", function (t) {
    t.increments();
    t.integer("user_id").references("users.id");
  }).raw("create index orders_user on orders (user_id)");
};
exports.down = (knex) => knex.schema.dropTable("orders");`,
    [
      "2:35 create-table orders",
      "4:38 references users",
      "5:39 create-index orders",
      "7:49 drop-table orders",
    ],
  ],
  [
    "views",
    `${open}await knex.schema.createView("paid", (view) => { view.columns(["id"]); view.as(knex("orders").select("id")); });
await knex.schema.refreshMaterializedView("totals");
await knex.schema.dropViewIfExists("paid");`,
    ["2:31 view paid", "2:86 view orders", "3:44 update totals", "4:37 drop-table paid"],
  ],
  [
    "a table like another",
    `${open}await knex.schema.createTableLike("archive", "orders");`,
    ["2:36 create-table archive", "2:47 select orders"],
  ],
  [
    "a seed",
    `export async function seed(knex) {\n  await knex("orders").del();\n  await knex("orders").insert([{ id: 1 }]);\n}`,
    ["2:15 delete orders", "3:15 insert orders"],
  ],
  [
    "where its connection comes from",
    `import knex from "knex";\nconst { APP_DATABASE_URL } = process.env;\nif (!APP_DATABASE_URL) throw new Error("APP_DATABASE_URL is not set");\nexport const db = knex({ client: "pg", connection: APP_DATABASE_URL });`,
    ["open APP_DATABASE_URL checked"],
  ],
  [
    "a function that opens a connection",
    `const knex = require("knex");
const connect = () => knex({ client: "pg", connection: { host: process.env.DB_HOST } });
export const all = () => { const db = connect(); return db("orders").select().finally(() => db.destroy()); };`,
    ["3:61 select orders", "open DB_HOST"],
  ],
  [
    "a connection in parts",
    `import { knex } from "knex";\nexport const db = knex({ client: "pg", connection: { host: process.env.DB_HOST, user: "app", password: "secret" } });`,
    ['open DB_HOST, "a password"'],
  ],
  [
    "a connection under its other key",
    `const db = require("knex")({ client: "pg", connection: { connectionString: process.env.DATABASE_URL, ssl: true } });\ndb("orders").first();`,
    ["2:5 select orders", "open DATABASE_URL"],
  ],
  [
    "indexes under the names that it chooses",
    `export const up = async (knex) => {
  await knex.schema.createTable("orders", (table) => { table.increments(); table.string("state").index(); table.unique(["a", "b"]); table.index("c", "by_c"); });
  await knex.schema.raw("alter index orders_pkey rename to old");
  await knex.raw("drop index orders_state_index, orders_a_b_unique, by_c");
};`,
    [
      "2:34 create-table orders",
      "3:38 alter-table orders",
      "4:30 alter-table orders",
      "4:50 alter-table orders",
      "4:69 alter-table orders",
    ],
  ],
  [
    "other things of these names",
    `const rows = await load();
rows.join(", ");
list.select("a").where("b");
db.collection("c").where("x", "==", 1).delete();
map.delete("k");
t("orders.title").first();
d3.select("svg").insert("g");
table.references("a.b");
Array.from("abc").join("");
hash.update("x").digest();
db.from(source).select(one);`,
    [],
  ],
  [
    "other things of these names in a file that imports it",
    `import { createHash } from "node:crypto";
import type { Knex } from "knex";
createHash("sha256").update("x").digest();
withDefaults({ db, mail }).transacting(fill);
Array.from("abc").join("");
Uint8Array.from("abc").join("");`,
    [],
  ],
  [
    "rows in a migration that calls it db",
    `const up = (db) => db.insert([{ id: 1 }]).into("actees");\nmodule.exports = { up };`,
    ["1:49 insert actees"],
  ],
]);
