import { describe, expect, test } from "bun:test";
import { modelOf } from "../../fixtures/workspace.ts";

const manifest = JSON.stringify({
  services: {
    orders: { path: "services/orders", owns: ["orders"] },
    billing: { path: ["services/billing", "workers/billing"], owns: ["invoices"] },
    inner: { path: "services/orders/inner", owns: [] },
  },
});

/** What every path of the manifest holds. */
const base = {
  "freehold.json": manifest,
  "services/orders/main.ts": "",
  "services/orders/inner/main.ts": "",
  "services/billing/main.ts": "",
  "workers/billing/main.ts": "",
};

const touches = (table: string) =>
  `import { sql } from "bun";\nexport const all = () => sql\`select * from ${table}\`;\n`;

/** For each file that reads a table: the chains by which services reach it, `(test)` where only tests do. */
async function belongings(files: Record<string, string>): Promise<Record<string, string[]>> {
  const { references } = await modelOf({ ...base, ...files });
  return Object.fromEntries(
    references.map(({ at, judgements, test }) => [
      at.file,
      judgements.map(
        ({ service, chain }) =>
          `${service}${test ? " (test)" : ""}: ${chain.map((file) => file.split("/").at(-1)).join(" → ")}`,
      ),
    ]),
  );
}

describe("whose code a file is", () => {
  test("the deepest path's", async () => {
    expect(
      await belongings({
        "services/orders/a.ts": touches("orders"),
        "services/orders/inner/b.ts": touches("orders"),
        "services/orders-old/c.ts": touches("orders"),
        "workers/billing/d.ts": touches("orders"),
      }),
    ).toEqual({
      "services/orders/a.ts": ["orders: a.ts"],
      "services/orders/inner/b.ts": ["inner: b.ts"],
      "services/orders-old/c.ts": [],
      "workers/billing/d.ts": ["billing: d.ts"],
    });
  });

  test("each service's that imports it, through as many files as there are, by the shortest way", async () => {
    expect(
      await belongings({
        "services/orders/a.ts": 'import "../../shared/one.ts";',
        "services/billing/b.ts": 'import "../../shared/two.ts";\nimport "../../shared/three.ts";',
        "shared/one.ts": 'import "./two.ts";',
        "shared/two.ts": 'export * from "./three.ts";',
        "shared/three.ts": touches("orders"),
        "shared/nobody.ts": touches("orders"),
      }),
    ).toEqual({
      "shared/three.ts": ["orders: a.ts → one.ts → two.ts → three.ts", "billing: b.ts → three.ts"],
      "shared/nobody.ts": [],
    });
  });

  test("not by types", async () => {
    expect(
      await belongings({
        "services/orders/a.ts": [
          'import type { A } from "../../shared/a.ts";',
          'import { type B } from "../../shared/b.ts";',
          'export type { C } from "../../shared/c.ts";',
          'export { type D } from "../../shared/d.ts";',
          'export type * from "../../shared/e.ts";',
          'let f: import("../../shared/f.ts").F;',
        ].join("\n"),
        ...Object.fromEntries(
          ["a", "b", "c", "d", "e", "f"].map((name) => [`shared/${name}.ts`, touches("orders")]),
        ),
      }),
    ).toEqual(Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [`shared/${name}.ts`, []])));
  });

  test("not by names that are used as types alone, unless decorators or JavaScript make values of them", async () => {
    const use =
      'import { Store } from "../../shared/store.ts";\nexport const f = (store: Store) => store.all();';
    const store = { "shared/store.ts": touches("orders") };
    const orders = ["orders: a.ts → store.ts"];
    expect(await belongings({ "services/orders/a.ts": use, ...store })).toEqual({ "shared/store.ts": [] });
    expect(await belongings({ "services/orders/a.ts": `${use}\nsql\`select 1\`;`, ...store })).toEqual({
      "shared/store.ts": [],
    });
    expect(await belongings({ "services/orders/a.ts": `${use}\nnew Store();`, ...store })).toEqual({
      "shared/store.ts": orders,
    });
    expect(
      await belongings({
        "services/orders/a.ts":
          'import { Store } from "../../shared/store.ts";\n@Injectable() export class A { constructor(private store: Store) {} }',
        ...store,
      }),
    ).toEqual({ "shared/store.ts": orders });
    expect(
      await belongings({
        "services/orders/a.js": 'import { Store } from "../../shared/store.ts";',
        ...store,
      }),
    ).toEqual({ "shared/store.ts": ["orders: a.js → store.ts"] });
    expect(
      await belongings({
        "services/orders/a.tsx":
          'import { Store } from "../../shared/store.ts";\nexport const a = () => <Store />;',
        ...store,
      }),
    ).toEqual({ "shared/store.ts": ["orders: a.tsx → store.ts"] });
  });

  test("by import(), require(), a worker's URL, a file of SQL and a side effect", async () => {
    expect(
      await belongings({
        "services/orders/a.ts": [
          'await import("../../shared/a.ts");',
          'const b = require("../../shared/b.ts");',
          'new Worker(new URL("../../shared/c.ts", import.meta.url));',
          'import d = require("../../shared/d.ts"); d.all();',
          'import "../../shared/e.ts";',
          'import { sql } from "bun"; await sql.file("../../shared/f.sql");',
        ].join("\n"),
        "services/orders/skimmed.ts":
          'await import(`../../shared/g.ts`);\nrequire("../../shared/h.ts");\nnew URL("../../shared/i.ts", import.meta.url);',
        ...Object.fromEntries([..."abcdeghi"].map((name) => [`shared/${name}.ts`, touches("orders")])),
        "shared/f.sql": "select * from orders;",
      }),
    ).toEqual({
      ...Object.fromEntries([..."abcde"].map((name) => [`shared/${name}.ts`, [`orders: a.ts → ${name}.ts`]])),
      "shared/f.sql": ["orders: a.ts → f.sql"],
      ...Object.fromEntries(
        [..."ghi"].map((name) => [`shared/${name}.ts`, [`orders: skimmed.ts → ${name}.ts`]]),
      ),
    });
  });

  test("a test's import makes it a test's, unless other code leads there, too", async () => {
    expect(
      await belongings({
        "services/orders/a.test.ts": 'import "../../shared/a.ts";\nimport "../../shared/b.ts";',
        "services/orders/b.ts": 'import "../../shared/b.ts";',
        "shared/a.ts": touches("orders"),
        "shared/b.ts": touches("orders"),
      }),
    ).toEqual({
      "shared/a.ts": ["orders (test): a.test.ts → a.ts"],
      "shared/b.ts": ["orders: b.ts → b.ts"],
    });
  });

  test("circles end", async () => {
    expect(
      await belongings({
        "services/orders/a.ts": 'import "../../shared/a.ts";',
        "shared/a.ts": `import "./b.ts";\n${touches("orders")}`,
        "shared/b.ts": `import "./a.ts";\nimport "./b.ts";\n${touches("orders")}`,
      }),
    ).toEqual({
      "shared/a.ts": ["orders: a.ts → a.ts"],
      "shared/b.ts": ["orders: a.ts → a.ts → b.ts"],
    });
  });
});

describe("imports that cross a border", () => {
  const store = {
    "services/orders/store.ts": touches("orders"),
    "services/orders/index.ts": 'export * from "./store.ts";\nexport const NAME = "orders";',
    "services/orders/name.ts": 'export const NAME = "orders";',
    "services/orders/pool.ts":
      'import { SQL } from "bun";\nexport const pool = new SQL(process.env.ORDERS_URL!);',
    "services/orders/deep.ts": 'import "./index.ts";',
  };

  async function crossings(files: Record<string, string>): Promise<string[]> {
    const { imports } = await modelOf({ ...base, ...store, ...files });
    return imports.map(
      ({ service, owner, at, chain, touches, test }) =>
        `${at.file}:${at.line}:${at.column} ${service} → ${owner}${test ? " (test)" : ""} ${touches}: ${chain.map((file) => file.split("/").at(-1)).join(" → ")}`,
    );
  }

  test("directly, through a barrel, to a connection", async () => {
    expect(
      await crossings({
        "services/billing/a.ts": 'import { all } from "../orders/store.ts";\nall();',
        "services/billing/b.ts": 'import { NAME } from "../orders/index.ts";\nlog(NAME);',
        "services/billing/c.ts": 'import "../orders/deep.ts";',
        "services/billing/d.ts": 'import { pool } from "../orders/pool.ts";\nlog(pool);',
      }),
    ).toEqual([
      "services/billing/a.ts:1:21 billing → orders reads orders: a.ts → store.ts",
      "services/billing/b.ts:1:22 billing → orders reads orders: b.ts → index.ts → store.ts",
      "services/billing/c.ts:1:8 billing → orders reads orders: c.ts → deep.ts → index.ts → store.ts",
      "services/billing/d.ts:1:22 billing → orders opens a connection: d.ts → pool.ts",
    ]);
  });

  test("not to a module that touches nothing, and not for types", async () => {
    expect(
      await crossings({
        "services/billing/a.ts": 'import { NAME } from "../orders/name.ts";\nlog(NAME);',
        "services/billing/b.ts": 'import type { Row } from "../orders/store.ts";',
        "services/billing/c.ts":
          'import { Row } from "../orders/store.ts";\nexport const f = (row: Row) => row;',
        "services/orders/own.ts": 'import { all } from "./store.ts";\nall();',
      }),
    ).toEqual([]);
  });

  test("through a file that nobody owns, once for each service", async () => {
    expect(
      await crossings({
        "services/billing/a.ts": 'import "../../shared/via.ts";',
        "services/billing/b.ts": 'import "../../shared/via.ts";',
        "services/orders/inner/c.ts": 'import "../../../shared/via.ts";',
        "services/orders/own.ts": 'import "../../shared/via.ts";',
        "shared/via.ts": 'import { all } from "../services/orders/store.ts";\nall();',
      }),
    ).toEqual([
      "shared/via.ts:1:21 billing → orders reads orders: a.ts → via.ts → store.ts",
      "shared/via.ts:1:21 inner → orders reads orders: c.ts → via.ts → store.ts",
    ]);
  });

  test("in a test", async () => {
    expect(
      await crossings({ "services/billing/a.test.ts": 'import { all } from "../orders/store.ts";\nall();' }),
    ).toEqual(["services/billing/a.test.ts:1:21 billing → orders (test) reads orders: a.test.ts → store.ts"]);
  });

  test("an owner's module that leads back to the importer is the importer's own business", async () => {
    expect(
      await crossings({
        "services/billing/a.ts": 'import "../orders/back.ts";',
        "services/billing/own.ts": touches("invoices"),
        "services/orders/back.ts": 'import "../billing/own.ts";',
      }),
    ).toEqual(["services/orders/back.ts:1:8 orders → billing reads invoices: back.ts → own.ts"]);
  });
});
