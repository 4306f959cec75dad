/** Whole workspaces, one a question: what a schema describes, whose it is, which client is made from it. Longer than most for that. */
import { describe, expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";
import { schema as whole } from "../../fixtures/prisma.ts";
import { loadManifest, memorySource } from "../../manifest/mod.ts";
import { analyseFiles } from "../mod.ts";
import type { Model } from "../model.ts";

async function analyse(
  files: Record<string, string>,
  services: Record<string, { path: string | string[]; owns?: string[] }> = {
    app: { path: "services/app", owns: [] },
  },
): Promise<Model> {
  const manifest = {
    services: Object.fromEntries(
      Object.entries(services).map(([name, { path, owns }]) => [
        name,
        { path, owns: owns ?? [], database: `${name.toUpperCase()}_DATABASE_URL` },
      ]),
    ),
  };
  const { manifest: loaded, problems } = loadManifest(
    memorySource({ "freehold.json": JSON.stringify(manifest), ...files }),
  );
  if (!loaded) throw new Error(problems.map(({ message }) => message).join("\n"));
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return analyseFiles(sources, loaded, { today: "2026-01-01" });
}

/** Tables as the schemas describe them: `shop.orders(id, total)`. */
const mapped = ({ mapped }: Model) =>
  mapped.map(
    ({ schema, table, columns }) => `${schema ? `${schema}.` : ""}${table}(${columns?.join(", ") ?? "?"})`,
  );

const told = ({ references }: Model) =>
  references.map(
    ({ at, operation, table, reason, services, verdict }) =>
      `${at.file}:${at.line}:${at.column} ${operation} ${table ?? `? ${reason}`} ${verdict} for ${services.join(", ") || "nobody"}`,
  );

const model = (name: string, ...fields: string[]) =>
  `model ${name} {\n  id Int @id\n${fields.map((field) => `  ${field}\n`).join("")}}\n`;

describe("a schema describes tables", () => {
  test("by their names and columns, with those between two models", async () =>
    expect(mapped(await analyse({ "services/app/prisma/schema.prisma": whole }))).toEqual([
      "users(id, email, role)",
      "_friends(A, B)",
      "profiles(id, biography, user_id)",
      "posts(id, title, authorId, reviewerId)",
      "_PostToTag(A, B)",
      "talk.comments(id, body, postId)",
      "Tag(id, name)",
      "UserInfo(id, name)",
    ]));

  test("and their foreign keys, each where its type stands", async () =>
    expect((await readCode("", { "services/app/prisma/schema.prisma": whole })).lines).toEqual(
      [
        "21:12 references users",
        "31:10 references users",
        "41:14 references users",
        "42:14 references users",
        "43:14 references posts",
        "43:14 references Tag",
        "53:10 references posts",
      ].map((line) => `services/app/prisma/schema.prisma:${line}`),
    ));

  test("without foreign keys where relations are the client's alone", async () =>
    expect(
      told(
        await analyse({
          "services/app/prisma/schema.prisma": `datasource db {\n  provider = "mysql"\n  relationMode = "prisma"\n}\n${model("User", "posts Post[]")}${model("Post", "userId Int", "user User @relation(fields: [userId], references: [id])")}`,
        }),
      ),
    ).toEqual([]));

  test("in the schema of the first of two models, where a table lies between them", async () =>
    expect(
      mapped(
        await analyse({
          "services/app/prisma/schema.prisma": `${model("Zone", "areas Area[]", '@@schema("b")')}${model("Area", "zones Zone[]", '@@schema("a")')}`,
        }),
      ),
    ).toEqual(["b.Zone(id)", "a.Area(id)", "a._AreaToZone(A, B)"]));

  test("by named arguments, too", async () =>
    expect(
      mapped(
        await analyse({
          "services/app/prisma/schema.prisma": `${model("User", 'email String @map(name: "mail")', '@@map(name: "users")')}`,
        }),
      ),
    ).toEqual(["users(id, mail)"]));
});

describe("a schema of several files is one", () => {
  const files = {
    "services/app/prisma/main.prisma": 'datasource db {\n  provider = "postgresql"\n}\n',
    "services/app/prisma/models/user.prisma": model("User", "posts Post[]", '@@map("users")'),
    "services/app/prisma/models/post.prisma": model(
      "Post",
      "userId Int",
      "user User @relation(fields: [userId], references: [id])",
    ),
    "services/app/code.ts":
      'import { PrismaClient } from "@prisma/client";\nnew PrismaClient().post.findMany({ include: { user: true } });',
  };
  test("with relations across them", async () =>
    expect(told(await analyse(files))).toEqual([
      "services/app/code.ts:2:20 select Post unowned for app",
      "services/app/code.ts:2:47 select users unowned for app",
      "services/app/prisma/models/post.prisma:4:8 references users unowned for app",
    ]));
});

describe("a client belongs to the schema that it is generated from", () => {
  const schema = (table: string, output?: string) =>
    `generator client {\n  provider = "prisma-client-js"\n${output ? `  output = "${output}"\n` : ""}}\ndatasource db {\n  provider = "postgresql"\n}\n${model("User", `@@map("${table}")`)}`;
  const use = (specifier: string) =>
    `import { PrismaClient } from "${specifier}";\nawait new PrismaClient().user.findMany();`;

  test("by the folder of the service", async () =>
    expect(
      told(
        await analyse(
          {
            "services/a/prisma/schema.prisma": schema("a_users"),
            "services/a/src/code.ts": use("@prisma/client"),
            "services/b/prisma/schema.prisma": schema("b_users"),
            "services/b/src/code.ts": use("@prisma/client"),
          },
          { a: { path: "services/a", owns: ["a_users"] }, b: { path: "services/b", owns: ["b_users"] } },
        ),
      ),
    ).toEqual([
      "services/a/src/code.ts:2:26 select a_users own for a",
      "services/b/src/code.ts:2:26 select b_users own for b",
    ]));

  test("by the folder that it is generated into, through paths of tsconfig.json, too", async () =>
    expect(
      told(
        await analyse({
          "services/app/prisma/one.prisma": schema("one", "../src/one"),
          "services/app/prisma/two.prisma": schema("two", "../src/made/two/"),
          "services/app/tsconfig.json": '{ "compilerOptions": { "paths": { "#made/*": ["./src/made/*"] } } }',
          "services/app/src/a.ts": use("./one/client.js"),
          "services/app/src/b.ts": use("#made/two"),
        }),
      ),
    ).toEqual([
      "services/app/src/a.ts:2:26 select one unowned for app",
      "services/app/src/b.ts:2:26 select two unowned for app",
    ]));

  test("by the package that it is generated as", async () =>
    expect(
      told(
        await analyse({
          "services/app/one/schema.prisma": schema("one", "../../../node_modules/.prisma/one"),
          "services/app/two/schema.prisma": schema("two", "../../../node_modules/@made/two"),
          "services/app/a.ts": use(".prisma/one"),
          "services/app/b.ts": use("@made/two/edge"),
        }),
      ),
    ).toEqual([
      "services/app/a.ts:2:26 select one unowned for app",
      "services/app/b.ts:2:26 select two unowned for app",
    ]));

  test("and not to the copy that is generated beside it", async () =>
    expect(
      mapped(
        await analyse({
          "services/app/prisma/schema.prisma": schema("users", "./client"),
          "services/app/prisma/client/schema.prisma": schema("users", "./client"),
        }),
      ),
    ).toEqual(["users(id)"]));

  test("and to none where several could be meant", async () =>
    expect(
      told(
        await analyse({
          "services/app/one/schema.prisma": schema("one"),
          "services/app/two/schema.prisma": schema("two"),
          "services/app/a.ts": use("@prisma/client"),
        }),
      ),
    ).toEqual([
      "services/app/a.ts:2:26 select ? several schemas have a model for `user` unresolved for app",
    ]));
});

describe("a package that holds the schema is its importers'", () => {
  const files = {
    "packages/db/package.json": '{ "name": "@shop/db", "main": "dist/index.js" }',
    "packages/db/prisma/schema.prisma": `datasource db {\n  provider = "postgresql"\n  url = env("A_DATABASE_URL")\n}\n${model("User", "posts Post[]", "orders Order[]", '@@map("users")')}${model("Post", "userId Int", "user User @relation(fields: [userId], references: [id])", '@@map("posts")')}${model("Order", "userId Int", "user User @relation(fields: [userId], references: [id])", '@@map("orders")')}`,
    "packages/db/src/index.ts":
      'import { PrismaClient } from "@prisma/client";\nexport * from "@prisma/client";\nexport const db = new PrismaClient();\n',
    "services/a/code.ts": 'import { db } from "@shop/db";\nawait db.user.findMany();',
    "services/b/code.ts":
      'import { db, type Prisma } from "@shop/db";\nexport const save = (tx: Prisma.TransactionClient) => tx.post.create({ data: {} });\nawait db.order.findMany({ include: { user: true } });',
    "services/c/code.ts": "export {};",
  };
  const services = {
    a: { path: "services/a", owns: ["users", "posts"] },
    b: { path: "services/b", owns: ["orders"] },
    c: { path: "services/c" },
  };

  test("and each of its keys is the owner's of the table that has it", async () =>
    expect(told(await analyse(files, services))).toEqual([
      "packages/db/prisma/schema.prisma:14:8 references users own for a",
      "packages/db/prisma/schema.prisma:20:8 references users foreign for b",
      "services/a/code.ts:2:10 select users own for a",
      "services/b/code.ts:2:58 insert posts foreign for b",
      "services/b/code.ts:3:10 select orders own for b",
      "services/b/code.ts:3:38 select users foreign for b",
    ]));

  test("with the connection that it opens", async () =>
    expect((await analyse(files, services)).connections).toEqual([
      {
        client: "prisma",
        at: {
          file: "packages/db/prisma/schema.prisma",
          line: 3,
          column: 9,
          endLine: 3,
          endColumn: 30,
        },
        services: ["a", "b"],
        test: false,
        sources: [
          {
            kind: "variable",
            variable: "A_DATABASE_URL",
            checked: true,
            at: {
              file: "packages/db/prisma/schema.prisma",
              line: 3,
              column: 9,
              endLine: 3,
              endColumn: 30,
            },
            owners: ["a"],
          },
        ],
      },
    ]));
});

describe("a datasource says where the database is", () => {
  const lines = async (settings: string) =>
    (await readCode("", { "services/app/prisma/schema.prisma": `datasource db {\n${settings}\n}` })).lines;

  test("by variables", async () =>
    expect(
      await lines(
        'provider = "postgresql"\nurl = env("APP_DATABASE_URL")\ndirectUrl = env("DIRECT_URL")\nshadowDatabaseUrl = env("SHADOW_URL")',
      ),
    ).toEqual(["open APP_DATABASE_URL checked", "open DIRECT_URL checked"]));

  test("by an address that is written down, whose password is not repeated", async () =>
    expect(await lines('provider = "postgresql"\nurl = "postgresql://me:secret@db/shop"')).toEqual([
      'open "postgresql://me:***@db/shop"',
    ]));

  test("or elsewhere", async () => expect(await lines('provider = "postgresql"')).toEqual([]));
});

describe("a provider says which SQL is spoken", () => {
  const files = (provider: string) => ({
    "services/app/prisma/schema.prisma": `datasource db {\n  provider = "${provider}"\n}`,
    "services/app/prisma/migrations/1_init/migration.sql": "CREATE TABLE `users` (`id` INTEGER NOT NULL);",
    "services/app/code.ts":
      "export const all = (prisma) => prisma.$queryRaw`select * from \\`users\\` limit 1, 2`;",
  });
  for (const provider of ["mysql", "sqlite"])
    test(`to its migrations and its clients: ${provider}`, async () => {
      const model = await analyse(files(provider));
      expect({ told: told(model), unparsed: model.unparsed }).toEqual({
        told: [
          "services/app/code.ts:1:63 select users unowned for app",
          "services/app/prisma/migrations/1_init/migration.sql:1:14 create-table users unowned for app",
        ],
        unparsed: [],
      });
    });

  test("and to nobody else", async () =>
    expect(
      (await analyse({ ...files("mysql"), "services/app/seed.sql": "select * from `users`" })).unparsed.map(
        ({ at }) => at.file,
      ),
    ).toEqual(["services/app/seed.sql"]));
});

test("a line that is no schema is a problem with its place", async () =>
  expect(
    (await analyse({ "services/app/prisma/schema.prisma": "model User {\n  id Int @id\n  ???\n}" })).problems,
  ).toEqual([
    {
      file: "services/app/prisma/schema.prisma",
      message: "`?` begins no field of User",
      line: 3,
      column: 3,
    },
  ]));

test("an ignore directive covers the field or the model beneath it", async () =>
  expect(
    (
      await analyse({
        "services/app/prisma/schema.prisma":
          "// freehold-ignore unowned-table -- moves in May\nmodel A {\n  id Int @id\n  // freehold-ignore cross-service-foreign-key -- moves in June\n  b B @relation(fields: [id], references: [id])\n}\nmodel B {\n  id Int @id\n}",
      })
    ).ignores.map(({ rules, covers }) => [rules.join(), covers?.line, covers?.endLine]),
  ).toEqual([
    ["unowned-table", 2, 6],
    ["cross-service-foreign-key", 5, 5],
  ]));
