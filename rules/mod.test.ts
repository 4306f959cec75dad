import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../analysis/model.ts";
import { rules } from "./mod.ts";
import { rulesReadme } from "./readme.ts";

const folder = import.meta.dir;
const notRules = new Set(["mod", "rule", "readme"]);
const modules = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const idsOf = (ending: string) =>
  modules
    .filter((name) => name.endsWith(ending) && (ending !== ".ts" || !name.endsWith(".test.ts")))
    .map((name) => name.slice(0, -ending.length))
    .filter((name) => !notRules.has(name))
    .sort();
const listed = rules.map(({ id }) => id);

test("each rule has a file, and each file is a rule", () => {
  expect(idsOf(".ts")).toEqual([...listed].sort());
});

test("each rule has a test beside it", () => {
  expect(idsOf(".test.ts")).toEqual([...listed].sort());
});

test("each rule's test runs its examples", () => {
  const idle = listed.filter(
    (id) => !readFileSync(join(folder, `${id}.test.ts`), "utf8").includes(`testRule(${camel(id)}, {`),
  );
  expect(idle).toEqual([]);
});

test("each file exports its rule under the file's name", async () => {
  for (const rule of rules) {
    const module: Record<string, Rule> = await import(join(folder, `${rule.id}.ts`));
    expect(module[camel(rule.id)]).toBe(rule);
  }
});

test("the README is what the rules say", () => {
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe(rulesReadme(rules));
});

describe("the words of each rule", () => {
  for (const { id, summary, why, fix, examples } of rules) {
    test(id, () => {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(summary).toMatch(/^(Disallow|Warn of) [^\n]*\.$/);
      expect(why).toMatch(/^[A-Z][^\n]+\.$/);
      expect(fix).toMatch(/^[A-Z][^\n]+\.$/);
      expect(Object.keys(examples.bad)).not.toEqual([]);
      expect(Object.keys(examples.good)).not.toEqual([]);
    });
  }
});

function camel(id: string): string {
  return id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
