import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { testDatabases } from "../deploy/embedded/testing.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";
import { connect } from "../runtime/connect/mod.ts";

const databases = testDatabases();

const workspace = {
  "freehold.json": `{
    "services": {
      "gatekeeper": { "path": "services/gatekeeper", "database": "GATEKEEPER_DATABASE_URL", "owns": ["audit_log"] },
      "lobby": { "path": "services/lobby", "database": "LOBBY_DATABASE_URL", "migrate": "LOBBY_MIGRATOR_URL", "owns": ["history"] },
      "web": { "path": "services/web" },
      "billing": { "external": true, "owns": ["invoices"] }
    },
    "deployments": {
      "dev": { "layout": "shared", "database": "DATABASE_URL" },
      "staging": { "layout": "shared", "database": "DATABASE_URL", "schemas": "per-service" },
      "prod": { "layout": "per-service" }
    }
  }`,
  "services/gatekeeper/migrations/001_audit.sql": "create table audit_log (id int)",
  "services/lobby/migrations/001_history.sql": "create table history (id int)",
  "services/lobby/migrations/002_room.sql": "alter table history add room text",
  "services/web/main.ts": "",
};

let folder: Folder;
let url: string;
beforeEach(async () => {
  folder = folderOf(workspace);
  url = await databases.database();
});
afterEach(() => folder[Symbol.dispose]());

async function freehold(args: string[], env: Record<string, string>) {
  const { code, out, err } = await folder.freehold(["migrate", ...args], { env });
  const tidy = (text: string) => text.replaceAll(/\(\d+ ms\)/g, "(0 ms)").replaceAll(folder.root, "ROOT");
  return { code, out: tidy(out), err: tidy(err) };
}
const tables = async (): Promise<string[]> => {
  const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
  const rows = await sql`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1`;
  await sql.end();
  return rows.map(({ name }) => name);
};

describe("freehold migrate", () => {
  test("brings each service up to head by its own variable, once", async () => {
    const env = { GATEKEEPER_DATABASE_URL: url, LOBBY_MIGRATOR_URL: url };
    expect(await freehold([], env)).toEqual({
      code: 0,
      out: `✓ gatekeeper  version 1  applied 001_audit (0 ms)
✓ lobby       version 2  applied 001_history (0 ms), 002_room (0 ms)
– web         has no migrations
– billing     lives in another repository
`,
      err: "",
    });
    expect(await freehold(["--service", "lobby"], env)).toEqual({
      code: 0,
      out: "✓ lobby  version 2  nothing to do\n",
      err: "",
    });
    expect(await tables()).toEqual([
      "freehold_gatekeeper.migration",
      "freehold_lobby.migration",
      "public.audit_log",
      "public.history",
    ]);
  });

  test("takes a deployment's shared database, and a schema for each service where it says so", async () => {
    expect((await freehold(["--deployment", "staging"], { DATABASE_URL: url })).code).toBe(0);
    expect(await tables()).toEqual([
      "freehold_gatekeeper.migration",
      "freehold_lobby.migration",
      "gatekeeper.audit_log",
      "lobby.history",
    ]);
  });

  test("goes on with the others where one service fails, and says what and where", async () => {
    folder.write({
      "services/gatekeeper/migrations/001_audit.sql": "create table audit_log (\n  id nope\n)",
    });
    expect(await freehold(["--deployment", "dev"], { DATABASE_URL: url })).toEqual({
      code: 1,
      out: `✓ lobby       version 2  applied 001_history (0 ms), 002_room (0 ms)
– web         has no migrations
– billing     lives in another repository
`,
      err: `✗ ROOT/services/gatekeeper/migrations/001_audit.sql:2:6: type "nope" does not exist (42704); 001_audit was rolled back.
  2 │   id nope
    │      ^
`,
    });
  });

  test("exits with 2 where a variable is missing or a database out of reach", async () => {
    const { socketFolder } = await databases.server();
    expect(await freehold([], { GATEKEEPER_DATABASE_URL: url.replace(/[^/]+$/, "nowhere") })).toEqual({
      code: 2,
      out: "– web         has no migrations\n– billing     lives in another repository\n",
      err: `✗ gatekeeper cannot use its database postgres@${socketFolder}/nowhere (GATEKEEPER_DATABASE_URL): database "nowhere" does not exist; the project creates databases, a service does not.
✗ lobby needs LOBBY_MIGRATOR_URL, which is not set: set it to the service's own database (LOBBY_MIGRATOR_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE).
`,
    });
  });

  const wrong: [string[], string][] = [
    [
      ["--service", "nope"],
      'freehold: the manifest has no service "nope"; it has gatekeeper, lobby, web, billing\n',
    ],
    [
      ["--deployment", "nope"],
      'freehold: the manifest has no deployment "nope"; it has dev, staging, prod\n',
    ],
  ];
  for (const [args, err] of wrong) {
    test(`names what there is instead of ${args.join(" ")}`, async () => {
      expect(await freehold(args, {})).toEqual({ code: 2, out: "", err });
    });
  }

  test("refuses what it cannot migrate, without a word to any database", async () => {
    folder.write({
      "freehold.json": `{
        "services": {
          "a": { "path": "services/gatekeeper", "database": { "host": "H", "name": "N" }, "owns": [] },
          "c": { "path": "services/web", "database": "C_URL", "owns": [],
                 "migrations": ["services/web/old", "services/web/new"] }
        },
        "deployments": { "saas": { "layout": "per-tenant", "tenants": "tenants.json", "database": "{TENANT}_URL" } }
      }`,
      "tenants.json": "[]",
      "services/web/old/001_a.sql": "select 1",
      "services/web/new/001_b.sql": "select 1",
    });
    expect(await freehold([], {})).toEqual({
      code: 2,
      out: "",
      err: `✗ a  has no variable with its whole connection URL: name one under "migrate"
✗ c  has several folders of migrations (services/web/old, services/web/new): one history needs one
`,
    });
    expect(await freehold(["--deployment", "saas"], {})).toEqual({
      code: 2,
      out: "",
      err: "freehold: tenants.json lists no tenant\n",
    });
  });

  test("stops before the next service when it is interrupted", async () => {
    const signal = AbortSignal.abort(130);
    const outcome = await folder.freehold(["migrate", "--deployment", "dev"], {
      env: { DATABASE_URL: url },
      signal,
    });
    expect(outcome).toEqual({ code: 130, out: "", err: "" });
    expect(await tables()).toEqual([]);
  });
});

describe("freehold migrate's commands", () => {
  const files = {
    "services/gatekeeper/migrations/001_audit.down.sql": "drop table audit_log",
    "services/lobby/migrations/001_history.down.sql": "drop table history",
    "services/lobby/migrations/002_room.down.sql": "alter table history drop room",
  };
  const dev = ["--deployment", "dev"];
  const lobby = ["--service", "lobby", ...dev];
  const timeless = (text: string) =>
    text
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "WHEN")
      .replaceAll(/ \d+ ms/g, " 0 ms")
      .replaceAll(/"durationMs": \d+/g, '"durationMs": 0');

  test("go up to a number, tell where each migration stands, and back", async () => {
    folder.write(files);
    const env = { DATABASE_URL: url };
    const steps: [string[], number, string][] = [
      [["up", ...lobby, "--to", "1"], 0, "✓ lobby  version 1  applied 001_history (0 ms)\n"],
      [["verify", ...lobby], 1, ""],
      [
        ["status", ...lobby],
        0,
        "lobby\n  001_history  applied     WHEN  0 ms  by postgres, freehold 0.1.0\n  002_room     pending\n",
      ],
      [[...lobby], 0, "✓ lobby  version 2  applied 002_room (0 ms)\n"],
      [["verify", ...lobby], 0, "✓ lobby  version 2  at head, as the files say\n"],
      [["down", ...lobby], 0, "✓ lobby  version 1  took back 002_room\n"],
      [["down", ...lobby, "--to", "0"], 0, "✓ lobby  version 0  took back 001_history\n"],
      [["down", ...lobby, "--steps", "3"], 0, "✓ lobby  version 0  nothing to do\n"],
      [["stamp", "--service", "gatekeeper", ...dev], 0, "✓ gatekeeper  noted as applied: 001_audit\n"],
      [["repair", "--service", "gatekeeper", ...dev], 0, "✓ gatekeeper  nothing to repair\n"],
    ];
    for (const [args, code, out] of steps) {
      const outcome = await freehold(args, env);
      expect({ args, code: outcome.code, out: timeless(outcome.out) }).toEqual({ args, code, out });
    }
    expect(await tables()).toEqual(["freehold_gatekeeper.migration", "freehold_lobby.migration"]);
  });

  test("tell of an INVALID index on a table of the service that no migration of its own is at", async () => {
    const env = { DATABASE_URL: url };
    await freehold(["up", ...dev], env);
    const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
    await sql.unsafe("insert into history values (1), (1); insert into audit_log values (1), (1)").simple();
    for (const table of ["history", "audit_log"])
      await sql.unsafe(`create unique index concurrently ${table}_id on ${table} (id)`).catch(() => {});
    await sql.end();
    const what =
      "the index history_id of public.history is INVALID, which is written and never read; REINDEX INDEX CONCURRENTLY builds it anew, DROP INDEX CONCURRENTLY takes it away";
    const { code, out } = await freehold(["status", ...lobby], env);
    expect({ code, lines: out.trimEnd().split("\n").slice(3) }).toEqual({ code: 0, lines: [`  ✗ ${what}`] });
    const json = await freehold(["status", ...lobby, "--format", "json"], env);
    expect(JSON.parse(json.out).services[0].invalidIndexes).toEqual([
      { schema: "public", name: "history_id", table: "history" },
    ]);
    expect(await freehold(["verify", ...lobby], env)).toEqual({
      code: 1,
      out: "",
      err: `✗ lobby: ${what}.\n`,
    });
  });

  test("print one object where programs read", async () => {
    const env = { DATABASE_URL: url };
    const { code, out } = await freehold(["up", ...lobby, "--to", "1", "--format", "json"], env);
    expect({ code, out: JSON.parse(out) }).toEqual({
      code: 0,
      out: {
        version: 1,
        command: "up",
        services: [
          {
            service: "lobby",
            outcome: "migrated",
            version: 1,
            applied: [
              {
                version: 1,
                name: "001_history",
                checksum: expect.any(String),
                appliedAt: expect.any(String),
                durationMs: expect.any(Number),
                appliedBy: "postgres",
                toolVersion: "0.1.0",
                finished: true,
              },
            ],
            ahead: [],
          },
        ],
      },
    });
    const verified = await freehold(["verify", ...lobby, "--format", "json"], env);
    expect({ code: verified.code, out: JSON.parse(verified.out).services }).toEqual({
      code: 1,
      out: [
        {
          service: "lobby",
          outcome: "failed",
          problem: "behind",
          message:
            'lobby: the schema is at version 1, and this code needs 002_room; run "freehold migrate --service lobby".',
          place: null,
        },
      ],
    });
  });

  test("ask whose numbers are meant", async () => {
    for (const args of [["down"], ["up", "--to", "1"]]) {
      expect(await freehold([...args, ...dev], { DATABASE_URL: url })).toEqual({
        code: 2,
        out: "",
        err: "freehold: numbers are each service's own: name the service with --service\n",
      });
    }
  });

  test("write the next migration of a service, and its way back", async () => {
    const { code, out } = await freehold(["new", "add guests", "--service", "lobby"], {});
    expect({ code, out }).toEqual({
      code: 0,
      out: "services/lobby/migrations/003_add_guests.sql\nservices/lobby/migrations/003_add_guests.down.sql\n",
    });
    expect(await freehold(["up", ...lobby], { DATABASE_URL: url })).toEqual({
      code: 1,
      out: "",
      err: "✗ ROOT/services/lobby/migrations/003_add_guests.down.sql: is empty; a migration says something\n".replace(
        ".down",
        "",
      ),
    });
    expect(await freehold(["new", "x"], {})).toEqual({
      code: 2,
      out: "",
      err: "freehold: name the service with --service; there are gatekeeper, lobby, web\n",
    });
    expect((await freehold(["new", "a/b", "--service", "lobby"], {})).err).toBe(
      'freehold: "a/b" is no name for a migration: letters, digits, - and _, such as add_room\n',
    );
  });
});

describe("freehold migrate plan", () => {
  const dev = ["--service", "lobby", "--deployment", "dev"];

  test("shows what would run, what it locks, and whose that is", async () => {
    const env = { DATABASE_URL: url };
    await freehold(["up", ...dev, "--to", "1"], env);
    folder.write({
      "services/lobby/migrations/003_index.sql":
        "-- freehold: no-transaction\ncreate index concurrently on history (room)",
    });
    expect(await freehold(["plan", ...dev], env)).toEqual({
      code: 0,
      out: `lobby
  002_room
      1  alter table history add room text
         locks history (lobby's): ACCESS EXCLUSIVE, nobody reads or writes
  003_index  outside of a transaction
      2  create index concurrently on history (room)
         locks history (lobby's): SHARE UPDATE EXCLUSIVE, others read and write
`,
      err: "",
    });
    const { out } = await freehold(["plan", ...dev, "--format", "json"], env);
    expect(JSON.parse(out).services[0].migrations[0]).toEqual({
      name: "002_room",
      transaction: true,
      statements: [
        {
          line: 1,
          text: "alter table history add room text",
          locks: [
            {
              table: "history",
              owners: ["lobby"],
              mode: "ACCESS EXCLUSIVE",
              blocks: "nobody reads or writes",
            },
          ],
        },
      ],
    });
  });

  test("as SQL leaves a database that verify takes for migrated", async () => {
    const env = { DATABASE_URL: url };
    const { code, out } = await freehold(["plan", "--all", "--sql", ...dev], {});
    expect(code).toBe(0);
    const sql = connect({ service: "test", variable: "DATABASE_URL", env });
    const line = await sql.reserve();
    await line.unsafe(out).simple();
    line.release();
    await sql.end();
    expect(await freehold(["verify", ...dev], env)).toEqual({
      code: 0,
      out: "✓ lobby  version 2  at head, as the files say\n",
      err: "",
    });
  });

  test("says in one line that a database is out of reach", async () => {
    expect(await freehold(["plan", ...dev], {})).toEqual({
      code: 2,
      out: "",
      err: "freehold: lobby needs DATABASE_URL, which is not set: set it to the service's own database (DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE).\n",
    });
  });
});

describe("the guard", () => {
  const guarded: [string, string, string][] = [
    ["another service's table", "alter table audit_log add column x int", "cross-service-schema-change"],
    ["CREATE DATABASE", "create database mine", "no-database-creation"],
    ["SET ROLE", "set role postgres", "session-statement-in-migration"],
    ["COMMIT", "alter table history add column x int; commit", "session-statement-in-migration"],
  ];
  for (const [what, text, rule] of guarded) {
    test(`keeps a migration with ${what} from the database, with the finding of check`, async () => {
      folder.write({ "services/lobby/migrations/003_bad.sql": text });
      const { code, out, err } = await freehold(["--service", "lobby", "--deployment", "dev"], {
        DATABASE_URL: url,
      });
      expect({ code, out, first: err.split("\n")[0] }).toEqual({
        code: 1,
        out: "",
        first: "✗ lobby: the database was not touched",
      });
      const checked = await folder.freehold(["check", "services/lobby/migrations/003_bad.sql"]);
      const finding = checked.out.split("\n\n").slice(0, -1).join("\n\n");
      expect(finding).toContain(rule);
      expect(err).toContain(finding);
      expect(await tables()).toEqual([]);
    });
  }

  test("lets pass what is applied already", async () => {
    const env = { DATABASE_URL: url };
    await freehold(["--service", "lobby", "--deployment", "dev"], env);
    folder.write({
      "freehold.json": workspace["freehold.json"].replace('"owns": ["history"]', '"owns": []'),
    });
    expect((await freehold(["--service", "lobby", "--deployment", "dev"], env)).code).toBe(0);
  });
});
