/** A hole behind the tables that a query names may hold a JOIN; one anywhere else is a value or a condition. */
import { describe, expect, test } from "bun:test";
import { namedIn as inDialect } from "./cst/testing.ts";
import { namedIn } from "./testing.ts";

const open = "select !u, and may join more tables at ${unknown u}";

describe("more tables may be joined", () => {
  for (const [template, ...named] of [
    ["select 1 from a ${unknown u}", "select a"],
    ["select 1 from a ${unknown u} where x = 1", "select a"],
    ["select 1 from a as b ${unknown u}", "select a"],
    ["select 1 from a, b ${unknown u} limit 1", "select a", "select b"],
    ["select 1 from a join b on a.x = b.x ${unknown u} where x", "select a", "select b"],
    ['select 1 from a join b on a.x = "y" ${unknown u}', "select a", "select b"],
    ["select 1 from a join b using (x) ${unknown u}", "select a", "select b"],
    ["select 1 from (select 1 from a) b ${unknown u}", "select a"],
    ["select 1 from a where x in (select 1 from b ${unknown u})", "select a", "select b"],
    ["delete from a ${unknown u}", "delete a"],
    ["update a ${unknown u} set x = 1", "update a"],
  ] as [string, ...string[]][])
    test(template, () => expect(namedIn(template)).toEqual([...named, open]));
  test("of several side by side the first one says it", () =>
    expect(namedIn("select 1 from a ${unknown u}${unknown v}")).toEqual(["select a", open]));
  test("in a piece of a statement, behind the piece's own tables", () => {
    expect(namedIn("from a ${unknown u}", false)).toEqual(["select a", open]);
    expect(namedIn("${unknown u} where x = 1", false)).toEqual([]);
  });
});

describe("nothing can be joined", () => {
  for (const template of [
    "select 1 from a where x = ${unknown}",
    "select 1 from a where ${unknown}",
    "select 1 from a where x = 1 ${unknown}",
    "select ${unknown} from a order by ${unknown} limit ${unknown}",
    "select 1 from a as ${unknown}",
    "select 1 from a ${unknown t} where ${unknown t}.x = 1",
    "select 1 from a ${value}",
    "select 1 from a ${fragment}",
    "update a set x = 1 ${unknown}",
  ])
    test(template, () => expect(namedIn(template)).toHaveLength(1));
  for (const on of ["= any ${unknown}", "${unknown} b.x", "= b.x and ${unknown}", "in ${unknown}"])
    test(`on a.x ${on}`, () =>
      expect(namedIn(`select 1 from a join b on a.x ${on}`)).toEqual(["select a", "select b"]));
});

test.each(["sqlite", "mysql"] as const)("in %s", (dialect) => {
  expect(inDialect(dialect, "select 1 from a ${unknown u} where x = 1")).toEqual(["select a", open]);
  expect(inDialect(dialect, "select 1 from a join b on a.x = b.x ${unknown u}")).toEqual([
    "select a",
    "select b",
    open,
  ]);
  expect(inDialect(dialect, "select 1 from a where x = 1 ${unknown u}")).toEqual(["select a"]);
});
