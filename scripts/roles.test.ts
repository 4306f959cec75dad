import { afterEach, beforeEach, expect, test } from "bun:test";
import { testDatabases } from "../deploy/embedded/testing.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";

const databases = testDatabases({ auth: "password" });
const manifest = (project: string) => `{
  "project": "${project}",
  "roles": "{project}_{service}_{kind}",
  "services": {
    "lobby": { "path": "services/lobby", "database": "LOBBY_DATABASE_URL", "migrate": "LOBBY_MIGRATOR_URL", "owns": ["history"] }
  },
  "deployments": {
    "dev": { "layout": "shared", "database": "DATABASE_URL" },
    "prod": { "layout": "per-service" },
    "lone": { "layout": "per-service", "database": "ADMIN_URL" },
    "saas": { "layout": "per-tenant", "database": "{TENANT}_DATABASE_URL", "tenants": "tenants.json" }
  }
}`;

let folder: Folder;
let url: string;
let project: string;
let count = 0;
beforeEach(async () => {
  count += 1;
  project = `r${count}`;
  folder = folderOf({
    "freehold.json": manifest(project),
    "services/lobby/migrations/001_history.sql": "create table history (id int)",
    "tenants.json": '["north", "south"]',
  });
  url = await databases.database();
});
afterEach(() => folder[Symbol.dispose]());

async function roles(args: string[], env: Record<string, string> = {}) {
  const { code, out, err } = await folder.freehold(["roles", ...args], {
    env: { DATABASE_URL: url, ...env },
  });
  const name = decodeURIComponent(
    new URL(url.replace("postgres:", "http:").replace(/@[^/]*/, "@h")).pathname.slice(1),
  );
  const tidy = (text: string) =>
    text.replaceAll(`${project}_`, "").replaceAll(`${project.toUpperCase()}_`, "").replaceAll(name, "DB");
  return { code, out: tidy(out), err: tidy(err) };
}

test("plan shows what apply runs, apply runs it, verify then has nothing to say", async () => {
  const secrets = { "passwords.env": `# of this machine\nR${count}_LOBBY_APP_PASSWORD="secret"\n` };
  folder.write(secrets);
  const flags = ["--deployment", "dev", "--secrets", "passwords.env"];
  expect((await roles(["verify", ...flags])).code).toBe(1);
  const plan = await roles(["plan", ...flags]);
  expect(plan).toMatchInlineSnapshot(`
    {
      "code": 0,
      "err": "",
      "out": 
    "✓ DATABASE_URL: lobby  20 statements to run
      CREATE ROLE lobby_owner NOLOGIN INHERIT;
      COMMENT ON ROLE lobby_owner IS 'freehold: lobby''s owner';
      CREATE ROLE lobby_migrator LOGIN NOINHERIT;
      COMMENT ON ROLE lobby_migrator IS 'freehold: lobby''s migrator';
      CREATE ROLE lobby_app LOGIN INHERIT;
      COMMENT ON ROLE lobby_app IS 'freehold: lobby''s app';
      GRANT lobby_owner TO lobby_migrator WITH INHERIT FALSE, SET TRUE;
      REVOKE CONNECT, TEMPORARY ON DATABASE DB FROM PUBLIC;
      REVOKE USAGE ON SCHEMA public FROM PUBLIC;
      CREATE SCHEMA freehold_lobby AUTHORIZATION lobby_owner;
      GRANT CONNECT, TEMPORARY ON DATABASE DB TO lobby_app;
      GRANT CONNECT, TEMPORARY ON DATABASE DB TO lobby_migrator;
      GRANT CREATE, USAGE ON SCHEMA public TO lobby_owner;
      GRANT USAGE ON SCHEMA public TO lobby_app;
      GRANT USAGE ON SCHEMA freehold_lobby TO lobby_app;
      ALTER DEFAULT PRIVILEGES FOR ROLE lobby_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lobby_app;
      ALTER DEFAULT PRIVILEGES FOR ROLE lobby_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO lobby_app;
      ALTER DEFAULT PRIVILEGES FOR ROLE lobby_owner IN SCHEMA freehold_lobby GRANT SELECT ON TABLES TO lobby_app;
      ALTER ROLE lobby_migrator IN DATABASE DB SET role = lobby_owner;
      ALTER ROLE lobby_app PASSWORD '…';
      note: lobby_migrator has no password here: set LOBBY_MIGRATOR_PASSWORD
    "
    ,
    }
  `);
  const applied = await roles(["apply", ...flags]);
  expect(applied.out).toBe(plan.out.replace("statements to run", "statements run"));
  expect(applied.out + applied.err).not.toContain("secret");
  expect(await roles(["verify", ...flags])).toMatchInlineSnapshot(`
    {
      "code": 0,
      "err": "",
      "out": 
    "✓ DATABASE_URL: lobby  as the manifest says
      note: lobby_migrator has no password here: set LOBBY_MIGRATOR_PASSWORD
    "
    ,
    }
  `);
});

test("each tenant's database gets its rights, and one out of reach keeps no other from it", async () => {
  const north = await databases.database();
  const env = { NORTH_DATABASE_URL: north, SOUTH_DATABASE_URL: "postgres://u:p@127.0.0.1:1/none" };
  const answer = await roles(["apply", "--deployment", "saas", "--format", "json"], env);
  expect(answer.code).toBe(2);
  const told = JSON.parse(answer.out).databases.map(
    ({ tenant, statements, obstacles }: { tenant: string; statements: unknown[]; obstacles: string[] }) => ({
      tenant,
      done: statements.length > 10,
      obstacles,
    }),
  );
  expect(told).toEqual([
    { tenant: "north", done: true, obstacles: [] },
    {
      tenant: "south",
      done: false,
      obstacles: [
        "freehold cannot use its database u@127.0.0.1:1/none (SOUTH_DATABASE_URL): nothing listens there; is the server running, and is the port right?.".replace(
          "?.",
          "?",
        ),
      ],
    },
  ]);
  // Once it is within reach, only what is missing is done.
  env.SOUTH_DATABASE_URL = await databases.database();
  const mended = await roles(["apply", "--deployment", "saas", "--format", "json"], env);
  expect(mended.code).toBe(0);
  const second = JSON.parse(mended.out).databases;
  expect(second[0].statements).toEqual([]);
  expect(second[1].statements.length).toBeGreaterThan(10);
  expect((await roles(["verify", "--deployment", "saas"], env)).code).toBe(0);
});

test("what is missing or wrong is one line", async () => {
  expect(await roles(["plan", "--deployment", "dve"])).toEqual({
    code: 2,
    out: "",
    err: 'freehold: the manifest has no deployment "dve"; it has dev, prod, lone, saas\n',
  });
  expect((await roles(["plan", "--deployment", "prod"])).err).toStartWith(
    "✗ LOBBY_ADMIN_URL: lobby\n  freehold needs LOBBY_ADMIN_URL, which is not set",
  );
  expect((await roles(["plan", "--deployment", "lone"])).err).toBe(
    'freehold: the deployment "lone" has a database for each service, and one variable for all (ADMIN_URL): put {SERVICE} into it, such as {SERVICE}_ADMIN_URL\n',
  );
  expect((await roles(["plan", "--deployment", "dev", "--secrets", "no.env"])).err).toBe(
    "freehold: no.env cannot be read: --secrets names a file of passwords\n",
  );
  folder.write({ "p.json": '{ "a": 1 }', "p.env": "A=1\nnonsense\n" });
  expect((await roles(["plan", "--deployment", "dev", "--secrets", "p.json"])).err).toBe(
    "freehold: the secrets file has no text for a\n",
  );
  expect((await roles(["plan", "--deployment", "dev", "--secrets", "p.env"])).err).toBe(
    "freehold: line 2 of the secrets file is no NAME=value\n",
  );
  expect((await roles(["plan", "--deployment", "dev"], { DATABASE_URL: "" })).err).toBe(
    "✗ DATABASE_URL: lobby\n  freehold needs DATABASE_URL, which is empty: set it to the database, as its administrator opens it (DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE).\n",
  );
  folder.write({ "tenants.json": '["north", "north"]' });
  expect((await roles(["plan", "--deployment", "saas"])).err).toBe(
    "freehold: tenants.json lists the tenant north twice\n",
  );
});
