/** One workspace on several engines, as a person migrates it. MariaDB takes part where it is installed. */
import { Database } from "bun:sqlite";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { join } from "node:path";
import type { SQL } from "bun";
import { testDatabases } from "../deploy/embedded/testing.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";
import { hasMariaDb, type MariaDb, startMariaDb } from "../fixtures/mariadb.ts";

// Servers are made and started.
setDefaultTimeout(240_000);

const databases = testDatabases();
const withMariaDb = hasMariaDb();
let mariaDb: MariaDb;
let root: SQL;
if (withMariaDb) {
  beforeAll(async () => {
    mariaDb = await startMariaDb();
    root = mariaDb.connect("root");
  });
  afterAll(async () => {
    await root.close();
    await mariaDb[Symbol.asyncDispose]();
  });
}

const shop = `, "shop": { "path": "services/shop", "dialect": "mariadb", "database": "SHOP_DATABASE_URL", "owns": ["carts"] }`;
const files = {
  "freehold.json": `{
    "services": {
      "gatekeeper": { "path": "services/gatekeeper", "database": "GATEKEEPER_DATABASE_URL", "owns": ["audit_log"] },
      "kiosk": { "path": "services/kiosk", "dialect": "sqlite", "database": "KIOSK_DATABASE_URL", "owns": ["drafts"] }
      ${withMariaDb ? shop : ""}
    }
  }`,
  "services/gatekeeper/migrations/001_audit.sql": "create table audit_log (id int)",
  "services/kiosk/migrations/001_drafts.sql": "create table drafts (id integer primary key)",
  ...(withMariaDb
    ? { "services/shop/migrations/001_carts.sql": "create table carts (id int primary key)" }
    : {}),
};

let folder: Folder;
let env: Record<string, string>;
let count = 0;
beforeEach(async () => {
  folder = folderOf(files);
  env = {
    GATEKEEPER_DATABASE_URL: await databases.database(),
    KIOSK_DATABASE_URL: `sqlite://${join(folder.root, "kiosk.db")}`,
  };
  if (withMariaDb) {
    count += 1;
    await root.unsafe(`create database db${count}; use db${count}`).simple();
    env["SHOP_DATABASE_URL"] = mariaDb.url(`db${count}`);
  }
});
afterEach(() => folder[Symbol.dispose]());

async function freehold(...args: string[]) {
  const { code, out, err } = await folder.freehold(["migrate", ...args], { env });
  const tidy = (text: string) => text.replaceAll(/\d+ ms/g, "0 ms").replaceAll(folder.root, "ROOT");
  return { code, out: tidy(out), err: tidy(err) };
}
const onlyHere = (text: string) => (withMariaDb ? text : "");

test("one command brings services on several engines up to head, back, and says where they stand", async () => {
  expect(await freehold()).toEqual({
    code: 0,
    out: `✓ gatekeeper  version 1  applied 001_audit (0 ms)
✓ kiosk       version 1  applied 001_drafts (0 ms)
${onlyHere("✓ shop        version 1  applied 001_carts (0 ms)\n")}`,
    err: "",
  });
  expect((await freehold("verify")).out).toBe(`✓ gatekeeper  version 1  at head, as the files say
✓ kiosk       version 1  at head, as the files say
${onlyHere("✓ shop        version 1  at head, as the files say\n")}`);
  folder.write({ "services/kiosk/migrations/001_drafts.down.sql": "drop table drafts" });
  expect(await freehold("down", "--service", "kiosk")).toEqual({
    code: 0,
    out: "✓ kiosk  version 0  took back 001_drafts\n",
    err: "",
  });
});

test("a URL of another engine is refused, and the other services are migrated", async () => {
  env["KIOSK_DATABASE_URL"] = env["GATEKEEPER_DATABASE_URL"]!;
  const { code, err } = await freehold();
  expect({ code, err }).toEqual({
    code: 2,
    err: "✗ kiosk is on SQLite, and KIOSK_DATABASE_URL is for PostgreSQL (postgres:); set it to the service's own database (KIOSK_DATABASE_URL=sqlite:///FOLDER/FILE.db).\n",
  });
});

test("a deployment's shared database is for the services on its engine; the others keep their own", async () => {
  folder.write({
    "freehold.json": files["freehold.json"].replace(
      /\}\s*$/,
      ', "deployments": { "dev": { "layout": "shared", "database": "DATABASE_URL", "schemas": "per-service" } } }',
    ),
  });
  const { GATEKEEPER_DATABASE_URL: shared = "", ...own } = env;
  env = { DATABASE_URL: shared, ...own };
  expect(await freehold("--deployment", "dev")).toEqual({
    code: 0,
    out: `✓ gatekeeper  version 1  applied 001_audit (0 ms)
✓ kiosk       version 1  applied 001_drafts (0 ms)
${onlyHere("✓ shop        version 1  applied 001_carts (0 ms)\n")}`,
    err: "",
  });
});

describe("plan", () => {
  test("shows what each engine locks", async () => {
    const { out } = await freehold("plan", "--all");
    expect(out).toBe(`gatekeeper
  001_audit
      1  create table audit_log (id int)
kiosk
  001_drafts
      1  create table drafts (id integer primary key)
         locks drafts (kiosk's): RESERVED, others read, nobody writes to the file
${onlyHere(`shop
  001_carts
      1  create table carts (id int primary key)
         locks carts (shop's): EXCLUSIVE, nobody reads or writes
`)}`);
  });

  test("as SQL leaves a SQLite that verify takes for migrated", async () => {
    folder.write({
      "services/kiosk/migrations/002_trigger.sql":
        "create trigger t after insert on drafts begin select 1; select 2; end",
      "services/kiosk/migrations/003_vacuum.sql": "-- freehold: no-transaction\nvacuum",
    });
    const { out } = await folder.freehold(["migrate", "plan", "--all", "--sql", "--service", "kiosk"], {
      env,
    });
    using database = new Database(join(folder.root, "kiosk.db"));
    database.run(out);
    expect(await freehold("verify", "--service", "kiosk")).toEqual({
      code: 0,
      out: "✓ kiosk  version 3  at head, as the files say\n",
      err: "",
    });
  });

  if (withMariaDb) {
    test("as SQL leaves a MariaDB that verify takes for migrated", async () => {
      folder.write({
        "services/shop/migrations/002_trigger.sql":
          "create trigger t before insert on carts for each row begin set @x = 1; set @y = 2; end; insert into carts values (1)",
      });
      const { out } = await folder.freehold(["migrate", "plan", "--all", "--sql", "--service", "shop"], {
        env,
      });
      const url = new URL(env["SHOP_DATABASE_URL"]!);
      const client = Bun.spawn(
        [
          "mariadb",
          "--no-defaults",
          "-uroot",
          `--socket=${url.searchParams.get("socket")}`,
          url.pathname.slice(1),
        ],
        { stdin: Buffer.from(out), stderr: "pipe" },
      );
      expect({ err: await client.stderr.text(), code: await client.exited }).toEqual({ err: "", code: 0 });
      expect(await freehold("verify", "--service", "shop")).toEqual({
        code: 0,
        out: "✓ shop  version 2  at head, as the files say\n",
        err: "",
      });
    });
  }
});

describe("the guard keeps from the database, with the finding of check,", () => {
  // Owners of tables on the same engines.
  const others = `"till": { "external": true, "dialect": "sqlite", "owns": ["sales"] },
      "stock": { "external": true, "dialect": "mariadb", "owns": ["parts"] },`;
  beforeEach(() => {
    folder.write({
      "freehold.json": files["freehold.json"].replace('"gatekeeper"', `${others} "gatekeeper"`),
    });
  });
  const session = "session-statement-in-migration";
  const guarded: [service: "kiosk" | "shop", text: string, rule: string][] = [
    ["kiosk", "alter table sales add column x int", "cross-service-schema-change"],
    ["kiosk", "insert into sales values (1)", "cross-service-write"],
    ["kiosk", "create database mine", "unparsed-sql"],
    ["kiosk", "attach database 'other.db' as other", session],
    ["kiosk", "create table if not exists drafts (id int); commit", session],
    ["shop", "alter table parts add column x int", "cross-service-schema-change"],
    ["shop", "create database mine", "no-database-creation"],
    ["shop", "create user joe", "no-database-creation"],
    ["shop", "use mysql", session],
    ["shop", "set role admin", session],
    ["shop", "set global read_only = off", session],
    ["shop", "create table if not exists carts (id int); commit", session],
  ];
  for (const [service, text, rule] of guarded.filter(([service]) => withMariaDb || service !== "shop")) {
    test(`${service}'s ${text}`, async () => {
      const file = `services/${service}/migrations/002_bad.sql`;
      folder.write({ [file]: text });
      const { code, out, err } = await freehold("--service", service);
      expect({ code, out, first: err.split("\n")[0] }).toEqual({
        code: 1,
        out: "",
        first: `✗ ${service}: the database was not touched`,
      });
      const checked = await folder.freehold(["check", file]);
      const finding = checked.out.split("\n\n").slice(0, -1).join("\n\n");
      expect(finding).toContain(rule);
      expect(err).toContain(finding);
      expect((await freehold("status", "--service", service)).out).not.toContain("applied");
    });
  }
});
