import { expect, test } from "bun:test";
import { globMatcher } from "./globs.ts";

const files = ["a.gen.ts", "src/a.gen.ts", "src/.x/b.gen.ts", "src/[id]/page.ts", "src/a/b.ts", "src/ab.ts"];

test.each([
  ["**/*.gen.ts", ["a.gen.ts", "src/a.gen.ts", "src/.x/b.gen.ts"]],
  ["*.ts", ["a.gen.ts"]],
  ["src/a", ["src/a/b.ts"]],
  ["src/a/**", ["src/a/b.ts"]],
  ["src/{a,.x}/*.ts", ["src/.x/b.gen.ts", "src/a/b.ts"]],
  ["src/[id]", ["src/[id]/page.ts"]],
  ["src/?b.ts", ["src/ab.ts"]],
  ["src/b", []],
])("%s covers %j", (glob, expected) => {
  expect(files.filter(globMatcher(glob))).toEqual(expected);
});
