/** A hole where WITH names its queries may name one, and may read any table. */
import { describe, expect, test } from "bun:test";
import { namedIn as inDialect } from "./cst/testing.ts";
import { readSql } from "./mod.ts";
import { namedIn, pieces } from "./testing.ts";

const open = "select !u at ${unknown u}";
const before = "select !u, and may name queries at ${unknown u}";

describe("queries may be named", () => {
  for (const [template, ...named] of [
    ["with ${unknown u} select 1 from a", open, "select a"],
    ["with b as (select 1 from c), ${unknown u} select 1 from a, b", "select c", open, "select a"],
    ["with ${unknown u} delete from a where x in (select x from b)", open, "delete a", "select b"],
    ["${unknown u} select 1 from a", before, "select a"],
    ["${unknown u}select 1 from a", before, "select a"],
    ["${unknown u} update a set x = 1", before, "update a"],
    ["with ${fragment u} select 1 from a", "select a"],
  ] as [string, ...string[]][])
    test(template, () => expect(namedIn(template)).toEqual(named));
  test.each(["sqlite", "mysql"] as const)("in %s", (dialect) =>
    expect(inDialect(dialect, "with ${unknown u} select 1 from a")).toEqual([open, "select a"]),
  );
});

test("none is named in a piece of a statement, nor by a value", () => {
  expect(namedIn("${unknown u} where x = 1", false)).toEqual([]);
  expect(namedIn("${value u} select 1 from a")).toEqual(["select a"]);
  expect(namedIn("${fragment u} select 1 from a")).toEqual(["select a"]);
});

test("what is read behind it counts where somebody owns such a table, unless its schema is said", () => {
  const { statements } = readSql(pieces("with ${unknown u} insert into a select 1 from b, s.c"), {
    dialect: "postgresql",
  });
  expect(statements[0]?.references.map(({ table, perhaps }) => [table, perhaps ?? false])).toEqual([
    [null, false],
    ["a", false],
    ["b", true],
    ["c", false],
  ]);
});
