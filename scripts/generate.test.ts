import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generated, outdated } from "./generate.ts";

test("every generated file is up to date", async () => {
  expect(await outdated(join(import.meta.dir, ".."), generated())).toEqual([]);
});

test("a changed and a missing file are out of date", async () => {
  const root = mkdtempSync(join(tmpdir(), "freehold-"));
  try {
    writeFileSync(join(root, "same.md"), "text\n");
    writeFileSync(join(root, "changed.md"), "text \n");
    const files = { "same.md": "text\n", "changed.md": "text\n", "folder/missing.md": "text\n" };
    expect(await outdated(root, files)).toEqual(["changed.md", "folder/missing.md"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
