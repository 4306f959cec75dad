import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gistOf } from "./ok-gist.ts";

const files = {
  "a.test.ts": `
test("well", () => {});
test("compared", () => {
  expect(1).toBe(2);
});
describe("a group", () => {
  test("thrown", () => {
    throw new TypeError("broken");
  });
});`,
  "b.test.ts": `
afterAll(async () => {
  setTimeout(() => Promise.reject(new Error("late")), 1);
  await Bun.sleep(20);
});
test("well, too", () => {});`,
};

test("each failed test and each error between tests is told with its file, its message and its place", async () => {
  const root = mkdtempSync(join(tmpdir(), "freehold-"));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(root, name), `import { afterAll, describe, expect, test } from "bun:test";${text}\n`);
  const { stderr } = Bun.spawnSync([process.execPath, "test"], {
    cwd: root,
    env: { ...process.env, CI: "true", NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  rmSync(root, { recursive: true });
  const tidy = gistOf(stderr.toString())
    .replaceAll(/\[[\d.]+ms\]/g, "")
    .replaceAll(/\(\/.*\/(.*):\d+\)/g, "($1)");
  expect(tidy.split("\n").map((line) => line.trimEnd())).toEqual([
    "a.test.ts: compared",
    "  error: expect(received).toBe(expected)",
    "  Expected: 2",
    "  Received: 1",
    "  at <anonymous> (a.test.ts:4)",
    "a.test.ts: a group > thrown",
    "  TypeError: broken",
    "  at <anonymous> (a.test.ts:8)",
    "b.test.ts: an error between tests",
    "  error: late",
    "  at <anonymous> (b.test.ts:3)",
    "",
  ]);
});

test("a run without a failure has no gist", () => {
  expect(gistOf("\na.test.ts:\n(pass) one\n\n 1 pass\n 0 fail\n")).toBe("");
});
