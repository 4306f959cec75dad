import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { slonik } from "./slonik.ts";

const open = `import { createPool, sql } from "slonik"; const pool = await createPool(required("APP_DATABASE_URL"));\n`;
const opened = "open APP_DATABASE_URL checked";

testAdapter(slonik, [
  [
    "a typed query",
    `${open}await pool.one(sql.type(row)\`select * from orders where id = \${id}\`);`,
    ["2:44 select orders", opened],
  ],
  [
    "an unsafe query",
    `${open}await pool.query(sql.unsafe\`delete from orders\`);`,
    ["2:41 delete orders", opened],
  ],
  [
    "a fragment",
    `${open}const open = sql.fragment\`and exists (select 1 from items)\`;\nawait pool.any(sql.unsafe\`select * from orders where true \${open}\`);`,
    ["2:53 select items", "3:41 select orders", opened],
  ],
  [
    "an identifier",
    `${open}await pool.any(sql.unsafe\`select * from \${sql.identifier(["orders"])}\`);`,
    ["2:43 select orders", opened],
  ],
  [
    "a qualified identifier",
    `${open}await pool.any(sql.unsafe\`select * from \${sql.identifier(["shop", "orders"])}\`);`,
    ["2:43 select shop.orders", opened],
  ],
  [
    "an identifier kept in a constant",
    `${open}const table = sql.identifier(["orders"]);\nawait pool.any(sql.unsafe\`select * from \${table}\`);`,
    ["3:43 select orders", opened],
  ],
  [
    "a join of values",
    `${open}await pool.any(sql.unsafe\`select * from orders where id in (\${sql.join(ids, sql.fragment\`, \`)})\`);`,
    ["2:41 select orders", opened],
  ],
  [
    "rows",
    `${open}await pool.query(sql.unsafe\`insert into orders (id) select * from \${sql.unnest(rows, ["int4"])}\`);`,
    ["2:41 insert orders", opened],
  ],
  [
    "a transaction",
    `${open}await pool.transaction(async (tx) => {\n  await tx.query(sql.unsafe\`update orders set paid = true\`);\n});`,
    ["3:36 update orders", opened],
  ],
  [
    "a table that nobody knows",
    `${open}export const read = (table: string) => pool.any(sql.unsafe\`select * from \${sql.identifier([table])}\`);`,
    ["2:76 select ? `table` is a parameter of read", opened],
  ],
  [
    "raw text",
    `import { sql } from "slonik"; import { raw } from "slonik-sql-tag-raw";\nexport const all = sql.unsafe\`select * from \${raw("orders")}\`;`,
    ["2:52 select orders"],
  ],
]);
