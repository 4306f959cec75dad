import { describe, expect, test } from "bun:test";
import { bare, isClosed, isEmpty, standsAlone, statements } from "./bare.ts";

describe("bare", () => {
  test("keeps every offset and every line", () => {
    const text = "select 'a;b', \"c;d\" -- e;\nfrom f /* ;\n; */ where $x$;$x$ = e'\\';'";
    const left = bare(text);
    expect(left).toHaveLength(text.length);
    expect(left.split("\n")).toHaveLength(3);
    expect(left.replaceAll(/\s+/g, " ").trim()).toBe("select , from f where =");
  });

  test("takes a dollar within a name for part of it", () => {
    expect(bare("select a$b$ from c$b$")).toBe("select a$b$ from c$b$");
  });
});

test("statements are told apart by the semicolons that count", () => {
  expect(
    statements("-- one\ncreate table a (x text default ';');\n;\n create function f() as $$ a; b $$\n"),
  ).toEqual(["create table a (x text default ';')", "create function f() as $$ a; b $$"]);
});

const alone: [string, boolean][] = [
  ["create table a (x int)", false],
  ["insert into a values ('commit')", false],
  ["create function f() returns void language plpgsql as $$ begin end $$", false],
  ["create table the_end (x int)", false],
  ["select 1; COMMIT; select 2", true],
  ["copy a from stdin", true],
  ["select case when true then 1 end", true],
];
for (const [text, expected] of alone) {
  test(`${expected ? "runs alone" : "may run along with others"}: ${text}`, () => {
    expect(standsAlone(text)).toBe(expected);
  });
}

test("nothing but comments and semicolons is empty", () => {
  expect(["", " ;\n", "-- x", "/* x\n */;"].map(isEmpty)).toEqual([true, true, true, true]);
  expect(isEmpty("select 1 -- x")).toBe(false);
});

const closed: [string, boolean][] = [
  ["create table a (x text default 'it''s') -- 'tis", true],
  ['comment on table "a""b" is \'/*\'; /* it\'s */', true],
  ["create table a (x text default 'oops)", false],
  ['create table "a (x int)', false],
  ["create table a (x int) /* to be gone on with", false],
  ["select 1 /* one /* two */ */", false],
  // With standard_conforming_strings off, that quote does not end it.
  ["insert into a values ('C:\\'), ('--')", false],
  ["do $$ begin null; end $$", false],
];
for (const [text, expected] of closed) {
  test(`${expected ? "other SQL may stand" : "nothing may stand"} behind: ${text}`, () => {
    expect(isClosed(text)).toBe(expected);
  });
}
