import { expect, test } from "bun:test";
import type { Operation } from "../../analysis/model.ts";
import { accessOf } from "../../analysis/sql/operations.ts";
import { holds, list, possessive, tableName, verbs, whoseTables } from "./words.ts";

test("a list reads as in a sentence", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((items) => list(items))).toEqual([
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
  expect(list(["a", "b"], "or")).toBe("a or b");
});

test("owners and tables are named as one speaks of them", () => {
  expect([possessive("billing"), possessive("orders")]).toEqual(["billing's", "orders'"]);
  expect(tableName({ schema: null, table: "dlq" })).toBe("dlq");
  expect(tableName({ schema: "sales", table: "dlq" })).toBe("sales.dlq");
  expect(whoseTables(["dlq"], ["actions", "tsdb"])).toBe("dlq, which actions and tsdb own");
});

test("every operation has its verb", () => {
  const operations = Object.keys(verbs) as Operation[];
  expect(operations.filter((operation) => !accessOf(operation))).toEqual([]);
});

test("a place holds what begins in it, and no more", () => {
  const outer = { file: "a.ts", line: 2, column: 5, endLine: 3, endColumn: 4 };
  const at = (line: number, column: number, file = "a.ts") =>
    holds(outer, { file, line, column, endLine: 9, endColumn: 9 });
  expect([at(2, 4), at(2, 5), at(2, 90), at(3, 3), at(3, 4), at(3, 3, "b.ts")]).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});
