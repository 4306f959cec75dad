import { expect, test } from "bun:test";
import { compileCode } from "./mod.ts";
import { mayTouchDatabase } from "./sieve.ts";

test.each([
  ["await run('select 1 from a')"],
  ['run("\\n  select 1 from a")'],
  ["run(`\n  -- which\n  ( /* all */ select 1 from a)`)"],
  ["run(`with x as (select 1) select * from x`)"],
  ["const text = `${''}` + 'x'; db.exec(text)"],
  ["client.$queryRawUnsafe(text)"],
  ["tx.$executeRaw`${text}`"],
  ["rows.findMany({})"],
  ['import { users } from "drizzle-orm/pg-core";'],
  ['class Toy extends Base { static tableName = "toys"; }'],
  ['export default model.define("region", {});'],
])("passes: %s", (text) => {
  expect(mayTouchDatabase(text)).toBe(true);
});

test.each([
  ["console.warn(`cannot select the order from ${list}`)"],
  ["// the update of a row, once its key is set\nexport const a = 1;"],
  ['const words = { action: "delete" };'],
  ["copy it from here"],
])("is held back: %s", (text) => {
  expect(mayTouchDatabase(text)).toBe(false);
});

test("a call that the manifest describes passes by its last name", () => {
  expect(mayTouchDatabase("run(text)", [{ path: ["store", "run"], key: null }])).toBe(true);
});

test("what is held back has no fact when it is walked all the same", () => {
  const text =
    "export const warn = (list: string) => console.warn(`cannot select the order from ${list}`);\n";
  const { sites, uses, chains, definitions } = compileCode("a.ts", text, { whole: true });
  expect({ sites, uses, chains, definitions }).toEqual({ sites: [], uses: [], chains: [], definitions: [] });
});
