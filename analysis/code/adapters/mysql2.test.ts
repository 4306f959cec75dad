import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { mysql2 } from "./mysql2.ts";

const open = `import mysql from "mysql2/promise"; const pool = mysql.createPool(required("APP_DATABASE_URL"));\n`;
const opened = "open APP_DATABASE_URL checked";

testAdapter(mysql2, [
  [
    "text",
    `${open}await pool.query("select * from orders where id = ?", [1]);`,
    ["2:33 select orders", opened],
  ],
  [
    "a prepared statement",
    `${open}await pool.execute("delete from orders where id = ?", [1]);`,
    ["2:33 delete orders", opened],
  ],
  [
    "options with their text",
    `${open}await pool.query({ sql: "insert into orders (id) values (?)", values: [1] });`,
    ["2:38 insert orders", opened],
  ],
  [
    "a template",
    `${open}await pool.query(\`update orders set paid = 1 where id = \${id}\`);`,
    ["2:26 update orders", opened],
  ],
  [
    "backquoted names",
    `${open}await pool.query("select * from \`orders\`");`,
    ["2:33 select orders", opened],
  ],
  [
    "a qualified name",
    `${open}await pool.query("select * from shop.orders");`,
    ["2:33 select shop.orders", opened],
  ],
  [
    "a table kept in a constant",
    `${open}const TABLE = "orders";\nawait pool.query(\`select * from \${TABLE}\`);`,
    ["3:35 select orders", opened],
  ],
  [
    "a table from an array of constants",
    `${open}for (const t of ["orders", "items"]) await pool.query(\`truncate \${t}\`);`,
    ["2:67 truncate orders", "2:67 truncate items", opened],
  ],
  [
    "a connection of the pool",
    `${open}const connection = await pool.getConnection();\nawait connection.query("select * from orders");`,
    ["3:39 select orders", opened],
  ],
  [
    "a connection of its own",
    `import { createConnection } from "mysql2";\nconst db = createConnection({ host: required("DB_HOST"), user: "app" });\ndb.query("select * from orders", done);`,
    ["3:25 select orders", "open DB_HOST checked"],
  ],
  [
    "the promise wrapper",
    `import mysql from "mysql2";\nconst pool = mysql.createPool(required("APP_DATABASE_URL")).promise();\nawait pool.query("select * from orders");`,
    ["3:33 select orders", opened],
  ],
  [
    "a join",
    `${open}await pool.query("select * from orders o join items i on i.order_id = o.id");`,
    ["2:33 select orders", "2:47 select items", opened],
  ],
  [
    "replace",
    `${open}await pool.query("replace into orders (id) values (1)");`,
    ["2:32 insert orders", opened],
  ],
  [
    "an annotated parameter",
    `import type { PoolConnection } from "mysql2/promise";\nexport const read = (db: PoolConnection) => db.execute("select * from orders");`,
    ["2:71 select orders"],
  ],
  [
    "a class field",
    `import type { Pool } from "mysql2/promise";\nclass Store {\n  constructor(private pool: Pool) {}\n  read() {\n    return this.pool.query("select * from orders");\n  }\n}`,
    ["5:43 select orders"],
  ],
  [
    "text that nobody knows",
    `${open}export const run = (text: string) => pool.query(text);`,
    ["2:49 ? ? `text` is a parameter of run", opened],
  ],
  [
    "a name that nobody knows",
    `${open}export const run = (table: string) => pool.query(\`select * from \${table}\`);`,
    ["2:67 select ? `table` is a parameter of run", opened],
  ],
  [
    "SQL that the grammar refuses",
    `${open}await pool.query("select * form orders where");`,
    [opened, "unparsed 2:28 unexpected form"],
  ],
]);
