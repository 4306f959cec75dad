import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf, platform, violation } from "../fixtures/command-line.ts";

const { "freehold.json": _, ...bare } = { ...platform, ...violation };
const main = 'import "./badges.ts";\n';
const files = {
  ...bare,
  "services/gatekeeper/main.ts": "export {};\n",
  "services/guardian/main.ts": main,
};

const pool = (variable: string) =>
  `import postgres from "postgres";\nconst url = process.env.${variable};\nif (!url) throw new Error("set ${variable}");\nexport const sql = postgres(url);\n`;

/** Two apps over a library with the migrations, one with tables of its own, a tool and an example. */
const monorepo = {
  "package.json": '{ "name": "root", "workspaces": ["apps/*", "packages/*"] }',
  "packages/db/package.json": '{ "name": "@acme/db", "dependencies": { "postgres": "3" } }',
  "packages/db/mod.ts": `${pool("DATABASE_URL")}export const users = () => sql\`select id from users\`;\n`,
  "packages/db/migrations/001_init.sql":
    "create table users (id int);\ncreate table orders (id int);\ncreate table spare (id int);\ncreate table gone (id int);\ndrop table gone;\n",
  "apps/shop/package.json":
    '{ "name": "@acme/shop", "scripts": { "start": "bun ." }, "dependencies": { "@acme/db": "*" } }',
  "apps/shop/orders.ts":
    'import { sql } from "../../packages/db/mod.ts";\nexport const add = () => sql`insert into orders values (1)`;\nexport const join = () => sql`insert into users values (1)`;\n',
  "apps/admin/package.json": '{ "name": "@acme/admin", "dependencies": { "@acme/db": "*" } }',
  "apps/admin/Dockerfile": "FROM scratch\n",
  "apps/admin/users.ts":
    'import { sql } from "../../packages/db/mod.ts";\nexport const drop = () => sql`delete from users`;\nexport const rename = () => sql`update users set id = 2`;\nexport const jobs = () => sql`select 1 from queue_migrations`;\n',
  "apps/mail/package.json": '{ "name": "@acme/mail", "scripts": { "start": "bun ." } }',
  "apps/mail/src/main.ts": `${pool("MAIL_DATABASE_URL")}export const sent = () => sql\`select 1 from outbox\`;\n`,
  "apps/mail/db/migrations/001_outbox.sql":
    "create extension if not exists pgcrypto; create table outbox (id int);\n",
  "examples/first/orders.ts": 'import { sql } from "bun";\nawait sql`select 1 from orders`;\n',
};

test("services with main files and migrations become a manifest that needs no hand", async () => {
  using folder = folderOf(files);
  expect(await folder.freehold(["init"])).toEqual({
    code: 0,
    out: 'freehold.json: 2 services, 2 tables, 0 doubts to look at\nnext: look through it, then "freehold check"; "freehold check --update-baseline --allow-new REASON" writes freehold.baseline.jsonl and starts from today\n',
    err: "",
  });
  expect(`\n${readFileSync(join(folder.root, "freehold.json"), "utf8")}`).toMatchInlineSnapshot(`
    "
    {
      // Written by "freehold init" from what the code says. Each line that is marked with "?" is a guess:
      // look at it, mend it, and take the mark away.
      "$schema": "./node_modules/freehold/freehold.schema.json",
      "dialect": "postgresql",
      "since": "0.1",
      "services": {
        "gatekeeper": {
          "path": "services/gatekeeper",
          "owns": [
            "audit_log"
          ]
        },
        "guardian": {
          "path": "services/guardian",
          "database": "GUARDIAN_DATABASE_URL",
          "owns": [
            "agent_badges"
          ]
        }
      }
    }
    "
  `);
  const { code, out } = await folder.freehold(["check", "--format", "compact"]);
  expect({ code, out }).toEqual({
    code: 1,
    out: "services/guardian/recent.ts:4:25 error cross-service-read guardian reads audit_log, which gatekeeper owns\n",
  });
});

test("a root package that touches no table is no service beside those that do", async () => {
  const pack = (name: string) => ({
    [`services/${name}/package.json`]: `{ "name": "${name}", "dependencies": { "postgres": "3" } }`,
    [`services/${name}/src/db.ts`]: `${pool(`${name.toUpperCase()}_DATABASE_URL`)}export const all = () => sql\`select id from ${name}s\`;\n`,
    [`services/${name}/migrations/001_init.sql`]: `create table ${name}s (id int);\n`,
  });
  using folder = folderOf({ "package.json": '{ "name": "acme" }', ...pack("order"), ...pack("bill") });
  const { code, out } = await folder.freehold(["init", "--print"]);
  expect(code).toBe(0);
  expect([...out.matchAll(/"path": "(.*)"/g)].map(([, path]) => path)).toEqual([
    "services/bill",
    "services/order",
  ]);
});

test("an address in parts is named by its parts, a library that only builds is no service, another language's is one", async () => {
  const options = ["host", "port", "user", "password", "database"].map(
    (part) => `${part}: process.env.DB_${part.toUpperCase()}`,
  );
  using folder = folderOf({
    "services/package.json": '{ "name": "services", "workspaces": ["apps/*", "libs/*"] }',
    "services/libs/db/package.json": '{ "name": "@acme/db", "scripts": { "start": "tsc -p . --watch" } }',
    "services/libs/db/mod.ts": `import { Pool } from "pg";\nexport const pool = new Pool({ ${options.join(", ")} });\n`,
    "services/apps/shop/package.json":
      '{ "name": "@acme/shop", "scripts": { "start": "tsx src/main.ts" }, "dependencies": { "@acme/db": "*" } }',
    "services/apps/shop/src/main.ts":
      'import { pool } from "../../../libs/db/mod.ts";\nawait pool.query("insert into orders values (1)");\n',
    "services/apps/mail/package.json":
      '{ "name": "@acme/mail", "scripts": { "start": "tsx src/main.ts" }, "dependencies": { "@acme/db": "*" } }',
    "services/apps/mail/src/main.ts":
      'import { pool } from "../../../libs/db/mod.ts";\nawait pool.query("insert into outbox values (1)");\n',
    "services/apps/costs/src/schema.sql": "create table costs (id int);\n",
  });
  const { code, out } = await folder.freehold(["init", "--print"]);
  expect({ code, told: out.match(/"(?:path|database)": .*/g) }).toEqual({
    code: 0,
    told: [
      '"path": "services/apps/mail",',
      '"database": {"host":"DB_HOST","port":"DB_PORT","user":"DB_USER","password":"DB_PASSWORD","name":"DB_DATABASE"},',
      '"path": "services/apps/shop",',
      '"database": {"host":"DB_HOST","port":"DB_PORT","user":"DB_USER","password":"DB_PASSWORD","name":"DB_DATABASE"},',
      '"path": "services/apps/costs",',
    ],
  });
});

test("tables of shared migrations are their own beside another service's of the same names", async () => {
  const pack = (name: string, more: object) =>
    JSON.stringify({ name: `@acme/${name}`, scripts: { start: "bun ." }, ...more });
  const client = 'import { users } from "../../packages/client/mod.ts";\nawait users();\n';
  using folder = folderOf({
    "apps/server/package.json": pack("server", { dependencies: { pg: "8" } }),
    "apps/server/migrations/001_users.sql": "create table users (id int);\n",
    "apps/desk/package.json": pack("desk", { dependencies: { "better-sqlite3": "11" } }),
    "apps/desk/main.ts": client,
    "apps/phone/package.json": pack("phone", { dependencies: { "better-sqlite3": "11" } }),
    "apps/phone/main.ts": client,
    "packages/client/package.json": '{ "name": "@acme/client", "dependencies": { "better-sqlite3": "11" } }',
    "packages/client/mod.ts":
      'import Database from "better-sqlite3";\nconst db = new Database("a.db");\nexport const users = () => db.prepare("select id from users").all();\n',
    "packages/client/migrations/001_users.sql": "create table users (id int);\n",
  });
  const { code, out } = await folder.freehold(["init", "--print"]);
  expect({ code, told: out.match(/"(?:path|users)".*/g) }).toEqual({
    code: 0,
    told: [
      '"path": "apps/desk",',
      '"users" // ? several create it: server 2, desk 1',
      '"path": "apps/phone"',
      '"path": "apps/server",',
      '"users" // ? several create it: server 2, desk 1',
    ],
  });
});

test("code that makes tables and is called after migrations is taken for them", async () => {
  using folder = folderOf({
    "package.json":
      '{ "name": "shop", "scripts": { "start": "bun ." }, "dependencies": { "postgres": "3" } }',
    "src/db/migrations.ts": `${pool("DATABASE_URL")}await sql\`create schema auth; create table auth.users (id int)\`;\nawait sql\`update auth.sessions set id = 1\`;\nawait sql\`update storage.objects set id = 1\`;\n`,
    "src/start.ts": 'import { sql } from "./db/migrations.ts";\nawait sql`create table seen (id int)`;\n',
  });
  const { code, out } = await folder.freehold(["init"]);
  expect({ code, said: out.split("\n")[0] }).toEqual({
    code: 0,
    said: "freehold.json: 1 service, 3 tables, 1 doubt to look at",
  });
  const text = readFileSync(join(folder.root, "freehold.json"), "utf8");
  expect(text).toContain(
    '"src/db/migrations.ts" // ? code that makes tables, and is called after migrations\n',
  );
  const check = await folder.freehold(["check", "--format", "compact"]);
  expect(check.out.replaceAll(/^\S+ /gm, "").split("\n")).toEqual([
    "error missing-table shop owns auth.sessions, but no migration of it makes that table",
    "error missing-table shop owns seen, but no migration of it makes that table",
    "error no-schema-in-code shop changes the schema outside of migrations: CREATE TABLE seen",
    "",
  ]);
});

test("the root's driver is everybody's whose own package names none", async () => {
  const main = 'import mysql from "mysql2/promise";\nimport { config } from "../../config.ts";\n';
  using folder = folderOf({
    "package.json": '{ "name": "acme", "dependencies": { "mysql2": "3" } }',
    "config.ts": "export const config = { uri: process.env.DATABASE_URL };\n",
    "apps/shop/main.ts": `${main}await mysql.createPool(config).query("select group_concat(id separator ',') from orders");\n`,
  });
  const { code, out } = await folder.freehold(["init", "--print"]);
  expect({ code, dialect: out.match(/"dialect": .*/g) }).toEqual({
    code: 0,
    dialect: ['"dialect": "mysql",'],
  });
});

test("a runtime's own driver tells the dialect where no package does", async () => {
  using folder = folderOf({
    "package.json": '{ "name": "notes", "scripts": { "start": "bun ." } }',
    "main.ts":
      'import { Database } from "bun:sqlite";\nconst db = new Database("a.db");\ndb.exec("create table notes (id integer primary key autoincrement)");\n',
  });
  const { code, out } = await folder.freehold(["init", "--print"]);
  expect({ code, told: out.match(/"(?:dialect|notes)".*/g) }).toEqual({
    code: 0,
    told: ['"dialect": "sqlite",', '"notes": {', '"notes"'],
  });
});

test("tables of one name that two services' migrations make are two tables, and a person is asked", async () => {
  const pack = (name: string) => ({
    [`services/${name}/package.json`]: `{ "name": "${name}", "scripts": { "start": "bun ." } }`,
    [`services/${name}/migrations/001_init.sql`]: `create table ${name}s (id int);\ncreate table dlq (id int);\n`,
  });
  using folder = folderOf({ ...pack("order"), ...pack("bill") });
  const { code, out } = await folder.freehold(["init", "--print"]);
  expect(code).toBe(0);
  expect(out.match(/"dlq".*$/gm)).toEqual([
    '"dlq" // ? several create it: bill 2, order 2',
    '"dlq", // ? several create it: bill 2, order 2',
  ]);
});

test("a monorepo's packages are services, parts of one, or shared; what is a guess says so at its line", async () => {
  using folder = folderOf(monorepo);
  const { code, out, err } = await folder.freehold(["init", "--print"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(`\n${out}`).toMatchInlineSnapshot(`
    "
    {
      // Written by "freehold init" from what the code says. Each line that is marked with "?" is a guess:
      // look at it, mend it, and take the mark away.
      // ? packages/db touches tables and stays shared: admin, shop use it. Each table's owner should have its own part of it.
      "$schema": "./node_modules/freehold/freehold.schema.json",
      "dialect": "postgresql",
      "since": "0.1",
      "services": {
        "admin": {
          "path": "apps/admin",
          "migrations": [
            "packages/db/migrations" // ? several services use what it makes
          ],
          "database": "DATABASE_URL",
          "owns": [
            "spare", // ? no service creates or writes it; who names it, and how often: admin 1
            "users" // ? no service creates it; who writes it, and how often: admin 2, shop 1
          ]
        },
        "mail": {
          "path": "apps/mail",
          "migrations": [
            "apps/mail/db/migrations"
          ],
          "database": "MAIL_DATABASE_URL",
          "owns": [
            "outbox"
          ],
          "extensions": ["pgcrypto"]
        },
        "shop": {
          "path": "apps/shop",
          "database": "DATABASE_URL",
          "owns": [
            "orders"
          ]
        }
      },
      "system": [
        "queue_migrations" // ? nobody creates it, and its name is a tool's
      ],
      "ignore": [
        "examples/**" // ? it shows something, and runs nowhere
      ]
    }
    "
  `);
  expect(existsSync(join(folder.root, "freehold.json"))).toBe(false);
});

test("with a baseline the first check passes, and the next violation fails", async () => {
  using folder = folderOf(monorepo);
  expect(await folder.freehold(["init", "--baseline"])).toMatchObject({ code: 0, err: "" });
  expect(await folder.freehold(["check", "--format", "compact"])).toMatchObject({ code: 0, out: "" });
  folder.write({
    "apps/shop/late.ts":
      'import { sql } from "../../packages/db/mod.ts";\nexport const late = () => sql`select 1 from outbox`;\n',
  });
  const { code, out } = await folder.freehold(["check", "--format", "compact"]);
  expect({ code, rules: out.match(/(?<= error )\S+/g) }).toEqual({ code: 1, rules: ["cross-service-read"] });
});

test("what is there stays, CI writes no baseline, and nothing to find is still a manifest", async () => {
  using folder = folderOf(files);
  await folder.freehold(["init"]);
  expect(await folder.freehold(["init"])).toEqual({
    code: 2,
    out: "",
    err: "freehold: freehold.json is there already: --print shows what init would write today\n",
  });
  expect(await folder.freehold(["init", "--baseline"], { env: { CI: "1" } })).toMatchObject({ code: 2 });
  expect(await folder.freehold(["init", "--print", "--baseline"])).toMatchObject({ code: 2 });
  using empty = folderOf({});
  expect(await empty.freehold(["init"])).toMatchObject({ code: 0, err: "" });
  expect(await empty.freehold(["check"])).toMatchObject({ code: 0 });
});

test("names from the workspace cannot end the line of the comment that they stand in", async () => {
  using folder = folderOf({
    ...monorepo,
    "apps/a\nb/package.json": '{ "name": "\\u2028 */ }", "scripts": { "start": "bun ." } }',
    "apps/a\nb/main.ts": `${pool("X")}export const q = () => sql\`select 1 from "we\u2028ird", "do.t", "st*r"\`;\n`,
  });
  expect(await folder.freehold(["init"])).toMatchObject({ code: 0, err: "" });
});
