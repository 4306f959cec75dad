import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { sqlite } from "./sqlite.ts";

const open = `import Database from "better-sqlite3"; const db = new Database("app.db");\n`;

testAdapter(sqlite, [
  [
    "a prepared statement",
    `${open}db.prepare("select * from orders where id = ?").get(1);`,
    ["2:27 select orders"],
  ],
  [
    "a statement kept",
    `${open}const read = db.prepare("select * from orders");\nread.all();`,
    ["2:40 select orders"],
  ],
  [
    "several statements",
    `${open}db.exec("delete from items; delete from orders");`,
    ["2:22 delete items", "2:41 delete orders"],
  ],
  [
    "bun:sqlite",
    `import { Database } from "bun:sqlite";\nconst db = new Database("app.db");\ndb.query("select * from orders").all();`,
    ["3:25 select orders"],
  ],
  [
    "bun:sqlite's run",
    `import { Database } from "bun:sqlite";\nconst db = new Database("app.db");\ndb.run("insert into orders (id) values (?)", [1]);`,
    ["3:21 insert orders"],
  ],
  [
    "node:sqlite",
    `import { DatabaseSync } from "node:sqlite";\nconst db = new DatabaseSync(":memory:");\ndb.prepare("update orders set paid = 1").run();`,
    ["3:20 update orders"],
  ],
  [
    "sqlite3 with callbacks",
    `import sqlite3 from "sqlite3";\nconst db = new sqlite3.Database("app.db");\ndb.all("select * from orders", done);`,
    ["3:23 select orders"],
  ],
  [
    "an upsert",
    `${open}db.prepare("insert into orders (id) values (1) on conflict (id) do update set paid = 1").run();`,
    ["2:25 insert orders"],
  ],
  [
    "insert or replace",
    `${open}db.prepare("insert or replace into orders (id) values (1)").run();`,
    ["2:36 insert orders"],
  ],
  [
    "a template",
    `${open}db.prepare(\`select * from \${table}\`).all();\nconst table = "orders";`,
    ["2:29 select orders"],
  ],
  [
    "named parameters",
    `${open}db.prepare("select * from orders where id = @id and name = :name and x = $x").all({});`,
    ["2:27 select orders"],
  ],
  [
    "a CTE",
    `${open}db.prepare("with recent as (select * from orders) select * from recent").all();`,
    ["2:43 select orders"],
  ],
  [
    "the engine's own tables",
    `${open}db.prepare("select name from sqlite_master").all();`,
    ["2:30 select sqlite_master"],
  ],
  [
    "an annotated parameter",
    `import type { Database } from "better-sqlite3";\nexport const read = (db: Database) => db.prepare("select * from orders").all();`,
    ["2:65 select orders"],
  ],
  [
    "libsql",
    `import { createClient } from "@libsql/client";\nconst client = createClient({ url: required("APP_DATABASE_URL") });\nawait client.execute({ sql: "select * from orders", args: [] });`,
    ["3:44 select orders"],
  ],
  [
    "text that nobody knows",
    `${open}export const run = (text: string) => db.prepare(text);`,
    ["2:49 ? ? `text` is a parameter of run"],
  ],
]);
