import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { failureOf } from "../../../fixtures/migrations.ts";
import { checksum } from "../folder.ts";
import { down, type MigrationEvent, migrate, repair, stamp, status, verify } from "../mod.ts";
import { toolVersion } from "../version.ts";

const root = mkdtempSync(join(tmpdir(), "freehold-sqlite-"));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
let file: string;
let url: string;
beforeEach(() => {
  count += 1;
  file = join(root, `${count}.db`);
  url = `sqlite://${file}`;
});

async function folderOf(files: Record<string, string>): Promise<string> {
  count += 1;
  const path = join(root, String(count));
  for (const [name, text] of Object.entries(files)) await Bun.write(join(path, name), text);
  return path;
}
const at = (folder: string) => ({ service: "s", folder, url });
const states = async (folder: string) =>
  (await status(at(folder))).map(({ name, state }) => `${name} ${state}`);

async function ask(text: string): Promise<object[]> {
  const sql = new SQL({ adapter: "sqlite", filename: file });
  const rows = await sql.unsafe(text);
  await sql.close();
  return [...rows];
}
const objects = async () => {
  const rows = await ask("select name from sqlite_master where name not like 'freehold%' order by 1");
  return rows.map((row) => Object.values(row)[0]);
};

const two = { "001_a.sql": "create table a (x int)", "002_b.sql": "create table b (x int)" };

describe("up", () => {
  test("makes the file, brings it to head, once, and remembers what was done", async () => {
    const folder = await folderOf(two);
    const events: MigrationEvent[] = [];
    const first = await migrate({ ...at(folder), onEvent: (event) => events.push(event) });
    const row = {
      durationMs: expect.any(Number),
      appliedAt: expect.any(Date),
      appliedBy: userInfo().username,
      toolVersion,
      finished: true,
    };
    const rows = [
      { version: 1, name: "001_a", checksum: checksum(two["001_a.sql"]), ...row },
      { version: 2, name: "002_b", checksum: checksum(two["002_b.sql"]), ...row },
    ];
    expect(first).toEqual({ service: "s", version: 2, applied: rows, ahead: [] });
    expect(events.map((event) => event.kind)).toEqual(["applying", "applied", "applying", "applied"]);
    expect(await migrate(at(folder))).toEqual({ ...first, applied: [] });
    expect(await ask("select version, name from freehold_s_migration")).toEqual([
      { version: 1, name: "001_a" },
      { version: 2, name: "002_b" },
    ]);
    expect(await verify(at(folder))).toEqual({ ...first, applied: [] });
  });

  test("lets SQLite say where a statement ends: triggers, quotes, comments", async () => {
    const folder = await folderOf({
      "001_a.sql": `select 1; -- a query comes first; it is not all
create table a (x text default ';', "y;" int /* ; */);
create trigger t after insert on a begin
  insert into a values ('a', case when 1 then 2 end);
  select 1;
end;
insert into a values ('ä;', 1) returning x;
create view v as select x from a -- the end`,
    });
    await migrate(at(folder));
    expect(await objects()).toEqual(["a", "t", "v"]);
    expect(await ask("select * from v")).toEqual([{ x: "ä;" }, { x: "a" }]);
  });

  test("lets a table be made anew while others point at it", async () => {
    const folder = await folderOf({
      "001_a.sql": `create table parent (id integer primary key);
create table child (parent int references parent on delete cascade);
insert into parent values (1); insert into child values (1);`,
      "002_b.sql": `create table new (id integer primary key, name text);
insert into new (id) select id from parent;
drop table parent;
alter table new rename to parent;`,
    });
    await migrate(at(folder));
    expect(await ask("select parent, id, name from child, parent")).toEqual([
      { parent: 1, id: 1, name: null },
    ]);
  });

  test("refuses what leaves a row pointing at nothing, and only what it broke itself", async () => {
    await ask("create table p (id integer primary key)");
    await ask("create table c (p int references p)");
    await ask("insert into c values (7)");
    const folder = await folderOf({
      "001_a.sql": "insert into p values (1); insert into c values (1)",
      "002_b.sql": "delete from p",
    });
    expect(await failureOf(migrate(at(folder)))).toEqual({
      problem: "statement",
      message: `${folder}/002_b.sql: leaves row 2 of c pointing at nothing in p; 002_b was rolled back.`,
    });
    expect(await ask("select id from p")).toEqual([{ id: 1 }]);
  });

  test("runs VACUUM and PRAGMA by themselves where a file says so, and nothing else", async () => {
    const alone = "-- freehold: no-transaction\n";
    const folder = await folderOf({
      "001_wal.sql": `${alone}pragma journal_mode = wal`,
      "002_a.sql": "create table a (x int)",
      "003_vacuum.sql": `${alone}vacuum;`,
      "001_wal.down.sql": `${alone}pragma journal_mode = delete`,
      "002_a.down.sql": `${alone}drop table a`,
      "003_vacuum.down.sql": `${alone}vacuum;`,
    });
    expect((await migrate(at(folder))).version).toBe(3);
    expect(await ask("pragma journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(await failureOf(down({ ...at(folder), to: 0 }))).toEqual({
      problem: "folder",
      message: `${folder}/002_a.down.sql: says "-- freehold: no-transaction", and on SQLite only VACUUM and PRAGMA run outside of one; take the line out`,
    });
    await Bun.write(join(folder, "002_a.down.sql"), "drop table a");
    expect(await down({ ...at(folder), to: 0 })).toEqual({
      service: "s",
      version: 0,
      undone: ["003_vacuum", "002_a", "001_wal"],
    });
    expect(await ask("pragma journal_mode")).toEqual([{ journal_mode: "delete" }]);
    const other = await folderOf({ "001_index.sql": `${alone}create index concurrently i on a (x)` });
    expect(await failureOf(migrate({ ...at(other), service: "t" }))).toEqual({
      problem: "folder",
      message: `${other}/001_index.sql: says "-- freehold: no-transaction", and on SQLite only VACUUM and PRAGMA run outside of one; take the line out`,
    });
  });

  test("applies each migration once though many run at the same time", async () => {
    const files = Array.from({ length: 5 }, (_, n) => [`00${n + 1}_t.sql`, `create table t${n} (x int)`]);
    const folder = await folderOf(Object.fromEntries(files));
    const results = await Promise.all(Array.from({ length: 6 }, () => migrate(at(folder))));
    expect(results.map(({ version }) => version)).toEqual([5, 5, 5, 5, 5, 5]);
    expect(results.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  test("waits for whoever writes to the file no longer than it is told", async () => {
    const folder = await folderOf(two);
    const writer = new SQL({ adapter: "sqlite", filename: file });
    await writer.unsafe("begin immediate");
    const events: MigrationEvent[] = [];
    const work = migrate({ ...at(folder), lockWaitMs: 1, onEvent: (event) => events.push(event) });
    expect(await failureOf(work)).toEqual({
      problem: "lock",
      message: `s: somebody else has been writing to ${file} for longer than 1 ms; wait for it, then run again.`,
    });
    expect(events).toEqual([{ kind: "waiting", service: "s" }]);
    await writer.unsafe("rollback");
    await writer.close();
    expect((await migrate(at(folder))).version).toBe(2);
  });

  test("tries again what readers keep from being written", async () => {
    const folder = await folderOf({ "001_a.sql": two["001_a.sql"] });
    await migrate(at(folder));
    await Bun.write(join(folder, "002_b.sql"), two["002_b.sql"]);
    const reader = new SQL({ adapter: "sqlite", filename: file });
    await reader.unsafe("begin");
    await reader.unsafe("select * from a");
    // The reader lets the history be, which is there already, and keeps the migration's commit waiting.
    const work = migrate({ ...at(folder), lockTimeoutMs: 1, lockRetries: 0, lockWaitMs: 1 });
    expect((await failureOf(work)).message).toContain("for longer than 1 ms");
    const { promise: met, resolve } = Promise.withResolvers<void>();
    const patient = migrate({ ...at(folder), onEvent: ({ kind }) => kind === "waiting" && resolve() });
    await met;
    await reader.unsafe("rollback");
    await reader.close();
    expect((await patient).version).toBe(2);
  });
});

describe("a migration that fails", () => {
  const fortyLines = `${Array.from({ length: 39 }, (_, n) => `insert into a values (${n}, 'ä');`).join("\n")}\n`;
  const broken: [string, string, string][] = [
    [
      "its SQL cannot be read in line 40",
      `${fortyLines}insert into a valuess (1);\n`,
      '002_b.sql:40:15: near "valuess": syntax error (SQLITE_ERROR); 002_b was rolled back.\n  40 │ insert into a valuess (1);\n     │               ^',
    ],
    [
      "a column is missing",
      "create table b (x int);\nselect 'ä', nope from a;",
      "002_b.sql:2:13: no such column: nope (SQLITE_ERROR); 002_b was rolled back.\n  2 │ select 'ä', nope from a;\n    │             ^",
    ],
    [
      "a row breaks a constraint",
      "create table b (x int unique); insert into b values (1), (1)",
      "002_b.sql: UNIQUE constraint failed: b.x (SQLITE_CONSTRAINT_UNIQUE); 002_b was rolled back.",
    ],
    [
      "its quote is never closed",
      "create table b (x text default 'oops\n);",
      "002_b.sql:1:32: unrecognized token: \"'oops… (SQLITE_ERROR); 002_b was rolled back.\n  1 │ create table b (x text default 'oops\n    │                                ^",
    ],
    [
      "the disk is full",
      "pragma max_page_count = 10;\ncreate table b (x text);\ninsert into b values (hex(randomblob(100000)))",
      "002_b.sql: database or disk is full (SQLITE_FULL); 002_b was rolled back.",
    ],
  ];
  for (const [what, text, message] of broken) {
    test(`is shown, and nothing behind it is done, where ${what}`, async () => {
      const files = {
        "001_a.sql": "create table a (x int, y text)",
        "002_b.sql": text,
        "003_c.sql": "create table c (x int)",
      };
      const folder = await folderOf(files);
      expect((await failureOf(migrate(at(folder)))).message).toBe(`${folder}/${message}`);
      expect(await states(folder)).toEqual(["001_a applied", "002_b pending", "003_c pending"]);
      expect(await objects()).toEqual(["a"]);
    });
  }
});

test("a migration that ends its own transaction is not taken for done, and waits for a person's word", async () => {
  const folder = await folderOf({
    ...two,
    "002_b.sql": "create table b (x int); commit; begin; create table c (x int)",
  });
  expect(await failureOf(migrate(at(folder)))).toEqual({
    problem: "statement",
    message: `${folder}/002_b.sql: ends its own transaction (COMMIT or ROLLBACK); each migration is one transaction, so take that out. What stood before it may have been committed: look before you run it again.`,
  });
  expect(await states(folder)).toEqual(["001_a applied", "002_b unfinished"]);
  expect(await failureOf(migrate(at(folder)))).toEqual({
    problem: "unfinished",
    message: `${folder}/002_b.sql: ended its own transaction, and then broke off; see what of it is there, then say so: freehold migrate repair --service s --as applied (or --as pending).`,
  });
  await ask("drop table b");
  await Bun.write(join(folder, "002_b.sql"), two["002_b.sql"]);
  await repair({ ...at(folder), as: "pending" });
  expect((await migrate(at(folder))).version).toBe(2);
  expect(await objects()).toEqual(["a", "b"]);
});

test("down takes back the newest, and leaves all as it was where that fails", async () => {
  const folder = await folderOf({
    ...two,
    "001_a.down.sql": "drop table a",
    "002_b.down.sql": "drop table b;\ndrop table nope",
  });
  await migrate(at(folder));
  expect(await failureOf(down(at(folder)))).toEqual({
    problem: "statement",
    message: `${folder}/002_b.down.sql: no such table: nope (SQLITE_ERROR); 002_b was not taken back, and is as it was.`,
  });
  expect(await objects()).toEqual(["a", "b"]);
  await Bun.write(join(folder, "002_b.down.sql"), "drop table b");
  expect(await down({ ...at(folder), to: 0 })).toEqual({
    service: "s",
    version: 0,
    undone: ["002_b", "001_a"],
  });
  expect(await objects()).toEqual([]);
});

test("stamp notes without running, repair takes edited files, verify names what is missing", async () => {
  const folder = await folderOf(two);
  expect(await stamp({ ...at(folder), to: 1 })).toEqual({ service: "s", stamped: ["001_a"] });
  expect((await failureOf(verify(at(folder)))).message).toBe(
    's: the schema is at version 1, and this code needs 002_b; run "freehold migrate --service s".',
  );
  await migrate(at(folder));
  expect(await objects()).toEqual(["b"]);
  await Bun.write(join(folder, "002_b.sql"), "create table b (x bigint)");
  expect((await failureOf(verify(at(folder)))).problem).toBe("history");
  expect(await repair({ ...at(folder), acceptChanges: true })).toEqual({
    service: "s",
    repaired: [{ name: "002_b", what: "its file is now what was applied" }],
  });
  expect((await verify(at(folder))).version).toBe(2);
});

describe("what cannot be used", () => {
  test("to look makes no file", async () => {
    expect(await states(await folderOf(two))).toEqual(["001_a pending", "002_b pending"]);
    expect(existsSync(file)).toBe(false);
  });

  const wrong: [string, () => Promise<string> | string, string][] = [
    [
      "a folder that is not there",
      () => `sqlite://${root}/gone/x.db`,
      `s cannot use its database ${root}/gone/x.db (the URL): the file cannot be opened; is its folder there, and may this user write in it?`,
    ],
    [
      "a file that is no database",
      async () => {
        await Bun.write(file, "x".repeat(5000));
        return url;
      },
      "s cannot use its database FILE (the URL): the file is no SQLite database, or an encrypted one.",
    ],
    ["no file", () => "sqlite://", "the URL names no file (sqlite:///FOLDER/FILE.db)."],
    [
      "a database in memory",
      () => "sqlite://:memory:",
      "the URL names a database in memory, which nobody else would ever see; name a file.",
    ],
    [
      "a parameter that is not known",
      () => `${url}?cache=shared`,
      'the URL has the parameter "cache", and "mode" is all that SQLite\'s takes.',
    ],
    [
      "a file that may only be read",
      async () => {
        await ask("create table a (x int)");
        return `${url}?mode=ro`;
      },
      "s: the connection is read-only (mode=ro); let the migrator write.",
    ],
  ];
  for (const [what, address, message] of wrong) {
    test(`is ${what}, told in one line`, async () => {
      const work = migrate({ service: "s", folder: await folderOf(two), url: await address() });
      const error: unknown = await work.catch((reason) => reason);
      expect(error instanceof Error && error.message.replace(file, "FILE")).toBe(
        message.replace(file, "FILE"),
      );
    });
  }

  test("is a history that a newer tool has written to", async () => {
    const folder = await folderOf(two);
    await migrate({ ...at(folder), to: 1 });
    await ask("update freehold_s_migration set tool_version = '7.0.0'");
    expect(await failureOf(migrate(at(folder)))).toEqual({
      problem: "history",
      message: `s: 001_a was applied by freehold 7.0.0, and this is ${toolVersion}; update it first.`,
    });
    expect(await objects()).toEqual(["a"]);
  });

  test("is a URL of another engine than the service's", async () => {
    const error = await migrate({
      service: "s",
      folder: await folderOf(two),
      variable: "S_URL",
      env: { S_URL: "postgres://u:secret@h/d" },
      dialect: "sqlite",
    }).catch((reason) => reason);
    expect(error.message).toBe(
      "s is on SQLite, and S_URL is for PostgreSQL (postgres:); set it to the service's own database (S_URL=sqlite:///FOLDER/FILE.db).",
    );
  });
});

test("puts the history where it is told to, unless that is a schema", async () => {
  const folder = await folderOf(two);
  await migrate({ ...at(folder), versionTable: "History" });
  expect(await ask('select version from "History"')).toEqual([{ version: 1 }, { version: 2 }]);
  expect(await failureOf(migrate({ ...at(folder), versionTable: "meta.History" }))).toEqual({
    problem: "history",
    message: "s: versionTable is meta.History, and SQLite has no schemas; name a table alone.",
  });
});

test("a service's start migrates where it has the migrator's variable, and verifies where it has not", async () => {
  const lines: string[] = [];
  const options = {
    service: "s",
    folder: await folderOf(two),
    database: "S_URL",
    migrator: "S_MIGRATOR_URL",
    log: (line: string) => lines.push(line),
  };
  expect((await failureOf(migrate({ ...options, env: { S_URL: url } }))).message).toBe(
    's: the schema is at version 0, and this code needs 001_a, 002_b; run "freehold migrate --service s", or set S_MIGRATOR_URL so that the service migrates when it starts.',
  );
  expect((await migrate({ ...options, env: { S_MIGRATOR_URL: url } })).version).toBe(2);
  expect((await migrate({ ...options, env: { S_URL: url } })).version).toBe(2);
  expect(lines).toEqual([
    "s: schema at version 2 (2 applied)",
    "s: schema at version 2 (verified; S_MIGRATOR_URL is not set, so nothing was applied)",
  ]);
});
