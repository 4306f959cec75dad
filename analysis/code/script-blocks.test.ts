import { expect, test } from "bun:test";
import { loadManifest, memorySource } from "../../manifest/mod.ts";
import { analyseFiles } from "../mod.ts";
import { scriptsOf } from "./script-blocks.ts";

async function lines(file: string, text: string) {
  const manifest = { services: { app: { path: "app", owns: [] } } };
  const loaded = loadManifest(memorySource({ "freehold.json": JSON.stringify(manifest), [file]: text }));
  if (!loaded.manifest) throw new Error("no manifest");
  const model = await analyseFiles([{ path: file, text }], loaded.manifest);
  return [
    ...model.references.map(({ at, operation, table }) => `${at.line}:${at.column} ${operation} ${table}`),
    ...model.problems.map(({ line, column, message }) => `problem ${line}:${column} ${message}`),
  ];
}

const load = 'import { sql } from "bun";\nconst rows = await sql`select * from orders`;';

test("a Vue file is read by its scripts", async () => {
  const text = `<template>\n  <p title="a > b">select * from nowhere</p>\n</template>\n<script lang="ts">\nexport default {};\n</script>\n<script setup lang="ts">\n${load}\n</script>\n<style>p { color: red }</style>\n`;
  expect(await lines("app/list.vue", text)).toEqual(["9:38 select orders"]);
});

test("a Svelte file is read by its scripts", async () => {
  const text = `<script context="module">\n${load}\n</script>\n{#each rows as row}{row.id}{/each}\n<script type="application/json">{ "a": 1 }</script>\n`;
  expect(await lines("app/list.svelte", text)).toEqual(["3:38 select orders"]);
});

test("an Astro file is read by its fence", async () => {
  expect(
    await lines("app/list.astro", `---\n${load}\n---\n<ul>{rows.map((row) => <li>{row.id}</li>)}</ul>\n`),
  ).toEqual(["3:38 select orders"]);
});

test("offsets carry over, whatever stands before", () => {
  const text = '<!-- ä😀\r\n --><script data-x="a>b">let x = 1;</script>\r\n<b/>';
  const { text: scripts } = scriptsOf("a.vue", text);
  expect(scripts.length).toBe(text.length);
  expect(scripts.indexOf("let x = 1;")).toBe(text.indexOf("let x = 1;"));
  expect(scripts.trim()).toBe("let x = 1;");
});

test("a syntax error costs the statement that it is in, and is said", async () => {
  const text = `${load}\nexport function broken( {\n  return sql\`delete from lost\`;\n}\nconst more = sql\`delete from lines\`;\n`;
  expect(await lines("app/a.ts", text)).toEqual([
    "2:38 select orders",
    "6:30 delete lines",
    "problem 4:10 syntax error: Expected `:` but found `Identifier`",
  ]);
});

test("a component with a syntax error is recovered like any other file", async () => {
  const text = `<script>\n${load}\nconst = 1;\n</script>\n`;
  expect(await lines("app/a.svelte", text)).toEqual([
    "3:38 select orders",
    "problem 4:7 syntax error: Unexpected token",
  ]);
});

test("a file of which nothing is left is a problem alone", async () => {
  expect(await lines("app/a.ts", "}{ sql`select * from orders`")).toEqual([
    "problem 1:1 syntax error: Unexpected token",
  ]);
});
