import { describe, expect, test } from "bun:test";
import { compare, requireSound } from "./compare.ts";
import { checksum, type Migration } from "./folder.ts";
import type { AppliedMigration } from "./history.ts";

const file = (version: number, text = `select ${version}`): Migration => ({
  version,
  name: `00${version}_m`,
  file: `migrations/00${version}_m.sql`,
  text,
  checksum: checksum(text),
  downFile: null,
  transaction: true,
});
const row = (version: number, text = `select ${version}`, name = `00${version}_m`): AppliedMigration => ({
  version,
  name,
  checksum: checksum(text),
  appliedAt: new Date(0),
  durationMs: 1,
  appliedBy: "migrator",
  toolVersion: "0.1.0",
  finished: true,
});
const states = (files: Migration[], rows: AppliedMigration[]) =>
  compare(files, rows).map(({ name, state }) => `${name} ${state}`);

describe("files against history", () => {
  test("are applied, then pending", () => {
    expect(states([file(1), file(2)], [row(1)])).toEqual(["001_m applied", "002_m pending"]);
    expect(() => requireSound("s", compare([file(1), file(2)], [row(1)]))).not.toThrow();
  });

  test("may be behind a database that newer code migrated", () => {
    expect(states([file(1)], [row(1), row(2), row(3)])).toEqual([
      "001_m applied",
      "002_m ahead",
      "003_m ahead",
    ]);
    expect(() => requireSound("s", compare([file(1)], [row(1), row(2)]))).not.toThrow();
  });

  const wrong: [string, Migration[], AppliedMigration[], string[], string][] = [
    [
      "a file was edited",
      [file(1, "select 9"), file(2)],
      [row(1)],
      ["001_m changed", "002_m pending"],
      "migrations/001_m.sql: was changed after it was applied; put it back, and write a new migration for the change.",
    ],
    [
      "two branches gave one number to two files",
      [file(1)],
      [row(1, "other", "001_other")],
      ["001_m changed"],
      "migrations/001_m.sql: was changed after it was applied (as 001_other); put it back, and write a new migration for the change.",
    ],
    [
      "a file is gone",
      [file(2)],
      [row(1), row(2)],
      ["001_m missing", "002_m applied"],
      "s: 001_m: is in the database, but its file is gone; put it back.",
    ],
    [
      "a later one came first",
      [file(1), file(2), file(3)],
      [row(1), row(3)],
      ["001_m applied", "002_m skipped", "003_m applied"],
      "migrations/002_m.sql: was never applied, though a later one was; give it the next free number.",
    ],
  ];
  for (const [what, files, rows, expected, message] of wrong) {
    test(`do not fit where ${what}`, () => {
      expect(states(files, rows)).toEqual(expected);
      expect(() => requireSound("s", compare(files, rows))).toThrow(message);
    });
  }
});
