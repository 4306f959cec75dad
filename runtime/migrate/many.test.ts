import { describe, expect, test } from "bun:test";
import { failureOf, migrationBench } from "../../fixtures/migrations.ts";
import { DatabaseUnavailableError } from "../connect/mod.ts";
import { forMany, type Many, migrate } from "./mod.ts";

const bench = migrationBench();
const files = {
  "001_a.sql": "create table a (x int)",
  "002_b.sql": "create table b (x int)",
  "003_c.sql": "create table c (x int)",
};
const up = async (folder: string, many: Many, more: { to?: number; url?: string } = {}) => {
  const { version, applied } = await migrate({ service: "s", folder, many, url: bench.url, ...more });
  return { version, applied: applied.map(({ name }) => name) };
};
const all = { version: 3, applied: ["001_a", "002_b", "003_c"] };

/** The server's version, as the last database told it. */
async function version(): Promise<string> {
  const [row] = await bench.sql`select current_setting('server_version') as version`;
  return row!["version"];
}

describe("one of many databases", () => {
  test("tells the next that it was new", async () => {
    const folder = await bench.folder(files);
    const many = forMany("s", folder);
    expect(many.newOn).toBe(null);
    expect(await up(folder, many)).toEqual(all);
    expect(many.newOn).toBe(await version());
  });

  test("is brought to head unasked where it is as new as the last", async () => {
    const folder = await bench.folder(files);
    const many: Many = { ...forMany("s", folder), newOn: await version() };
    expect(await up(folder, many)).toEqual(all);
    expect(many.newOn).toBe(await version());
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c applied"]);
  });

  const others: [string, (folder: string, many: Many) => Promise<unknown>, string[]][] = [
    ["is at head already", (folder, many) => up(folder, many), []],
    ["is behind", (folder, many) => up(folder, many, { to: 1 }), ["002_b", "003_c"]],
    ["has the schema, and no history", () => bench.sql`create schema freehold_s`, all.applied],
  ];
  for (const [what, before, applied] of others) {
    test(`gets what it lacks where it ${what}, unlike the last`, async () => {
      const folder = await bench.folder(files);
      await before(folder, forMany("s", folder));
      const many: Many = { ...forMany("s", folder), newOn: await version() };
      expect(await up(folder, many)).toEqual({ version: 3, applied });
      // It was not new; where its history was, the next one is asked again.
      expect(many.newOn).toBe(applied.length === 3 ? await version() : null);
    });
  }

  test("is judged by itself where its server has another version than the last one's", async () => {
    const folder = await bench.folder(files);
    const many: Many = { ...forMany("s", folder), newOn: "12.1" };
    expect(await up(folder, many)).toEqual(all);
    expect(many.newOn).toBe(await version());
  });

  test("is not touched where its server is one that the service does not work on, unlike the last one's", async () => {
    const folder = await bench.folder(files);
    const many: Many = { ...forMany("s", folder), newOn: "12.1" };
    const run = migrate({ service: "s", folder, many, url: bench.url, serverVersion: ">=99" });
    expect((await failureOf(run)).problem).toBe("server");
    expect(await bench.relations()).toEqual([]);
  });

  test("is told what there is to it where nobody answers, though the last one was new", async () => {
    const folder = await bench.folder(files);
    const many: Many = { ...forMany("s", folder), newOn: await version() };
    const nowhere = "postgres://nobody@127.0.0.1:1/none?sslmode=disable";
    await expect(up(folder, many, { url: nowhere })).rejects.toThrow(DatabaseUnavailableError);
    const missing = bench.url.replace(/[^/]+$/, "missing");
    await expect(up(folder, many, { url: missing })).rejects.toThrow(
      'database "missing" does not exist; the project creates databases, a service does not',
    );
  });

  test("keeps what stands before a migration that fails, and is not taken for new by the next", async () => {
    const folder = await bench.folder({ ...files, "002_b.sql": "create table b (x int);\nselect nope;" });
    const many: Many = { ...forMany("s", folder), newOn: await version() };
    const { problem, message } = await failureOf(migrate({ service: "s", folder, many, url: bench.url }));
    expect({ problem, place: message.split("\n")[0]!.slice(folder.length + 1) }).toEqual({
      problem: "statement",
      place: '002_b.sql:2:8: column "nope" does not exist (42703); 002_b was rolled back.',
    });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b pending", "003_c pending"]);
    expect(many.newOn).toBe(null);
  });

  test("has nothing done to it where no migration is asked for", async () => {
    const folder = await bench.folder(files);
    await up(folder, forMany("s", folder));
    const many: Many = { ...forMany("s", folder), newOn: await version() };
    expect(await up(folder, many, { to: 0 })).toEqual({ version: 3, applied: [] });
  });

  test("runs what says BEGIN as a chain of messages, in which it is but a warning", async () => {
    const folder = await bench.folder({ ...files, "002_b.sql": "begin; create table b (x int)" });
    expect(await up(folder, forMany("s", folder))).toEqual(all);
  });
});
