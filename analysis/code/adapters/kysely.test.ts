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
    ["2:38 select orders"],
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
  [
    "names that with gives, seen from subqueries and from later names",
    `${open}await db
  .with("recent", (qb) => qb.selectFrom("orders").selectAll())
  .with("counted", (qb) => qb.selectFrom("recent as r").select("r.id"))
  .selectFrom("items as i")
  .innerJoin("counted", "counted.id", "i.order_id")
  .where((eb) => eb.exists(eb.selectFrom("recent").select("id")))
  .selectAll().execute();`,
    ["3:42 select orders", "5:16 select items"],
  ],
  [
    "a name that with gives its columns, recursively",
    `${open}await db.withRecursive("tree(id, parent)", (qb) => qb.selectFrom("nodes").unionAll((eb) => eb.selectFrom("nodes as n").innerJoin("tree", "tree.id", "n.parent"))).selectFrom("tree").execute();`,
    ["2:67 select nodes", "2:107 select nodes"],
  ],
  [
    "a materialized name",
    `${open}await db.with((cte) => cte("heavy").materialized(), (qb) => qb.selectFrom("orders")).selectFrom("heavy").execute();`,
    ["2:76 select orders"],
  ],
  [
    "a name that with gives is no target of a write",
    `${open}await db.with("orders", (qb) => qb.selectFrom("drafts")).insertInto("orders").expression((eb) => eb.selectFrom("orders")).execute();`,
    ["2:48 select drafts", "2:70 insert orders"],
  ],
  [
    "a data-changing name",
    `${open}await db.with("gone", (qb) => qb.deleteFrom("orders").returningAll()).insertInto("archive").expression((eb) => eb.selectFrom("gone")).execute();`,
    ["2:46 delete orders", "2:83 insert archive"],
  ],
  [
    "a client that knows names from before",
    `${open}const scoped = db.with("recent", (qb) => qb.selectFrom("orders"));\nawait scoped.selectFrom("recent").execute();`,
    ["2:57 select orders"],
  ],
  [
    "a client of one schema",
    `${open}const shop = db.withSchema("shop");\nawait shop.selectFrom("orders as o").leftJoin("public.users", "users.id", "o.user_id").execute();`,
    ["3:24 select shop.orders", "3:48 select public.users"],
  ],
  [
    "a merge",
    `${open}await db.mergeInto("stock as s").using("deliveries as d", "d.sku", "s.sku").whenMatched().thenDelete().execute();`,
    ["2:21 merge stock", "2:41 select deliveries"],
  ],
  [
    "a builder that grows",
    `${open}export function list(paid: boolean) {
  let query = db.selectFrom("orders").selectAll();
  if (paid) query = query.innerJoin("payments", "payments.order_id", "orders.id");
  return query.execute();
}`,
    ["3:30 select orders", "4:38 select payments"],
  ],
  [
    "a builder handed on: $call and $if",
    `${open}await db.selectFrom("orders")
  .$call((qb) => qb.leftJoin("items", "items.order_id", "orders.id"))
  .$if(true, (qb) => qb.innerJoin("users", "users.id", "orders.user_id"))
  .execute();`,
    ["2:22 select orders", "3:31 select items", "4:36 select users"],
  ],
  [
    "a builder as a typed parameter",
    `import type { SelectQueryBuilder } from "kysely";\nexport const withItems = (qb: SelectQueryBuilder<DB, "orders", object>) => qb.innerJoin("items", "items.order_id", "orders.id");`,
    ["2:90 select items"],
  ],
  [
    "JSON of related rows",
    `${open}import { jsonArrayFrom } from "kysely/helpers/postgres";
await db.selectFrom("orders").select((eb) => [
  "id",
  jsonArrayFrom(eb.selectFrom("items as i").select("i.id").whereRef("i.order_id", "=", "orders.id")).as("items"),
]).execute();`,
    ["3:22 select orders", "5:32 select items"],
  ],
  [
    "an expression builder of its own",
    `import { expressionBuilder } from "kysely";
const eb = expressionBuilder<DB, "orders">();
export const paid = eb.exists(eb.selectFrom("payments").select("id"));`,
    ["3:46 select payments"],
  ],
  [
    "a join of a subquery",
    `${open}await db.selectFrom("orders as o").innerJoin((eb) => eb.selectFrom("items").select("order_id").as("i"), (join) => join.onRef("i.order_id", "=", "o.id")).execute();`,
    ["2:22 select orders", "2:69 select items"],
  ],
  [
    "a subquery that a function returns",
    `${open}const latest = () => db.selectFrom("orders").select("id").as("latest");\nawait db.selectFrom(latest()).selectAll().execute();`,
    ["2:37 select orders"],
  ],
  [
    "a dynamic table",
    `${open}const from = (name: "orders" | "invoices") => db.selectFrom(db.dynamic.table(name).as("t")).execute();`,
    ["2:78 select orders", "2:78 select invoices"],
  ],
  [
    "a literal union",
    `${open}export const all = (table: "orders" | "invoices") => db.selectFrom(table).selectAll().execute();`,
    ["2:68 select orders", "2:68 select invoices"],
  ],
  [
    "constants and enums",
    `${open}const TABLES = { orders: "orders" } as const;
enum Table { Items = "items" }
await db.deleteFrom(TABLES.orders).execute();
await db.deleteFrom(Table.Items).execute();
await db.updateTable(\`\${TABLES.orders} as o\`).set({ paid: true }).execute();`,
    ["4:21 delete orders", "5:21 delete items", "6:22 update orders"],
  ],
  [
    "a class's client",
    `import type { Kysely } from "kysely";
export class Orders {
  readonly #table = "orders";
  constructor(private readonly db: Kysely<DB>) {}
  all() { return this.db.selectFrom(this.#table).selectAll().execute(); }
  drop(id: string) { return this.db.deleteFrom("orders").where("id", "=", id).executeTakeFirst(); }
}`,
    ["5:37 select orders", "6:49 delete orders"],
  ],
  [
    "a controlled transaction",
    `${open}const trx = await db.startTransaction().execute();\nawait trx.insertInto("orders").values({ id: 1 }).execute();\nawait trx.commit().execute();`,
    ["3:23 insert orders"],
  ],
  [
    "the whole chain without evidence",
    `export const all = (ctx: any) => ctx.database.selectFrom("orders").selectAll().executeTakeFirstOrThrow();`,
    ["1:59 select orders"],
  ],
  [
    "set operations",
    `${open}await db.selectFrom("orders").select("id").union(db.selectFrom("archive").select("id")).execute();`,
    ["2:22 select orders", "2:65 select archive"],
  ],
  [
    "an upsert that reads",
    `${open}await db.insertInto("totals").columns(["id", "sum"]).expression(db.selectFrom("orders").select(["id", "total"])).onConflict((oc) => oc.column("id").doNothing()).execute();`,
    ["2:22 insert totals", "2:80 select orders"],
  ],
  [
    "identifiers in raw SQL",
    `${open}const table = "orders";
await sql\`delete from \${sql.table(\`shop.\${table}\`)} where \${sql.ref("id")} = \${1}\`.execute(db);
await sql\`select * from \${sql.id("shop", "items")}\`.execute(db);
await sql<{ n: number }>\`select count(*) n from \${sql.raw("users")}\`.execute(db);`,
    ["3:25 delete shop.orders", "4:27 select shop.items", "5:60 select users"],
  ],
  [
    "raw fragments in a builder",
    `${open}await db.selectFrom("orders").where(sql<boolean>\`exists (select 1 from items where items.order_id = orders.id)\`).execute();`,
    ["2:22 select orders", "2:72 select items"],
  ],
  [
    "a list of raw fragments",
    `${open}await db.selectFrom("orders").select(sql\`concat(\${sql.join([sql\`name\`, sql.lit("x")], sql\`, \`)})\`.as("n")).execute();`,
    ["2:22 select orders"],
  ],
  [
    "compiled text",
    `import { CompiledQuery } from "kysely";\n${open}await db.executeQuery(CompiledQuery.raw("vacuum orders"));\nawait db.executeQuery(CompiledQuery.raw("delete from items where id = $1", [1]));`,
    ["3:49 alter-table orders", "4:54 delete items"],
  ],
  [
    "raw text that nobody knows",
    `${open}export const run = (text: string) => sql.raw(text).execute(db);`,
    ["2:46 ? ? `text` is a parameter of run"],
  ],
  [
    "a migration",
    `import type { Kysely } from "kysely";
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable("items")
    .addColumn("id", "serial", (col) => col.primaryKey())
    .addColumn("order_id", "integer", (col) => col.references("orders.id").onDelete("cascade").notNull())
    .addColumn("user_id", "integer", (col) => col.notNull().references("shop.users.id"))
    .addForeignKeyConstraint("items_sku", ["sku"], "products", ["sku"], (cb) => cb.onDelete("cascade"))
    .execute();
  await db.schema.createIndex("items_order").on("items").column("order_id").using("btree").execute();
  await db.schema.alterTable("orders").renameTo("purchases").execute();
}
export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropIndex("items_order").execute();
  await db.schema.dropTable("items").ifExists().execute();
}`,
    [
      "4:19 create-table items",
      "6:64 references orders",
      "7:73 references shop.users",
      "8:53 references products",
      "10:50 create-index items",
      "11:31 alter-table orders",
      "15:30 drop-table items",
    ],
  ],
  [
    "a view",
    `${open}await db.schema.createView("paid").orReplace().as(db.selectFrom("orders").selectAll()).execute();\nawait db.schema.dropView("paid").execute();`,
    ["2:29 view paid", "2:66 view orders", "3:27 drop-table paid"],
  ],
  [
    "a schema that changes one",
    `${open}await db.schema.withSchema("shop").createTable("orders").addColumn("id", "integer").execute();`,
    ["2:49 create-table shop.orders"],
  ],
  [
    "a temporary table",
    `${open}await db.schema.createTable("batch").temporary().addColumn("id", "integer").execute();\nawait db.insertInto("batch").expression((eb) => eb.selectFrom("orders")).execute();`,
    ["3:64 select orders"],
  ],
  [
    "its own types for a client",
    `import type { Kysely, Transaction } from "kysely";
type Client = Kysely<DB> | Transaction<DB>;
export const f = (qb: Client) => qb.schema.alterTable("orders").dropColumn("note").execute();`,
    ["3:56 alter-table orders"],
  ],
  [
    "a dialect whose pool something else opens",
    `import { Kysely, PostgresDialect } from "kysely";\nimport { Pool } from "pg";\nnew Kysely<DB>({ dialect: new PostgresDialect({ pool: async () => makePool() }) });`,
    [],
  ],
  [
    "other things of these names",
    `const list: string[] = [];\nlist.from("a");\nhtml.references("a.b");\nstore.createTable("x", (t) => t);\nmap.using("x").on("y");\ntable.innerJoin(other, key, key);`,
    [],
  ],
]);
