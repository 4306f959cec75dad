import { expect, test } from "bun:test";
import { placeOf } from "../fixtures/findings.ts";
import { codeFrame } from "./code-frame.ts";
import { plain } from "./context.ts";

/** The frame around the first `needle` in a text. */
function frame(text: string, needle: string, width = 60): string {
  const at = placeOf("a.ts", text, needle);
  return `\n${codeFrame(text.split("\n"), at, { color: plain, width, mark: (marked) => marked }).join("\n")}\n`;
}

test("the line before is shown, unless it is blank", () => {
  expect(frame("const one = 1;\nconst two = 2;", "two")).toMatchInlineSnapshot(`
    "
       1 │ const one = 1;
       2 │ const two = 2;
         │       ━━━
    "
  `);
  expect(frame("const one = 1;\n  \nconst two = 2;", "two")).toMatchInlineSnapshot(`
    "
       3 │ const two = 2;
         │       ━━━
    "
  `);
});

test("the mark stands under its text after tabs", () => {
  expect(frame("\tif (x)\n\t\treturn\tsql`from orders`;", "orders")).toMatchInlineSnapshot(`
    "
       1 │     if (x)
       2 │         return  sql\`from orders\`;
         │                          ━━━━━━
    "
  `);
});

test("the mark stands under its text after wide, combining and joined characters", () => {
  expect(frame("const 日本 = 'e\u0301👩\u200d👩\u200d👧'; orders", "orders")).toMatchInlineSnapshot(`
    "
       1 │ const 日本 = 'é👩‍👩‍👧'; orders
         │                     ━━━━━━
    "
  `);
  expect(frame("from 注文 where x", "注文")).toMatchInlineSnapshot(`
    "
       1 │ from 注文 where x
         │      ━━━━
    "
  `);
});

test("a line that is too long is cut to a window around the finding", () => {
  const long = `${"a, ".repeat(100)}orders${", b".repeat(100)}`;
  expect(frame(long, "orders")).toMatchInlineSnapshot(`
    "
       1 │ …, a, a, a, a, a, orders, b, b, b, b, b, b, b, b, b,…
         │                   ━━━━━━
    "
  `);
  expect(frame(`orders${", b".repeat(100)}`, "orders")).toMatchInlineSnapshot(`
    "
       1 │ orders, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b,…
         │ ━━━━━━
    "
  `);
  expect(frame(`${"a, ".repeat(100)}orders`, "orders")).toMatchInlineSnapshot(`
    "
       1 │ …a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, orders
         │                                               ━━━━━━
    "
  `);
});

test("a line before that is too long is cut at its end", () => {
  expect(frame(`${"a, ".repeat(100)}\norders`, "orders")).toMatchInlineSnapshot(`
    "
       1 │ a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a…
       2 │ orders
         │ ━━━━━━
    "
  `);
});

test("a minified line of many megabytes is not laid out as a whole", () => {
  const long = `${"日".repeat(3_000_000)}orders${"😀".repeat(3_000_000)}`;
  expect(frame(long, "orders")).toMatchInlineSnapshot(`
    "
       1 │ …日日日日日日日日日orders😀😀😀😀😀😀😀😀😀😀😀😀😀…
         │                    ━━━━━━
    "
  `);
});

test("a finding that is wider than the window is marked to the window's edge", () => {
  expect(frame(`x = ${"order".repeat(40)};`, "order".repeat(40), 40)).toMatchInlineSnapshot(`
    "
       1 │ x = orderorderorderorderorderord…
         │     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━
    "
  `);
});

test("a finding of several lines is marked in each, and of many lines in the first ones", () => {
  expect(frame("sql`\n  select *\n    from orders\n`;", "select *\n    from orders")).toMatchInlineSnapshot(`
    "
       1 │ sql\`
       2 │   select *
         │   ━━━━━━━━
       3 │     from orders
         │     ━━━━━━━━━━━
    "
  `);
  expect(frame("begin\n1\n2\n3\n4\n5\n6\nend", "begin\n1\n2\n3\n4\n5\n6\nend")).toMatchInlineSnapshot(`
    "
       1 │ begin
         │ ━━━━━
       2 │ 1
         │ ━
       3 │ 2
         │ ━
       4 │ 3
         │ ━
         │ … and 4 more
    "
  `);
});

test("carriage returns before line ends are not shown", () => {
  expect(frame("one\r\nfrom orders\r\nthree", "orders")).toMatchInlineSnapshot(`
    "
       1 │ one
       2 │ from orders
         │      ━━━━━━
    "
  `);
});

test("an empty range is marked by one cell, at the line's end, too", () => {
  const at = { file: "a.ts", line: 1, column: 4, endLine: 1, endColumn: 4 };
  expect(codeFrame(["abc"], at, { color: plain, width: 60, mark: (marked) => marked })).toEqual([
    "   1 │ abc",
    "     │    ━",
  ]);
  expect(codeFrame(["abcdef"], at, { color: plain, width: 60, mark: (marked) => marked })).toEqual([
    "   1 │ abcdef",
    "     │    ━",
  ]);
});

test("a place beyond the source has no frame", () => {
  const at = { file: "a.ts", line: 9, column: 1, endLine: 9, endColumn: 2 };
  expect(codeFrame(["abc"], at, { color: plain, width: 60, mark: (marked) => marked })).toEqual([]);
});
