import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { postgresJs } from "./postgres-js.ts";

const open = `import postgres from "postgres"; const url = process.env.APP_DATABASE_URL; if (!url) throw new Error("unset"); const sql = postgres(url);\n`;
const opened = "open APP_DATABASE_URL checked";

testAdapter(postgresJs, [
  [
    "a tagged template",
    `${open}await sql\`select * from orders where id = \${id}\`;`,
    ["2:25 select orders", opened],
  ],
  [
    "a schema-qualified name",
    `${open}await sql\`delete from shop.orders\`;`,
    ["2:23 delete shop.orders", opened],
  ],
  [
    "a nested fragment",
    `${open}const rows = await sql\`select * from orders \${paid ? sql\`join invoices i using (id)\` : sql\`\`}\`;`,
    ["2:38 select orders", "2:63 select invoices", opened],
  ],
  [
    "a fragment kept in a constant",
    `${open}const open = sql\`and exists (select 1 from invoices)\`;\nawait sql\`select * from orders where true \${open}\`;`,
    ["2:44 select invoices", "3:25 select orders", opened],
  ],
  [
    "a statement that another template completes",
    `${open}const copy = sql\`copy (select * from orders)\`;\nawait sql\`\${copy} to '/tmp/orders'\`;`,
    ["2:38 select orders", opened],
  ],
  [
    "a fragment made by a function",
    `${open}const only = (id: number) => sql\`id in (select order_id from items where id = \${id})\`;\nawait sql\`update orders set paid = true where \${only(1)}\`;`,
    ["2:62 select items", "3:18 update orders", opened],
  ],
  ["an identifier", `${open}await sql\`select * from \${sql("orders")}\`;`, ["2:32 select orders", opened]],
  [
    "a qualified identifier",
    `${open}await sql\`select * from \${sql("shop.orders")}\`;`,
    ["2:32 select shop.orders", opened],
  ],
  [
    "an identifier kept in a constant",
    `${open}const TABLE = "orders";\nawait sql\`truncate \${sql(TABLE)}\`;`,
    ["3:22 truncate orders", opened],
  ],
  [
    "an identifier that is one of several",
    `${open}const read = (table: "orders" | "items") => sql\`select * from \${sql(table)}\`;`,
    ["2:69 select orders", "2:69 select items", opened],
  ],
  [
    "an identifier that nobody knows",
    `${open}export const read = (table: string) => sql\`select * from \${sql(table)}\`;`,
    ["2:60 select ? `table` is a parameter of read", opened],
  ],
  [
    "rows",
    `${open}await sql\`insert into orders \${sql(rows, "id", "total")}\`;`,
    ["2:23 insert orders", opened],
  ],
  [
    "rows filled later",
    `${open}const rows: { id: number }[] = [];\nawait sql\`insert into orders \${sql(rows)}\`;`,
    ["3:23 insert orders", opened],
  ],
  [
    "an update from an object",
    `${open}await sql\`update orders set \${sql({ paid: true })} where id = \${1}\`;`,
    ["2:18 update orders", opened],
  ],
  [
    "a list",
    `${open}await sql\`select * from orders where id in \${sql(ids)} and x\`;`,
    ["2:25 select orders", opened],
  ],
  ["unsafe text", `${open}await sql.unsafe("select * from orders");`, ["2:33 select orders", opened]],
  [
    "unsafe text in a hole",
    `${open}await sql\`select * from orders \${sql.unsafe("join items using (id)")}\`;`,
    ["2:25 select orders", "2:51 select items", opened],
  ],
  [
    "unsafe text within a string",
    `${open}const days = (n: number) => sql\`delete from orders where at < now() - interval '\${sql.unsafe(String(n))} days'\`;`,
    ["2:45 delete orders", opened],
  ],
  [
    "unsafe text that nobody knows",
    `${open}export const run = (text: string) => sql.unsafe(text);`,
    ["2:49 ? ? `text` is a parameter of run", opened],
  ],
  [
    "a transaction",
    `${open}await sql.begin(async (tx) => {\n  await tx\`delete from orders\`;\n});`,
    ["3:24 delete orders", opened],
  ],
  [
    "a transaction with options",
    `${open}await sql.begin("read write", async (tx) => {\n  await tx\`delete from orders\`;\n});`,
    ["3:24 delete orders", opened],
  ],
  [
    "a savepoint",
    `${open}await sql.begin((tx) => tx.savepoint((sp) => sp\`lock orders\`));`,
    ["2:54 lock orders", opened],
  ],
  [
    "a reserved connection",
    `${open}const reserved = await sql.reserve();\nawait reserved\`select * from orders\`;`,
    ["3:30 select orders", opened],
  ],
  [
    "a typed result",
    `${open}await sql<{ id: number }[]>\`select id from orders\`;`,
    ["2:44 select orders", opened],
  ],
  [
    "an annotated parameter",
    `import type { Sql } from "postgres";\nexport const read = (db: Sql) => db\`select * from orders\`;`,
    ["2:51 select orders"],
  ],
  [
    "a class field",
    `import postgres from "postgres";\nclass Store {\n  constructor(private readonly db: postgres.Sql) {}\n  read() {\n    return this.db\`select * from orders\`;\n  }\n}`,
    ["5:34 select orders"],
  ],
  [
    "escapes before the name",
    `${open}await sql\`select '\\n\\u00e9', x from orders\`;`,
    ["2:37 select orders", opened],
  ],
  [
    "a value where no name can stand",
    `${open}await sql\`select * from orders where name = \${"customers"}\`;`,
    ["2:25 select orders", opened],
  ],
  [
    "a URL of its own",
    `import postgres from "postgres";\nexport const sql = postgres("postgres://app:secret@db.internal/app");`,
    ['open "postgres://app:***@db.internal/app"'],
  ],
  [
    "no address at all",
    `import postgres from "postgres";\nexport const sql = postgres({ max: 1 });`,
    ["open implicitly PGHOST or PGDATABASE"],
  ],
  [
    "a variable that nobody checks",
    `import postgres from "postgres";\nexport const sql = postgres(process.env.APP_DATABASE_URL!);`,
    ["open APP_DATABASE_URL"],
  ],
  [
    "a variable through a function that requires it",
    `import postgres from "postgres";\nexport const sql = postgres(required("APP_DATABASE_URL"));`,
    ["open APP_DATABASE_URL checked"],
  ],
  [
    "a variable with a default",
    `import postgres from "postgres";\nexport const sql = postgres(process.env.APP_DATABASE_URL ?? "postgres://localhost/app");`,
    ['open APP_DATABASE_URL checked, "postgres://localhost/app"'],
  ],
  [
    "freehold/connect",
    `import { connect } from "freehold/connect";\nexport const sql = connect({ service: "app", variable: "APP_DATABASE_URL" });\nawait sql\`select * from orders\`;`,
    ["3:25 select orders", "open APP_DATABASE_URL checked"],
  ],
  [
    "a private field that is the client",
    `${open}import type { Sql } from "postgres";\nclass Store { readonly #sql: Sql; table = "orders"; all() { return this.#sql\`select * from \${this.#sql(this.table)}\`; } }`,
    ["3:94 select orders", opened],
  ],
  [
    "a list of values",
    `${open}await sql\`select * from orders where id in \${sql(["a", "b"])}\`;`,
    ["2:25 select orders", opened],
  ],
]);
