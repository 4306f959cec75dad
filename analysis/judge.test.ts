import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commit, writeRepository } from "../bench/check/write.ts";
import { loadManifest, memorySource } from "../manifest/mod.ts";
import { rules } from "../rules/mod.ts";
import { openCache } from "./cache/mod.ts";
import { openJudge } from "./judge.ts";

const files = {
  "freehold.json": JSON.stringify({
    services: {
      orders: { path: "orders", owns: ["orders"] },
      billing: { path: "billing", owns: ["invoices"] },
    },
  }),
  "orders/names.ts": 'export const table = "orders";\n',
  "billing/total.ts":
    'import { table } from "../orders/names.ts";\nexport const all = (db) => db.query(`select * from ${table}`);\n',
  "orders/migrations/001_begin.sql": "create table orders (id int);\n",
  "billing/migrations/001_begin.sql": "create table invoices (id int);\n",
};
const { manifest } = loadManifest(memorySource(files), rules);

let scratch: string;
let root: string;
let cache: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "freehold-judge-"));
  root = join(scratch, "workspace");
  cache = join(scratch, "cache");
  writeRepository(root, new Map(Object.entries(files)));
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** The findings, and whether anything was analysed for them. */
async function judged(given: { today?: string; version?: string } = {}) {
  const stages = new Set<string>();
  // Files that were only just written count as settled.
  const opened = openCache(root, cache, Date.now() + 60_000)!;
  const judge = openJudge({
    root,
    manifest: manifest!,
    rules: async () => rules,
    version: "1.0.0",
    today: "2026-11-21",
    cache: opened,
    onProgress: ({ stage }) => stages.add(stage),
    ...given,
  });
  const { findings } = await judge(null);
  return {
    found: findings.map(({ rule, at }) => `${at.file}:${at.line} ${rule}`),
    analysed: stages.has("link"),
  };
}

const caught = ["billing/total.ts:2 cross-service-read"];

test("what was judged once is not judged again while nothing has changed", async () => {
  expect(await judged()).toEqual({ found: caught, analysed: true });
  expect(await judged()).toEqual({ found: caught, analysed: false });
});

test("another day, another version and another text of any file are judged anew", async () => {
  expect((await judged()).analysed).toBe(true);
  expect((await judged({ today: "2026-11-22" })).analysed).toBe(true);
  expect((await judged({ version: "1.0.1" })).analysed).toBe(true);
  writeFileSync(join(root, "orders/names.ts"), 'export const table = "invoices";\n');
  expect(await judged()).toEqual({ found: [], analysed: true });
  writeFileSync(join(root, "orders/names.ts"), files["orders/names.ts"]);
  expect(await judged()).toEqual({ found: caught, analysed: false });
});

test("a migration that was edited shows once it has landed, though no file has changed since", async () => {
  const migration = "billing/migrations/001_begin.sql";
  writeFileSync(join(root, migration), "create table invoices (id bigint);\n");
  const before = await judged();
  expect(before.found).toContain(`${migration}:1 changed-migration`);
  expect(await judged()).toEqual({ ...before, analysed: false });
  commit(root, "it is so from the beginning");
  expect(await judged()).toEqual({ found: caught, analysed: true });
});

test("an input that went unread is named in each run", async () => {
  writeFileSync(join(root, "billing/broken.ts"), Buffer.from([0xff, 0xfe, 0x00]));
  expect((await judged()).analysed).toBe(true);
  expect((await judged()).analysed).toBe(true);
});
