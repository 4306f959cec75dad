import { describe, expect, test } from "bun:test";
import { named } from "./testing.ts";

/** The references of a PL/pgSQL function's body, without the words that are the same for all. */
function inBody(body: string, declarations = ""): string[] {
  const sql = `create function f() returns void language plpgsql as $body$\n${declarations}\nbegin\n${body}\nend $body$`;
  return named(sql).map((line) => line.replace(/^function /, "").replace(" < function f", ""));
}

describe("functions", () => {
  const cases: [sql: string, ...expected: string[]][] = [
    [
      "create function f() returns int language sql as 'select 1 from a; insert into \"B c\" select ''x'' from s.d'",
      "function a read < function f",
      "function B c write < function f",
      "function s.d read < function f",
    ],
    [
      "create function f() returns int language sql begin atomic insert into a values (1); select case when true then 1 end from b; end; select 1 from c",
      "function a write < function f",
      "function b read < function f",
      "select c",
    ],
    ["create function f() returns int return (select 1 from a)", "function a read < function f"],
    [
      "create procedure p() begin atomic select 1; drop table if exists a, s.b; comment on table c is 'x'; end",
      "function a schema < procedure p",
      "function s.b schema < procedure p",
      "function c schema < procedure p",
    ],
    ["create procedure p() language sql as $$ truncate a $$", "function a write < procedure p"],
    [
      "create function f(x a.b%type) returns setof c language sql as 'select 1'",
      "function a schema < function f",
      "function c schema < function f",
    ],
    ["create function f() returns setof text language sql as 'select 1'"],
    ["create type t as (x int); create function f() returns setof t language sql as 'select 1'"],
    [
      "create function f(x int default (select 1 from a)) returns int language sql as 'select 1'",
      "function a read < function f",
    ],
    [
      "create function f() returns table (p t.c % type) begin atomic select 1; end",
      "function t schema < function f",
    ],
    ["create function f() returns int language c as 'file', 'symbol'"],
    [
      "create function f() returns int language plpython3u as 'plpy.execute(1)'",
      "function !function f is written in plpython3u, which is not read read < function f at language plpython3u",
    ],
    ["create function f() returns int as $$ begin perform 1 from a; end $$", "function a read < function f"],
    [
      "create function f() returns trigger language plpgsql as $$ begin insert into a select * from n; return null; end $$;\ncreate trigger t after insert on b referencing new table as n for each statement execute function f()",
      "function a write < function f",
      "trigger b schema < trigger t",
    ],
    [
      "create function f() returns int language sql as 'select 1 frm a'",
      'problem syntax error at or near "a" at a',
    ],
  ];
  for (const [sql, ...expected] of cases) test(sql, () => expect(named(sql)).toEqual(expected));

  test("what a function makes is made when it runs: nothing changes for the file", () => {
    expect(
      named(
        "create function f() returns void language plpgsql as $$ begin create temp table t (x int); drop table t; commit; end $$; select 1 from t",
      ),
    ).toEqual(["select t"]);
  });
});

test("a function's own search path says where its names stand", () => {
  const body = "as 'select 1 from a, c.b'";
  expect(named(`create function f() returns int language sql set search_path = s, pg_temp ${body}`)).toEqual([
    "function s.a read < function f at a",
    "function c.b read < function f",
  ]);
  expect(named(`create function f() returns int language sql set search_path = s, public ${body}`)).toEqual([
    "function a read < function f",
    "function c.b read < function f",
  ]);
});

describe("DO blocks act", () => {
  const cases: [sql: string, ...expected: string[]][] = [
    ["do $$ begin delete from a where x in (select x from b); end $$", "delete a", "select b"],
    ["do language 'plpgsql' $$ begin create role r; end $$", "act CREATE ROLE r"],
    ["do $$ begin create temp table t (x int); insert into t values (1); end $$; select 1 from t"],
    [
      "do language plperl 'x'",
      "select !a DO block is written in plperl, which is not read at language plperl",
    ],
  ];
  for (const [sql, ...expected] of cases) test(sql, () => expect(named(sql)).toEqual(expected));
});

describe("PL/pgSQL", () => {
  const cases: [body: string, ...expected: string[]][] = [
    ["select a, b into strict x, y.z from t where a = 1;", "t read"],
    ["insert into t (a) values (1) returning a into x;", "t write"],
    ["with q as (select 1 from t) select * into x from q;", "t read"],
    ["perform 1 from t;", "t read"],
    ["x := (select max(a) from t);", "t read"],
    ["x := count(*) from t where a = extract(day from b);", "t read"],
    ["x.y[1] = (select max(a) from t);", "t read"],
    [
      "if exists (select 1 from t) then null; elsif (select true from u) then delete from v; else update w set a = 1; end if;",
      "t read",
      "u read",
      "v write",
      "w write",
    ],
    ["if case when x then true else false end and exists (select 1 from t) then null; end if;", "t read"],
    [
      "case (select 1 from t) when 1, 2 then delete from u; else delete from v; end case;",
      "t read",
      "u write",
      "v write",
    ],
    ["for r in select * from t loop delete from u; end loop;", "t read", "u write"],
    ["for r in delete from t returning * loop null; end loop;", "t write"],
    ["<<l>> for i in reverse 10..(select 1 from t) by 2 loop continue l when i = 1; end loop l;", "t read"],
    ["foreach r slice 1 in array (select a from t) loop null; end loop;", "t read"],
    ["while exists (select 1 from t) loop exit when (select true from u); end loop;", "t read", "u read"],
    ["return query select a into t from b;", "b read"],
    ["return query select * from t;", "t read"],
    ["return query insert into t default values returning *;", "t write"],
    ["return next (select 1 from t);", "t read"],
    ["return (select 1 from t);", "t read"],
    [
      "raise notice '% %', (select 1 from t), x using detail = (select 2 from u), errcode = 'x';",
      "t read",
      "u read",
    ],
    ["assert (select true from t), 'no';", "t read"],
    ["open c for select * from t; fetch c into x; close c; get diagnostics n = row_count;", "t read"],
    [
      "begin insert into t values (1); exception when unique_violation or others then delete from u; end;",
      "t write",
      "u write",
    ],
    ["declare x int := (select 1 from t); begin null; end;", "t read"],
    [
      "create temp table tmp as select * from t; insert into tmp select * from u; drop table tmp;",
      "t read",
      "u read",
    ],
    ["call p((select 1 from t));", "t read"],
    ["merge into t using u on true when matched then delete;", "t write", "u read"],
    ["null; commit; return;"],
  ];
  for (const [body, ...expected] of cases) test(body, () => expect(inBody(body)).toEqual(expected));

  test("declarations name tables by their rows, columns, cursors and defaults", () => {
    expect(
      inBody(
        "null;",
        "#variable_conflict use_column\ndeclare a s.t%rowtype; b u.c%type not null := (select 1 from v); c cursor (k int) for select * from w; d a%type;",
      ),
    ).toEqual(["s.t read", "u read", "v read", "w read"]);
    expect(
      inBody(
        "null;",
        "declare a s.t; b constant \"U\"[] := '{}'; c double precision; d record; e refcursor; f alias for $1; g varchar(3);",
      ),
    ).toEqual(["s.t read", "U read"]);
  });

  test("a broken statement in a body loses itself only", () => {
    expect(inBody("delete from a; selec 1 from b; delete from c;")).toEqual([
      "a write",
      "c write",
      'problem syntax error at or near "selec" at selec',
    ]);
  });

  test("ranges hold in bodies with doubled quotes and wide characters", () => {
    expect(named("do 'begin update é set x = ''ü😀''; delete from \"Ö\"; end'")).toEqual([
      "update é",
      "delete Ö",
    ]);
  });
});

describe("EXECUTE", () => {
  const cases: [body: string, ...expected: string[]][] = [
    ["execute 'delete from t';", "t write"],
    ["execute 'delete from ' || 't' || ' where id = $1' using (select 1 from u);", "t write", "u read"],
    ['execute $q$delete from "T u"$q$ into x;', "T u write"],
    ["execute E'delete from t where x = \\'y\\'';", "t write"],
    ["execute format('update %I set a = %L where %s', 'T', x, y);", "T write"],
    ["execute format('update %2$I.%1$I set a = 1', 't', 's');", "s.t write at t"],
    ["execute concat('delete from ', quote_ident('T'));", "T write"],
    [
      "execute format('select 1 from s.%I', x) into y;",
      "s.!x in EXECUTE is known at run time only read at s.%I",
    ],
    ["execute 'delete from ' || x;", "!x in EXECUTE is known at run time only write at x"],
    ["execute 'drop table log_' || x;", "!name glued from `log_` and ${…} schema at log_' || x"],
    ["execute x;", "!x in EXECUTE is known at run time only read at x"],
    [
      "execute f(x) || g(y);",
      "!f() in EXECUTE is known at run time only read at f",
      "!g() in EXECUTE is known at run time only read at g",
    ],
    ["for r in execute 'select 1 from t' using x loop null; end loop;", "t read"],
    ["return query execute 'select 1 from t';", "t read"],
    ["open c for execute 'select 1 from t';", "t read"],
    ["q := 'delete from ' || quote_ident('t'); execute q;", "t write"],
    ["execute 'delete frm t';", 'problem syntax error at or near "frm" at frm'],
  ];
  for (const [body, ...expected] of cases) test(body, () => expect(inBody(body)).toEqual(expected));
});

describe("texts in expressions that are run", () => {
  const cases: [sql: string, ...expected: string[]][] = [
    [
      "select * from crosstab('select a from s.t order by 1', $$ select b from \"U\" $$) as c (x int)",
      "select s.t",
      "select U",
    ],
    ["select * from crosstab('select a from t', 3) as c (x int)", "select t"],
    [
      "select query_to_xml('table ' || $1, true, true, '')",
      "select !query_to_xml runs a text that is put together when it runs at query_to_xml",
    ],
    ["select ts_rewrite(a, 'select t, s from aliases'), ts_rewrite(a, b, c)", "select aliases"],
    [
      "select table_to_xml('s.t', true, true, ''), has_table_privilege('r', 'q', 'select')",
      "select s.t",
      "select q",
    ],
    ["select to_regclass('u') is null, to_regclass('s.\"U\"')", "select u", "select s.U"],
  ];
  for (const [sql, ...expected] of cases) test(sql, () => expect(named(sql)).toEqual(expected));
});

describe("names in expressions", () => {
  const cases: [sql: string, ...expected: string[]][] = [
    ["select 'App.\"T\"'::regclass", 'select app.T at App."T"'],
    ["select nextval('s'::regclass), setval('s'::regclass, 1), '12'::regclass"],
    [
      "select * from dblink('other', 'select 1') as t(x int)",
      "select !dblink reaches another database at dblink",
    ],
    [
      "select dblink_exec('other', 'delete from t')",
      "update !dblink_exec reaches another database at dblink_exec",
    ],
  ];
  for (const [sql, ...expected] of cases) test(sql, () => expect(named(sql)).toEqual(expected));
});
