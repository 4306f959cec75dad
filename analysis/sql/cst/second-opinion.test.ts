/**
 * MySQL's own reader and sql-parser-cst's tree of the same statement say the same, place by place. Left
 * out is what the trees get wrong: several tables in UPDATE and DELETE, LATERAL.
 */
import { expect, test } from "bun:test";
import type { Found } from "./found.ts";
import { loadCst, parseCst } from "./grammar.ts";
import { tokenizeFlavour } from "./lexer.ts";
import { readMysql } from "./mysql/statement.ts";
import { readTree } from "./tree/mod.ts";

await loadCst("mysql");

const STATEMENTS = [
  "select a.x, (select max(y) from `b`) from s.a as a left join c using (x) where exists (select 1 from d) order by x limit 1",
  "with q as (select * from a) select * from q join b on q.x = b.x union all select * from c",
  "with recursive q as (select 1 union select * from q, a) select * from q",
  "select * from (select * from a) x, (b join c on 1) where x in (select y from d where z = (select 1 from e))",
  "insert into a (x, y) select x, y from b on duplicate key update x = (select 1 from c)",
  "insert ignore into a set x = 1",
  "replace into a values (1, (select x from b))",
  "update a set x = (select 1 from b) where y in (select z from c) order by x limit 1",
  "delete from s.a where x in (select 1 from b)",
  "create table if not exists a (x int not null, y int references b (z), constraint f foreign key (x) references s.c (x) on delete cascade) engine=InnoDB",
  "create temporary table a (x int)",
  "create table a like b",
  "create table a as select * from b",
  "alter table a add column x int, drop column y, add constraint f foreign key (x) references b (x)",
  "alter table a rename to b",
  "alter table a rename column x to y",
  "drop table if exists a, s.b",
  "create view v (x) as select 1 from a",
  "drop view v",
  "create unique index i on a (x)",
  "drop index i on a",
  "truncate table a",
  "rename table a to b, c to d",
];

const places = (found: readonly Found[]) =>
  found.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort();

for (const sql of STATEMENTS) {
  test(sql, () => {
    const own = readMysql(tokenizeFlavour(sql, "mysql"), "mysql");
    const parsed = parseCst(sql, "mysql");
    if (!own.ok || !parsed.ok) throw new Error("both must read it");
    const tree = readTree(parsed.program, sql, "mysql");
    expect(places(own.found)).toEqual(places(tree?.found ?? []));
    expect(own.kind).toBe(tree?.kind ?? "");
  });
}
