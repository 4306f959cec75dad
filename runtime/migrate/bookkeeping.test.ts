import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { failureOf, migrationBench } from "../../fixtures/migrations.ts";
import { checksum } from "./folder.ts";
import { down, migrate, repair, stamp, verify } from "./mod.ts";

const bench = migrationBench();
const three = {
  "001_a.sql": "create table a (x int)",
  "001_a.down.sql": "drop table a",
  "002_b.sql": "create table b (x int)",
  "002_b.down.sql": "drop table b",
  "003_c.sql": "create table c (x int)",
  "003_c.down.sql": "drop table c",
};
const at = (folder: string) => ({ service: "s", folder, sql: bench.sql });

describe("up --to", () => {
  test("stops at the number, and refuses one that there is not", async () => {
    const folder = await bench.folder(three);
    expect((await migrate({ ...at(folder), to: 2 })).version).toBe(2);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c pending"]);
    expect((await migrate({ ...at(folder), to: 1 })).applied).toEqual([]);
    expect(await failureOf(migrate({ ...at(folder), to: 4 }))).toEqual({
      problem: "folder",
      message: "s: there is no migration number 4; the last is 003_c.",
    });
  });
});

describe("down", () => {
  test("takes back the newest, then as many as it is told, then all", async () => {
    const folder = await bench.folder(three);
    await migrate(at(folder));
    expect(await down(at(folder))).toEqual({ service: "s", version: 2, undone: ["003_c"] });
    await migrate(at(folder));
    expect(await down({ ...at(folder), steps: 2 })).toEqual({
      service: "s",
      version: 1,
      undone: ["003_c", "002_b"],
    });
    expect(await bench.relations()).toEqual(["a"]);
    expect(await down({ ...at(folder), to: 0 })).toEqual({ service: "s", version: 0, undone: ["001_a"] });
    expect(await down({ ...at(folder), to: 0 })).toEqual({ service: "s", version: 0, undone: [] });
    expect(await bench.relations()).toEqual([]);
  });

  test("takes nothing back where one of them has no way back", async () => {
    const { "002_b.down.sql": _, ...files } = three;
    const folder = await bench.folder(files);
    await migrate(at(folder));
    expect(await failureOf(down({ ...at(folder), steps: 2 }))).toEqual({
      problem: "folder",
      message: `${folder}/002_b.sql: has no way back: write 002_b.down.sql beside it`,
    });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c applied"]);
  });

  test("leaves all as it was where the way back fails, and shows where", async () => {
    const folder = await bench.folder({ ...three, "003_c.down.sql": "drop table b;\ndrop table nope" });
    await migrate(at(folder));
    expect(await failureOf(down(at(folder)))).toEqual({
      problem: "statement",
      message: `${folder}/003_c.down.sql: table "nope" does not exist (42P01); 003_c was not taken back, and is as it was.`,
    });
    expect(await bench.relations()).toEqual(["a", "b", "c"]);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c applied"]);
  });

  test("refuses where newer code has been", async () => {
    const folder = await bench.folder(three);
    await migrate(at(folder));
    const old = await bench.folder({ "001_a.sql": three["001_a.sql"], "001_a.down.sql": "drop table a" });
    expect((await failureOf(down(at(old)))).message).toBe(
      "s: 002_b is in the database and its file is not here; take it back with the code that has it.",
    );
  });
});

describe("stamp", () => {
  test("writes down what is there already, up to a number", async () => {
    const folder = await bench.folder(three);
    await bench.sql`create table a (x int)`;
    expect(await stamp({ ...at(folder), to: 1 })).toEqual({ service: "s", stamped: ["001_a"] });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b pending", "003_c pending"]);
    expect((await migrate(at(folder))).version).toBe(3);
    expect(await stamp(at(folder))).toEqual({ service: "s", stamped: [] });
  });
});

describe("verify", () => {
  test("passes at head, and names what is missing behind it", async () => {
    const folder = await bench.folder(three);
    await migrate({ ...at(folder), to: 2 });
    expect((await failureOf(verify(at(folder)))).message).toBe(
      's: the schema is at version 2, and this code needs 003_c; run "freehold migrate --service s".',
    );
    await migrate(at(folder));
    expect(await verify(at(folder))).toEqual({ service: "s", version: 3, applied: [], ahead: [] });
  });

  test("takes CRLF for LF, and any other change for a change", async () => {
    const folder = await bench.folder({ "001_a.sql": "create table a (\n  x int\n)" });
    await migrate(at(folder));
    await Bun.write(join(folder, "001_a.sql"), "create table a (\r\n  x int\r\n)");
    expect((await verify(at(folder))).version).toBe(1);
    await Bun.write(join(folder, "001_a.sql"), "create table a (\n  x bigint\n)");
    expect((await failureOf(verify(at(folder)))).message).toBe(
      `${folder}/001_a.sql: was changed after it was applied; put it back, and write a new migration for the change.`,
    );
  });
});

describe("repair", () => {
  test("takes an edited file for what was applied, where it is told to", async () => {
    const folder = await bench.folder(three);
    await migrate(at(folder));
    await Bun.write(join(folder, "002_b.sql"), "create table b (x int) -- edited");
    expect((await failureOf(repair(at(folder)))).problem).toBe("history");
    expect(await repair({ ...at(folder), acceptChanges: true })).toEqual({
      service: "s",
      repaired: [{ name: "002_b", what: "its file is now what was applied" }],
    });
    expect((await verify(at(folder))).version).toBe(3);
    expect(await repair(at(folder))).toEqual({ service: "s", repaired: [] });
  });
});

test("a row of a newer tool is one clear error for whoever would change the database", async () => {
  const folder = await bench.folder(three);
  await migrate({ ...at(folder), to: 1 });
  await bench.sql`insert into freehold_s.migration
    values (2, '002_b', ${checksum(three["002_b.sql"])}, now(), 0, 'x', '7.0.0', true, false)`;
  const message = "s: 002_b was applied by freehold 7.0.0, and this is 0.1.0; update it first.";
  expect(await failureOf(migrate(at(folder)))).toEqual({ problem: "history", message });
  expect(await failureOf(down(at(folder)))).toEqual({ problem: "history", message });
  expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c pending"]);
});

test("a connection that may only read is one clear error", async () => {
  const folder = await bench.folder(three);
  const url = `${bench.url}?options=${encodeURIComponent("-c default_transaction_read_only=on")}`;
  expect(await failureOf(migrate({ service: "s", folder, url }))).toEqual({
    problem: "server",
    message: "s: the connection is read-only (default_transaction_read_only); let the migrator's role write.",
  });
});

describe("a history that an earlier version made, without the column undoing", () => {
  const older = () => bench.sql.unsafe("alter table freehold_s.migration drop column undoing");
  const column = async () => {
    const rows = await bench.sql`select is_nullable, column_default from information_schema.columns
      where table_schema = 'freehold_s' and column_name = 'undoing'`;
    return rows.map((row) => ({ ...row }));
  };

  test("is read as it is, and brought up to date by the first change", async () => {
    const folder = await bench.folder(three);
    await migrate({ ...at(folder), to: 2 });
    await older();
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c pending"]);
    expect((await migrate({ ...at(folder), to: 2 })).applied).toEqual([]);
    expect(await column()).toEqual([]);
    expect((await migrate(at(folder))).version).toBe(3);
    expect(await column()).toEqual([{ is_nullable: "NO", column_default: null }]);
    await older();
    expect(await down({ ...at(folder), to: 0 })).toMatchObject({ version: 0 });
    expect(await column()).toEqual([{ is_nullable: "NO", column_default: null }]);
  });

  test("is brought up to date where it is empty, too", async () => {
    const folder = await bench.folder(three);
    await migrate({ ...at(folder), to: 1 });
    await down({ ...at(folder), to: 0 });
    await older();
    expect((await migrate(at(folder))).version).toBe(3);
    expect(await column()).toEqual([{ is_nullable: "NO", column_default: null }]);
  });

  test("stays as it is where the migrator may not change it, which is one line", async () => {
    const folder = await bench.folder(three);
    await migrate({ ...at(folder), to: 2 });
    await older();
    const role = `older_${bench.sql.options.database}`;
    await bench.sql.unsafe(`create role ${role} login; grant usage on schema freehold_s to ${role};
      grant select, insert, update on freehold_s.migration to ${role}; grant create on schema public to ${role}`);
    const url = bench.url.replace(/^postgres:\/\/[^@]*@/, `postgres://${role}@`);
    expect(await failureOf(migrate({ service: "s", folder, url }))).toEqual({
      problem: "permission",
      message:
        's: the role may not add the column "undoing" to freehold_s.migration, s\'s history of migrations (must be owner of table migration); the project grants it, or creates the schema for the migrator.',
    });
    expect(await bench.relations()).toEqual(["a", "b"]);
    expect((await migrate(at(folder))).version).toBe(3);
  });
});
