import { describe, expect, test } from "bun:test";
import type { Flavour } from "./flavour.ts";
import { named, namedIn } from "./testing.ts";

const BOTH: readonly Flavour[] = ["sqlite", "mysql"];

function table(
  flavours: readonly Flavour[],
  rows: [template: string, ...expected: string[]][],
  whole = true,
): void {
  for (const flavour of flavours)
    for (const [template, ...expected] of rows)
      test(`${flavour}: ${template}`, () => expect(namedIn(flavour, template, whole)).toEqual(expected));
}

describe("a hole in the place of a table is said", () => {
  table(BOTH, [
    ["select * from ${unknown from config}", "select !from config at ${unknown from config}"],
    ["select * from a, ${unknown b}", "select a", "select !b at ${unknown b}"],
    ["select * from app.${identifier x}", "select app.!x at app.${identifier x}"],
    ["select * from ${schema s}.users u", "select users at ${schema s}.users"],
    ["select * from `${unknown t}`", "select !t at `${unknown t}`"],
    [
      "insert into audit_log_${unknown m} values (1)",
      "insert !name glued from `audit_log_` and ${…} at audit_log_${unknown m}",
    ],
    [
      "delete from `a_${unknown m}_b`",
      "delete !name glued from `a_` and ${…} and `_b` at `a_${unknown m}_b`",
    ],
    ["drop table if exists ${unknown a}", "drop-table !a at ${unknown a}"],
    ["alter table ${unknown a} add column x int", "alter-table !a at ${unknown a}"],
    ["create table ${unknown a} (x int references b (x))", "create-table !a at ${unknown a}", "references b"],
    ["select * from (${fragment sub}) s", "select !sub at ${fragment sub}"],
    ["with x as (${fragment cte}) select * from x", "select !cte at ${fragment cte}"],
    ["${unknown q}", "select !q at ${unknown q}"],
  ]);
  table(
    ["mysql"],
    [
      ["rename table ${unknown a} to b", "alter-table !a at ${unknown a}"],
      ["truncate ${unknown a}", "truncate !a at ${unknown a}"],
      ["lock tables ${unknown a} write", "lock !a at ${unknown a}", "act LOCK TABLES"],
      ["load data infile ${value} into table ${unknown a}", "copy-from !a at ${unknown a}"],
      ["select * from ?? where ?? = ?", "select !?? is bound when it runs at ??"],
      ["create database ${unknown d}", "act CREATE DATABASE ${…}"],
    ],
  );
});

describe("a hole anywhere else does no harm", () => {
  const templates = [
    "select * from a where ${unknown} and x in ${value} ${fragment} order by y ${fragment} limit ${value}",
    "select ${unknown} from a ${fragment} group by ${unknown} having ${unknown}",
    "select * from a where ${identifier} = ${value} and b.${identifier} between ${value} and ${value}",
    "select * from a where x in (${value}, ${value}) and y like '%${value}%'",
    "select * from a where x = ${value} ${fragment}",
  ];
  table(
    BOTH,
    templates.map((template) => [template, "select a"]),
  );
  table(BOTH, [
    ["insert into a (${unknown}) values (${unknown})", "insert a"],
    ["insert into a (x, y) values ${fragment}", "insert a"],
    ["update a set ${fragment} where id = ${value}", "update a"],
    ["update a set ${identifier} = ${value}", "update a"],
    ["create table a (x int default ${value}, ${fragment})", "create-table a"],
  ]);
  table(
    ["mysql"],
    [
      ["insert into a set ?", "insert a"],
      ["insert into a values ? on duplicate key update ${fragment}", "insert a"],
      ["select * from a force index (${unknown}) where x = :name", "select a"],
      ["alter table a add column ${identifier} varchar(${value}) comment '${value}'", "alter-table a"],
    ],
  );
});

describe("pieces of statements", () => {
  table(
    BOTH,
    [
      ["and x in (select id from orders)", "select orders"],
      ["join orders o on o.id = t.id", "select orders"],
      ["left join ${unknown t} x on true", "select !t at ${unknown t}"],
      ["from orders where a = ${value}", "select orders"],
      ["a, b from orders", "select orders"],
      ["orders o join `lines` l on true", "select orders", "select lines"],
      ["into orders (a) values (1)", "insert orders"],
      ["set x = (select 1 from q)", "select q"],
      ["references orders(id)", "references orders"],
      ["x as (select 1 from orders), y as (select 2)", "select orders"],
      ["union all select 1 from z", "select z"],
      ["delete from orders", "delete orders"],
      ["order by x desc"],
      ["`audit_log`"],
      ["${unknown}"],
      ["nothing of the kind"],
      ["frobnicate the from", "problem unexpected end of the statement at from"],
    ],
    false,
  );
  table(
    ["mysql"],
    [
      ["modify x int unsigned, add foreign key (x) references b (y)", "references b"],
      ["x = values(x), y = (select 1 from q)", "select q"],
    ],
    false,
  );
});

describe("variables that a runner fills in, in psql's form", () => {
  for (const flavour of BOTH)
    test(flavour, () => {
      const sql =
        "select * from :schema.a where b = :x and c = :'text';\ninsert into :tab values (':kept');\ndelete from :one:.b; select * from `q:r` where x = ':no' -- :nor\n";
      expect(named(flavour, sql)).toEqual([
        "select a at :schema.a",
        "insert !:tab is filled in before the statement runs at :tab",
        "delete b at :one:.b",
        "select q:r",
      ]);
    });

  test("parameters stay parameters", () => {
    expect(named("sqlite", "select * from a where b = :x and c in (:y)")).toEqual(["select a"]);
  });
});

test("places lie in the template, whatever the holes became", () => {
  const template =
    "select * from a where x = ${value} and y in (select 1 from s.${unknown t}) and z in (select 1 from `b c`)";
  expect(namedIn("mysql", template)).toEqual([
    "select a",
    "select s.!t at s.${unknown t}",
    "select b c at `b c`",
  ]);
});
