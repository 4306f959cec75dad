/**
 * What can be wrong around a migration on PostgreSQL, each tried for real: one line (and a place, where there is one), and
 * nothing half done. runtime/migrate/sqlite and runtime/migrate/mariadb try the same on their engines.
 */

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
import { type Cluster, debianBinaries, startCluster } from "../deploy/embedded/cluster.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";
import { freePort } from "../fixtures/free-port.ts";
import { hasMariaDb, startMariaDb } from "../fixtures/mariadb.ts";
import { smallDisk } from "../fixtures/small-disk.ts";
import { connect } from "../runtime/connect/mod.ts";
import { MigrationError, migrate as runtime } from "../runtime/migrate/mod.ts";

// Servers are made, started and started again.
setDefaultTimeout(240_000);

const manifest = (more = "") => `{
  "services": {
    "lobby": { "path": "services/lobby", "database": "LOBBY_DATABASE_URL", "owns": ["history", "room"]${more} }
  }
}`;
const first = "services/lobby/migrations/001_history.sql";
const second = "services/lobby/migrations/002_room.sql";

let cluster: Cluster;
const port = freePort();
let folder: Folder;
let url: string;
beforeAll(async () => {
  cluster = await startCluster(null, { listen_addresses: "127.0.0.1", port: String(port) });
});
afterAll(() => cluster.remove());
beforeEach(async () => {
  folder = folderOf({ "freehold.json": manifest(), [first]: "create table history (id int)" });
  url = await cluster.createDatabase();
});
afterEach(() => folder[Symbol.dispose]());

async function migrate(address: string) {
  const outcome = await folder.freehold(["migrate"], { env: { LOBBY_DATABASE_URL: address } });
  return {
    ...outcome,
    err: outcome.err.replaceAll(folder.root, "ROOT").replaceAll(cluster.socketFolder, "SOCKET"),
  };
}
const refused = (code: number, err: string) => ({ code, out: "", err: `✗ ${err}\n` });

async function tables(): Promise<string[]> {
  const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
  const rows = await sql`select schemaname || '.' || tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1`;
  await sql.end();
  return rows.map(({ name }) => name);
}

/** Over TCP, where TLS and passwords are asked for. */
const remote = (how: { user?: string; port?: number; query?: string }) =>
  `postgres://${how.user ?? "postgres"}@127.0.0.1:${how.port ?? port}/${url.split("/").at(-1)}${how.query ?? ""}`;

describe("the server", () => {
  test("is out of reach", async () => {
    const closed = freePort();
    expect(await migrate(remote({ port: closed }))).toEqual(
      refused(
        2,
        `lobby cannot use its database postgres@127.0.0.1:${closed}/${url.split("/").at(-1)} (LOBBY_DATABASE_URL): nothing listens there; is the server running, and is the port right?`,
      ),
    );
  });

  test("refuses the password", async () => {
    const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
    await sql.unsafe("create role lobby_migrator login password 'right'");
    const [row] = await sql`show hba_file`;
    const rules = Bun.file(row!["hba_file"]);
    const before = await rules.text();
    await Bun.write(rules, `host all lobby_migrator 127.0.0.1/32 scram-sha-256\n${before}`);
    await sql`select pg_reload_conf()`;
    const told = await migrate(remote({ user: "lobby_migrator:hunter2" }));
    await Bun.write(rules, before);
    await sql`select pg_reload_conf()`;
    await sql.end();
    expect(told).toEqual(
      refused(
        2,
        `lobby cannot use its database lobby_migrator@127.0.0.1:${port}/${url.split("/").at(-1)} (LOBBY_DATABASE_URL): the password is wrong, or the role does not exist.`,
      ),
    );
    expect(await tables()).toEqual([]);
  });

  test("has no such database", async () => {
    expect(await migrate(url.replace(/[^/]+$/, "nowhere"))).toEqual(
      refused(
        2,
        'lobby cannot use its database postgres@SOCKET/nowhere (LOBBY_DATABASE_URL): database "nowhere" does not exist; the project creates databases, a service does not.',
      ),
    );
  });

  test("does not take TLS", async () => {
    const { code, out, err } = await migrate(remote({ query: "?sslmode=require" }));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(
      `✗ lobby cannot use its database postgres@127.0.0.1:${port}/${url.split("/").at(-1)} (LOBBY_DATABASE_URL): the connection was reset; does the server accept TLS as sslmode asks for it?\n`,
    );
    expect(await tables()).toEqual([]);
  });

  test("is a replica", async () => {
    await cluster.restartAs("replica");
    const told = await migrate(url);
    await cluster.restartAs("primary");
    expect(told).toEqual(refused(2, "lobby: the server is a read-only replica; name the primary."));
    expect(await tables()).toEqual([]);
  });

  test("lets the migrator read alone", async () => {
    const address = `${url}?options=${encodeURIComponent("-c default_transaction_read_only=on")}`;
    expect(await migrate(address)).toEqual(
      refused(
        2,
        "lobby: the connection is read-only (default_transaction_read_only); let the migrator's role write.",
      ),
    );
    expect(await tables()).toEqual([]);
  });

  test("is too old for what the manifest asks", async () => {
    folder.write({ "freehold.json": manifest(', "serverVersion": ">=99"') });
    expect(await migrate(url)).toEqual(
      refused(
        2,
        `lobby: the server is PostgreSQL ${cluster.version}, and lobby needs >=99 (serverVersion in the manifest).`,
      ),
    );
    expect(await tables()).toEqual([]);
  });

  const debian = debianBinaries();
  if (debian) {
    test("is Debian's, and too old for what the manifest asks", async () => {
      await using old = await startCluster(debian);
      const major = Number.parseInt(old.version, 10);
      const address = await old.createDatabase();
      folder.write({ "freehold.json": manifest(`, "serverVersion": ">${major}"`) });
      expect(await migrate(address)).toEqual(
        refused(
          2,
          `lobby: the server is PostgreSQL ${old.version}, and lobby needs >${major} (serverVersion in the manifest).`,
        ),
      );
      folder.write({ "freehold.json": manifest(`, "serverVersion": ">=${major}"`) });
      expect((await migrate(address)).code).toBe(0);
    });
  }
});

describe("the disk is full", () => {
  const probe = smallDisk(1024 * 1024);
  probe?.[Symbol.dispose]();
  if (probe === null) {
    test("cannot be tried where nobody may mount a small one", () => {
      console.warn("no tmpfs can be mounted: a full disk was not tried");
      expect(smallDisk(1024 * 1024)).toBeNull();
    });
    return;
  }

  test("under a table of PostgreSQL's", async () => {
    using disk = smallDisk(1024 * 1024)!;
    const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
    await sql.unsafe(`create tablespace small location '${disk.path}'`);
    folder.write({
      [second]:
        "create table room (id int);\ncreate table full_room tablespace small as\n  select repeat('x', 1000) as text from generate_series(1, 10000);\ndrop table full_room",
    });
    folder.write({ "freehold.json": manifest().replace('"room"', '"room", "full_room"') });
    const { code, out, err } = await migrate(url);
    await sql.unsafe("drop tablespace small");
    await sql.end();
    expect({ code, out, err: err.replace(/pg_tblspc\/\S+"(?: with \w+\(\))?/, 'FILE"') }).toEqual({
      code: 2,
      out: "",
      err: '✗ ROOT/services/lobby/migrations/002_room.sql: could not extend file "FILE": No space left on device (53100); 002_room was rolled back.\n  hint: Check free disk space.\n',
    });
    expect(await tables()).toEqual(["freehold_lobby.migration", "public.history"]);
  });

  test("under SQLite's file", async () => {
    using disk = smallDisk(256 * 1024)!;
    folder.write({
      "freehold.json": manifest(', "dialect": "sqlite"'),
      [second]: "create table room (text text);\ninsert into room values (hex(randomblob(1000000)))",
    });
    const file = join(disk.path, "lobby.db");
    expect(await migrate(`sqlite://${file}`)).toEqual(
      refused(
        2,
        "ROOT/services/lobby/migrations/002_room.sql: database or disk is full (SQLITE_FULL); 002_room was rolled back.",
      ),
    );
    using database = new Database(file);
    expect(database.query("select name from sqlite_master order by 1").values().flat()).toEqual([
      "freehold_lobby_migration",
      "history",
    ]);
  });

  if (hasMariaDb()) {
    test("under a table of MariaDB's", async () => {
      await using server = await startMariaDb();
      // On a much smaller one it is the server that gives up.
      using disk = smallDisk(8 * 1024 * 1024)!;
      folder.write({
        "freehold.json": manifest(', "dialect": "mariadb"'),
        [second]: `create table room (text text) data directory '${disk.path}';
insert into room select repeat('x', 1000) from seq_1_to_20000`,
      });
      const { code, err } = await migrate(server.url("app"));
      expect({ code, err }).toEqual({
        code: 2,
        err: `✗ ROOT/services/lobby/migrations/002_room.sql:2:1: The table 'room' is full (1114); statement 1 of 2 stays, for the server commits each change of the schema; mend this one and run again, it goes on here.
  2 │ insert into room select repeat('x', 1000) from seq_1_to_20000
    │ ^
`,
      });
      const sql = server.connect("root");
      const [row] = await sql.unsafe("select count(*) as n from room");
      expect(row.n).toBe(0);
      await sql.unsafe("drop table room");
      await sql.close();
    });
  }
});

describe("the migration", () => {
  const forty = `${"select 1;\n".repeat(39)}alter table history ad column note text;\n`;

  test("cannot be read in line 40: the analyser shows it before a byte reaches the database", async () => {
    folder.write({ [second]: forty });
    expect(await migrate(url)).toEqual({
      code: 1,
      out: "",
      err: `✗ lobby: the database was not touched

services/lobby/migrations/002_room.sql:40:21  error  unparsed-sql
  this SQL cannot be read: syntax error at or near "ad"

  39 │ select 1;
  40 │ alter table history ad column note text;
     │                     ━━
  help: mend the statement; one that is put together from parts is better written whole

✗ 1 error, 0 warnings · 2 files, 1 reference (1 own, 0 foreign, 0 unowned, 0 unresolved) · 0 ms
`,
    });
    expect(await tables()).toEqual([]);
  });

  test("cannot be read in line 40: without the analyser it is the server's word that is shown", async () => {
    folder.write({ [second]: forty });
    const at = join(folder.root, "services/lobby/migrations");
    const error: unknown = await runtime({ service: "lobby", folder: at, url }).catch((reason) => reason);
    expect(error instanceof MigrationError && error.message.replace(at, "AT")).toBe(
      `AT/002_room.sql:40:21: syntax error at or near "ad" (42601); 002_room was rolled back.
  40 │ alter table history ad column note text;
     │                     ^`,
    );
    expect(await tables()).toEqual(["freehold_lobby.migration", "public.history"]);
  });

  const wrong: [string, string | Uint8Array, string][] = [
    ["is empty", "", "002_room.sql: is empty; a migration says something"],
    ["says nothing", "-- later\n;\n", "002_room.sql: is empty; a migration says something"],
    [
      "is not UTF-8",
      new Uint8Array([...new TextEncoder().encode("create table room (id int) -- "), 0xe4]),
      "002_room.sql: is not UTF-8; save it as UTF-8",
    ],
  ];
  for (const [what, text, message] of wrong) {
    test(what, async () => {
      folder.write({ [second]: text });
      expect(await migrate(url)).toEqual(refused(1, `ROOT/services/lobby/migrations/${message}`));
      expect(await tables()).toEqual([]);
    });
  }

  test("was applied by a newer tool than this", async () => {
    await migrate(url);
    const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
    await sql`update freehold_lobby.migration set tool_version = '7.0.0'`;
    await sql.end();
    folder.write({ [second]: "create table room (id int)" });
    expect(await migrate(url)).toEqual(
      refused(1, "lobby: 001_history was applied by freehold 7.0.0, and this is 0.1.0; update it first."),
    );
    expect(await tables()).toEqual(["freehold_lobby.migration", "public.history"]);
  });
});
