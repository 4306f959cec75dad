import { describe, expect, test } from "bun:test";
import { loadCstParser } from "./cst.ts";
import { secondReading } from "./second-reading.ts";

/** Null where the peer is not installed: it is not what the project ships. */
const parse = await loadCstParser().catch(() => null);

function named(sql: string): string[] {
  const tree = parse?.(sql, "postgresql");
  if (!tree) return [`not parsed: ${sql}`];
  return secondReading(tree).named.map(
    ({ schema, table, access, start, end }) =>
      `${access} ${schema === null ? "" : `${schema}.`}${table} at ${sql.slice(start, end)}`,
  );
}

if (!parse) console.log("the second opinion's peer is not installed: its reading is not tested here");
else {
  const cases: [sql: string, ...expected: string[]][] = [
    ['select 1 from a, s.b c join "D" on true', "read a at a", "read s.b at s.b", 'read D at "D"'],
    ["with q as (select 1 from q) select 1 from q union select 2 from q", "read q at q"],
    ["with recursive q as (select 1 from q) select 1 from q, public.q", "read public.q at public.q"],
    ["with q as (select 1) insert into q select 1 from q", "write q at q"],
    ["update only a set x = (select 1 from b) from c", "write a at a", "read b at b", "read c at c"],
    ["create temp table a (x int references b)", "schema b at b"],
    ["create temp table a (x int references a)"],
    [
      "create schema s create table a (x int references b) create table c (y int references a)",
      "schema s.a at a",
      "schema b at b",
      "schema s.c at c",
      "schema s.a at a",
    ],
    ["create recursive view v (n) as select 1 from v, a", "schema v at v", "read a at a"],
    ["alter index i attach partition j"],
    ["comment on column s.a.b is 'x'", "schema s.a at s.a"],
    ["create sequence q owned by a.b", "schema a at a"],
    ["drop table a, s.b cascade", "schema a at a", "schema s.b at s.b"],
    ["grant select on a to b", "schema a at a"],
  ];
  describe("the second reading", () => {
    for (const [sql, ...expected] of cases) test(sql, () => expect(named(sql)).toEqual(expected));
  });
}
