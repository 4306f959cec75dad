import { describe, expect, test } from "bun:test";
import type { Block, Value } from "./parser.ts";
import { parseSchema } from "./parser.ts";

const written = (value: Value): string =>
  value.kind === "list"
    ? `[${value.items.map(written).join(" ")}]`
    : value.kind === "call"
      ? `${value.name}(${value.args.map(({ name, value }) => `${name ? `${name}: ` : ""}${written(value)}`).join(" ")})`
      : value.kind === "string"
        ? `"${value.text}"`
        : value.text;

/** A block in one line each for its head, settings, fields and attributes. */
const lines = ({ keyword, name, settings, fields, attributes }: Block): string[] => [
  `${keyword} ${name}`,
  ...settings.map(({ name, value }) => `${name} = ${written(value)}`),
  ...fields.map(
    ({ name, type, attributes }) =>
      `${name}${type ? ` ${type.name}${type.list ? "[]" : ""}${type.optional ? "?" : ""}` : ""}${attributes
        .map((item) => ` @${item.name}(${item.args.map(argument).join(" ")})`)
        .join("")}`,
  ),
  ...attributes.map((item) => `@@${item.name}(${item.args.map(argument).join(" ")})`),
];

const argument = ({ name, value }: { name: string | null; value: Value }) =>
  `${name ? `${name}: ` : ""}${written(value)}`;

const read = (text: string) => {
  const { blocks, faults } = parseSchema(text);
  return {
    blocks: blocks.map(lines),
    faults: faults.map(({ message, start, end }) => `${message} at ${text.slice(start, end)}`),
  };
};

describe("a schema is read", () => {
  test("with datasources and generators", () =>
    expect(
      read(
        'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n  schemas = ["a", "b"]\n}\ngenerator client { provider = "prisma-client" }',
      ),
    ).toEqual({
      blocks: [
        ["datasource db", 'provider = "postgresql"', 'url = env("DATABASE_URL")', 'schemas = ["a" "b"]'],
        ["generator client", 'provider = "prisma-client"'],
      ],
      faults: [],
    }));

  test("with models and every kind of attribute", () =>
    expect(
      read(
        `model User {
  id    BigInt   @id @default(autoincrement()) @db.BigInt
  tags  Tag[]
  org   Org?     @relation("Staff", fields: [orgId, orgNo], references: [id, no], onDelete: Cascade)
  text  Unsupported("tsvector")?
  at    DateTime @default(dbgenerated("now()")) // since 2020
  role  Role     @default(ADMIN) @map("r\\"o")

  @@id([orgId, id], name: "both")
  @@index([title(sort: Desc, ops: raw("x_ops")), at.year], type: Gin)
  @@map("users")
}`,
      ),
    ).toEqual({
      blocks: [
        [
          "model User",
          "id BigInt @id() @default(autoincrement()) @db.BigInt()",
          "tags Tag[]",
          'org Org? @relation("Staff" fields: [orgId orgNo] references: [id no] onDelete: Cascade)',
          "text Unsupported?",
          'at DateTime @default(dbgenerated("now()"))',
          'role Role @default(ADMIN) @map("r"o")',
          '@@id([orgId id] name: "both")',
          '@@index([title(sort: Desc ops: raw("x_ops")) at.year] type: Gin)',
          '@@map("users")',
        ],
      ],
      faults: [],
    }));

  test("with enums, views and composite types", () =>
    expect(
      read(
        'enum Role {\n  ADMIN @map("admin")\n  USER\n}\nview Info {\n  id Int @unique\n}\ntype Street {\n  name String\n}',
      ),
    ).toEqual({
      blocks: [
        ["enum Role", 'ADMIN @map("admin")', "USER"],
        ["view Info", "id Int @unique()"],
        ["type Street", "name String"],
      ],
      faults: [],
    }));

  test("with attributes that wrap, Windows line ends, a byte order mark and comments", () =>
    expect(
      read(
        "\ufeff/* all\n of it */\r\nmodel A {\r\n  /// documented\r\n  b B @relation(\r\n    fields: [bId], // the key\r\n    references: [id]\r\n  )\r\n  bId Int\r\n}\r\n",
      ),
    ).toEqual({
      blocks: [["model A", "b B @relation(fields: [bId] references: [id])", "bId Int"]],
      faults: [],
    }));
});

describe("a fault is named, and what follows it is read", () => {
  for (const [title, text, blocks, faults] of [
    [
      "conflict markers",
      "model A {\n<<<<<<< HEAD\n  id Int\n=======\n  id String\n>>>>>>> b\n}\nmodel B {\n  id Int\n}",
      [
        ["model A", "id Int", "id String"],
        ["model B", "id Int"],
      ],
      ["`<` begins no field of A at <", "`=` begins no field of A at =", "`>` begins no field of A at >"],
    ],
    [
      "text outside of blocks",
      "hello\nmodel A {\n  id Int\n}",
      [["model A", "id Int"]],
      ["`hello` begins no model, enum, datasource or generator at hello"],
    ],
    [
      "a block that does not end",
      "model A {\n  id Int",
      [["model A", "id Int"]],
      ["the } of A is missing at A"],
    ],
    [
      "parentheses that do not end",
      "model A {\n  id Int @default(now(\n  at Int\n}\nmodel B {\n  id Int\n}",
      [
        ["model A", "id Int @default(now(at Int))"],
        ["model B", "id Int"],
      ],
      ["a closing sign is missing before `}` at }", "a closing sign is missing before `}` at }"],
    ],
    [
      "more than a field in a line",
      "model A {\n  id Int name String\n  at Int\n}",
      [["model A", "id Int", "at Int"]],
      ["`name` begins no field of A at name"],
    ],
    [
      "a setting without a value",
      "datasource db {\n  provider\n  url = 1\n}",
      [["datasource db", "url = 1"]],
      ["provider has no value at provider"],
    ],
  ] as [string, string, string[][], string[]][])
    test(title, () => expect(read(text)).toEqual({ blocks, faults }));
});

test("nesting without end is a fault", () =>
  expect(read(`model A {\n  id Int @default(${"[".repeat(100_000)}`).faults.length).toBeGreaterThan(0));

test("every name stands where it is written", () => {
  const text = 'model User {\n  posts Post[]\n  @@map("users")\n}';
  const [block] = parseSchema(text).blocks;
  const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  expect({
    name: block && at(block.at),
    whole: block && at(block.whole),
    field: block?.fields.map((field) => [at(field.at), at(field.whole), field.type && at(field.type.at)]),
    attribute: block?.attributes.map((item) => [at(item.at), ...item.args.map(({ value }) => at(value.at))]),
  }).toEqual({
    name: "User",
    whole: text,
    field: [["posts", "posts Post[]", "Post"]],
    attribute: [['@@map("users")', '"users"']],
  });
});
