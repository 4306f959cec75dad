import { expect, test } from "bun:test";
import { nearest, show } from "./nearest.ts";

const keys = ["owns", "uses", "path", "publishes", "migrations", "serverVersion"];

test.each([
  ["onws", "owns"],
  ["OWNS", "owns"],
  ["own", "owns"],
  ["publish", "publishes"],
  ["migration", "migrations"],
  ["serverversions", "serverVersion"],
  ["plugins", null],
  ["x", null],
  ["", null],
  ["owns".repeat(30), null],
])("%j is nearest to %j", (word, expected) => {
  expect(nearest(word, keys)).toBe(expected);
});

test("a value is shown short, on one line, and a URL without what may be secret", () => {
  expect([show("a\n"), show(1), show(null), show("postgres://u:p@h/d"), show("x".repeat(99))]).toEqual([
    '"a\\n"',
    "1",
    "null",
    '"postgres://…"',
    `"${"x".repeat(59)}…"`,
  ]);
});
