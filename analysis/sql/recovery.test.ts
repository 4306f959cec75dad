import { describe, expect, test } from "bun:test";
import { looksLikeSql, readSqlFile } from "./mod.ts";
import { named } from "./testing.ts";

describe("one broken statement loses itself only", () => {
  const broken: [statement: string, problem: string][] = [
    ["selec 1 from x", 'syntax error at or near "selec" at selec'],
    ["insert into x values ('abc)", "unterminated quoted string at 'abc)"],
    ['select "x from y', 'unterminated quoted identifier at "x from y'],
    ['do $$ declare a "x; begin end $$', 'unterminated quoted identifier at "x; begin end '],
    ["select $a$ from x", "unterminated dollar-quoted string at $a$ from x"],
    ["select /* x", "unterminated /* comment at /*"],
    ["select (1 from x", 'syntax error at or near "from" at from'],
    ["select \0 from x", "NUL character: PostgreSQL's text cannot hold it at \0"],
    ["\ufeffselect 1 from x", 'syntax error at or near "\ufeffselect" at \ufeffselect'],
  ];
  for (const [statement, problem] of broken) {
    test(JSON.stringify(statement), () => {
      const found = named(`select 1 from a;\n${statement};\nselect 2 from b;\ndelete from c;\n`);
      expect(found.slice(0, 3)).toEqual(["select a", "select b", "delete c"]);
      expect(found.slice(3).map((line) => line.split("\n")[0]!.replace(/;$/, ""))).toEqual([
        `problem ${problem}`,
      ]);
    });
  }

  test("two quotes that pair up over a statement", () => {
    expect(
      named(
        "insert into a values ('x);\ninsert into b values ('y');\ninsert into c values ('z');\nselect 1 from d",
      ).slice(0, 3),
    ).toEqual(["insert b", "insert c", "select d"]);
  });

  test("a quote that a later statement's quote closes", () => {
    expect(
      named(
        "select a, 'it'' from x;\ninsert into a values (1, 'x;y');\nselect 1 from b;\nselect 'z' from c;\n",
      ),
    ).toEqual([
      "insert a",
      "select b",
      "select c",
      "problem a quote that nothing closes before the next statement at 'it'' from x;",
    ]);
  });

  test("text that only looks like two statements stays a text", () => {
    expect(named("insert into a values ('x;\nselect 1 from y;');\nselect 1 from b;")).toEqual([
      "insert a",
      "select b",
    ]);
  });

  test("a forgotten semicolon costs nothing but a problem", () => {
    expect(named("select 1 from a\ninsert into b values (1);\nselect 2 from c")).toEqual([
      "select a",
      "insert b",
      "select c",
      "problem no semicolon before this statement at insert",
    ]);
  });

  test("the statements of a broken function's body are no statements of the file", () => {
    expect(
      named("create functon f() as $$\nbegin\n  x;\nupdate a set b = 1;\nend $$;\nselect 1 from c"),
    ).toEqual(["select c", 'problem syntax error at or near "functon" at functon']);
  });
});

describe("hostile text is a problem, never a crash and never nothing", () => {
  const many = 50_000;
  const cases: Record<string, string> = {
    "50,000 operators": `select ${Array(many).fill("1").join("+")} from a`,
    "50,000 concatenations": `select ${Array(many).fill("'x'").join("||")} from a`,
    "50,000 brackets": `select ${"(".repeat(many)}1${")".repeat(many)} from a`,
    "50,000 open brackets": "(".repeat(many),
    "50,000 unions": Array(many).fill("select 1 from a").join(" union "),
    "20,000 time zones": `select a ${"at time zone 'x' ".repeat(20_000)}`,
    "50,000 open comments": "/*".repeat(many),
    "lone quotes": "'\n".repeat(1001),
    "dollar signs": "$".repeat(many),
    "a page of HTML": "<html><p>it's</p></html>\n".repeat(1000),
    "a MySQL dump": "INSERT INTO `t` VALUES (1,'it\\'s');\n".repeat(2000),
  };
  for (const [what, text] of Object.entries(cases)) {
    test(what, () => {
      const { statements, problems } = readSqlFile("a.sql", text, { dialect: "postgresql" });
      expect({ problems: problems.length > 0, references: statements.flatMap((s) => s.references) }).toEqual({
        problems: true,
        references: [],
      });
      for (const { message } of problems) expect(message).not.toContain("\n");
    });
  }

  const read: Record<string, string> = {
    "10 MB in a line": `select '${"x".repeat(10_000_000)}' from a`,
    "3,000 operators": `select ${Array(3000).fill("1").join("+")} from a`,
    "20,000 conditions": `select 1 from a where ${Array(20_000).fill("x = 1").join(" and ")}`,
    "50,000 rows": `insert into a values ${Array(many).fill("(-1, 'x')").join(",")}`,
    "3,000 sub-selects": `select * from a where x in (${"select 1 where y in (".repeat(1000)}1${")".repeat(1001)}`,
    "a lone surrogate": "select '\ud800' from a",
    "a byte order mark": "\ufeffselect 1 from a",
    "nested comments": `select ${"/*".repeat(many)}${"*/".repeat(many)} 1 from a`,
  };
  for (const [what, text] of Object.entries(read)) {
    test(`${what} is read`, () => {
      const { statements, problems } = readSqlFile("a.sql", text, { dialect: "postgresql" });
      const tables = statements.flatMap(({ references }) =>
        references.map(({ table, at }) => ({ table, text: text.slice(at.start, at.end) })),
      );
      expect({ tables, problems }).toEqual({ tables: [{ table: "a", text: "a" }], problems: [] });
    });
  }
});

describe("what looks like SQL", () => {
  for (const text of [
    "select 1",
    "  -- why\n SELECT * FROM t",
    "(select 1) union (select 2)",
    "insert into t values (1)",
    "update t set a = 1",
    'UPDATE "T" AS x SET a = 1',
    "delete from t",
    "with x as (select 1) select * from x",
    "create unique index on t (a)",
    "drop table if exists t",
    "truncate t",
    "begin",
    "copy t from stdin",
    "set search_path to x",
  ])
    test(`${text}: yes`, () => expect(looksLikeSql(text)).toBe(true));
  for (const text of [
    "",
    "Select an item from the list",
    "Update your profile",
    "Delete this",
    "Create a table",
    "With love",
    "Drop files here",
    "Set the table",
    "begin here",
    "(select 1)::int",
    "and x = 1",
    "selected",
    "call me",
    "Insert coin",
  ])
    test(`${text || "nothing"}: no`, () => expect(looksLikeSql(text)).toBe(false));
});
