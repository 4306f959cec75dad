import { expect, test } from "bun:test";
import fc from "fast-check";
import { inputs } from "../fixtures/property.ts";
import { includesPattern, matchName, matchTable, parseTableName, tableText } from "./pattern.ts";

const short = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });

test("a star stands for any run of characters, as the regular expression would have it", () => {
  fc.assert(
    fc.property(short, name, (pattern, text) => {
      expect(matchName(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text));
    }),
    inputs(1, 100),
  );
});

test("what an included pattern matches, the including one matches, too", () => {
  fc.assert(
    fc.property(short, short, name, (outer, inner, text) => {
      fc.pre(matchName(outer, inner) && matchName(inner, text));
      expect(matchName(outer, text)).toBe(true);
    }),
    inputs(2, 100),
  );
});

test("a pattern of many stars is as quick to fail as it is to match", () => {
  expect(matchName(`${"*a".repeat(40)}b`, "a".repeat(5000))).toBe(false);
});

test.each([
  ["orders", "public", "orders", true],
  ["orders", "sales", "orders", true],
  ["orders", "other", "orders", false],
  ["sales.orders", "sales", "orders", true],
  ["sales.orders", "public", "orders", false],
  ["sales.*", "sales", "orders", true],
  ["tenant_*.orders", "tenant_7", "orders", true],
  ["order_*", "public", "orders", false],
])("%s, of a service in public and sales, matches %s.%s: %p", (pattern, schema, table, expected) => {
  expect(matchTable(parseTableName(pattern), schema, table, ["public", "sales"])).toBe(expected);
});

test.each([
  ["audit_*", "audit_log", true],
  ["audit_*", "audit_log_*", true],
  ["audit_log_*", "audit_*", false],
  ["public.audit_*", "audit_log", true],
  ["audit_log", "public.audit_log", true],
  ["audit_log", "sales.audit_log", false],
  ["sales.*", "audit_log", false],
])("%s includes %s: %p", (outer, inner, expected) => {
  expect(includesPattern(parseTableName(outer), parseTableName(inner), ["public"])).toBe(expected);
});

test("a name is written as it was read", () => {
  expect(["orders", "sales.orders", "*.x_*"].map((text) => tableText(parseTableName(text)))).toEqual([
    "orders",
    "sales.orders",
    "*.x_*",
  ]);
});
