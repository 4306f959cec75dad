/** Files that nobody wrote by hand, and some that somebody wrote to do harm: each ends, and says what it could not read. */
import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const open = 'import postgres from "postgres";\nconst sql = postgres(process.env.APP_DATABASE_URL!);\n';
const tooDeep =
  "problem services/app/code.ts: it nests too deeply to be read; list it under ignore if a program wrote it";

async function read(code: string): Promise<string[]> {
  const { lines } = await readCode(code);
  return lines.filter((line) => !line.startsWith("open"));
}

const times = (text: string, count: number) => text.repeat(count);
const list = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i));

const deep: [title: string, code: string][] = [
  ["brackets", `${open}const a = ${times("(", 20_000)}1${times(")", 20_000)};`],
  ["brackets without an end", `${open}const a = ${times("[", 20_000)}`],
  ["arrows", `${open}const a = ${times("a => ", 20_000)}1;`],
  ["comparisons that may be types", `${open}const a = b${times("<b", 20_000)};`],
  ["calls in a chain", `${open}a${times(".b()", 20_000)};`],
  ["a text of many pieces", `${open}sql.unsafe(${list(20_000, (i) => `"${i}"`).join(" + ")});`],
];

test.each(deep)("too deep: %s", async (_, code) => {
  expect(await read(code)).toEqual([tooDeep]);
});

test("a file that nests too deeply does not keep others from being read", async () => {
  const { lines } = await readCode(`${open}sql\`select * from orders\`;`, {
    "services/app/deep.ts": `${open}${times("(", 20_000)}`,
  });
  expect(lines.slice(0, 1)).toEqual(["3:19 select orders"]);
  expect(lines.at(-1)).toStartWith("problem services/app/deep.ts: it nests too deeply");
});

test("constants that double each time are followed as far as that goes", async () => {
  const doubled = list(40, (i) => `const a${i + 1} = \`\${a${i}}\${a${i}}\`;`).join("\n");
  const [line] = await read(`${open}const a0 = "select 1 ";\n${doubled}\nsql.unsafe(a40);`);
  expect(line).toMatch(/^\d+:\d+ \? \? /);
});

test("functions and constants that lead to themselves end", async () => {
  expect(
    await read(
      `${open}const a = () => b();\nconst b = () => a();\nconst c = d, d = c;\nsql.unsafe(a()); sql.unsafe(c);`,
    ),
  ).toEqual(["6:12 ? ? `b()` is not known before it runs", "6:29 ? ? `d` is not known before it runs"]);
  expect(
    await read(
      `${open}class A extends A {\n  x = this.x;\n  get y() { return this.y; }\n  f() { sql.unsafe(this.x); }\n}`,
    ),
  ).toEqual(["6:20 ? ? `this.x` is not known before it runs"]);
});

test("keys that objects have by nature are keys like any other", async () => {
  expect(
    await read(
      `${open}const t = { __proto__: null, constructor: "a", toString: "b" };\nsql.unsafe("select 1 from " + t.constructor + ", " + t.toString + ", " + t.valueOf);`,
    ),
  ).toEqual(["4:31 select a", "4:54 select b", "4:74 select ? `t.valueOf` is not known before it runs"]);
});

test("each of many alternatives is read, and beyond that it is said", async () => {
  const loop = (count: number) =>
    read(
      `${open}const all = [${list(count, (i) => `"t${i}"`).join()}];\nfor (const one of all) sql.unsafe("truncate " + one);`,
    );
  expect(await loop(100)).toEqual(list(100, (i) => `4:49 truncate t${i}`));
  expect((await loop(300)).filter((line) => line.includes("?"))).toEqual([
    "4:24 ? ? it may be any of 44 more texts",
  ]);
});

test("what is not UTF-16, holds NUL, begins with a mark or ends lines with CRLF is placed right", async () => {
  expect(await read(`${open}sql\`select '\ud800' from a\`;`)).toEqual(["3:21 select a"]);
  expect(await read(`${open}sql.unsafe("select '\\ud800', 'é𝒳' from a");`)).toEqual(["3:41 select a"]);
  expect(await read(`\ufeff${open}sql\`select * from a\`;`)).toEqual(["3:19 select a"]);
  expect(
    await read(`${open.replaceAll("\n", "\r\n")}sql\`select *\r\n from a\`;\r\nsql\`select * from b\`;`),
  ).toEqual(["4:7 select a", "5:19 select b"]);
  expect(await read(`#!/usr/bin/env bun\n${open}sql\`select * from a\`;`)).toEqual(["4:19 select a"]);
  const [nul] = await read(`${open}sql.unsafe("select '\\0' from a");`);
  expect(nul).toMatch(/^unparsed 3:\d+ NUL/);
});

test("what is no code is a problem", async () => {
  const [json] = await read('{"sql": 1}');
  const [binary] = await read("\u0001\u0002sql\u0003");
  expect([json, binary].map((line) => line?.split(":")[1])).toEqual([" syntax error", " syntax error"]);
});

test("a function that calls itself at many places is gone through once", async () => {
  const cases = list(
    40,
    (i) => `case "${i}":
      if (action.deep) return reduce(state, { type: "a${i}" });
      return reduce(state, { type: "b${i}" });`,
  ).join("\n");
  const code = `${open}export function reduce(state: object, action: { type: string; deep: boolean }) {
    switch (action.type) { ${cases} }
    return sql\`select 1 from orders\`;
  }`;
  expect((await read(code)).map((line) => line.replace(/^\S+ /, ""))).toEqual(["select orders"]);
});

test("types that lead back to themselves at many places are gone through once", async () => {
  const types = list(30, (i) => `type T${i} = ${list(30, (j) => `T${j}`).join(" | ")};`).join("\n");
  const lines = await read(
    `${open}${types}\nfunction f(db: T0) { return db.query("select 1 from orders"); }`,
  );
  expect(lines.map((line) => line.replace(/^\S+ /, ""))).toEqual(["select orders"]);
});

/** Modules that each choose among the next one at eight places; the last one says what it is. */
const choices = (count: number, last: string) =>
  Object.fromEntries(
    list(count, String).map((i) => {
      const next = `o${Number(i) + 1}`;
      const passed = `import { ${next} } from "./m${Number(i) + 1}";\nexport const o${i} = ${`c ? ${next} : `.repeat(7)}${next};`;
      return [`services/app/m${i}.ts`, Number(i) === count - 1 ? last.replace("$", `o${i}`) : passed];
    }),
  );

test("alternatives of alternatives in other modules are gone through once", async () => {
  const table = choices(16, 'export const $ = { t: "orders" };');
  const named = await readCode(
    `import { o0 } from "./m0";\n${open}sql.unsafe("select 1 from " + o0.t);`,
    table,
  );
  expect(named.lines).toEqual(["4:31 select orders", "open APP_DATABASE_URL"]);
  const client = choices(16, 'import knex from "knex";\nexport const $ = knex({});');
  const built = await readCode('import { o0 } from "./m0";\no0.select("*").from("orders");', client);
  expect(built.lines.slice(0, 1)).toEqual(["2:22 select orders"]);
});

test("a list that more is pushed into than is followed is said where it is used", async () => {
  const pushes = list(30, (i) => `q.push("select 1 from t${i}");`).join("\n");
  const lines = await read(`${open}const q = [];\n${pushes}\nsql.unsafe(q.join(";"));`);
  expect(lines.at(-1)).toBe("34:12 ? ? more is pushed into it than is followed");
});

test("a builder that is assigned more often than is followed is what it was first given", async () => {
  const joins = list(30, (i) => `if (c.x${i}) q = c.y ? q.where({ a: 1 }) : q.join("t${i}", "a", "b");`);
  const { lines } = await readCode(
    `import knex from "knex";\nlet q = knex({})("orders");\n${joins.join("\n")}`,
  );
  const tables = lines.flatMap((line) => /select (\w+)/.exec(line)?.[1] ?? []);
  expect(tables.sort()).toEqual(["orders", ...list(30, (i) => `t${i}`)].sort());
});

test("beginnings of a chain beyond those that are read are said", async () => {
  const modules: Record<string, string> = {};
  for (const m of list(10, String)) {
    const tables = list(8, (i) => `k("t${m}_${i}")`).join(" ?? ");
    modules[`services/app/m${m}.ts`] =
      `import knex from "knex";\nconst k = knex({});\nexport const o${m} = ${tables};`;
  }
  const imports = list(10, (m) => `import { o${m} } from "./m${m}";`).join("\n");
  const { lines } = await readCode(
    `${imports}\nconst q = ${list(10, (m) => `o${m}`).join(" ?? ")};\nq.update({ a: 1 });`,
    modules,
  );
  expect(lines.filter((line) => /update t\d/.test(line))).toHaveLength(64);
  expect(lines).toContain("12:1 update ? it may begin with any of 16 more");
});
