import { expect, test } from "bun:test";
import { modelOf } from "../fixtures/workspace.ts";
import type { Model } from "./model.ts";

const manifest = JSON.stringify({
  services: {
    orders: { path: "orders", database: "ORDERS_DATABASE_URL", owns: ["orders", "shop.items"] },
    billing: { path: "billing", database: "BILLING_DATABASE_URL", owns: [] },
  },
});
const create = "create table orders (id int); create table shop.items (id int);";

test("the down part of a file is not replayed, and its statements are a down migration's", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "billing/main.ts": "",
    "orders/migrations/001_all.sql": `-- +goose Up\n${create}\n-- +goose Down\ndrop table orders;\n`,
  });
  expect(model.heads.map(({ name, droppedAt }) => [name, droppedAt])).toEqual([
    ["orders", null],
    ["items", null],
  ]);
  expect(model.references.map(({ operation, migration }) => [operation, migration?.down])).toEqual([
    ["create-table", false],
    ["create-table", false],
    ["drop-table", true],
  ]);
});

test("SET search_path says where unqualified names stand, to the end of its file", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "orders/migrations/001_all.sql": create,
    "billing/report.sql": "select 1 from items;\nset search_path to shop;\nselect 1 from items;\n",
  });
  expect(
    model.references
      .filter(({ at }) => at.file === "billing/report.sql")
      .map(({ at, schema, verdict }) => [at.line, schema, verdict]),
  ).toEqual([
    [1, null, "unowned"],
    [3, "shop", "foreign"],
  ]);
});

test("a name that may be a type's counts only where somebody owns it", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "orders/migrations/001_all.sql": create,
    "billing/functions.sql":
      "create function a() returns setof orders language sql as 'select null';\ncreate function b() returns setof money_amount language sql as 'select null';\n",
  });
  expect(
    model.references
      .filter(({ at }) => at.file === "billing/functions.sql")
      .map(({ table, verdict }) => [table, verdict]),
  ).toEqual([["orders", "foreign"]]);
});

test("a type is no table's row where the service makes a type of that name", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "orders/migrations/001_all.sql": create,
    "billing/types.sql": "create table bills (o orders, i shop.items);\n",
    "billing/own.sql": "create type shop.items as enum ('a');\n",
  });
  expect(
    model.references
      .filter(({ at }) => at.file === "billing/types.sql")
      .map(({ at, table, verdict, dependency }) => [at.column, table, verdict, dependency]),
  ).toEqual([
    [14, "bills", "unowned", null],
    [23, "orders", "foreign", { kind: "column", name: "bills.o" }],
  ]);
});

test("a type is no table's row because a pattern covers its name", async () => {
  const { services, ...rest } = JSON.parse(manifest);
  const model = await modelOf({
    "freehold.json": JSON.stringify({
      ...rest,
      services: { ...services, orders: { path: "orders", owns: ["*"] } },
    }),
    "billing/main.ts": "",
    "orders/migrations/001_all.sql": `${create}\ncreate table dated (at datetime, o orders);\n`,
  });
  expect(
    model.references.filter(({ dependency }) => dependency?.kind === "column").map(({ table }) => table),
  ).toEqual(["orders"]);
});

test("a trigger dropped by its name alone is its table's", async () => {
  for (const dialect of ["sqlite", "mysql"]) {
    const model = await modelOf({
      "freehold.json": JSON.stringify({ ...JSON.parse(manifest), dialect }),
      "orders/migrations/001_all.sql":
        "create table orders (id int);\ncreate trigger Noted after insert on orders for each row begin delete from orders; end;\n",
      "billing/change.sql":
        "drop trigger noted;\ndrop trigger if exists noted;\ndrop trigger other;\ndrop trigger if exists other;\n",
    });
    expect(
      model.references
        .filter(({ at }) => at.file === "billing/change.sql")
        .map(
          ({ at, table, reason, verdict, operation }) =>
            `${at.line}:${at.column} ${operation} ${table ?? reason} ${verdict}`,
        ),
    ).toEqual([
      "1:14 trigger orders foreign",
      "2:24 trigger orders foreign",
      "3:14 trigger nothing that is read makes the trigger other unresolved",
    ]);
  }
});

test("DROP SCHEMA … CASCADE drops every table that the migrations put there", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "orders/migrations/001_all.sql": create,
    "billing/reset.sql":
      "drop schema if exists shop cascade;\ndrop schema shop;\ndrop schema if exists empty cascade;\n",
  });
  expect(
    model.references
      .filter(({ at }) => at.file === "billing/reset.sql")
      .map(({ at, table, operation, verdict }) => [at.line, at.column, operation, table, verdict]),
  ).toEqual([[1, 23, "drop-table", "items", "foreign"]]);
});

test("an index named alone is its table's, by the statement that made it", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "orders/migrations/001_all.sql": `${create} create index by_id on orders (id); create index on shop.items (id);\n`,
    "orders/migrations/002_rename.sql":
      "alter index by_id rename to orders_by_id;\ndrop index if exists nothing;\n",
    "billing/change.sql":
      "drop index orders_by_id;\nreindex index shop.items_id_idx;\ndrop index by_whom;\ndrop index if exists by_whom;\n",
    "billing/again.sql": "create index by_id on receipts (id);\ndrop index by_id;\n",
  });
  const shown = model.references.map(
    ({ at, table, reason, verdict, access }) =>
      `${at.file}:${at.line}:${at.column} ${access} ${table ?? reason} ${verdict}`,
  );
  expect(shown.filter((line) => !line.startsWith("orders/migrations/001"))).toEqual([
    "billing/again.sql:1:23 schema receipts unowned",
    "billing/again.sql:2:12 schema receipts unowned",
    "billing/change.sql:1:12 schema orders foreign",
    "billing/change.sql:2:15 schema items foreign",
    "billing/change.sql:3:12 schema nothing that is read makes the index by_whom unresolved",
    "orders/migrations/002_rename.sql:1:13 schema orders own",
  ]);
});

// ── Whose is a reference, and what allows it ──

/** Each reference of the model as a line: where, what, and what each service is told. */
function told({ references }: Model): string[] {
  return references.map(
    ({ at, operation, table, verdict, judgements, test, migration }) =>
      `${at.file}:${at.line}:${at.column} ${operation} ${table} ${verdict}${test ? " test" : ""}${migration ? ` migration of ${migration.service}${migration.down ? " down" : ""}` : ""}${judgements
        .map(
          ({ service, verdict, owners, use, chain }) =>
            ` | ${service} ${verdict}${owners.length ? ` ${owners}` : ""}${use ? ` by use until ${use.until}` : ""}${chain.length > 1 ? ` through ${chain.length}` : ""}`,
        )
        .join("")}`,
  );
}

const platform = {
  "freehold.json": JSON.stringify({
    services: {
      orders: { path: "orders", owns: ["orders", "queue", "open_*"], publishes: ["orders"] },
      billing: {
        path: "billing",
        owns: ["invoices", "queue"],
        uses: [
          { service: "orders", table: "orders", access: "read", reason: "r", via: "billing/allowed.ts" },
          { service: "orders", table: "queue", access: "write", reason: "r", until: "2026-01-01" },
          { service: "orders", table: "open_a", access: "read", reason: "r", until: "2027-01-01" },
          { service: "orders", table: "open_a", access: "read", reason: "r", until: "2026-01-01" },
        ],
      },
      crm: { external: true, owns: ["leads"] },
    },
    system: ["jobs.*"],
  }),
  "orders/main.ts": "",
  "billing/main.ts": "",
  "billing/allowed.ts": "",
};
const sql = (text: string) => `import { sql } from "bun";\nawait sql\`${text}\`;\n`;
const read = async (files: Record<string, string>) => told(await modelOf({ ...platform, ...files }));

test("own, foreign, unowned, the engine's, an external service's", async () => {
  expect(
    await read({
      "orders/a.ts": sql("select 1 from orders, invoices, nothing, pg_class, leads, open_x, jobs.queue"),
    }),
  ).toEqual([
    "orders/a.ts:2:25 select orders own | orders own orders",
    "orders/a.ts:2:33 select invoices foreign | orders foreign billing",
    "orders/a.ts:2:43 select nothing unowned | orders unowned",
    "orders/a.ts:2:52 select pg_class engine | orders engine",
    "orders/a.ts:2:62 select leads foreign | orders foreign crm",
    "orders/a.ts:2:69 select open_x own | orders own orders",
    "orders/a.ts:2:77 select queue engine | orders engine",
  ]);
});

test("a table that several own is its own to each of them", async () => {
  expect(
    await read({ "orders/a.ts": sql("select 1 from queue"), "billing/a.ts": sql("select 1 from queue") }),
  ).toEqual([
    "billing/a.ts:2:25 select queue own | billing own billing",
    "orders/a.ts:2:25 select queue own | orders own orders",
  ]);
});

test("an entry under uses: by code, by access, the one that still holds first", async () => {
  expect(
    await read({
      "billing/allowed.ts": sql("select 1 from orders"),
      "billing/other.ts": sql("select 1 from orders"),
      "billing/write.ts": sql("delete from orders"),
      "billing/open.ts": sql("select 1 from open_a"),
    }),
  ).toEqual([
    "billing/allowed.ts:2:25 select orders foreign | billing foreign orders by use until null",
    "billing/open.ts:2:25 select open_a foreign | billing foreign orders by use until 2027-01-01",
    "billing/other.ts:2:25 select orders foreign | billing foreign orders",
    "billing/write.ts:2:23 delete orders foreign | billing foreign orders",
  ]);
});

test("via names the service's file that leads to shared code, or the shared file", async () => {
  expect(
    await read({
      "billing/allowed.ts": 'import "../shared/total.ts";',
      "shared/total.ts": sql("select 1 from orders"),
    }),
  ).toEqual([
    "shared/total.ts:2:25 select orders foreign | billing foreign orders by use until null through 2",
  ]);
});

test("shared code is judged for each service, and summed up by the gravest", async () => {
  expect(
    await read({
      "orders/a.ts": 'import "../shared/a.ts";',
      "billing/a.ts": 'import "../shared/a.ts";',
      "shared/a.ts": sql("select 1 from invoices, nothing"),
    }),
  ).toEqual([
    "shared/a.ts:2:25 select invoices foreign | orders foreign billing through 2 | billing own billing through 2",
    "shared/a.ts:2:35 select nothing unowned | orders unowned through 2 | billing unowned through 2",
  ]);
});

test("a piece of SQL is judged for each service that puts it into a statement", async () => {
  expect(
    await read({
      "orders/a.ts": `import { sql } from "bun";
import { late } from "../shared/pieces.ts";
await sql\`select 1 from orders where \${late}\`;`,
      "billing/a.ts": `import { sql } from "bun";
import { late, paid } from "../shared/pieces.ts";
await sql\`select 1 from invoices where \${late} and \${paid(1)}\`;`,
      "shared/pieces.ts": `import { sql } from "bun";
export const late = sql\`exists (select 1 from open_a)\`;
export const paid = (id: number) => sql\`id in (select id from queue where id = \${id})\`;`,
    }),
  ).toEqual([
    "billing/a.ts:3:25 select invoices own | billing own billing",
    "orders/a.ts:3:25 select orders own | orders own orders",
    "shared/pieces.ts:2:47 select open_a foreign | orders own orders | billing foreign orders by use until 2027-01-01",
    "shared/pieces.ts:3:63 select queue own | billing own billing",
  ]);
});

test("nobody's code is told who owns what it names", async () => {
  const { references } = await modelOf({
    ...platform,
    "tools/a.ts": sql("select 1 from invoices, queue, nothing"),
  });
  expect(
    references.map(({ table, verdict, owners, services }) => [table, verdict, owners, services]),
  ).toEqual([
    ["invoices", "foreign", ["billing"], []],
    ["queue", "foreign", ["orders", "billing"], []],
    ["nothing", "unowned", [], []],
  ]);
});

test("tests and migrations are marked", async () => {
  expect(
    await read({
      "billing/a.test.ts": `import "../shared/helper.ts";\n${sql("select 1 from invoices")}`,
      "shared/helper.ts": sql("select 1 from invoices"),
      "billing/migrations/001_a.sql": "create table invoices (id int);",
      "billing/migrations/001_a.down.sql": "drop table invoices;",
    }),
  ).toEqual([
    "billing/a.test.ts:3:25 select invoices own test | billing own billing",
    "billing/migrations/001_a.down.sql:1:12 drop-table invoices own migration of billing down | billing own billing",
    "billing/migrations/001_a.sql:1:14 create-table invoices own migration of billing | billing own billing",
    "shared/helper.ts:2:25 select invoices own test | billing own billing through 2",
  ]);
});

test("names of CTEs and of temporary tables are no references, but for what stands before", async () => {
  expect(
    await read({
      "billing/a.sql":
        "with orders as (select 1) select * from orders;\nselect 1 from nothing;\ncreate temp table nothing as select * from invoices;\nselect * from nothing;\ndrop table nothing;\nselect * from nothing;\n",
      "billing/b.ts": `import { sql } from "bun";
const before = () => sql\`select * from nothing\`;
await sql\`create temp table nothing as select * from invoices\`;
await sql\`insert into nothing select 1\`;
`,
    }),
  ).toEqual([
    "billing/a.sql:2:15 select nothing unowned | billing unowned",
    "billing/a.sql:3:44 select invoices own | billing own billing",
    "billing/a.sql:6:15 select nothing unowned | billing unowned",
    "billing/b.ts:2:40 select nothing unowned | billing unowned",
    "billing/b.ts:3:54 select invoices own | billing own billing",
  ]);
});

test("one place names one table once, in however many readings it stands", async () => {
  expect(
    await read({
      "billing/a.ts": `import { sql } from "bun";
const filter = sql\`exists (select 1 from invoices)\`;
await sql\`select * from queue where \${a ? filter : b ? sql\`x\` : sql\`y\`}\`;
await sql\`select * from queue where \${filter}\`;
`,
    }),
  ).toEqual([
    "billing/a.ts:2:42 select invoices own | billing own billing",
    "billing/a.ts:3:25 select queue own | billing own billing",
    "billing/a.ts:4:25 select queue own | billing own billing",
  ]);
});

test("a directive in SQL text stands before the next statement of that text", async () => {
  const { ignores } = await modelOf({
    ...platform,
    "billing/a.ts":
      'import { sql } from "bun";\nawait sql`\n  -- freehold-ignore cross-service-read -- GRV-112\n  select * from orders;\n  select 1`;\n',
  });
  expect(ignores).toEqual([
    {
      rules: ["cross-service-read"],
      reason: "GRV-112",
      at: { file: "billing/a.ts", line: 3, column: 3, endLine: 3, endColumn: 51 },
      covers: { file: "billing/a.ts", line: 4, column: 3, endLine: 4, endColumn: 23 },
    },
  ]);
});

test("acts: DDL, databases, roles, programs, each with whose code it is", async () => {
  const { acts } = await modelOf({
    ...platform,
    "billing/a.ts": `import { sql, $ } from "bun";
import { execSync } from "node:child_process";
await sql\`create table if not exists invoices (id int)\`;
await sql\`create temp table t (id int)\`;
await sql\`create database billing\`;
await sql\`create role app; alter table invoices add column note text\`;
await $\`createdb billing\`;
execSync("dropdb --if-exists billing");
execSync("echo created");
`,
    "billing/migrations/001_a.down.sql": "drop table invoices;",
    "tools/a.ts": sql("drop database billing"),
  });
  expect(
    acts.map(({ act, name, ddl, temporary, at, client, services, migration }) => [
      `${at.file}:${at.line}:${at.column}`,
      `${act} ${name}${ddl ? " ddl" : ""}${temporary ? " temporary" : ""}`,
      client,
      services.join(),
      migration?.down ?? null,
    ]),
  ).toEqual([
    ["billing/migrations/001_a.down.sql:1:1", "DROP TABLE invoices ddl", "sql", "billing", true],
    ["billing/a.ts:3:11", "CREATE TABLE invoices ddl", "bun-sql", "billing", null],
    ["billing/a.ts:4:11", "CREATE TABLE t ddl temporary", "bun-sql", "billing", null],
    ["billing/a.ts:5:11", "CREATE DATABASE billing", "bun-sql", "billing", null],
    ["billing/a.ts:6:11", "CREATE ROLE app", "bun-sql", "billing", null],
    ["billing/a.ts:6:28", "ALTER TABLE invoices ddl", "bun-sql", "billing", null],
    ["tools/a.ts:2:11", "DROP DATABASE billing", "bun-sql", "", null],
    ["billing/a.ts:7:7", "CREATEDB billing", "shell", "billing", null],
    ["billing/a.ts:8:1", "DROPDB billing", "shell", "billing", null],
  ]);
});

test("variables of the manifest, their defaults, and addresses in code", async () => {
  const { variables, addresses } = await modelOf({
    "freehold.json": manifest,
    "orders/a.ts":
      'const url = process.env.ORDERS_DATABASE_URL ?? "postgres://a:b@localhost/a";\nconst other = process.env.BILLING_DATABASE_URL;\nconst level = process.env.LOG_LEVEL;\nconst fixed = "postgres://a:secret@db/a";\n',
    "billing/main.ts": "",
  });
  expect(
    variables.map(({ variable, at, services, owners, defaultUrl }) => [
      variable,
      at.line,
      services.join(),
      owners.join(),
      defaultUrl && `${defaultUrl.line}:${defaultUrl.column}`,
    ]),
  ).toEqual([
    ["ORDERS_DATABASE_URL", 1, "orders", "orders", "1:48"],
    ["BILLING_DATABASE_URL", 2, "orders", "billing", null],
  ]);
  expect(addresses.map(({ text, at, services }) => [text, at.line, services.join()])).toEqual([
    ["postgres://a:***@db/a", 4, "orders"],
  ]);
});
