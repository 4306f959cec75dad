import { describe, expect, test } from "bun:test";
import { caretAt } from "./caret.ts";

describe("a caret", () => {
  test("counts lines and columns from 1", () => {
    expect(caretAt("select 1;\nselect nope;\n", 18)).toEqual({
      line: 2,
      column: 8,
      frame: "  2 │ select nope;\n    │        ^",
    });
  });

  test("counts PostgreSQL's characters, not UTF-16 units", () => {
    expect(caretAt("-- 😀\nselect '😀', nope", 18)).toEqual({
      line: 2,
      column: 14,
      frame: "  2 │ select '😀', nope\n    │              ^",
    });
  });

  test("stands beneath what follows wide and combining characters", () => {
    expect(caretAt("'日本e\u0301' x", 8).frame).toBe("  1 │ '日本e\u0301' x\n    │         ^");
  });

  test("keeps tabs and leaves out carriage returns and escape sequences", () => {
    expect(caretAt("a;\r\n\t\u001b[31mnope\r\n", 11).frame).toBe("  2 │ \t·[31mnope\n    │ \t     ^");
  });

  test("shows a window of a long line", () => {
    const { column, frame } = caretAt(`${"x".repeat(500)}!${"y".repeat(500)}`, 501);
    const [source, mark] = frame.split("\n");
    expect(column).toBe(501);
    expect(source![mark!.indexOf("^")]).toBe("!");
    expect(source!.length).toBeLessThan(125);
  });

  test("stays within the text where the position lies behind its end", () => {
    expect(caretAt("select", 99)).toEqual({ line: 1, column: 7, frame: "  1 │ select\n    │       ^" });
  });
});
