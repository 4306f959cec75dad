import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { drizzle } from "./drizzle.ts";

/** Six lines: the client, two tables and what they have to do with each other. */
const open = `import { relations, sql, eq } from "drizzle-orm";
import { alias, integer, pgSchema, pgTable, pgView, text, union } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/node-postgres";
const orders = pgTable("orders", { id: integer("id"), createdAt: text("created_at") });
const items = pgTable("order_items", { id: integer("id"), orderId: integer("order_id") });
const db = drizzle(makePool(), { schema: { orders, items } });
`;

testAdapter(drizzle, [
  ["a select", `${open}await db.select().from(orders);`, ["7:24 select orders"]],
  [
    "columns",
    `${open}await db.select({ id: items.id }).from(items).where(eq(items.id, 1));`,
    ["7:40 select order_items"],
  ],
  [
    "a distinct select",
    `${open}await db.selectDistinctOn([orders.id]).from(orders);`,
    ["7:45 select orders"],
  ],
  [
    "joins",
    `${open}await db.select().from(orders).leftJoin(items, eq(items.orderId, orders.id)).crossJoin(items);`,
    ["7:24 select orders", "7:41 select order_items", "7:88 select order_items"],
  ],
  ["an insert", `${open}await db.insert(orders).values({ id: 1 }).returning();`, ["7:17 insert orders"]],
  [
    "an upsert",
    `${open}await db.insert(orders).values(row).onConflictDoUpdate({ target: orders.id, set: row });`,
    ["7:17 insert orders"],
  ],
  [
    "an insert that selects",
    `${open}await db.insert(orders).select(db.select().from(items));\nawait db.insert(orders).select((qb) => qb.select().from(items));`,
    ["7:17 insert orders", "7:49 select order_items", "8:17 insert orders", "8:57 select order_items"],
  ],
  [
    "an update",
    `${open}await db.update(orders).set({ createdAt: "now" }).from(items).where(eq(items.orderId, orders.id));`,
    ["7:17 update orders", "7:56 select order_items"],
  ],
  ["a delete", `${open}await db.delete(items).where(eq(items.id, 1));`, ["7:17 delete order_items"]],
  ["a count", `${open}const n = await db.$count(orders, eq(orders.id, 1));`, ["7:27 select orders"]],
  [
    "an alias",
    `${open}const later = alias(orders, "later");\nawait db.select().from(orders).innerJoin(later, eq(later.id, orders.id));`,
    ["8:24 select orders", "8:42 select orders"],
  ],
  [
    "a subquery",
    `${open}const recent = db.select().from(orders).as("recent");\nawait db.select().from(recent).where(eq(recent.id, 1));`,
    ["7:33 select orders"],
  ],
  [
    "a common table expression",
    `${open}const recent = db.$with("recent").as(db.select().from(orders));\nawait db.with(recent).select().from(recent).leftJoin(items, eq(items.orderId, recent.id));`,
    ["7:55 select orders", "8:54 select order_items"],
  ],
  [
    "a common table expression that writes",
    `${open}const gone = db.$with("gone").as(db.delete(orders).returning());\nawait db.with(gone).insert(items).select(db.select().from(gone));`,
    ["7:44 delete orders", "8:28 insert order_items"],
  ],
  [
    "set operations",
    `${open}await union(db.select().from(orders), db.select().from(items)).limit(1);\nawait db.select().from(orders).unionAll(db.select().from(items));`,
    ["7:30 select orders", "7:56 select order_items", "8:24 select orders", "8:58 select order_items"],
  ],
  [
    "a select from a set operation",
    `${open}const both = union(db.select().from(orders), db.select().from(items)).as("both");\nawait db.select().from(both);`,
    ["7:37 select orders", "7:63 select order_items"],
  ],
  [
    "a prepared statement",
    `${open}const one = db.select().from(orders).where(eq(orders.id, sql.placeholder("id"))).prepare("one");\nawait one.execute({ id: 1 });`,
    ["7:30 select orders"],
  ],
  [
    "a transaction",
    `${open}await db.transaction(async (tx) => {
  await tx.insert(orders).values({ id: 1 });
  await tx.transaction(async (inner) => { await inner.delete(items); });
});`,
    ["8:19 insert orders", "9:62 delete order_items"],
  ],
  [
    "a builder that grows",
    `${open}export function list(deep: boolean) {
  let query = db.select().from(orders).$dynamic();
  if (deep) query = query.leftJoin(items, eq(items.orderId, orders.id));
  return query;
}`,
    ["8:32 select orders", "9:36 select order_items"],
  ],
  [
    "a relational query",
    `${open}await db.query.orders.findMany({ where: (order, { eq }) => eq(order.id, 1), limit: 1 });\nawait db.query.items.findFirst();`,
    ["7:16 select orders", "8:16 select order_items"],
  ],
  [
    "relations that are loaded",
    `${open}export const ordersRelations = relations(orders, ({ many }) => ({ lines: many(items) }));
export const itemsRelations = relations(items, ({ one }) => ({
  order: one(orders, { fields: [items.orderId], references: [orders.id] }),
}));
await db.query.orders.findMany({
  columns: { id: true },
  with: { lines: { with: { order: true }, limit: 3 } },
});`,
    ["11:16 select orders", "13:11 select order_items", "13:28 select orders"],
  ],
  [
    "relations that are loaded under a condition",
    `${open}export const ordersRelations = relations(orders, ({ many }) => ({ lines: many(items) }));
export const get = (deep: boolean) =>
  db.query.orders.findFirst({ with: { ...(deep ? { lines: true } : {}) } });`,
    ["9:12 select orders", "9:52 select order_items"],
  ],
  [
    "what is loaded is not known",
    `${open}export const get = (options: object) => db.query.orders.findFirst(options);
await db.query.orders.findFirst({ with: { lost: true } });
await db.query.nothing.findFirst();`,
    [
      "7:50 select orders",
      "7:67 select ? what it loads with its rows is not known: `options` is a parameter of get",
      "8:16 select orders",
      "8:43 select ? no relation is called lost",
      "9:16 select ? no table object is called nothing",
    ],
  ],
  [
    "relations in one place, with a table between",
    `import { defineRelations } from "drizzle-orm";
import { integer, pgTable } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
const users = pgTable("users", { id: integer() });
const groups = pgTable("groups", { id: integer() });
const members = pgTable("group_members", { userId: integer("user_id"), groupId: integer("group_id") });
const relations = defineRelations({ users, groups, members }, (r) => ({
  users: {
    groups: r.many.groups({ from: r.users.id.through(r.members.userId), to: r.groups.id.through(r.members.groupId) }),
  },
  groups: { owner: r.one.users({ from: r.groups.id, to: r.users.id }) },
}));
const db = drizzle(makeClient(), { relations });
await db.query.users.findMany({ where: { groups: { id: 1 } }, with: { groups: { with: { owner: true } } } });`,
    [
      "14:16 select users",
      "14:42 select groups",
      "14:42 select group_members",
      "14:71 select groups",
      "14:71 select group_members",
      "14:89 select users",
    ],
  ],
  [
    "a model under another name",
    `import { pgTable } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
const usersTable = pgTable("app_users", {});
const tables = { user: usersTable };
const db = drizzle(client, { schema: { ...tables } });
await db.query.user.findFirst();`,
    ["6:16 select app_users"],
  ],
  [
    "a client by its type",
    `import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { pgTable } from "drizzle-orm/pg-core";
const users = pgTable("users", {});
export class Users {
  constructor(private readonly db: NodePgDatabase) {}
  all() { return this.db.select().from(users); }
  any(table: any) { return this.db.delete(table); }
}`,
    ["6:40 select users", "7:43 delete ? `table` is a parameter of Users.any"],
  ],
  [
    "a client by the type of another",
    `${open}type Db = typeof db;\ntype Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
export const wipe = (client: Db, table: any) => client.delete(table);
export const tell = (tx: Parameters<Parameters<typeof db.transaction>[0]>[0], table: any) => tx.insert(table).values({});`,
    ["9:63 delete ? `table` is a parameter of wipe", "10:104 insert ? `table` is a parameter of tell"],
  ],
  [
    "a table as a parameter, by its type",
    `${open}export const wipe = (table: typeof orders) => db.delete(table);\nexport const either = (table: typeof orders | typeof items) => db.delete(table);`,
    ["7:57 delete orders", "8:74 delete orders", "8:74 delete order_items"],
  ],
  [
    "a table as a parameter, by its callers",
    `${open}const wipe = async (table: any) => { await db.delete(table); };\nawait wipe(orders);\nawait wipe(items);`,
    ["7:54 delete orders", "7:54 delete order_items"],
  ],
  [
    "a table of several",
    `${open}const tables = { orders, items };\nexport const wipe = (name: keyof typeof tables) => db.delete(tables[name]);\nfor (const table of [orders, items]) await db.delete(table);`,
    ["8:62 delete orders", "8:62 delete order_items", "9:54 delete orders", "9:54 delete order_items"],
  ],
  [
    "a choice between tables",
    `${open}await db.select().from(Math.random() > 0.5 ? orders : items);`,
    ["7:46 select orders", "7:55 select order_items"],
  ],
  [
    "a client that is called for",
    `import { count } from "drizzle-orm";
export const n = (source: any) => source.db().select({ n: count() }).from(source.table);`,
    ["2:75 select ? `source.table` comes with a parameter of n"],
  ],
  [
    "a table that a whole module's type names",
    `import { pgTable } from "drizzle-orm/pg-core";
import type * as schema from "./schema";
export const wipe = (db: any, table: typeof schema.orders) => db.delete(table).where();`,
    ["3:73 delete ? `orders` is not known before it runs"],
  ],
  [
    "a client that nothing tells but its tables",
    `import { pgTable } from "drizzle-orm/pg-core";\nconst users = pgTable("users", {});\nexport const all = (ctx: any) => ctx.store.select().from(users);`,
    ["3:58 select users"],
  ],
  [
    "a schema",
    `import { pgSchema } from "drizzle-orm/pg-core";\nconst shop = pgSchema("shop");\nconst orders = shop.table("orders", {});\nexport const all = (db: any) => db.select().from(orders);`,
    ["4:50 select shop.orders"],
  ],
  [
    "names with a prefix",
    `import { pgTableCreator } from "drizzle-orm/pg-core";
const createTable = pgTableCreator((name) => \`app_\${name}\`);
const posts = createTable("posts", {});
export const all = (db: any) => db.select().from(posts);`,
    ["4:50 select app_posts"],
  ],
  [
    "a function of one's own that makes tables",
    `import { pgTable, timestamp } from "drizzle-orm/pg-core";
const stamped = (name: string, columns: object) => pgTable(name, { at: timestamp(), ...columns });
const posts = stamped("posts", {});
export const all = (db: any) => db.select().from(posts);`,
    ["4:50 select posts"],
  ],
  [
    "MySQL and SQLite",
    `import { mysqlTable } from "drizzle-orm/mysql-core";
import { sqliteTable } from "drizzle-orm/sqlite-core";
const users = mysqlTable("users", {});
const notes = sqliteTable("notes", {});
export const all = (db: any) => [db.select().from(users), db.insert(notes).values({}).run()];`,
    ["5:51 select users", "5:69 insert notes"],
  ],
  [
    "a whole module of the dialect",
    `import * as pg from "drizzle-orm/pg-core";\nconst users = pg.pgTable("users", { id: pg.integer() });\nexport const all = (db: any) => db.select().from(users);`,
    ["3:50 select users"],
  ],
  [
    "row-level security",
    `import { pgTable } from "drizzle-orm/pg-core";
const users = pgTable.withRLS("users", {});
const notes = pgTable("notes", {}).enableRLS();
export const all = (db: any) => [db.select().from(users), db.delete(notes)];`,
    ["4:51 select users", "4:69 delete notes"],
  ],
  [
    "views",
    `${open}const paid = pgView("paid_orders").as((qb) => qb.select().from(orders));
const known = pgView("known_orders", { id: integer() }).existing();
await db.select().from(paid).innerJoin(known, eq(known.id, paid.id));
await db.refreshMaterializedView(paid).concurrently();`,
    ["7:64 view orders", "9:24 select paid_orders", "9:40 select known_orders", "10:34 update paid_orders"],
  ],
  [
    "a view of text",
    `${open}export const paid = pgView("paid_orders", {}).as(sql\`select id from \${orders} where paid\`);`,
    ["7:71 view orders"],
  ],
  [
    "foreign keys",
    `import { foreignKey, integer, pgTable, type AnyPgColumn } from "drizzle-orm/pg-core";
export const users = pgTable("users", { id: integer() });
export const nodes = pgTable("nodes", {
  id: integer("id").primaryKey(),
  parent: integer("parent").references((): AnyPgColumn => nodes.id),
  owner: integer("owner_id").notNull().references(() => users.id, { onDelete: "cascade" }),
});
export const edges = pgTable("edges", { a: integer(), b: integer() }, (table) => [
  foreignKey({ columns: [table.a], foreignColumns: [nodes.id], name: "a" }).onDelete("cascade"),
  foreignKey({ columns: [table.b], foreignColumns: [table.a] }),
]);
export const old = pgTable("old", { a: integer() }, (t) => ({
  fk: foreignKey({ columns: [t.a], foreignColumns: [nodes.id] }),
}));`,
    [
      "5:59 references nodes",
      "6:57 references users",
      "9:53 references nodes",
      "10:53 references edges",
      "13:53 references nodes",
    ],
  ],
  [
    "foreign keys both ways",
    `import { integer, pgTable } from "drizzle-orm/pg-core";
export const a = pgTable("a", { b: integer("b").references(() => b.id), id: integer() });
export const b = pgTable("b", (t) => ({ a: t.integer("a").references(() => a.id), id: t.integer() }));`,
    ["2:66 references b", "3:76 references a"],
  ],
  [
    "text",
    `${open}await db.execute(sql\`select * from \${orders} where \${orders.createdAt} < now()\`);
await db.execute(sql\`delete from audit where id = \${1}\`);
await db.execute("truncate scratch");
await db.execute(sql.raw("vacuum audit"));`,
    ["7:38 select orders", "8:34 delete audit", "9:28 truncate scratch", "10:34 alter-table audit"],
  ],
  [
    "text in a select",
    `${open}await db.select({ n: sql<number>\`(select count(*) from \${items} i where i.order_id = \${orders.id})\` }).from(orders);`,
    ["7:58 select order_items", "7:109 select orders"],
  ],
  [
    "identifiers in text",
    `${open}await db.execute(sql\`select * from \${sql.identifier("audit")} where id in \${sql.join([sql\`1\`, sql\`2\`], sql\`, \`)}\`);`,
    ["7:54 select audit"],
  ],
  [
    "text in a table's place",
    `${open}await db.select().from(sql\`audit a\`);\nawait db.select().from(sql\`generate_series(1, 2) n\`);`,
    ["7:28 select audit"],
  ],
  [
    "text that nobody knows",
    `${open}export const run = (text: string) => db.execute(text);`,
    ["7:49 ? ? `text` is a parameter of run"],
  ],
  [
    "a builder that is executed",
    `${open}await db.execute(db.select().from(orders));`,
    ["7:35 select orders"],
  ],
  [
    "a batch",
    `${open}await db.batch([db.insert(orders).values({ id: 1 }), db.delete(items)]);`,
    ["7:27 insert orders", "7:64 delete order_items"],
  ],
  [
    "where its connection comes from",
    `import { drizzle } from "drizzle-orm/node-postgres";\nexport const a = drizzle(process.env.APP_DATABASE_URL!);\nexport const b = drizzle({ connection: { connectionString: process.env.OTHER_URL! }, casing: "snake_case" });`,
    ["open APP_DATABASE_URL", "open OTHER_URL"],
  ],
  [
    "a connection that is not checked by itself",
    `import { drizzle } from "drizzle-orm/neon-http";\nconst url = process.env.APP_DATABASE_URL;\nif (!url) throw new Error("APP_DATABASE_URL is not set");\nexport const db = drizzle(url);`,
    ["open APP_DATABASE_URL checked"],
  ],
  [
    "other things of these names",
    `const cache = new Map<string, string>();
cache.delete("orders");
const ids = Array.from(cache.keys());
hash.update("x").digest("hex");
list.insert(ids);
editor.select(ids).from(0);
const query = { users: { findMany: () => ids } };
query.users.findMany();
repository.query.users.findFirst();`,
    [],
  ],
]);
