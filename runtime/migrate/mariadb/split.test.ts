import { describe, expect, test } from "bun:test";
import { endsTransaction, isOfRows, isOpaque, split, verb } from "./split.ts";

/** As a server would say of bodies that begin once and end once. */
const balanced = async (text: string) => !/\bbegin\b/i.test(text) || /\bend\s*$/i.test(text);

describe("a script is split", () => {
  const scripts: [string, string, string[]][] = [
    ["at semicolons", "select 1; select 2", ["select 1", "select 2"]],
    ["not in strings", `select ';', ";", \`;\`; select 2`, [`select ';', ";", \`;\``, "select 2"]],
    [
      "not in comments",
      "select 1 -- ;\n # ;\n /* ; */ ; select 2",
      ["select 1 -- ;\n # ;\n /* ; */", "select 2"],
    ],
    [
      "not behind an escaped quote",
      String.raw`select 'a\';b'; select 2`,
      [String.raw`select 'a\';b'`, "select 2"],
    ],
    ["not behind a doubled quote", "select 'a'';b'; select 2", ["select 'a'';b'", "select 2"]],
    ["after two minuses that are no comment", "select 5--1; select 2", ["select 5--1", "select 2"]],
    ["leaving out what is empty", ";; -- only this\n;select 1;\n", ["select 1"]],
    [
      "keeping what the server executes in a comment",
      "/*!40101 set names utf8 */;",
      ["/*!40101 set names utf8 */"],
    ],
    [
      "where the server says that a body ends",
      "create trigger t before insert on a for each row begin set @x = 1; set @y = 2; end; select 1",
      ["create trigger t before insert on a for each row begin set @x = 1; set @y = 2; end", "select 1"],
    ],
    [
      "at another delimiter",
      "DELIMITER //\ncreate procedure p() begin select 1; end//\nselect 2 //\ndelimiter ;\nselect 3; select 4",
      ["create procedure p() begin select 1; end", "select 2", "select 3", "select 4"],
    ],
    ["up to the end where a quote is never closed", "select 1; select 'a; b", ["select 1", "select 'a; b"]],
  ];
  for (const [how, text, wanted] of scripts) {
    test(how, async () => {
      const found = await split(text, true, balanced);
      expect(found.map((statement) => statement.text)).toEqual(wanted);
      for (const { text: part, start } of found) expect(text.slice(start)).toStartWith(part);
    });
  }

  test("taking a backslash for itself where the SQL mode says so", async () => {
    const text = String.raw`select '\'; select 2`;
    expect((await split(text, false, balanced)).map((statement) => statement.text)).toEqual([
      String.raw`select '\'`,
      "select 2",
    ]);
  });
});

test("statements are told apart by what they begin with", () => {
  const kind = (text: string) => {
    const statement = { text, start: 0 };
    if (endsTransaction(statement)) return "ends";
    if (isOpaque(statement)) return "opaque";
    return isOfRows(statement) ? "rows" : "schema";
  };
  const kinds: Record<string, string[]> = {
    rows: [
      "insert into a values (1)",
      "/* c */ update a set x = 1",
      "with q as (select 1) select * from q",
      "set @x = 1",
    ],
    schema: [
      "create table a (x int)",
      "-- c\nalter table a add y int",
      "rename table a to b",
      "drop view v",
      "truncate a",
    ],
    opaque: ["call p()", "begin not atomic select 1; end"],
    ends: [
      "commit",
      "start transaction",
      "begin",
      "lock tables a write",
      "set autocommit = 0",
      "SET @@session.autocommit=1",
    ],
  };
  for (const [wanted, texts] of Object.entries(kinds))
    for (const text of texts) expect([text, kind(text)]).toEqual([text, wanted]);
  expect(verb({ text: "/* c */ create  or replace table a", start: 0 })).toBe("CREATE OR");
});
