import { expect, test } from "bun:test";
import { loadFrom, loadWasm } from "./wasm.ts";

test("the package's own entry says the same, where its files do not lie as they did", async () => {
  const [ours, plain] = await Promise.all([loadWasm(), loadFrom("libpg-query/elsewhere/grammar")]);
  const texts = [
    "select 'ä', count(*) from a join b using (id) where a.x = $1",
    "create table t (id int primary key, u int references s.u)",
    "select 'ä' from from",
    "select 'never closed",
    ";",
  ];
  expect(texts.map(ours)).toEqual(texts.map(plain));
  expect(texts.map((text) => ours(text).ok)).toEqual([true, true, false, false, true]);
});

test("a text too deep for the grammar's stack is thrown by both, and the next one is read", async () => {
  const deep = `select ${"1 + ".repeat(60_000)}1`;
  for (const parse of [await loadWasm(), await loadFrom("libpg-query/elsewhere/grammar")]) {
    expect(() => parse(deep)).toThrow(RangeError);
    expect(parse("select 1").ok).toBe(true);
  }
});
