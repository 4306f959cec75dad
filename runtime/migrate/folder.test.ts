import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MigrationError } from "./errors.ts";
import { checksum, readMigrations } from "./folder.ts";

const root = mkdtempSync(join(tmpdir(), "freehold-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;

async function folder(files: Record<string, string | Uint8Array>): Promise<string> {
  count += 1;
  const path = join(root, String(count));
  for (const [name, content] of Object.entries(files)) await Bun.write(join(path, name), content);
  return path;
}

describe("a folder of migrations", () => {
  test("is read in the order of its numbers, with the way back beside each", async () => {
    const path = await folder({
      "002_b.sql": "select 2",
      "001_a.sql": "\uFEFFselect 1",
      "001_a.down.sql": "select -1",
      "0003_c-d.sql": "select 3",
      "README.md": "not SQL",
    });
    const migration = {
      version: 1,
      name: "001_a",
      file: join(path, "001_a.sql"),
      text: "select 1",
      transaction: true,
    };
    expect(readMigrations("s", pathToFileURL(path))).toEqual([
      { ...migration, checksum: checksum("select 1"), downFile: join(path, "001_a.down.sql") },
      {
        version: 2,
        name: "002_b",
        file: join(path, "002_b.sql"),
        text: "select 2",
        checksum: checksum("select 2"),
        downFile: null,
        transaction: true,
      },
      {
        version: 3,
        name: "0003_c-d",
        file: join(path, "0003_c-d.sql"),
        text: "select 3",
        checksum: checksum("select 3"),
        downFile: null,
        transaction: true,
      },
    ]);
  });

  test("may be empty, and may begin at 0", async () => {
    expect(readMigrations("s", await folder({ "README.md": "" }))).toEqual([]);
    expect(readMigrations("s", await folder({ "000_a.sql": "select 1" }))).toHaveLength(1);
  });

  test("has the same checksums whether lines end in LF or CRLF", () => {
    expect(checksum("a\r\nb\r\n")).toBe(checksum("a\nb\n"));
    expect(checksum("a\nb\n")).not.toBe(checksum("a\nc\n"));
  });

  const sql = "select 1";
  const wrong: [string, Record<string, string | Uint8Array>, string, string][] = [
    ["a number twice", { "001_a.sql": sql, "01_b.sql": sql }, "01_b.sql", "has the same number as 001_a"],
    [
      "a gap",
      { "001_a.sql": sql, "003_c.sql": sql },
      "003_c.sql",
      "leaves a gap: the number before it is 001_a",
    ],
    [
      "a late beginning",
      { "002_a.sql": sql },
      "002_a.sql",
      "numbers begin at 001, and 002_a is the lowest there is",
    ],
    [
      "a time for a number",
      { "20240101120000_a.sql": sql },
      "20240101120000_a.sql",
      "a migration is named NNN_name.sql or NNN_name.down.sql, with letters, digits, - and _",
    ],
    [
      "a file without a number",
      { "create.sql": sql },
      "create.sql",
      "a migration is named NNN_name.sql or NNN_name.down.sql, with letters, digits, - and _",
    ],
    [
      "a down without its up",
      { "001_a.sql": sql, "001_b.down.sql": sql },
      "001_b.down.sql",
      "there is no 001_b.sql that this would undo",
    ],
    ["an empty file", { "001_a.sql": " \n" }, "001_a.sql", "is empty; a migration says something"],
    [
      "a file of comments",
      { "001_a.sql": "-- later\n/* or\nnever */" },
      "001_a.sql",
      "is empty; a migration says something",
    ],
    [
      "a file that is not UTF-8",
      { "001_a.sql": new Uint8Array([0x2d, 0x2d, 0xe4]) },
      "001_a.sql",
      "is not UTF-8; save it as UTF-8",
    ],
    [
      "a NUL",
      { "001_a.sql": "select 1;\0drop" },
      "001_a.sql",
      "holds a NUL, which PostgreSQL takes for the end",
    ],
    ["a folder for a file", { "001_a.sql/x": "" }, "001_a.sql", "cannot be read (EISDIR)"],
  ];
  for (const [what, files, file, message] of wrong) {
    test(`is refused for ${what}`, async () => {
      const path = await folder(files);
      expect(caught(() => readMigrations("s", path))).toEqual({
        problem: "folder",
        message: `${join(path, file)}: ${message}`,
        place: { file: join(path, file) },
      });
    });
  }

  test("is refused where there is none", async () => {
    const path = await folder({ file: "" });
    expect(caught(() => readMigrations("s", join(path, "gone"))).message).toBe(
      `${join(path, "gone")}: there is no such folder; a service's migrations live in one`,
    );
    expect(caught(() => readMigrations("s", join(path, "file"))).message).toBe(
      `${join(path, "file")}: this is no folder; a service's migrations live in one`,
    );
  });
});

function caught(act: () => unknown): Pick<MigrationError, "problem" | "message" | "place"> {
  try {
    act();
  } catch (error) {
    if (error instanceof MigrationError) {
      const { problem, message, place } = error;
      return { problem, message, place };
    }
    throw error;
  }
  throw new Error("nothing was thrown");
}
