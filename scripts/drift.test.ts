import { afterEach, beforeEach, expect, test } from "bun:test";
import { testDatabases } from "../deploy/embedded/testing.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";
import { connect } from "../runtime/connect/mod.ts";

const databases = testDatabases();
let folder: Folder;
beforeEach(() => {
  folder = folderOf({
    "freehold.json": `{
      "project": "drift",
      "roles": "{project}_{service}_{kind}",
      "services": {
        "lobby": { "path": "services/lobby", "database": "LOBBY_DATABASE_URL", "migrate": "LOBBY_MIGRATOR_URL", "owns": ["history"] }
      },
      "deployments": { "dev": { "layout": "shared", "database": "DATABASE_URL", "schemas": "per-service" } }
    }`,
    "services/lobby/migrations/001_history.sql":
      "create table history (id int primary key, said text not null);\ncreate index history_said on history (said);",
  });
});
afterEach(() => folder[Symbol.dispose]());

test("a database that was migrated by its roles has not drifted; one that was touched by hand has", async () => {
  const server = await databases.server();
  const url = await databases.database();
  const database = decodeURIComponent(url.split("/").at(-1) ?? "");
  const env = {
    DATABASE_URL: url,
    LOBBY_MIGRATOR_URL: server.url({ database, user: "drift_lobby_migrator" }),
  };
  const freehold = (...args: string[]) => folder.freehold(args, { env });
  const deployment = ["--deployment", "dev"];
  expect((await freehold("roles", "apply", ...deployment)).code).toBe(0);
  expect(await freehold("migrate")).toMatchObject({ code: 0, err: "" });
  expect((await freehold("roles", "apply", ...deployment)).code).toBe(0);
  expect(await freehold("drift", ...deployment)).toEqual({
    code: 0,
    out: "✓ DATABASE_URL: lobby  nothing has drifted\n",
    err: "",
  });

  const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
  await sql.unsafe("drop index lobby.history_said; grant select on lobby.history to public");
  await sql.end();
  expect(await freehold("drift", ...deployment)).toEqual({
    code: 1,
    out: `✗ DATABASE_URL: lobby  2 things drifted
  right  PUBLIC has SELECT on lobby.history
  shape  lobby.history: index history_said is missing: CREATE INDEX history_said ON lobby.history USING btree (said)
`,
    err: "",
  });
  const told = JSON.parse((await freehold("drift", ...deployment, "--format", "json")).out);
  expect(told.databases[0].faults.map(({ kind }: { kind: string }) => kind)).toEqual(["right", "shape"]);
});

test("what keeps it from looking is one line", async () => {
  const url = await databases.database();
  folder.write({ "services/lobby/migrations/002_wrong.sql": "create table nonsense (id nope);" });
  const env = { DATABASE_URL: url };
  const answer = await folder.freehold(["drift", "--deployment", "dev"], { env });
  expect(answer.code).toBe(2);
  expect(answer.err.replace(folder.root, "ROOT")).toStartWith(
    `✗ DATABASE_URL: lobby
  the migrations cannot be tried on the embedded PostgreSQL: ROOT/services/lobby/migrations/002_wrong.sql:1:27: type "nope" does not exist`,
  );
});
