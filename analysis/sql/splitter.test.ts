import { describe, expect, test } from "bun:test";
import { nextStatement, type RawComment } from "./splitter.ts";

/** The statements of a file as written. */
function split(text: string, psql = true): string[] {
  const found: string[] = [];
  const comments: RawComment[] = [];
  for (let at = 0; ; ) {
    const raw = nextStatement(text, at, psql, comments);
    if (!raw) return found;
    found.push(text.slice(raw.start, raw.end) + (raw.open ? ` ‹open ${raw.open}›` : ""));
    at = Math.max(raw.next, at + 1);
  }
}

describe("a semicolon ends a statement", () => {
  const cases: [text: string, ...statements: string[]][] = [
    ["a; b ;c", "a", "b", "c"],
    [" ;;\n; "],
    ["a ';' b; c", "a ';' b", "c"],
    ["a 'it''s;' b; c", "a 'it''s;' b", "c"],
    ["a e'\\';' b; c", "a e'\\';' b", "c"],
    ["a '\\'; b", "a '\\'", "b"],
    ['a ";" b; c', 'a ";" b', "c"],
    ['a u&";" b; c', 'a u&";" b', "c"],
    ["a $$;$$ $x$;$$;$x$; b", "a $$;$$ $x$;$$;$x$", "b"],
    ["a$1; b$x$;", "a$1", "b$x$"],
    ["a -- ;\n b; c", "a -- ;\n b", "c"],
    ["a /* ; /* ; */ ; */ b; c", "a /* ; /* ; */ ; */ b", "c"],
    [
      "create rule r as on insert to a do (select 1; select 2); b",
      "create rule r as on insert to a do (select 1; select 2)",
      "b",
    ],
    [
      "create or replace procedure p() begin atomic select case when a then 1 end; select 2; end; b",
      "create or replace procedure p() begin atomic select case when a then 1 end; select 2; end",
      "b",
    ],
    ["begin; atomic; end; b", "begin", "atomic", "end", "b"],
    ["select 1 as begin, 2 as atomic; b", "select 1 as begin, 2 as atomic", "b"],
    ["a 1..2; b", "a 1..2", "b"],
    ["a\r\n;\r\nb", "a", "b"],
  ];
  for (const [text, ...statements] of cases) test(text, () => expect(split(text)).toEqual(statements));
});

describe("what nothing closes runs to the end and says so", () => {
  const cases: [text: string, last: string][] = [
    ["a 'b; c", "a 'b; c ‹open quote›"],
    ['a "b; c', 'a "b; c ‹open quote›'],
    ["a $x$ b; c", "a $x$ b; c ‹open quote›"],
    ["a /* b; c", "a /* b; c ‹open comment›"],
    ["/* b; c", "/* b; c ‹open comment›"],
    ["a (b; c", "a (b; c ‹open parenthesis›"],
  ];
  for (const [text, last] of cases) test(text, () => expect(split(text)).toEqual([last]));
});

describe("psql's files", () => {
  const cases: [text: string, ...statements: string[]][] = [
    ["\\set x 1\na;\n\\connect y\nb;", "\\set x 1", "a", "\\connect y", "b"],
    ["select 1\n\\echo x\nfrom a;", "select 1\n\\echo x\nfrom a"],
    ["select 1 \\gset\nselect 2 \\g\nb;", "select 1", "\\gset", "select 2", "\\g", "b"],
    ["a \\; b;", "a", "b"],
    ["copy t from stdin;\n1\t;'\n\\.\nb;", "copy t from stdin", "b"],
    ["copy t (a) from stdin with csv;\r\n1;\r\n\\.\r\nb;", "copy t (a) from stdin with csv", "b"],
    ["\\copy t from stdin\n1;\n\\.\nb;", "\\copy t from stdin", "b"],
    [
      "copy t from stdin;\nb;\ncopy u from stdin;\n1;\n\\.\nc;",
      "copy t from stdin",
      "b",
      "copy u from stdin",
      "c",
    ],
    [
      "a\\; copy t from stdin\\; copy t from stdin\\; b;\n1;\n\\.\n2;\n\\.\nc;",
      "a",
      "copy t from stdin",
      "copy t from stdin",
      "b",
      "c",
    ],
    ["copy t from 'f'; b;", "copy t from 'f'", "b"],
    ["copy (select 1) from stdin;\nb;\n\\.\n", "copy (select 1) from stdin", "b", "\\."],
  ];
  for (const [text, ...statements] of cases) test(text, () => expect(split(text)).toEqual(statements));

  test("outside of files a backslash is no command", () => {
    expect(split("a \\b; c", false)).toEqual(["a \\b", "c"]);
  });
});

test("comments before, in and after statements are all told", () => {
  const text = "-- one\na /* two */ b; -- three\n/* four */";
  const comments: RawComment[] = [];
  const first = nextStatement(text, 0, true, comments);
  expect(first?.comments.map(({ start, end }) => text.slice(start, end))).toEqual(["-- one", "/* two */"]);
  expect(nextStatement(text, first!.next, true, comments)).toBeNull();
  expect(comments.map(({ start, end }) => text.slice(start, end))).toEqual(["-- three", "/* four */"]);
});
