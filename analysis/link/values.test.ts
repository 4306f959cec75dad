import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

/** The packages and modules that a service's constants may come from. */
const workspace = {
  "packages/names/package.json": JSON.stringify({
    name: "@acme/names",
    exports: {
      ".": { types: "./dist/index.d.ts", import: "./dist/index.js" },
      "./tables/*": { default: "./dist/tables/*.js" },
    },
    imports: { "#inner/*": "./src/inner/*.ts" },
  }),
  "packages/names/src/index.ts": `export * from "./circle-a.js";
export { default as byDefault } from "./default.js";
export * as names from "./names.js";
export { inner } from "#inner/x";`,
  "packages/names/src/circle-a.ts": `export * from "./circle-b.js";\nexport const a = "circle_a";`,
  "packages/names/src/circle-b.ts": `export * from "./circle-a.js";\nexport const b = "circle_b";`,
  "packages/names/src/default.ts": `export default "by_default";`,
  "packages/names/src/names.ts": `export const one = "of_namespace";`,
  "packages/names/src/inner/x.ts": `export const inner = "of_imports";`,
  "packages/names/src/tables/users.ts": `const tables = { users: "of_default_object" };\nexport default tables;\nexport const users = "of_pattern";`,
  "packages/tsconfig/package.json": JSON.stringify({ name: "@acme/tsconfig" }),
  "packages/tsconfig/base.json": JSON.stringify({
    compilerOptions: { paths: { "@app/*": ["${configDir}/src/*"] } },
  }),
  "services/app/tsconfig.json": JSON.stringify({ extends: ["@acme/tsconfig/base.json"] }),
  "services/app/package.json": JSON.stringify({
    imports: { "#lib/*": { default: "./lib/*.ts" }, "#names": "@acme/names" },
  }),
  "services/app/src/paths.ts": `export const byPaths = "by_paths";`,
  "services/app/lib/imports.ts": `export const byImports = "by_imports";`,
  "services/app/lib/legacy.cjs": `const a = "common";\nmodule.exports = { a, nested: { b: "common_nested" } };\nmodule.exports.c = "common_property";`,
  "services/app/lib/assigned.cts": `export = { d: "export_assignment" };`,
  "services/app/lib/store.ts": `export default class { static table = "static_field"; }`,
  "services/app/lib/made.mts": `export default function table(name: string) { return \`made_\${name}\`; }`,
};

test("constants are followed through packages, barrels, circles, paths, CommonJS and functions", async () => {
  const code = `import { sql } from "bun";
import { a, b, byDefault, inner, names } from "@acme/names";
import tables, { users } from "@acme/names/tables/users";
import { byPaths } from "@app/paths";
import { byImports } from "#lib/imports";
import * as all from "#names";
import Store from "./lib/store";
import table from "./lib/made.mjs";
import assigned = require("./lib/assigned.cjs");
const legacy = require("./lib/legacy.cjs");
const { nested: { b: nested }, c } = require("./lib/legacy.cjs");
sql.unsafe(\`truncate \${a}, \${b}, \${byDefault}, \${inner}, \${names.one}, \${tables.users}, \${users}\`);
sql.unsafe(\`lock \${byPaths}, \${byImports}, \${all.b}, \${Store.table}, \${table("x")}, \${assigned.d}\`);
sql.unsafe(\`select from \${legacy.a}, \${nested}, \${c}\`);
export const later = async () => sql.unsafe(\`truncate \${(await import("@acme/names")).a}\`);`;
  const { model } = await readCode(code, workspace);
  const told = model.references.map(({ at, table, reason }) => `${at.line} ${table ?? `? ${reason}`}`);
  expect(told).toEqual([
    "12 circle_a",
    "12 circle_b",
    "12 by_default",
    "12 of_imports",
    "12 of_namespace",
    "12 of_default_object",
    "12 of_pattern",
    "13 by_paths",
    "13 by_imports",
    "13 circle_b",
    "13 static_field",
    "13 made_x",
    "13 export_assignment",
    "14 common",
    "14 common_nested",
    "14 common_property",
    "15 circle_a",
  ]);
});

test("entries of the object that another module's function returns", async () => {
  const { lines } = await readCode(
    `import lib from "./lib";
import { Pool } from "pg";
const pool = new Pool();
export async function stats(filters: Filters) {
  const { joins, cohort } = lib.parse(filters);
  return pool.query(\`select 1 from a \${joins} \${cohort} where x = 1\`);
}`,
    {
      "services/app/lib.ts": `function cohort(filters) {
  if (!filters.x) return "";
  return \`join (select 1 from c where y = {{y}} and z = {{\${filters.name}}}) d on d.x = a.x\`;
}
function parse(filters, options?) {
  const joined = Object.keys(filters).find((key) => key);
  return { joins: joined ? "inner join b on a.x = b.x" : "", cohort: cohort(filters) };
}
export default { parse };`,
    },
  );
  expect(lines.filter((line) => !line.startsWith("open"))).toEqual([
    "6:36 select a",
    "services/app/lib.ts:3:31 select c",
    "services/app/lib.ts:7:40 select b",
  ]);
});

test("what another module's objects and enums hold, gone through in loops", async () => {
  const { model } = await readCode(
    `import { sql } from "bun";
import { ALL, Tables } from "./tables";
export async function sweep() {
  for (const t of Object.values(Tables)) await sql.unsafe(\`truncate \${t}\`);
  for (const t of Object.keys(ALL)) await sql.unsafe(\`truncate \${t}\`);
  for (const [, { name }] of Object.entries(ALL)) await sql.unsafe(\`truncate \${name}\`);
}`,
    {
      "services/app/tables.ts": `export enum Tables { A = "a", B = "b" }
export const ALL = { c: { name: "e" }, d: { name: "f" } };`,
    },
  );
  const told = model.references.map(({ at, table, reason }) => `${at.line} ${table ?? `? ${reason}`}`);
  expect(told).toEqual(["4 a", "4 b", "5 c", "5 d", "6 e", "6 f"]);
});

test("the texts that another module's types allow", async () => {
  const { model } = await readCode(
    `import { sql } from "bun";
import type { Any, Table } from "./barrel";
import { Enumerated, type Item, type Key, type Options } from "./barrel";
export const f1 = (t: Table) => sql.unsafe(\`truncate \${t}\`);
export const f2 = (t?: Item | null) => sql.unsafe(\`truncate \${t}\`);
export const f3 = (t: Key) => sql.unsafe(\`truncate \${t}\`);
export const f4 = (t: Enumerated) => sql.unsafe(\`truncate \${t}\`);
export const f5 = (o: Options) => sql.unsafe(\`truncate \${o.table}\`);
export const f6 = ({ table }: Options) => sql.unsafe(\`truncate \${table}\`);
export const f7 = ({ t }: { t: Options["table"] }) => sql\`truncate \${sql(t)}\`;
export class A { constructor(private t: Table) {} all() { return sql.unsafe(\`truncate \${this.t}\`); } }
export const open1 = (t: Any) => sql.unsafe(\`truncate \${t}\`);
export const open2 = (t: Table | string) => sql.unsafe(\`truncate \${t}\`);
export const open3 = ({ other }: Options) => sql.unsafe(\`truncate \${other}\`);`,
    {
      "services/app/barrel.ts": 'export * from "./types";',
      "services/app/types.ts": `type More = "b" | "c";
export type Table = "a" | More;
export const LIST = ["d", "e"] as const;
export type Item = (typeof LIST)[number];
const MAP = { f: 1, g: 2 } as const;
export type Key = keyof typeof MAP;
export enum Enumerated { H = "h", I = "i" }
export interface Options { table: "j" | "k"; other: string }
export type Any = "a" | string;`,
    },
  );
  const told = Map.groupBy(model.references, ({ at }) => at.line);
  const tables = [...told].map(([line, found]) => [line, found.map(({ table }) => table ?? "?").join()]);
  expect(Object.fromEntries(tables)).toEqual({
    4: "a,b,c",
    5: "d,e",
    6: "f,g",
    7: "h,i",
    8: "j,k",
    9: "j,k",
    10: "j,k",
    11: "a,b,c",
    12: "?",
    13: "?",
    14: "?",
  });
});
