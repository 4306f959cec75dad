import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const database = `import postgres from "postgres";\nexport const sql = postgres(process.env.APP_DATABASE_URL);`;
const pool = `import { Pool } from "pg";\nexport const pool = new Pool();`;

const rows: [title: string, code: string, expected: string[]][] = [
  [
    "a query object in a variable",
    `const query = { text: "delete from orders" };\npool.query(query);`,
    ["1:36 delete orders"],
  ],
  ["a cursor", `pool.query(new Cursor("select * from orders", []));`, ["1:38 select orders"]],
  ["a stream of rows", `pool.query(copyTo("copy orders to stdout"));`, ["1:25 copy-to orders"]],
  [
    "formatted text",
    `pool.query(format("insert into %I (id) values %L", "orders", rows));`,
    ["1:53 insert orders"],
  ],
  [
    "formatted text whose name nobody knows",
    `export const f = (name: string) => pool.query(format("select * from %I", name));`,
    ["1:74 select ? `name` is a parameter of f"],
  ],
  [
    "a batch",
    `other.batch(["delete from orders", { sql: "delete from lines" }]);`,
    ["1:27 delete orders", "1:56 delete lines"],
  ],
  [
    "alternatives",
    `other.any(all ? "select * from orders" : "select * from lines");`,
    ["1:32 select orders", "1:57 select lines"],
  ],
  [
    "lines joined",
    `other.any(["select *", "from orders", "where x = 1"].join(" "));`,
    ["1:30 select orders"],
  ],
  [
    "a list that is filled in steps",
    `const changes = [];
const values = [];
if (name) {
  values.push(name);
  changes.push(\`name = $\${values.length}\`);
}
for (const key of keys) changes.push("x = (select id from lines)");
pool.query(\`update orders set \${changes.join(", ")} where id = $\${values.length + 1}\`, [...values, id]);`,
    ["7:59 select lines", "8:20 update orders"],
  ],
  [
    "a list that something else fills",
    `const filters: string[] = [];
fill(filters);
pool.query("select * from orders where " + filters.join(" and "));`,
    ["3:27 select orders"],
  ],
  [
    "placeholders that are counted",
    `pool.query(\`select * from orders where a = $\${n} limit $\${n + 1} offset $\${1 + n}\`);
pool.query("insert into lines values (" + rows.map((_, i) => "$" + (i + 1)).join(", ") + ")");`,
    ["1:27 select orders", "2:25 insert lines"],
  ],
  [
    "placeholders of a home-made client",
    `other.many("select * from orders where id in (???) and a = $name", ids);`,
    ["1:27 select orders"],
  ],
  [
    "a member",
    `const queries = { all: "select * from orders" };\nother.any(queries.all);`,
    ["1:39 select orders"],
  ],
  ["a task's callback", `other.task((t) => t.any("select * from orders where x"));`, ["1:40 select orders"]],
  ["a translated label", `t("select from the orders"); i18n.t("delete from orders");`, []],
  ["a list that is no batch", `other.pick(["select from the orders", "update"]);`, []],
];

for (const [title, code, expected] of rows)
  test(`${title} is read as what it is`, async () => {
    expect((await readCode(code)).lines).toEqual(expected);
  });

test("a transaction's client is known by what hands it on, whatever it is called", async () => {
  const code = `import { sql } from "./database.ts"; import { TABLE } from "./names.ts";
await sql.begin(async (t) => {
  await t\`create temp table staging (id int)\`;
  await t\`insert into \${t(TABLE)} select id from staging\`;
});`;
  const { lines } = await readCode(code, {
    "services/app/database.ts": database,
    "services/app/names.ts": `export const TABLE = "orders";`,
  });
  expect(lines).toEqual(["4:25 insert orders", "open APP_DATABASE_URL"]);
});

test("a wrapper is known by its own callers, not by methods of the same name", async () => {
  const code = `import { pool } from "./pool.ts";
export const query = (text: string) => pool.query(text);
pool.query(somethingElse());
query("select * from orders");`;
  const { lines } = await readCode(code, { "services/app/pool.ts": pool });
  expect(lines).toEqual([
    "3:12 ? ? the result of somethingElse()",
    "4:22 select orders",
    "open implicitly PGHOST or PGDATABASE",
  ]);
});

test("the SQL of a file is read where it stands, however its path is put together", async () => {
  const code = `import { readFileSync } from "node:fs"; import { join } from "node:path"; import { Pool } from "pg";
import all from "./all.sql" with { type: "text" };
const pool = new Pool();
pool.query(all);
pool.query(readFileSync(join(import.meta.dirname, "queries", "one.sql"), "utf8"));
pool.query(readFileSync(new URL("./queries/one.sql", import.meta.url), "utf8").toString());
pool.query(await Bun.file("services/app/queries/one.sql").text());
pool.query(readFileSync(\`queries/\${name}.sql\`, "utf8"));`;
  const { lines } = await readCode(code, {
    "services/app/all.sql": "select * from orders",
    "services/app/queries/one.sql": "select * from lines where id = $1",
  });
  expect(lines).toEqual([
    "services/app/all.sql:1:15 select orders",
    "8:12 ? ? the result of readFileSync()",
    "services/app/queries/one.sql:1:15 select lines",
    "open implicitly PGHOST or PGDATABASE",
  ]);
});

test("text that another module's function returns is followed there", async () => {
  const code = `import { sql } from "./db.ts"; import { byName, extra, table } from "./queries.ts";
await sql.unsafe(byName("orders"));
await sql\`select \${extra()} from \${table("lines")}\`;`;
  const { lines } = await readCode(code, {
    "services/app/db.ts": `import postgres from "postgres"; export const sql = postgres();`,
    "services/app/queries.ts": `import { sql } from "./db.ts";
export const byName = (name: string) => \`select * from \${name} join base on true\`;
export function extra() { return sql\`(select max(id) from bees)\`; }
export const table = (name: string) => sql(name);`,
  });
  expect(lines).toEqual([
    "3:36 select lines",
    "services/app/queries.ts:2:58 select orders",
    "services/app/queries.ts:2:69 select base",
    "services/app/queries.ts:3:59 select bees",
    "open implicitly PGHOST or PGDATABASE",
  ]);
});
