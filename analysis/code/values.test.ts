import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const open = `import { sql } from "bun";\n`;

/** What stands at a table's place, and the names that it may be: `?` where nobody knows. */
const rows: [title: string, code: string, expected: string[]][] = [
  [
    "a text of many pieces",
    `const f = (x: string) => sql.unsafe("truncate " + ${'"" + '.repeat(40)}"a" + x.slice(9));`,
    ["?"],
  ],
  ["the last of many pieces", `const f = () => sql.unsafe("truncate " + ${'"" + '.repeat(40)}"a");`, ["a"]],
  [
    "a text that is written to itself, more than once",
    `async function f(n: number) {\n  let q = "truncate a";\n  if (n > 1) q = q + ", b";\n  if (n > 2) q = \`\${q}, c\`;\n  q = q + " cascade";\n  await sql.unsafe(q);\n}`,
    ["a", "b", "c"],
  ],
  [
    "a query that is written to itself, more than once",
    `async function f(n: number) {\n  let q = sql\`truncate a\`;\n  if (n > 1) q = sql\`\${q}, b\`;\n  q = sql\`\${q} cascade\`;\n  await q;\n}`,
    ["a", "b"],
  ],
  [
    "items that a loop parts by commas",
    `async function f(ids: number[]) {\n  let v = "";\n  for (let i = 0; i < ids.length; i++) {\n    v += \`(\${ids[i]})\`;\n    if (i < ids.length - 1) v += ",";\n  }\n  await sql.unsafe(\`with l (id) as (values \${v}) select id from l join a using (id)\`);\n}`,
    ["a"],
  ],
  [
    "conditions that a loop parts by words",
    `async function f(ids: number[]) {\n  let v = "(";\n  for (let i = 0; i < ids.length; i++) {\n    v += \`x = $\${i + 1}\`;\n    if (i < ids.length - 1) v += " OR ";\n  }\n  v += ")";\n  await sql.unsafe(\`select 1 from a where \${v}\`);\n}`,
    ["a"],
  ],
  [
    "columns that a loop parts by commas",
    `async function f(data: object) {\n  let q = "update a set ";\n  for (const key of Object.keys(data)) {\n    if (q.length > 20) q += ", ";\n    q += \`"\${key}" = :\${key} \`;\n  }\n  await sql.unsafe(q + " where id = :id");\n}`,
    ["a"],
  ],
  [
    "the keys of a map",
    `const f = async () => {\n  for (const [t, n] of new Map([["a", 1], ["b", 2]])) await sql.unsafe(\`truncate \${t}\`, n);\n};`,
    ["a", "b"],
  ],
  [
    "the items of a set that is kept in a constant",
    `const all = new Set(["a", "b"]);\nconst f = async () => {\n  for (const t of all) await sql.unsafe(\`truncate \${t}\`);\n};`,
    ["a", "b"],
  ],
  [
    "a property of what a function returns",
    `function parts(id: number) {\n  return { recent: \`recent as (select 1 from a where id = \${id})\`, where: "x = 1" };\n}\nconst f = () => {\n  const p = parts(1);\n  return sql.unsafe(\`with \${p.recent} select 1 from recent join b using (id) where \${p.where}\`);\n};`,
    ["a", "b"],
  ],
  [
    "a property of an object that is frozen",
    `const ctes = Object.freeze({ recent: "recent as (select 1 from a)" });\nconst f = () => sql.unsafe(\`with \${ctes.recent} select 1 from recent\`);`,
    ["a"],
  ],
  [
    "a query that nobody knows, and one that bears its name perhaps",
    `const f = (cte: string) => sql.unsafe(\`with \${cte} select 1 from recent join s.b using (id)\`);`,
    ["?", "b"],
  ],
  [
    "what is called with more than can be read",
    `const makes = (x: object) => "a";\nconst f = () => sql.unsafe("truncate " + { makes }.makes({ ${"x: { y: [1, 2, 3, 4, 5] }, ".repeat(90)} }));`,
    ["a"],
  ],
  [
    "a name in lower case",
    `const f = (t: string) => sql.unsafe(\`truncate \${t.toLowerCase()}\`);\nf("A");\nf("B");`,
    ["a", "b"],
  ],
  [
    "a union of literals",
    `const f = (t: "a" | "b" | undefined) => sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "a union by its name",
    `type T = "a" | "b";\nconst f = (t: T) => sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "an item of a constant list",
    `const LIST = ["a", "b"] as const;\nconst f = (t: (typeof LIST)[number]) => sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "a key of a constant object",
    `const MAP = { a: 1, b: 2 } as const;\nconst f = (t: keyof typeof MAP) => sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "a value of a constant object",
    `const MAP = { x: "a", y: "b" } as const;\nconst f = (t: (typeof MAP)[keyof typeof MAP]) => sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "a member of an enum",
    `enum T { A = "a", B = "b" }\nconst f = (t: T) => sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "a type that is any text",
    `type T = "a" | string;\nconst f = (t: T) => sql.unsafe(\`truncate \${t}\`);`,
    ["?"],
  ],
  [
    "a default, and what callers give",
    `const f = (t = "a") => sql.unsafe(\`truncate \${t}\`);\nf("b");`,
    ["a", "b"],
  ],
  [
    "what a type parameter extends",
    `const f = <K extends "a" | "b">(t: K) => sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "a property whose type is a union, in place, by an interface and by a name",
    `type Name = "a" | "b"; interface O { t: Name }\nconst f = (o: { t: "c" }, p: O) => { sql.unsafe(\`truncate \${o.t}\`); sql.unsafe(\`truncate \${p.t}\`); };`,
    ["c", "a", "b"],
  ],
  [
    "a value of a map, by a key that is known and by one that is not",
    `const MAP = new Map([["x", "a"], ["y", "b"]]);\nconst f = (k) => { sql.unsafe(\`truncate \${MAP.get("x")}\`); sql.unsafe(\`truncate \${MAP.get(k)!}\`); };`,
    ["a", "a", "b"],
  ],
  [
    "a map that is filled later",
    `const MAP = new Map();\nMAP.set("x", "a");\nsql.unsafe(\`truncate \${MAP.get("x")}\`);`,
    ["?"],
  ],
  [
    "a function that each of a list is handed to by its name",
    `const drop = (t) => sql.unsafe(\`truncate \${t}\`);\nfunction empty(t) { return sql.unsafe(\`truncate \${t}\`); }\nconst LIST = ["a", "b"];\nLIST.map(drop); ["c"].forEach(empty);`,
    ["a", "b", "c"],
  ],
  [
    "a list that is mapped",
    `sql.unsafe(\`truncate \${["a", "b"].map((t) => \`"\${t}"\`).join(", ")}\`);`,
    ["a", "b"],
  ],
  [
    "a list that a function of the file maps",
    `const q = (t: string) => \`"\${t}"\`;\nsql.unsafe(\`truncate \${["a", "b"].map(q).join(", ")}\`);`,
    ["a", "b"],
  ],
  [
    "an object's keys",
    `const MAP = { a: 1, b: 2 };\nfor (const t of Object.keys(MAP)) await sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "an object's values",
    `const MAP = { x: "a", y: "b" };\nObject.values(MAP).forEach((t) => sql.unsafe(\`truncate \${t}\`));`,
    ["a", "b"],
  ],
  [
    "an object's entries",
    `const MAP = { a: 1, b: 2 };\nfor (const [t] of Object.entries(MAP)) await sql.unsafe(\`truncate \${t}\`);`,
    ["a", "b"],
  ],
  [
    "fields of the class, of its kind and of its constructor",
    `class Store {
  static TABLE = "a";
  private table = "b";
  constructor(private name: string) {}
  all() {
    return sql.unsafe(\`truncate \${Store.TABLE}, \${this.table}, \${this.name}\`);
  }
}
new Store("c");`,
    ["a", "b", "c"],
  ],
  [
    "a choice, by ?:, ?? and switch",
    `const pick = (k: string) => { switch (k) { case "x": return "c"; default: return "d"; } };
const f = (x: boolean, y?: string) => sql.unsafe(\`truncate \${x ? "a" : "b"}, \${y ?? "e"}, \${pick("x")}\`);`,
    ["a", "b", "?", "e", "c", "d"],
  ],
  [
    "constants of objects and enums, glued",
    `const NAMES = { orders: { table: "a" } } as const;
const enum T { Items = "b" }
sql.unsafe("truncate " + NAMES.orders.table + ", " + T.Items + ", shop_" + "c");`,
    ["a", "b", "shop_c"],
  ],
];

for (const [title, code, expected] of rows)
  test(`${title} names tables`, async () => {
    const { model } = await readCode(open + code);
    expect(model.unparsed).toEqual([]);
    expect(model.references.map(({ table }) => table ?? "?")).toEqual(expected);
  });
