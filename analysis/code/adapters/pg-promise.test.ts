import { expect, test } from "bun:test";
import { readCode, testAdapter } from "../../../fixtures/adapter-tester.ts";
import { pgPromise } from "./pg-promise.ts";

const open = `import pgPromise from "pg-promise"; const pgp = pgPromise(); const db = pgp(required("APP_DATABASE_URL"));\n`;
const opened = "open APP_DATABASE_URL checked";

const database = `import pgPromise from "pg-promise";
export type Db = pgPromise.IDatabase<{}>;
let instance: pgPromise.IMain | undefined;
export const library = (): pgPromise.IMain => (instance ??= pgPromise());
export const db = library()(required("APP_DATABASE_URL"));
export const rows = new (library().helpers.ColumnSet)(["id"], { table: { table: "orders" } });
export const make = (text: string, values?: object) => library().as.format(text, values);
`;

testAdapter(
  pgPromise,
  [
    [
      "a client that another module opens",
      `import { db } from "./database.ts";\nconst all = ["select * from orders", "where id = $(id)"];\nawait db.oneOrNone(all.join(" "), { id });\nawait db.any("select * from $(table:name)", { table: "items" });`,
      ["2:29 select orders", "4:55 select items", opened],
    ],
    [
      "an insert whose columns another module knows",
      `import { db, library, rows } from "./database.ts";\nawait db.none(library().helpers.insert(list, rows));`,
      ["2:46 insert orders", opened],
    ],
    [
      "a text that another module formats",
      `import { db, make } from "./database.ts";\nawait db.none(make("delete from orders where id = $(id)", { id }));`,
      ["2:33 delete orders", opened],
    ],
  ],
  { "services/app/database.ts": database },
);

testAdapter(pgPromise, [
  [
    "text with positions",
    `${open}await db.any("select * from orders where id = $1", [1]);`,
    ["2:29 select orders", opened],
  ],
  [
    "named values in each kind of brackets",
    `${open}await db.one("select * from orders where a = $(a) and b = $<b> and c = $[c] and d = $/d/ and e = \${e}", { a, b, c, d, e });`,
    ["2:29 select orders", opened],
  ],
  [
    "a value of a value",
    `${open}await db.oneOrNone("update orders set total = $(order.total) where id = $(order.id)", { order });`,
    ["2:28 update orders", opened],
  ],
  [
    "a table by name",
    `${open}await db.none("delete from $(table:name) where id = $(id)", { table: "orders", id });`,
    ["2:71 delete orders", opened],
  ],
  [
    "a table by position",
    `${open}await db.none("truncate $1~", ["orders"]);`,
    ["2:33 truncate orders", opened],
  ],
  [
    "a table by name that is not known",
    `${open}await db.none("delete from $(table:name)", options);`,
    ["2:44 delete ? `table` is not known before it runs", opened],
  ],
  [
    "raw text",
    `${open}await db.any("select * from orders $1:raw", ["join items using (id)"]);`,
    ["2:29 select orders", "2:52 select items", opened],
  ],
  [
    "a list",
    `${open}await db.any("select * from orders where id in ($(ids:csv)) and name = any($1:json)", { ids });`,
    ["2:29 select orders", opened],
  ],
  [
    "a prepared statement",
    `${open}const all = new pgp.PreparedStatement({ name: "all", text: "select * from orders" });\nawait db.any(all);`,
    ["2:75 select orders", opened],
  ],
  [
    "a task and a transaction in it",
    `${open}await db.task("all", async (t) => {\n  await t.none("insert into orders default values");\n  await t.tx((inner) => inner.result("delete from items"));\n});`,
    ["3:29 insert orders", "4:51 delete items", opened],
  ],
  [
    "several queries at once",
    `${open}await db.multi("select 1 from orders; select 1 from items");\nawait db.map("select id from orders", [], (row) => row.id);\nawait db.each("select id from items", [], print);`,
    ["2:31 select orders", "2:53 select items", "3:30 select orders", "4:31 select items", opened],
  ],
  [
    "a function of the database",
    `${open}await db.func("find_orders", [1]);\nawait db.proc("sweep");`,
    [opened],
  ],
  [
    "an insert from rows",
    `${open}const query = pgp.helpers.insert(rows, ["id"], "orders");\nawait db.none(query);`,
    ["2:49 insert orders", opened],
  ],
  [
    "an insert whose columns know the table",
    `${open}const columns = new pgp.helpers.ColumnSet(["id"], { table: "orders" });\nawait db.none(pgp.helpers.insert(rows, columns) + " on conflict do nothing");`,
    ["2:61 insert orders", opened],
  ],
  [
    "an update of a table in parts",
    `${open}const columns = new pgp.helpers.ColumnSet(["?id", "total"], { table: { schema: "shop", table: "orders" } });\nconst query = pgp.helpers.update(rows, columns) + " where v.id = t.id";\nawait db.none(query);`,
    ["2:95 update shop.orders", opened],
  ],
  [
    "text that is formatted first",
    `${open}const where = pgp.as.format("where id = $1", [id]);\nawait db.any("select * from orders " + where);`,
    ["3:29 select orders", opened],
  ],
  [
    "a statement that is formatted first",
    `${open}const query = pgp.as.format("delete from $1:name", ["orders"]);\nawait db.none(query);`,
    ["2:54 delete orders", opened],
  ],
  [
    "options as their parts",
    `import pgPromise from "pg-promise"; const db = pgPromise()({ host: process.env.APP_DATABASE_URL, database: "app" });\nawait db.none("delete from orders");`,
    ["2:28 delete orders", "open APP_DATABASE_URL"],
  ],
  [
    "a client by its type",
    `import type { IDatabase } from "pg-promise";\nexport class Orders {\n  constructor(private readonly db: IDatabase<{}>) {}\n  all() { return this.db.any("select * from orders where id = $(id)", { id }); }\n}`,
    ["4:45 select orders"],
  ],
  [
    "the library as CommonJS",
    `const pgp = require("pg-promise")({ capSQL: true });\nconst db = pgp(required("APP_DATABASE_URL"));\ndb.none("delete from orders");`,
    ["3:22 delete orders", opened],
  ],
]);

test("helpers tell themselves, where another package's class keeps the library", async () => {
  const { lines } = await readCode(`import { Repository } from "elsewhere";
export class Orders extends Repository {
  add(rows) { return this.conn.none(this.library.helpers.insert(rows, ["id"], "orders")); }
  columns = new this.library.helpers.ColumnSet(["id"], { table: "lots" });
  change(rows) { return this.conn.none(this.library.helpers.update(rows, this.columns) + " where v.id = t.id"); }
  sweep() { return this.conn.none(this.helpers.concat([{ query: "delete from items" }, this.helpers.insert([{}], null, "sweeps")])); }
}`);
  expect(lines).toEqual([
    "3:80 insert orders",
    "4:66 update lots",
    "6:78 delete items",
    "6:121 insert sweeps",
  ]);
});
