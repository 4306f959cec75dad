import { expect, test } from "bun:test";
import { isTestFile } from "./test-file.ts";

test("a test is known by its name or by a folder above it", () => {
  const tests = [
    "a/x.test.ts",
    "x.spec.tsx",
    "a/__tests__/x.ts",
    "test/x.ts",
    "a/tests/b/x.ts",
    "a/e2e/x.sql",
    "x.test.d.ts",
  ];
  const code = [
    "a/x.ts",
    "a/latest/x.ts",
    "a/tester.ts",
    "tests.ts",
    "a/test.ts",
    "a/e2e.ts",
    "contest.ts",
    "",
  ];
  expect([tests.filter(isTestFile), code.filter(isTestFile)]).toEqual([tests, []]);
});
