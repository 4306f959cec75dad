import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { bunSql } from "./bun-sql.ts";

const open = `import { SQL } from "bun"; const db = new SQL(required("APP_DATABASE_URL"));\n`;
const opened = "open APP_DATABASE_URL checked";
const implicit = "open implicitly DATABASE_URL or POSTGRES_URL or PGHOST";

testAdapter(bunSql, [
  [
    "the ready client",
    `import { sql } from "bun";\nawait sql\`select * from orders\`;`,
    ["2:25 select orders", implicit],
  ],
  [
    "the ready client under another name",
    `import { sql as db } from "bun";\nawait db\`select * from orders\`;`,
    ["2:24 select orders", implicit],
  ],
  ["the global", "await Bun.sql`select * from orders`;", ["1:29 select orders", implicit]],
  ["a client of its own", `${open}await db\`select * from orders\`;`, ["2:24 select orders", opened]],
  [
    "a client with options",
    `import { SQL } from "bun";\nconst db = new SQL({ url: required("APP_DATABASE_URL"), max: 1 });\nawait db\`select * from orders\`;`,
    ["3:24 select orders", opened],
  ],
  ["an identifier", `${open}await db\`select * from \${db("orders")}\`;`, ["2:30 select orders", opened]],
  ["rows", `${open}await db\`insert into orders \${db(rows)}\`;`, ["2:22 insert orders", opened]],
  ["unsafe text", `${open}await db.unsafe("select * from orders");`, ["2:32 select orders", opened]],
  [
    "a transaction",
    `${open}await db.begin(async (tx) => {\n  await tx\`delete from orders\`;\n});`,
    ["3:24 delete orders", opened],
  ],
  [
    "a SQL file that is not there",
    `${open}await db.file("./orders.sql");`,
    ["2:7 ? ? orders.sql is not in the workspace", opened],
  ],
  [
    "an annotated parameter",
    `import type { SQL } from "bun";\nexport const read = (db: SQL) => db\`select * from orders\`;`,
    ["2:51 select orders"],
  ],
]);
