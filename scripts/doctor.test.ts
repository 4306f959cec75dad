import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../bench/check/write.ts";
import { type Folder, folderOf, platform } from "../fixtures/command-line.ts";

const look = async (folder: Folder, env: Record<string, string> = {}) => {
  const { code, out, err } = await folder.freehold(["doctor"], { env });
  return {
    code,
    err,
    out: `\n${out.replace(/on Bun \S+/, "on Bun 0").replace(/git version \d[\d.]*/, "git version 0")}`,
  };
};

test("what is well, what may be wanted, and which variables are set, without what they hold", async () => {
  using folder = folderOf(platform);
  git(folder.root, "init", "--quiet");
  const { code, out, err } = await look(folder, { GUARDIAN_DATABASE_URL: "postgres://secret" });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "
    ✓ freehold 0.1.0 on Bun 0
    ✓ git version 0
    – no hook of git's runs the check
      "freehold hook install" puts it there
    ✓ freehold.json: 2 services, 2 tables
    ✓ SQL of postgresql can be read
    – gatekeeper: GATEKEEPER_DATABASE_URL not set
      to check needs none; to migrate, set it
    ✓ guardian: GUARDIAN_DATABASE_URL set
    ✓ cache in .git/freehold

    all is well
    "
  `);
});

test("what is ill says its way out", async () => {
  using folder = folderOf({ ...platform, "freehold.baseline.jsonl": "{" });
  mkdirSync(join(folder.root, "node_modules"));
  writeFileSync(join(folder.root, "node_modules/.cache"), "no folder");
  const first = await look(folder);
  expect(first.code).toBe(1);
  expect(first.out.replaceAll(folder.root, "ROOT")).toMatchInlineSnapshot(`
    "
    ✓ freehold 0.1.0 on Bun 0
    – git version 0; ROOT is in no repository of git's
      every file counts, and --staged, --since and diff have nothing to ask
    ✓ freehold.json: 2 services, 2 tables
    ✗ the baseline cannot be used
      freehold.baseline.jsonl:1:1  is no baseline: its first line must be {"freehold":"baseline","version":1}
    ✓ SQL of postgresql can be read
    – gatekeeper: GATEKEEPER_DATABASE_URL not set
      to check needs none; to migrate, set it
    – guardian: GUARDIAN_DATABASE_URL not set
      to check needs none; to migrate, set it
    – the cache in node_modules/.cache/freehold cannot be written
      each run reads everything anew; --cache-dir names another place

    1 problem
    "
  `);
  folder.write({ "freehold.json": '{ "services": { "a": { "path": "none" } } }' });
  const second = await look(folder);
  expect(second.code).toBe(1);
  expect(second.out.replaceAll(folder.root, "ROOT")).toMatchInlineSnapshot(`
    "
    ✓ freehold 0.1.0 on Bun 0
    ✗ the manifest cannot be used
      freehold.json:1:32  "path" "none" does not exist
    – git version 0; ROOT is in no repository of git's
      every file counts, and --staged, --since and diff have nothing to ask
    – the cache in node_modules/.cache/freehold cannot be written
      each run reads everything anew; --cache-dir names another place

    1 problem
    "
  `);
});
