import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plain } from "../report/mod.ts";
import { countTests, runGate, type Step } from "./ok.ts";

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "freehold-"));
  writeFileSync(join(root, "good.test.ts"), 'import { test } from "bun:test";\ntest("one", () => {});\n');
  writeFileSync(
    join(root, "bad.test.ts"),
    'import { test } from "bun:test";\ntest("two", () => {});\ntest("three", () => {\n  throw new Error("broken");\n});\n',
  );
});

afterAll(() => rmSync(root, { recursive: true }));

const passes: Step = { name: "passes", args: ["-e", "console.log('not shown')"] };

/** What the gate prints, with the times that differ from run to run taken out. */
async function gate(steps: readonly Step[]): Promise<{ good: boolean; text: string }> {
  let text = "";
  const print = (more: string) => {
    text += more;
  };
  const good = await runGate(steps, { root, print, status: () => {}, color: plain });
  return { good, text: text.replace(/\d+(\.\d+)? m?s/g, "0 ms") };
}

test("steps that pass are a line each, and the count of tests comes last", async () => {
  expect(await gate([passes, { name: "tests", args: ["test", "good"], counts: true }])).toEqual({
    good: true,
    text: "✓ passes           0 ms\n✓ tests            0 ms  1 passed, 0 failed\nok in 0 ms\n1 passed, 0 failed\n",
  });
});

test("the first failure is shown in full, and the steps after it still run", async () => {
  const fails = (said: string): Step => ({
    name: said,
    args: ["-e", `console.error("${said} said"); process.exit(3)`],
  });
  expect(await gate([fails("first"), passes, fails("second")])).toEqual({
    good: false,
    text: "✗ first            0 ms\n✓ passes           0 ms\n✗ second           0 ms\n\nfirst:\nfirst said\n\nnot ok: first, second\n",
  });
});

test("failed tests are counted, and told once more at the end", async () => {
  const { good, text } = await gate([{ name: "tests", args: ["test"], counts: true }]);
  expect(good).toBe(false);
  expect(text).toContain("error: broken");
  const tidy = text.replaceAll(/\(\/.*\/(.*):\d+\)/g, "($1)").replaceAll(/ \[.*\]/g, "");
  expect(tidy.split("\n").slice(-8)).toEqual([
    "what failed:",
    "bad.test.ts: three",
    "  error: broken",
    "  at <anonymous> (bad.test.ts:4)",
    "",
    "not ok: tests",
    "2 passed, 1 failed",
    "",
  ]);
});

test("no test at all is a failure", async () => {
  const { good, text } = await gate([{ name: "tests", args: ["-e", "0"], counts: true }]);
  expect({ good, text }).toEqual({
    good: false,
    text: "✗ tests            0 ms  0 passed, 0 failed\n\ntests:\nno test ran\n\nnot ok: tests\n0 passed, 0 failed\n",
  });
});

test("Bun's last summary counts, and a run that broke off is one failure", () => {
  expect(countTests(" 1 pass\n 0 fail\n\n 12 pass\n 3 fail\nRan 15 tests across 2 files.\n", 1)).toEqual({
    passed: 12,
    failed: 3,
  });
  expect(countTests("Segmentation fault\n", 139)).toEqual({ passed: 0, failed: 1 });
});
