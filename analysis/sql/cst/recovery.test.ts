import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { inputs } from "../../../fixtures/property.ts";
import { readSqlFile } from "../mod.ts";
import type { Flavour } from "./flavour.ts";
import { named } from "./testing.ts";

// Megabytes are read, on whatever machine.
setDefaultTimeout(240_000);

const BOTH: readonly Flavour[] = ["sqlite", "mariadb"];

describe("one broken statement loses itself only", () => {
  const broken: [statement: string, problem: string][] = [
    ["selec 1 from x", "unexpected selec at selec"],
    ["select 1 form x", "unexpected x at x"],
    ["select * form x", "unexpected form at form"],
    ["insert into x values ('abc)", "unterminated quoted string at 'abc)"],
    ["select `x from y", "unterminated quoted identifier at `x from y"],
    ["select (1 from x", "unexpected from at from"],
    ["create table x (y int", "unexpected end of the statement at int"],
    ["create trigger t after insert on x for each row begin delete from y", ""],
  ];
  for (const flavour of BOTH) {
    for (const [statement, problem] of broken) {
      test(`${flavour}: ${statement}`, () => {
        const found = named(flavour, `select 1 from a;\n${statement};\nselect 2 from b;\ndelete from c;\n`);
        expect(found.slice(0, 3)).toEqual(["select a", "select b", "delete c"]);
        expect(found).toHaveLength(4);
        expect(found[3]).toStartWith(`problem ${problem}`);
      });
    }

    test(`${flavour}: a forgotten semicolon costs nothing but a problem`, () =>
      expect(named(flavour, "select 1 from a\ninsert into b values (1);\nselect 2 from c")).toEqual([
        "select a",
        "insert b",
        "select c",
        "problem no semicolon before this statement at insert",
      ]));

    test(`${flavour}: quotes that pair up over a statement`, () =>
      expect(
        named(flavour, "insert into a values ('x);\ninsert into b values ('y');\nselect 1 from d").slice(
          0,
          2,
        ),
      ).toEqual(["insert b", "select d"]));

    test(`${flavour}: text that only looks like two statements stays a text`, () =>
      expect(named(flavour, "insert into a values ('x;\nselect 1 from y;');\nselect 1 from b;")).toEqual([
        "insert a",
        "select b",
      ]));

    test(`${flavour}: whatever is broken in a file of many, the others are read`, () => {
      const whole = [
        "select 1 from a",
        "insert into b values (1)",
        "delete from c",
        "create table d (x int)",
        "drop table e",
      ];
      const expected = ["select a", "insert b", "delete c", "create-table d", "drop-table e"];
      const breaks = fc.constantFrom(
        "selec x",
        "select from from",
        "insert into",
        "create tabel x (y)",
        "update x",
        ")",
        "'",
        "drop the table",
        "select (",
      );
      fc.assert(
        fc.property(fc.nat({ max: whole.length }), breaks, (at, text) => {
          const sql = [...whole.slice(0, at), text, ...whole.slice(at)].join(";\n");
          const found = named(flavour, sql);
          const problems = found.filter((line) => line.startsWith("problem"));
          expect(found.filter((line) => !line.startsWith("problem"))).toEqual(expected);
          expect(problems).toHaveLength(1);
        }),
        inputs(1, 60),
      );
    });
  }

  test("a broken statement in a body loses itself only", () =>
    expect(
      named(
        "mysql",
        "create procedure p() begin delete from a; selec 1 from x; insert into b values (1); end",
      ),
    ).toEqual([
      "function a write < procedure p",
      "function b write < procedure p",
      "problem unexpected selec at selec",
    ]));

  test("a broken body's header loses the program", () =>
    expect(
      named("mysql", "create procedure p() begin if 1 the delete from a; end if; end;\nselect 1 from b"),
    ).toEqual(["select b", "problem unexpected the at the"]));
});

describe("a comment that nothing closes is told where it begins", () => {
  for (const [sql, ...expected] of [
    ["select 1 from a /* open", "problem unterminated /* comment at /*"],
    ["select 1 from a; /* open", "select a", "problem unterminated /* comment at /*"],
    // MariaDB: the line's comment hides what would close the executable one.
    ["/*! # */ select 1 from a", "problem unterminated /* comment at /*"],
    ["select 1 from a; /*!50000 -- */ select 1", "select a", "problem unterminated /* comment at /*"],
    ["/*! delete from a", "problem unterminated /* comment at /*"],
    ["/*! # */\n select 1 from a */", "select a"],
  ] as const)
    test(sql, () => expect(named("mariadb", sql)).toEqual([...expected]));
});

describe("hostile text neither crashes, hangs nor passes for empty", () => {
  const deep = (open: string, inner: string, close: string, depth: number) =>
    `select * from a where ${open.repeat(depth)}${inner}${close.repeat(depth)}`;
  const texts: Record<string, string> = {
    NUL: "select 1 from a\0b",
    "lone surrogates": "select '\ud800' from \udc00",
    "brackets in brackets that nothing closes": `select ${"(".repeat(40)}com`,
    "brackets in brackets around what is no expression": deep("select (", "1 from", ")", 1).concat(
      `; select ${deep("(", "1 from", ")", 40)}`,
    ),
    "deep brackets": deep("(", "1", ")", 50_000),
    "deep calls": deep("f(", "1", ")", 20_000),
    "deep sub-selects": deep("x in (select 1 from b where ", "1", ")", 5000),
    "deep CASE": deep("case when 1 then ", "1", " end", 20_000),
    "deep joins": `select * from ${"(".repeat(20_000)}a${" join b)".repeat(20_000)}`,
    "a chain of operators": `select 1${" + 1".repeat(50_000)} from a`,
    "a chain of NOT": `select ${"not ".repeat(50_000)}1 from a`,
    "a chain of UNION": `${"select 1 from a union all ".repeat(20_000)}select 1 from b`,
    "a long list": `select * from a where x in (${"1,".repeat(100_000)}1)`,
    "long text": `select '${"x".repeat(3_000_000)}' from a`,
    "many rows": `insert into a values ${"(1,'abc',null),".repeat(100_000)}(1,'a',null)`,
    "only brackets": "(".repeat(300_000),
    "only quotes": "'a\"b`c".repeat(100_000),
    "only words": "select ".repeat(200_000),
    "open quotes": "select 1 from a where x = 'y;\n".repeat(300),
    "an open block": "create trigger t before insert on a for each row begin select 1;".repeat(50),
    "stars and slashes": "*/".repeat(50_000),
    "half a million comments": `${"/**/ ".repeat(500_000)}selec`,
    "many names of WITH": `with ${"q as (select 1 from a), ".repeat(10_000)}r as (select 1) select 1 from r`,
    "nothing but broken statements": "selec t;\n".repeat(20_000),
  };
  for (const flavour of BOTH) {
    for (const [name, sql] of Object.entries(texts)) {
      test(`${flavour}: ${name}`, () => {
        const { statements, problems } = readSqlFile("a.sql", sql, { dialect: flavour });
        const named = statements.flatMap(({ references }) => references);
        expect(named.length + problems.length).toBeGreaterThan(0);
        for (const { at } of [...named, ...problems]) {
          expect(at.start).toBeLessThan(at.end);
          expect(at.end).toBeLessThanOrEqual(sql.length);
        }
      });
    }

    test(`${flavour}: whatever is written, it is read or refused`, () => {
      const words = fc.constantFrom(
        ..."select from where ( ) , ; ' \" ` [ ] . * = a b 1 ? :x @y begin end create table insert into values set case when join on union with as -- /* */ /*! # $1 \n \0 é 💥 delimiter $$".split(
          " ",
        ),
      );
      fc.assert(
        fc.property(fc.array(words, { maxLength: 40 }), (list) => {
          const sql = list.join(" ");
          const { statements, problems, comments } = readSqlFile("a.sql", sql, { dialect: flavour });
          for (const { at } of [...statements, ...problems, ...comments])
            expect(at.end).toBeLessThanOrEqual(sql.length);
          if (statements.length + problems.length === 0) {
            expect(sql.replace(/--.*|#.*|\/\*[\s\S]*?(?:\*\/|$)|\$\$|[\s;]/g, "")).toBe("");
          }
        }),
        inputs(2, 300),
      );
    });
  }
});
