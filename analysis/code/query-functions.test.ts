import { expect, test } from "bun:test";
import { loadManifest, memorySource } from "../../manifest/mod.ts";
import { analyseFiles } from "../mod.ts";

async function lines(code: string, queryFunctions: string[]) {
  const files = { "app/code.ts": code };
  const manifest = { services: { app: { path: "app", owns: [] } }, queryFunctions };
  const loaded = loadManifest(memorySource({ "freehold.json": JSON.stringify(manifest), ...files }));
  if (!loaded.manifest) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
  const model = await analyseFiles([{ path: "app/code.ts", text: code }], loaded.manifest);
  return model.references.map(
    ({ at, client, operation, table, reason }) =>
      `${at.line}:${at.column} ${client} ${operation ?? "?"} ${table ?? reason}`,
  );
}

test("a function of one's own takes SQL as its first argument", async () => {
  expect(await lines(`await db.one("select * from orders");`, ["db.one"])).toEqual([
    "1:29 db.one select orders",
  ]);
});

test("a function of one's own takes SQL in an entry of an object", async () => {
  expect(
    await lines(`await execute({ sql: "delete from orders", retry: 2 });`, ["execute({ sql })"]),
  ).toEqual(["1:35 execute delete orders"]);
});

test("what such a function is given and nobody knows is unresolved, not dropped", async () => {
  expect(await lines(`export const run = (text: string) => this.db.one(text);`, ["db.one"])).toEqual([
    "1:50 db.one ? `text` is a parameter of run",
  ]);
});

test("a function of another name is none of them", async () => {
  expect(await lines(`export const run = (text: string) => db.other(text);`, ["db.one"])).toEqual([]);
});
