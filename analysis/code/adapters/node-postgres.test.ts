import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { nodePostgres } from "./node-postgres.ts";

const open = `import { Pool } from "pg"; const pool = new Pool({ connectionString: required("APP_DATABASE_URL") });\n`;
const opened = "open APP_DATABASE_URL checked";

testAdapter(nodePostgres, [
  [
    "text",
    `${open}await pool.query("select * from orders where id = $1", [1]);`,
    ["2:33 select orders", opened],
  ],
  [
    "a template with values",
    `${open}await pool.query(\`select * from orders where id = \${id}\`);`,
    ["2:33 select orders", opened],
  ],
  [
    "a query object",
    `${open}await pool.query({ text: "insert into orders values ($1)", values: [1] });`,
    ["2:39 insert orders", opened],
  ],
  [
    "a query object kept in a constant",
    `${open}const query = { name: "all", text: "select * from orders" };\nawait pool.query(query);`,
    ["2:51 select orders", opened],
  ],
  [
    "text kept in a constant",
    `${open}const QUERY = "select * from orders";\nawait pool.query(QUERY);`,
    ["2:30 select orders", opened],
  ],
  [
    "a table kept in a constant",
    `${open}const TABLE = "orders";\nawait pool.query(\`delete from \${TABLE} where id = $1\`, [1]);`,
    ["3:33 delete orders", opened],
  ],
  [
    "a table kept in an object",
    `${open}const tables = { orders: "orders" } as const;\nawait pool.query("select * from " + tables.orders);`,
    ["3:37 select orders", opened],
  ],
  [
    "a table from an enum",
    `${open}enum Table { Orders = "orders" }\nawait pool.query(\`select * from \${Table.Orders}\`);`,
    ["3:35 select orders", opened],
  ],
  [
    "text built up",
    `${open}let text = "select * from orders";\nif (paid) text += " join invoices using (id)";\nawait pool.query(text);`,
    ["2:27 select orders", "3:26 select invoices", opened],
  ],
  [
    "text joined from lines",
    `${open}await pool.query(["select *", "from orders"].join(" "));`,
    ["2:37 select orders", opened],
  ],
  [
    "each of several tables",
    `${open}for (const table of ["orders", "items"]) await pool.query(\`truncate \${table}\`);`,
    ["2:71 truncate orders", "2:71 truncate items", opened],
  ],
  [
    "a checked-out client",
    `${open}const client = await pool.connect();\nawait client.query("delete from orders");`,
    ["3:33 delete orders", opened],
  ],
  [
    "a client",
    `import pg from "pg";\nconst client = new pg.Client({ host: process.env.APP_DATABASE_URL });\nawait client.query("select 1 from orders");`,
    ["3:35 select orders", "open APP_DATABASE_URL"],
  ],
  [
    "an annotated parameter",
    `import type { PoolClient } from "pg";\nexport const read = (db: PoolClient) => db.query("table orders");`,
    ["2:57 select orders"],
  ],
  [
    "a property of a typed parameter",
    `import type { Pool } from "pg";\nexport const read = ({ db }: { db: Pool }) => db.query("select * from orders");`,
    ["2:71 select orders"],
  ],
  [
    "a class field",
    `import { Pool } from "pg";\nclass Store {\n  private pool: Pool;\n  read() {\n    return this.pool.query("select * from orders");\n  }\n}`,
    ["5:43 select orders"],
  ],
  [
    "text that nobody knows",
    `${open}export const run = (text: string) => pool.query(text);`,
    ["2:49 ? ? `text` is a parameter of run", opened],
  ],
  [
    "a name glued from parts",
    `${open}export const run = (month: string) => pool.query(\`select * from audit_log_\${month}\`);`,
    ["2:65 select ? name glued from `audit_log_` and ${…}", opened],
  ],
  [
    "SQL that the grammar refuses",
    `${open}await pool.query("select * form orders");`,
    [opened, 'unparsed 2:28 syntax error at or near "form"'],
  ],
  [
    "no address at all",
    `import { Pool } from "pg";\nexport const pool = new Pool();`,
    ["open implicitly PGHOST or PGDATABASE"],
  ],
  [
    "parts",
    `import { Pool } from "pg";\nexport const pool = new Pool({ host: process.env.APP_HOST, user: "app", password: process.env.APP_PASSWORD });`,
    ["open APP_HOST, APP_PASSWORD"],
  ],
]);
