import { describe, expect, test } from "bun:test";
import { createResolver } from "./resolve.ts";

/**
 * Resolves imports in a workspace of files (one a line) and configs.
 * A row: from, specifier, what it resolves to.
 */
function rows(
  files: string,
  configs: Record<string, unknown>,
  expected: [from: string, specifier: string, to: string | null][],
  links: Record<string, string> = {},
): void {
  const paths = new Set(files.trim().split(/\s+/));
  const texts = new Map(
    Object.entries(configs).map(([path, json]) => [
      path,
      typeof json === "string" ? json : JSON.stringify(json),
    ]),
  );
  const resolver = createResolver(paths, texts, new Map(Object.entries(links)));
  expect(expected.map(([from, specifier]) => [from, specifier, resolver.resolve(from, specifier)])).toEqual(
    expected,
  );
}

describe("relative paths", () => {
  test("with and without endings", () => {
    rows("a/x.ts a/y.tsx a/z.mts a/w.cts a/v.js a/q.sql a/x.service.ts a/b/index.ts index.ts", {}, [
      ["a/from.ts", "./x.ts", "a/x.ts"],
      ["a/from.ts", "./x", "a/x.ts"],
      ["a/from.ts", "./x.js", "a/x.ts"],
      ["a/from.ts", "./y", "a/y.tsx"],
      ["a/from.ts", "./y.js", "a/y.tsx"],
      ["a/from.ts", "./y.jsx", "a/y.tsx"],
      ["a/from.ts", "./z.mjs", "a/z.mts"],
      ["a/from.ts", "./w.cjs", "a/w.cts"],
      ["a/from.ts", "./v.js", "a/v.js"],
      ["a/from.ts", "./v", "a/v.js"],
      ["a/from.ts", "./q.sql", "a/q.sql"],
      ["a/from.ts", "./q.sql?raw", "a/q.sql"],
      ["a/from.ts", "./x.service", "a/x.service.ts"],
      ["a/from.ts", "./b", "a/b/index.ts"],
      ["a/from.ts", "./b/", "a/b/index.ts"],
      ["a/b/from.ts", ".", "a/b/index.ts"],
      ["a/from.ts", "..", "index.ts"],
      ["a/from.ts", "/a/x", "a/x.ts"],
      ["a/from.ts", "./nothing", null],
      ["a/from.ts", "../../outside.ts", null],
    ]);
  });

  test("a file is preferred to a folder of its name", () => {
    rows("a.ts a/index.ts", {}, [["from.ts", "./a", "a.ts"]]);
  });

  test("a folder's package says where it begins", () => {
    rows("a/main.ts a/index.ts", { "a/package.json": { main: "./main.js" } }, [
      ["from.ts", "./a", "a/main.ts"],
    ]);
  });

  test("through links", () => {
    rows(
      "shared/db.ts shared/sub/x.ts",
      {},
      [
        ["services/a/from.ts", "./shared/db", "shared/db.ts"],
        ["services/a/from.ts", "./shared/sub/x.js", "shared/sub/x.ts"],
        ["services/a/from.ts", "./db", "shared/db.ts"],
      ],
      { "services/a/shared": "shared", "services/a/db.ts": "shared/db.ts" },
    );
  });
});

describe("tsconfig", () => {
  test("paths stand relative to the file that says them, or to baseUrl", () => {
    rows(
      "a/src/x.ts a/src/lib/y.ts b/src/x.ts",
      {
        "a/tsconfig.json": { compilerOptions: { paths: { "@/*": ["./src/*"], lib: ["./src/lib/y"] } } },
        "b/tsconfig.json": { compilerOptions: { baseUrl: "src", paths: { "~/*": ["*"] } } },
      },
      [
        ["a/src/from.ts", "@/x", "a/src/x.ts"],
        ["a/src/from.ts", "lib", "a/src/lib/y.ts"],
        ["b/src/from.ts", "~/x", "b/src/x.ts"],
        ["b/src/from.ts", "x", "b/src/x.ts"],
        ["b/src/from.ts", "@/x", null],
      ],
    );
  });

  test("the closest pattern wins, and its targets are tried in order", () => {
    rows(
      "src/x.ts generated/db/x.ts db/y.ts exact.ts",
      {
        "tsconfig.json": {
          compilerOptions: {
            paths: { "*": ["./src/*"], "@db/*": ["./generated/db/*", "./db/*"], "@db/exact": ["./exact.ts"] },
          },
        },
      },
      [
        ["from.ts", "x", "src/x.ts"],
        ["from.ts", "@db/x", "generated/db/x.ts"],
        ["from.ts", "@db/y", "db/y.ts"],
        ["from.ts", "@db/exact", "exact.ts"],
      ],
    );
  });

  test("what is extended: a file, several, a package of the workspace; comments are allowed", () => {
    rows(
      "a/x.ts b/x.ts c/x.ts base/y.ts",
      {
        "base/tsconfig.base.json": '{ // shared\n "compilerOptions": { "paths": { "@base/*": ["./*"], }, } }',
        "other.json": { compilerOptions: { paths: { "@base/*": ["./nowhere/*"] } } },
        "a/tsconfig.json": { extends: "../base/tsconfig.base" },
        "b/tsconfig.json": { extends: ["../other.json", "../base/tsconfig.base.json"] },
        "base/package.json": { name: "@acme/config" },
        "c/tsconfig.json": { extends: "@acme/config/tsconfig.base.json", compilerOptions: { baseUrl: "." } },
      },
      [
        ["a/x.ts", "@base/y", "base/y.ts"],
        ["b/x.ts", "@base/y", "base/y.ts"],
        ["c/x.ts", "x", "c/x.ts"],
      ],
    );
  });

  test("of a preset that is not here, paths are what custom says, where a file lies there", () => {
    rows(
      "a/src/entities/x.ts a/db/y.ts src/z.ts b/src/entities/x.ts c/src/x.ts",
      {
        "tsconfig.json": { compilerOptions: { paths: { "@root/*": ["./src/*"] } } },
        "a/tsconfig.json": { extends: "@acme/preset/tsconfig.json" },
        "b/tsconfig.json": { extends: "@acme/preset", compilerOptions: { paths: { "~/*": ["./*"] } } },
        "c/tsconfig.json": { extends: "./preset.json", compilerOptions: { baseUrl: "." } },
        "c/preset.json": { extends: ["@acme/preset"] },
      },
      [
        ["a/src/from.ts", "@entities/x", "a/src/entities/x.ts"],
        ["a/src/from.ts", "@/entities/x", "a/src/entities/x.ts"],
        ["a/src/from.ts", "~/db/y", "a/db/y.ts"],
        ["a/src/from.ts", "@root/z", "src/z.ts"],
        ["a/src/from.ts", "@entities/y", null],
        ["b/src/from.ts", "@entities/x", null],
        ["c/src/from.ts", "@/x", "c/src/x.ts"],
      ],
    );
  });

  test("what is extended in a circle ends", () => {
    rows("a.ts", { "tsconfig.json": { extends: "./tsconfig.json" } }, [["from.ts", "@/a", null]]);
  });

  test("options may stand in files that it refers to, and in jsconfig", () => {
    rows(
      "web/src/x.ts old/src/x.js",
      {
        "web/tsconfig.json": {
          files: [],
          references: [{ path: "./tsconfig.node.json" }, { path: "./tsconfig.app.json" }],
        },
        "web/tsconfig.node.json": {},
        "web/tsconfig.app.json": { compilerOptions: { paths: { "@/*": ["./src/*"] } } },
        "old/jsconfig.json": { compilerOptions: { paths: { "@/*": ["./src/*"] } } },
      },
      [
        ["web/src/from.ts", "@/x", "web/src/x.ts"],
        ["old/src/from.js", "@/x", "old/src/x.js"],
      ],
    );
  });

  test("configDir is the folder of the file that extends", () => {
    rows(
      "a/src/x.ts",
      {
        "tsconfig.base.json": { compilerOptions: { paths: { "@/*": ["${configDir}/src/*"] } } },
        "a/tsconfig.json": { extends: "../tsconfig.base.json" },
      },
      [["a/src/from.ts", "@/x", "a/src/x.ts"]],
    );
  });

  test("what is broken or strange says nothing", () => {
    rows(
      "a.ts",
      {
        "package.json": "{",
        "tsconfig.json":
          '{ "compilerOptions": { "paths": { "x": "a.ts", "y": [1] } }, "extends": 5, "references": {} }',
        "b/package.json": "[]",
        "b/tsconfig.json": "null",
      },
      [
        ["from.ts", "x", null],
        ["from.ts", "y", null],
        ["b/from.ts", "../a", "a.ts"],
      ],
    );
  });
});

describe("packages of the workspace", () => {
  const packages = (json: object) => ({ "packages/db/package.json": { name: "@acme/db", ...json } });

  test("by exports, whatever the condition that leads to a file", () => {
    rows(
      "packages/db/src/index.ts packages/db/src/client.ts packages/db/src/tables/users.ts packages/db/src/secret.ts app/x.ts",
      packages({
        exports: {
          ".": { types: "./dist/index.d.ts", import: "./nowhere.js", default: "./dist/index.js" },
          "./client": "./src/client.ts",
          "./*": "./dist/*.js",
          "./tables/*": { bun: "./src/tables/*.ts" },
          "./secret": null,
        },
      }),
      [
        ["app/x.ts", "@acme/db", "packages/db/src/index.ts"],
        ["app/x.ts", "@acme/db/client", "packages/db/src/client.ts"],
        ["app/x.ts", "@acme/db/tables/users", "packages/db/src/tables/users.ts"],
        ["packages/db/src/index.ts", "@acme/db/client", "packages/db/src/client.ts"],
        ["app/x.ts", "@acme/other", null],
        ["app/x.ts", "postgres", null],
        ["app/x.ts", "node:fs", null],
      ],
    );
  });

  test("by exports that are one target, or conditions alone", () => {
    const files = "packages/db/src/index.ts";
    for (const exports of [
      "./src/index.ts",
      { import: "./dist/index.mjs", require: "./dist/index.cjs" },
      ["./lib/index.js"],
    ])
      rows(files, packages({ exports }), [["app/x.ts", "@acme/db", "packages/db/src/index.ts"]]);
  });

  test("by main, and by convention", () => {
    rows("packages/db/src/main.ts", packages({ main: "dist/main.js" }), [
      ["a.ts", "@acme/db", "packages/db/src/main.ts"],
    ]);
    rows("packages/db/main.ts", packages({ main: "build/main.js" }), [
      ["a.ts", "@acme/db", "packages/db/main.ts"],
    ]);
    rows("packages/db/src/index.ts packages/db/src/x.ts", packages({}), [
      ["a.ts", "@acme/db", "packages/db/src/index.ts"],
      ["a.ts", "@acme/db/x", "packages/db/src/x.ts"],
      ["a.ts", "@acme/db/src/x", "packages/db/src/x.ts"],
      ["a.ts", "@acme/db/dist/x.js", "packages/db/src/x.ts"],
    ]);
  });

  test("a package in a folder called lib is found, built or not", () => {
    rows("lib/db/src/index.ts", { "lib/db/package.json": { name: "db", exports: "./dist/index.js" } }, [
      ["a.ts", "db", "lib/db/src/index.ts"],
    ]);
  });

  test("by imports, from the package that holds the file", () => {
    rows(
      "app/src/db/pool.ts app/src/x.ts lib/y.ts names/src/tables.ts",
      {
        "app/package.json": {
          imports: {
            "#db/*": "./src/db/*.ts",
            "#x": { default: "./dist/x.js" },
            "#out": "pg",
            "#names/*": { node: "@acme/names/*", default: "./names/*.js" },
          },
        },
        "names/package.json": { name: "@acme/names", exports: { "./*": "./src/*.ts" } },
        "package.json": { imports: { "#y": "./lib/y.ts" } },
      },
      [
        ["app/src/from.ts", "#db/pool", "app/src/db/pool.ts"],
        ["app/src/from.ts", "#x", "app/src/x.ts"],
        ["app/src/from.ts", "#out", null],
        ["app/src/from.ts", "#names/tables", "names/src/tables.ts"],
        ["lib/from.ts", "#y", "lib/y.ts"],
        ["lib/from.ts", "#db/pool", null],
      ],
    );
  });
});
