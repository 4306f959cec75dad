import { describe, expect, test } from "bun:test";
import type { SqlFacts } from "../../model.ts";
import { readSqlFile } from "../mod.ts";
import type { Flavour } from "./flavour.ts";
import "./testing.ts";

const read = (flavour: Flavour, sql: string): SqlFacts => readSqlFile("a.sql", sql, { dialect: flavour });

test("a file's facts, whole", () => {
  expect(read("mysql", "\ufeff# why\r\nINSERT INTO  `Á`.T (a) /* x */ VALUES (1, 'x', \"y\");\r\n")).toEqual({
    statements: [
      {
        kind: "insert",
        at: { file: "a.sql", start: 8, end: 59 },
        references: [
          {
            schema: "Á",
            table: "T",
            reason: null,
            operation: "insert",
            access: "write",
            at: { file: "a.sql", start: 21, end: 26 },
            dependency: null,
          },
        ],
        changes: [],
        acts: [],
        normalized: "insert into `Á` . t ( a ) values ( ? , ? , ? )",
      },
    ],
    problems: [],
    comments: [
      { text: "why", at: { file: "a.sql", start: 1, end: 7 } },
      { text: "x", at: { file: "a.sql", start: 31, end: 38 } },
    ],
  });
});

describe("changes of the catalogue", () => {
  /** A change without its place, and without its schema where it has none. */
  type Short = Partial<Record<"schema" | "name" | "kind" | "object" | "column" | "to", string>> & {
    temporary?: boolean;
    ifNotExists?: boolean;
    ifExists?: boolean;
    columns?: string[];
  };
  const created = (name: string, more: Short = {}): Short => ({
    kind: "create",
    name,
    object: "table",
    temporary: false,
    ifNotExists: false,
    columns: [],
    ...more,
  });

  const rows: [flavours: Flavour[], sql: string, changes: Short[]][] = [
    [
      ["sqlite", "mysql"],
      "create table s.a (x int, `y z` text, primary key (x), constraint c check (x > 0))",
      [created("a", { schema: "s", columns: ["x", "y z"] })],
    ],
    [
      ["sqlite", "mysql"],
      "create table if not exists A as select 1 as x",
      [created("A", { ifNotExists: true })],
    ],
    [
      ["sqlite", "mysql"],
      "create temporary table t (x int); insert into t values (1); drop table t",
      [created("t", { temporary: true, columns: ["x"] })],
    ],
    [
      ["sqlite", "mysql"],
      "create view v (x) as select 1; drop view if exists v",
      [
        created("v", { object: "view", columns: ["x"] }),
        { kind: "drop", name: "v", object: "view", ifExists: true },
      ],
    ],
    [
      ["sqlite", "mysql"],
      "alter table a add column x int; alter table a rename column x to y; alter table a drop column y",
      [
        { kind: "add-column", name: "a", column: "x" },
        { kind: "rename-column", name: "a", column: "x", to: "y" },
        { kind: "drop-column", name: "a", column: "y" },
      ],
    ],
    [["sqlite", "mysql"], "alter table a rename to b", [{ kind: "rename", name: "a", to: "b" } as Short]],
    [
      ["mysql"],
      "rename table a to s.b, c to d",
      [
        { kind: "rename", name: "a", to: "b" },
        { kind: "set-schema", name: "b", to: "s" },
        { kind: "rename", name: "c", to: "d" },
      ],
    ],
    [
      ["mysql"],
      "alter table a add (x int, y int), change z w int, drop foreign key f, drop p, add key k (x)",
      [
        { kind: "add-column", name: "a", column: "x" },
        { kind: "add-column", name: "a", column: "y" },
        { kind: "rename-column", name: "a", column: "z", to: "w" },
        { kind: "drop-column", name: "a", column: "p" },
      ],
    ],
    [
      ["mysql"],
      "create database d; drop schema d",
      [
        { kind: "create-schema", name: "d" },
        { kind: "drop-schema", name: "d" },
      ],
    ],
    [
      ["mariadb"],
      "begin not atomic create table a (x int); drop table b; end",
      [
        created("a", { ifNotExists: true, columns: ["x"] }),
        { kind: "drop", name: "b", object: "table", ifExists: true },
      ],
    ],
    [["mysql"], "create procedure p() begin create table a (x int); drop table b; end", []],
    [
      ["sqlite"],
      "create table temp.t (x); create table t (x); drop table temp.t",
      [created("t", { temporary: true, schema: "temp", columns: ["x"] }), created("t", { columns: ["x"] })],
    ],
    [["sqlite"], "create virtual table f using fts5 (a, b)", [created("f")]],
  ];
  for (const [flavours, sql, expected] of rows) {
    for (const flavour of flavours) {
      test(`${flavour}: ${sql}`, () => {
        const changes = read(flavour, sql).statements.flatMap((statement) => statement.changes);
        const short = changes.map(({ at: _, schema, ...change }) =>
          schema === null ? change : { ...change, schema },
        );
        expect<unknown>(short).toEqual(expected);
      });
    }
  }
});

test("kinds of statements", () => {
  const kinds = (flavour: Flavour, sql: string) => read(flavour, sql).statements.map(({ kind }) => kind);
  const common =
    "select 1; values (1); insert into a values (1); update a set x = 1; delete from a; create table b (x int); alter table b add y int; drop table b; create view v as select 1; drop view v; create index i on a (x)";
  const expected = [
    "select",
    "select",
    "insert",
    "update",
    "delete",
    "create-table",
    "alter-table",
    "drop-table",
    "create-view",
    "drop-view",
    "create-index",
  ];
  expect(kinds("sqlite", common)).toEqual(expected);
  expect(kinds("mysql", common)).toEqual(expected);
  expect(
    kinds("sqlite", "pragma x = 1; attach 'x' as y; vacuum; begin; end; replace into a values (1)"),
  ).toEqual(["pragma", "attach-database", "vacuum", "begin", "commit", "insert"]);
  expect(
    kinds(
      "mysql",
      "replace into a values (1); rename table a to b; grant all on a to b; set @x = 1; begin; explain select 1",
    ),
  ).toEqual(["insert", "rename-table", "grant", "set", "begin", "explain"]);
});
