import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SQL } from "bun";
import { hasMariaDb, type MariaDb, startMariaDb } from "../../../fixtures/mariadb.ts";
import { failureOf } from "../../../fixtures/migrations.ts";
import { checksum } from "../folder.ts";
import { down, type MigrationEvent, migrate, repair, stamp, status, verify } from "../mod.ts";
import { toolVersion } from "../version.ts";

// A server is made and started.
setDefaultTimeout(240_000);

if (hasMariaDb()) describe("MariaDB", migrating);
else {
  test("MariaDB is not installed, and nothing was migrated there", () => {
    console.warn("mariadbd is not installed: migrating MariaDB was not tried");
    expect(hasMariaDb()).toBe(false);
  });
}

function migrating(): void {
  const root = mkdtempSync(join(tmpdir(), "freehold-mariadb-migrations-"));
  let server: MariaDb;
  let sql: SQL;
  let count = 0;
  let url: string;
  let database: string;
  beforeAll(async () => {
    server = await startMariaDb();
    sql = server.connect("root");
  });
  afterAll(async () => {
    await sql.close();
    await server[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });
  beforeEach(async () => {
    count += 1;
    database = `db${count}`;
    await sql.unsafe(`create database ${database}; use ${database}`).simple();
    url = server.url(database);
  });

  async function folderOf(files: Record<string, string>): Promise<string> {
    count += 1;
    const path = join(root, String(count));
    for (const [name, text] of Object.entries(files)) await Bun.write(join(path, name), text);
    return path;
  }
  const at = (folder: string) => ({ service: "s", folder, url });
  const states = async (folder: string) =>
    (await status(at(folder))).map(
      ({ name, state, applied }) =>
        `${name} ${state}${applied?.progress ? ` ${applied.progress.statements}` : ""}`,
    );
  const tables = async () => {
    const rows = await sql`select table_name as name from information_schema.tables
      where table_schema = ${database} and table_name not like 'freehold%' order by 1`;
    return rows.map(({ name }: { name: string }) => name);
  };

  const two = { "001_a.sql": "create table a (x int)", "002_b.sql": "create table b (x int)" };

  test("brings an empty database up to head, once, and remembers what was done", async () => {
    const folder = await folderOf(two);
    const events: MigrationEvent[] = [];
    const first = await migrate({ ...at(folder), onEvent: (event) => events.push(event) });
    const row = {
      durationMs: expect.any(Number),
      appliedAt: expect.any(Date),
      appliedBy: "root@localhost",
      toolVersion,
      finished: true,
    };
    const rows = [
      { version: 1, name: "001_a", checksum: checksum(two["001_a.sql"]), ...row },
      { version: 2, name: "002_b", checksum: checksum(two["002_b.sql"]), ...row },
    ];
    expect(first).toEqual({ service: "s", version: 2, applied: rows, ahead: [] });
    expect(events.map(({ kind }) => kind)).toEqual(["applying", "applied", "applying", "applied"]);
    expect(await migrate({ ...at(folder) })).toEqual({ ...first, applied: [] });
    expect(await verify(at(folder))).toEqual({ ...first, applied: [] });
  });

  test("runs bodies with semicolons, and everything else that the server takes", async () => {
    const folder = await folderOf({
      "001_a.sql": `create table a (x int, y varchar(20)) comment 'a;b';
create trigger t before insert on a for each row begin
  if new.x is null then set new.x = 7; end if;
  set new.y = concat(new.y, ';');
end;
insert into a (y) values ('ä\\';'); # the end
create procedure p() select case when 1 then 2 end;
call p();
select x from a -- rows go nowhere`,
    });
    await migrate(at(folder));
    expect([...(await sql.unsafe("select x, y from a"))]).toEqual([{ x: 7, y: "ä';;" }]);
  });

  test("applies each migration once though many run at the same time", async () => {
    const files = Array.from({ length: 4 }, (_, n) => [`00${n + 1}_t.sql`, `create table t${n} (x int)`]);
    const folder = await folderOf(Object.fromEntries(files));
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(at(folder))));
    expect(results.map(({ version }) => version)).toEqual([4, 4, 4, 4]);
    expect(results.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual([
      1, 2, 3, 4,
    ]);
  });

  describe("a statement that fails", () => {
    const forty = Array.from({ length: 39 }, (_, n) => `insert into a values (${n});`).join("\n");
    const broken: [string, string, string, string[], string][] = [
      [
        "as the first, leaves nothing",
        "create table b (x int, 'ä' nope)",
        "002_b.sql:1:24: syntax error near 'ä' nope) (1064); nothing of 002_b was done.\n  1 │ create table b (x int, 'ä' nope)\n    │                        ^",
        ["a"],
        "002_b pending",
      ],
      [
        "in line 40, is shown there, and leaves what stood before it",
        `${forty}\ninsert into a valuess (1);\n`,
        "002_b.sql:40:15: syntax error near valuess (1) (1064); statements 1 to 39 of 40 stay, for the server commits each change of the schema; mend this one and run again, it goes on here.\n  40 │ insert into a valuess (1);\n     │               ^",
        ["a"],
        "002_b unfinished 39",
      ],
      [
        "for what is not there, is shown as a whole",
        "create table b (x int);\ninsert into nope values (1)",
        "002_b.sql:2:1: Table 'DB.nope' doesn't exist (1146); statement 1 of 2 stays, for the server commits each change of the schema; mend this one and run again, it goes on here.\n  2 │ insert into nope values (1)\n    │ ^",
        ["a", "b"],
        "002_b unfinished 1",
      ],
      [
        "after it did a half of its work, is said to have done so",
        "drop table a, nope",
        "002_b.sql:1:1: Unknown table 'DB.nope' (1051); this statement is half done, though it failed; look at what it names, then say what is there with \"freehold migrate repair --as\".\n  1 │ drop table a, nope\n    │ ^",
        [],
        "002_b unfinished 0",
      ],
      [
        "to keep a transaction of its own, is refused before the first has run",
        "create table b (x int); start transaction; drop table a; commit",
        "002_b.sql:1:25: begins or ends a transaction or a lock, which are the runner's; take it out. Nothing was done.\n  1 │ create table b (x int); start transaction; drop table a; commit\n    │                         ^",
        ["a"],
        "002_b pending",
      ],
    ];
    for (const [what, text, message, left, state] of broken) {
      test(what, async () => {
        const folder = await folderOf({ ...two, "002_b.sql": text, "003_c.sql": "create table c (x int)" });
        expect((await failureOf(migrate(at(folder)))).message.replace(database, "DB")).toBe(
          `${folder}/${message}`,
        );
        expect(await tables()).toEqual(left);
        expect(await states(folder)).toEqual(["001_a applied", state, "003_c pending"]);
      });
    }

    test("is gone on with once it is mended, and not where what is done was changed, too", async () => {
      const broken = "create table b (x int);\ninsert into b values (1);\ninsert into nope values (1)";
      const folder = await folderOf({ ...two, "002_b.sql": broken });
      await failureOf(migrate(at(folder)));
      const path = join(folder, "002_b.sql");
      await Bun.write(path, broken.replace("(1)", "(2)"));
      expect(await failureOf(migrate(at(folder)))).toEqual({
        problem: "history",
        message: `${path}: its first 2 statements are done, and the file does not begin with them any more; put them back as they were.`,
      });
      expect((await failureOf(verify(at(folder)))).message).toBe(
        `${path}: 2 of its statements are done, and its run broke off; run "freehold migrate --service s", which goes on there.`,
      );
      await Bun.write(path, broken.replace("nope", "b"));
      const events: MigrationEvent[] = [];
      const { applied } = await migrate({ ...at(folder), onEvent: (event) => events.push(event) });
      expect(applied.map(({ name }) => name)).toEqual(["002_b"]);
      expect(events).toEqual([
        {
          kind: "repaired",
          service: "s",
          name: "002_b",
          what: "2 of its 3 statements were done; the rest is now, too",
        },
      ]);
      expect([...(await sql.unsafe("select x from b"))]).toEqual([{ x: 1 }, { x: 1 }]);
      expect((await verify(at(folder))).version).toBe(2);
    });
  });

  describe("repair tells what a crash between a change and its counting has left", () => {
    // The change is made by hand, or not: what a killed run's server does, which never hears of the counting.
    const left: [string, string, string, string[]][] = [
      [
        "done",
        "create table b (x int)",
        "all of its statements were done; noted as applied",
        ["002_b applied"],
      ],
      ["not done", "select 1", "none of its statements was done; to be applied again", ["002_b pending"]],
    ];
    for (const [what, act, told, after] of left) {
      test(what, async () => {
        const folder = await folderOf(two);
        await migrate({ ...at(folder), to: 1 });
        const gate = server.connect("root", database);
        // The runner's statement waits for a lock on what it names, and its connection is killed there.
        await gate.unsafe("create table if not exists other (x int); lock tables other write").simple();
        await Bun.write(join(folder, "002_b.sql"), "create table b like other");
        const work = failureOf(migrate(at(folder)));
        let waiting: { id: string } | undefined;
        while (!waiting) {
          [waiting] = await sql`select id from information_schema.processlist
            where info like '%create table b like other%' and state like 'Waiting%'`;
        }
        await sql.unsafe(`kill ${waiting.id}`).simple();
        expect((await work).problem).toBe("connection");
        // The client hears of it first: until its thread is gone, the lock would let the statement go on.
        const isThere = () => sql`select id from information_schema.processlist where id = ${waiting?.id}`;
        while ((await isThere()).length > 0);
        await gate.unsafe("unlock tables").simple();
        await gate.unsafe(act).simple();
        await gate.close();
        expect(await states(folder)).toEqual(["001_a applied", "002_b unfinished 0"]);
        expect(await repair(at(folder))).toEqual({ service: "s", repaired: [{ name: "002_b", what: told }] });
        expect((await states(folder)).slice(1)).toEqual(after);
      });
    }

    test("half done, where one of two tables was dropped: that waits for a person's word", async () => {
      const folder = await folderOf({ ...two, "003_drop.sql": "drop table a, nope" });
      await failureOf(migrate(at(folder)));
      expect(await failureOf(migrate(at(folder)))).toEqual({
        problem: "unfinished",
        message: `${folder}/003_drop.sql: statement 1 of 1 may be half done, since the run of 003_drop broke off; see what is there, make it all or nothing, then say so: freehold migrate repair --service s --as applied (or --as pending).`,
      });
      expect((await repair({ ...at(folder), as: "applied" })).repaired).toEqual([
        { name: "003_drop", what: "noted as applied" },
      ]);
      expect((await verify(at(folder))).version).toBe(3);
    });

    test("some of its statements", async () => {
      const folder = await folderOf({
        ...two,
        "002_b.sql": "create table b (x int); insert into nope values (1)",
      });
      await failureOf(migrate(at(folder)));
      expect((await repair(at(folder))).repaired).toEqual([
        { name: "002_b", what: "1 of its 2 statements is done, and no more; up goes on there" },
      ]);
    });
  });

  test("down goes on where it broke off", async () => {
    const folder = await folderOf({
      ...two,
      "001_a.down.sql": "drop table a",
      "002_b.down.sql": "drop table b; drop table nope",
    });
    await migrate(at(folder));
    expect((await failureOf(down(at(folder)))).message).toContain("statement 1 of 2 stays");
    expect(await failureOf(migrate(at(folder)))).toEqual({
      problem: "unfinished",
      message: `${folder}/002_b.sql: was being taken back when the run broke off; run "freehold migrate down --service s", which goes on there.`,
    });
    await Bun.write(join(folder, "002_b.down.sql"), "drop table b; drop table if exists nope");
    expect(await down({ ...at(folder), to: 0 })).toEqual({
      service: "s",
      version: 0,
      undone: ["002_b", "001_a"],
    });
    expect(await tables()).toEqual([]);
    await Bun.write(join(folder, "001_a.down.sql"), "drop table nope");
    await migrate({ ...at(folder), to: 1 });
    await failureOf(down(at(folder)));
    expect(await states(folder)).toEqual(["001_a applied", "002_b pending"]);
  });

  test("stamp notes without running; a newer tool's row stops the run", async () => {
    const folder = await folderOf(two);
    expect(await stamp({ ...at(folder), to: 1 })).toEqual({ service: "s", stamped: ["001_a"] });
    await migrate(at(folder));
    expect(await tables()).toEqual(["b"]);
    await sql.unsafe("update freehold_s_migration set tool_version = '7.0.0' where version = 2");
    await Bun.write(join(folder, "003_c.sql"), "create table c (x int)");
    expect(await failureOf(migrate(at(folder)))).toEqual({
      problem: "history",
      message: `s: 002_b was applied by freehold 7.0.0, and this is ${toolVersion}; update it first.`,
    });
    expect(await tables()).toEqual(["b"]);
  });

  test("what the server still does for a killed run is waited for, and then taken for what it is", async () => {
    const folder = await folderOf({ "001_a.sql": two["001_a.sql"] });
    await migrate(at(folder));
    await Bun.write(join(folder, "002_b.sql"), "alter table a add y int; create table b (x int)");
    // A reader keeps the change from beginning.
    const reader = server.connect("root", database);
    await reader.unsafe("start transaction; select * from a").simple();
    const runner = Bun.spawn([
      process.execPath,
      join(import.meta.dir, "../../../bench/migrate/runner.ts"),
      folder,
      url,
    ]);
    for (;;) {
      const [row] = await sql`select id from information_schema.processlist
        where db = ${database} and info like '%alter table a%' and state like 'Waiting%'`;
      if (row) break;
      await Bun.sleep(5);
    }
    runner.kill("SIGKILL");
    await runner.exited;
    const events: MigrationEvent[] = [];
    const onEvent = (event: MigrationEvent) => events.push(event);
    expect(await failureOf(migrate({ ...at(folder), lockWaitMs: 1, onEvent }))).toEqual({
      problem: "lock",
      message: "s: another run has been migrating for longer than 1 ms; wait for it, then run again.",
    });
    expect(events).toEqual([{ kind: "waiting", service: "s" }]);
    await reader.unsafe("commit").simple();
    await reader.close();
    await migrate({ ...at(folder), onEvent });
    expect(events.at(-1)).toEqual({
      kind: "repaired",
      service: "s",
      name: "002_b",
      what: "1 of its 2 statements was done; the rest is now, too",
    });
    expect(await tables()).toEqual(["a", "b"]);
  });

  test("a lock on a table is waited for so long, and tried again so often", async () => {
    const folder = await folderOf({ "001_a.sql": two["001_a.sql"] });
    await migrate(at(folder));
    await Bun.write(join(folder, "002_b.sql"), "alter table a add y int");
    const reader = server.connect("root", database);
    await reader.unsafe("start transaction; select * from a").simple();
    const hurried = migrate({ ...at(folder), lockTimeoutMs: 1, lockRetries: 0 });
    expect((await failureOf(hurried)).problem).toBe("busy");
    expect(await states(folder)).toEqual(["001_a applied", "002_b pending"]);
    const { promise: met, resolve } = Promise.withResolvers<void>();
    const work = migrate({
      ...at(folder),
      lockTimeoutMs: 1,
      lockRetries: 1000,
      onEvent: ({ kind }) => kind === "retrying" && resolve(),
    });
    await met;
    await reader.unsafe("commit").simple();
    await reader.close();
    expect((await work).version).toBe(2);
  });

  describe("what cannot be used is told in one line", () => {
    const wrong: [string, () => Promise<string> | string, string][] = [
      [
        "a wrong password",
        async () => {
          await sql.unsafe(`create or replace user lobby identified by 'right'`).simple();
          return server.url(database, "lobby:wrong");
        },
        "s cannot use its database lobby@SOCKET/DB (the URL): the password is wrong, or the user does not exist.",
      ],
      [
        "a database that is not there",
        () => server.url("gone"),
        "s cannot use its database root@SOCKET/gone (the URL): Unknown database 'gone'; the project creates databases, a service does not.",
      ],
      [
        "a host where nothing listens",
        () => "mariadb://u:secret@127.0.0.1:1/d",
        "s cannot use its database u@127.0.0.1:1/d (the URL): nothing listens there, or the host's name cannot be resolved; is the server running, and are host and port right?",
      ],
      [
        "TLS that the server does not take",
        () => `${server.url(database)}&ssl-mode=required`,
        "s cannot use its database root@SOCKET/DB (the URL): the server does not take TLS as ssl-mode asks for it.",
      ],
      [
        "a URL without a database",
        () => "mysql://u:secret@h",
        "the URL names no database (…@host:3306/DATABASE).",
      ],
      [
        "a parameter that is not known",
        () => "mysql://u@h/d?charset=x",
        "the URL has a parameter that is not known; socket and ssl-mode are.",
      ],
      [
        "a user that may not write its history",
        async () => {
          await sql.unsafe(`create or replace user reader; grant select on ${database}.* to reader`).simple();
          return server.url(database, "reader");
        },
        "s: the user may not create `freehold_s_migration`, s's history of migrations (CREATE command denied to user 'reader'@'localhost' for table `DB`.`freehold_s_migration`); the project grants it.",
      ],
      [
        "a replica",
        async () => {
          await sql.unsafe("set global read_only = on").simple();
          return url;
        },
        "s: the server is read-only (read_only), as a replica is; name the primary.",
      ],
    ];
    for (const [what, address, message] of wrong) {
      test(what, async () => {
        const folder = await folderOf(two);
        const where = await address();
        const error: unknown = await migrate({ service: "s", folder, url: where }).catch((reason) => reason);
        await sql.unsafe("set global read_only = off").simple();
        const socket = new URL(url).searchParams.get("socket")!;
        expect(
          error instanceof Error && error.message.replaceAll(socket, "SOCKET").replaceAll(database, "DB"),
        ).toBe(message);
        expect(await tables()).toEqual([]);
      });
    }

    test("a server that is too old for the service", async () => {
      const folder = await folderOf(two);
      expect(await failureOf(migrate({ ...at(folder), serverVersion: ">=99" }))).toEqual({
        problem: "server",
        message: `s: the server is MariaDB ${server.version}, and s needs >=99 (serverVersion in the manifest).`,
      });
    });

    test("a migration that asks for no transaction", async () => {
      const folder = await folderOf({ "001_a.sql": "-- freehold: no-transaction\ncreate table a (x int)" });
      expect((await failureOf(migrate(at(folder)))).message).toBe(
        `${folder}/001_a.sql: says "-- freehold: no-transaction", and MariaDB has no transactions for changes of the schema anyway; take the line out`,
      );
      const back = await folderOf({
        "001_a.sql": "create table a (x int)",
        "001_a.down.sql": "-- freehold: no-transaction\ndrop table a",
      });
      await migrate(at(back));
      expect((await failureOf(down(at(back)))).message).toBe(
        `${back}/001_a.down.sql: says "-- freehold: no-transaction", and MariaDB has no transactions for changes of the schema anyway; take the line out`,
      );
    });
  });
}
