import { describe, expect, test } from "bun:test";
import type { SchemaChange, SqlFacts } from "../model.ts";
import { migrationName, readSql, readSqlFile } from "./mod.ts";
import "./testing.ts";

const read = (sql: string): SqlFacts => readSqlFile("a.sql", sql, { dialect: "postgresql" });

test("a file's facts, whole", () => {
  expect(read("-- why\nINSERT INTO  Á.\"T\" (a) VALUES (1, 'x');")).toEqual({
    statements: [
      {
        kind: "insert",
        at: { file: "a.sql", start: 7, end: 45 },
        references: [
          {
            schema: "Á",
            table: "T",
            reason: null,
            operation: "insert",
            access: "write",
            at: { file: "a.sql", start: 20, end: 25 },
            dependency: null,
          },
        ],
        changes: [],
        acts: [],
        normalized: 'insert into á . "T" ( a ) values ( ? , ? )',
      },
    ],
    problems: [],
    comments: [{ text: "why", at: { file: "a.sql", start: 0, end: 6 } }],
  });
});

test("normalised text is the same for every layout and every value", () => {
  const [first, second] = ["select  A -- x\n from t where b=1", "SELECT a FROM t WHERE b = $1"].map(
    (sql) => read(sql).statements[0]?.normalized,
  );
  expect(first).toBe("select a from t where b = ?");
  expect(second).toBe(first!);
});

describe("changes for the replay", () => {
  const cases: [sql: string, ...changes: string[]][] = [
    [
      "create table if not exists s.t (a int, b text)",
      'create {"schema":"s","name":"t","object":"table","temporary":false,"ifNotExists":true,"columns":["a","b"]}',
    ],
    [
      "create temp table t (a int)",
      'create {"schema":null,"name":"t","object":"table","temporary":true,"ifNotExists":false,"columns":["a"]}',
    ],
    [
      "create table t as select a, b.c, 1 as d from x",
      'create {"schema":null,"name":"t","object":"table","temporary":false,"ifNotExists":false,"columns":["a","c","d"]}',
    ],
    [
      "create view v (x) as select 1",
      'create {"schema":null,"name":"v","object":"view","temporary":false,"ifNotExists":false,"columns":["x"]}',
    ],
    [
      "create materialized view v as select 1 as x",
      'create {"schema":null,"name":"v","object":"materialized-view","temporary":false,"ifNotExists":false,"columns":["x"]}',
    ],
    [
      "create foreign table f (a int) server s",
      'create {"schema":null,"name":"f","object":"foreign-table","temporary":false,"ifNotExists":false,"columns":["a"]}',
    ],
    [
      "drop table if exists a, s.b",
      'drop {"schema":null,"name":"a","object":"table","ifExists":true}',
      'drop {"schema":"s","name":"b","object":"table","ifExists":true}',
    ],
    ["alter table t rename to u", 'rename {"schema":null,"name":"t","to":"u"}'],
    ["alter table t rename a to b", 'rename-column {"schema":null,"name":"t","column":"a","to":"b"}'],
    ["alter view t set schema s", 'set-schema {"schema":null,"name":"t","to":"s"}'],
    [
      "alter table t add a int, drop column b",
      'add-column {"schema":null,"name":"t","column":"a"}',
      'drop-column {"schema":null,"name":"t","column":"b"}',
    ],
    ["create schema if not exists s", 'create-schema {"schema":null,"name":"s"}'],
    ["drop schema s cascade", 'drop-schema {"schema":null,"name":"s"}'],
    ['set search_path to a, "B"', 'search-path {"schema":null,"name":"a","path":["a","B"]}'],
    [
      "select pg_catalog.set_config('search_path', 'a, \"B\"', false)",
      'search-path {"schema":null,"name":"a","path":["a","B"]}',
    ],
    [
      "do $$ begin if x then create table t (a int); end if; end $$",
      'create {"schema":null,"name":"t","object":"table","temporary":false,"ifNotExists":true,"columns":["a"]}',
    ],
    ["create function f() returns void language sql as 'create table t (a int)'"],
  ];
  const show = ({ kind, at: _, ...rest }: SchemaChange): string =>
    `${kind} ${JSON.stringify(rest, keyOrder(rest))}`;
  const keyOrder = (rest: object): string[] => {
    const order = [
      "schema",
      "name",
      "object",
      "temporary",
      "ifNotExists",
      "ifExists",
      "columns",
      "column",
      "to",
      "path",
    ];
    return order.filter((key) => key in rest);
  };
  for (const [sql, ...changes] of cases) {
    test(sql, () =>
      expect(
        read(sql)
          .statements.flatMap((s) => s.changes)
          .map(show),
      ).toEqual(changes),
    );
  }
});

test("an inlined constant is placed where it is written", () => {
  const { statements } = readSql(
    [
      { kind: "text", text: "select * from ", at: { file: "a.ts", start: 100, end: 114 } },
      { kind: "text", text: "users", at: { file: "b.ts", start: 7, end: 12 } },
      { kind: "text", text: " where a = 'x'", at: { file: "a.ts", start: 120, end: 134 } },
    ],
    { dialect: "postgresql" },
  );
  expect(statements[0]?.references.map(({ table, at }) => ({ table, at }))).toEqual([
    { table: "users", at: { file: "b.ts", start: 7, end: 12 } },
  ]);
});

test("text that is not its source's maps as a whole", () => {
  const { statements } = readSql(
    [
      { kind: "text", text: 'select * from "T"', at: { file: "a.ts", start: 10, end: 31 } },
      { kind: "text", text: " , u", at: { file: "a.ts", start: 31, end: 35 } },
    ],
    { dialect: "postgresql" },
  );
  expect(statements[0]?.references.map(({ table, at }) => ({ table, at }))).toEqual([
    { table: "T", at: { file: "a.ts", start: 10, end: 31 } },
    { table: "u", at: { file: "a.ts", start: 34, end: 35 } },
  ]);
});

describe("migrations say by their names what they are", () => {
  const cases: Record<string, ReturnType<typeof migrationName>> = {
    "services/a/migrations/001_create_users.sql": { version: "001", name: "create_users", down: false },
    "001_create_users.down.sql": { version: "001", name: "create_users", down: true },
    "20240101120000-add.up.sql": { version: "20240101120000", name: "add", down: false },
    "C:\\x\\7_y.SQL": { version: "7", name: "y", down: false },
    "V1_2.3__add_users.sql": { version: "1.2.3", name: "add_users", down: false },
    "U1__add_users.sql": { version: "1", name: "add_users", down: true },
    "R__views.sql": { version: "~", name: "views", down: false },
    "prisma/migrations/20240101120000_init/migration.sql": {
      version: "20240101120000",
      name: "init",
      down: false,
    },
    "prisma/migrations/20240102120000_/migration.sql": {
      version: "20240102120000",
      name: "",
      down: false,
    },
    "migrations/2024-01-01-120000_init/down.sql": { version: "20240101120000", name: "init", down: true },
    "migrations/committed/000001.sql": { version: "000001", name: "", down: false },
    "migrations/current.sql": { version: "~", name: "current", down: false },
    "db/deploy/users.sql": { version: "", name: "users", down: false },
    "db/revert/users.sql": { version: "", name: "users", down: true },
    "migrations/001.do.sql": { version: "001", name: "", down: false },
    "migrations/002.undo.add-users.sql": { version: "002", name: "add-users", down: true },
    "seed.sql": null,
    "001_readme.md": null,
  };
  for (const [path, name] of Object.entries(cases))
    test(path, () => expect(migrationName(path)).toEqual(name));
});

describe("a file's parts say whether they take back", () => {
  for (const [up, down] of [
    ["-- +goose Up", "-- +goose Down"],
    ["-- migrate:up", "-- migrate:down transaction:false"],
    ["-- +migrate Up", "-- +migrate Down"],
    ["-- Up Migration", "-- Down Migration"],
    ["", "-- //@UNDO"],
  ])
    test(down!, () => {
      const { statements } = read(`${up}\ncreate table a (x int);\n${down}\ndrop table a;\n`);
      expect(statements.map(({ kind, down: isDown }) => [kind, isDown])).toEqual([
        ["create-table", undefined],
        ["drop-table", true],
      ]);
    });
});

test("placeholders of files are holes", () => {
  const names = (sql: string) =>
    read(sql).statements.flatMap(({ references }) =>
      references.map(({ schema, table, reason }) => ({ schema, table, reason })),
    );
  expect(
    names("select * from :schema.t where a = :'b' and c[1:n] is null;\nselect 1 from {{ x }}, ${flyway};"),
  ).toEqual([
    { schema: null, table: "t", reason: null },
    { schema: null, table: null, reason: "{{ x }} is filled in before the statement runs" },
    { schema: null, table: null, reason: "${flyway} is filled in before the statement runs" },
  ]);
});
