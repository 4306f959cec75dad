import { describe, expect, test } from "bun:test";
import { namedIn } from "./testing.ts";

describe("a hole in the place of a table is said", () => {
  for (const [template, ...expected] of [
    ["select * from ${unknown from config}", "select !from config at ${unknown from config}"],
    ["select * from a, ${unknown b}", "select a", "select !b at ${unknown b}"],
    ["select * from app.${identifier x}", "select app.!x at app.${identifier x}"],
    ["select * from ${schema s}.users u", "select users at ${schema s}.users"],
    [
      "select * from audit_log_${unknown m}",
      "select !name glued from `audit_log_` and ${…} at audit_log_${unknown m}",
    ],
    [
      'select * from "a_${unknown m}_b"',
      'select !name glued from `a_` and ${…} and `_b` at "a_${unknown m}_b"',
    ],
    ['delete from "${unknown m}"', 'delete !m at "${unknown m}"'],
    [
      "select * from ${unknown a}${unknown b}",
      "select !name glued from ${…} and ${…} at ${unknown a}${unknown b}",
    ],
    ["drop table if exists ${unknown a}, b", "drop-table !a at ${unknown a}", "drop-table b"],
    ["select * from (${fragment sub}) s", "select !sub at ${fragment sub}"],
    ["with x as (${fragment cte}) select * from x", "select !cte at ${fragment cte}"],
    [
      "with x as (${unknown i} on conflict do nothing returning *) select * from x",
      "insert !i at ${unknown i}",
    ],
    ["create view v as ${unknown q}", "create-table v", "select !q at ${unknown q}"],
    ["${unknown q}", "select !q at ${unknown q}"],
    ["${unknown q} limit ${value}", "select !q at ${unknown q}"],
  ] as [string, ...string[]][])
    test(template, () => expect(namedIn(template)).toEqual(expected));
});

describe("marks that a client fills in are holes, put together of several pieces, too", () => {
  for (const [template, ...expected] of [
    ["select * from a where x = $(x) and y = $<y.z> and z = $[z:csv] and w = $/w/", "select a"],
    ["select * from a where x = $(x_${value i}) or y = :y${value i}", "select a"],
    ["insert into a (x) values ($(${value name})), (:${value name}b)", "insert a"],
    [
      "delete from $(table:name) where x = $1",
      "delete !$(table:name) is bound when it runs at $(table:name)",
    ],
    ["truncate $1~", "truncate !$1~ is bound when it runs at $1~"],
    ["select * from a $<where:raw>", "select a"],
    ["insert into a (x, y) values (:x!, :y), (:z!::text, $w!) returning x", "insert a"],
    ["select * from a where x in $$ids! and y = $y!", "select a"],
    ["insert into a (x, y) values $$rows(x!, y) returning x", "insert a"],
    ["update a set (x, y) = $row(x, y!) where z = $z", "update a"],
    ["select * from a where x = :x! and :y!=z and w in :list!;", "select a"],
  ] as [string, ...string[]][])
    test(template, () => expect(namedIn(template)).toEqual(expected));
});

describe("a hole anywhere else does no harm", () => {
  for (const template of [
    "select * from a where ${unknown} and x in ${value} ${fragment} order by y ${fragment} limit ${value}",
    "select ${unknown} from a ${fragment} group by ${unknown} having ${unknown}",
    "select interval '${value} days' from a where x = any(${value}::int[])",
    "select * from a where x ${unknown}${unknown} ${unknown}",
    "select * from a where x ${unknown}order by x",
    "select case ${unknown} end, ${unknown} from a",
    "with ${fragment} select * from a",
    "select * from a where x = ? and y in (?, ?) limit ?",
    "select * from a where x = :x and y = :y::int and z[1:2] is not null",
    "select * from a where x = $${unknown} and y in ($${unknown}, $${unknown})",
    "select * from a where ${identifier} = ${value} and b.${identifier} between ${value} and ${value}",
  ])
    test(template, () => expect(namedIn(template)).toEqual(["select a"]));
  for (const template of [
    "insert into a ${value}",
    "insert into a ${unknown} returning *",
    "insert into a (${unknown}) values (${unknown})",
    "insert into a (${unknown}) values ${unknown} on conflict ${unknown} do update set ${unknown}",
  ])
    test(template, () => expect(namedIn(template)).toEqual(["insert a"]));
  test("update a set ${value} where id = ${value}", () =>
    expect(namedIn("update a set ${value} where id = ${value}")).toEqual(["update a"]));
});

describe("a hole may be any part of a definition", () => {
  for (const [template, ...expected] of [
    ["update a ${unknown} where id = 1", "update a"],
    ["alter table a ${unknown}", "alter-table a"],
    ["create table a (id int, ${unknown})", "create-table a"],
    ["copy a from ${value}", "copy-from a"],
    ["fetch ${unknown} from c"],
    ["comment on ${unknown} foreign table a is ''", "comment a"],
    ["comment on :v column a.b is ''", "comment a"],
    ["drop ${unknown} table if exists a, b", "drop-table a", "drop-table b"],
    ["delete from a where b ${unknown} 1", "delete a"],
    ["insert into a values (1) on conflict (id) ${unknown}", "insert a"],
    ["do $$ begin delete from :s.t; end $$", "delete t at :s.t"],
    ["update ?? set ?? = ?", "update !?? is bound when it runs at ??"],
    ["select * from :t: where id = :id", "select !:t: is bound when it runs at :t:"],
    ["select a ? 'b' from c", "select c"],
    ["update a set b = ? where c \\? 'd'", "update a"],
    ['delete from "${identifier t}" where b = ? and c = ?', 'delete !t at "${identifier t}"'],
    ["delete from a where id in (???)", "delete a"],
    ["select * from a where id = $id and b = $$c$$", "select a"],
    ["select 1 from a ${unknown}.c", 'problem syntax error at or near "." at .'],
  ] as [string, ...string[]][])
    test(template, () => expect(namedIn(template)).toEqual(expected));
});

describe("pieces of statements", () => {
  for (const [piece, ...expected] of [
    ["and x in (select id from orders)", "select orders"],
    ["join orders o on o.id = t.id", "select orders"],
    ["left join ${unknown t} x on true", "select !t at ${unknown t}"],
    ["from orders where a = ${value}", "select orders"],
    ["a, b from orders", "select orders"],
    ["orders o join lines l on true", "select orders", "select lines"],
    ["into orders (a) values (1)", "insert orders"],
    ["set x = (select 1 from q)", "select q"],
    ["references orders(id)", "references orders"],
    ["x as (select 1 from orders), y as (select 2)", "select orders"],
    ["union all select 1 from z", "select z"],
    ["when matched then update set x = (select 1 from q)", "select q"],
    ["returning *, (select 1 from q)", "select q"],
    ["delete from orders", "delete orders"],
    ["order by x desc nulls last"],
    ['"audit_log"'],
    ["${unknown}"],
    ["nothing of the kind"],
    ["frobnicate the from", "problem syntax error at end of input at from"],
  ] as [string, ...string[]][])
    test(piece, () => expect(namedIn(piece, false)).toEqual(expected));
});
