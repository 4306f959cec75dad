import { describe, expect, test } from "bun:test";
import { readSqlFile } from "./mod.ts";
import { lines, named } from "./testing.ts";

function table(cases: [sql: string, ...expected: string[]][]): void {
  for (const [sql, ...expected] of cases) test(sql, () => expect(named(sql)).toEqual(expected));
}

describe("queries", () => {
  table([
    ["select 1"],
    ["select * from users", "select users"],
    ["table users", "select users"],
    [
      'select * from Users u, "Users" v, App."X y" w',
      "select users at Users",
      "select Users",
      'select app.X y at App."X y"',
    ],
    ["select 'é😀' as ü from s.t x", "select s.t"],
    [
      "select * from a join b on true left join lateral (select * from c) d on true",
      "select a",
      "select b",
      "select c",
    ],
    [
      "select (select max(x) from a), exists (select 1 from b) from c where y in (table d)",
      "select a",
      "select b",
      "select c",
      "select d",
    ],
    [
      "select 1 from a union (select 2 from b except select 3 from c) order by 1",
      "select a",
      "select b",
      "select c",
    ],
    ["values ((select 1 from a)), (2)", "select a"],
    ["select * from a x for update of x", "select a"],
    ["select * from only (a)", "select a"],
    ["select * from f((select x from a)), unnest(array(select 1 from b)) u", "select a", "select b"],
    ["select * from a tablesample system (1)", "select a"],
    ["explain (analyze) select * from a", "select a"],
    ["prepare p (int) as select * from a where id = $1", "select a"],
    ["declare c cursor for select * from a", "select a"],
    ["select * into b from a", "create-table b", "select a"],
  ]);
});

describe("common table expressions", () => {
  table([
    ["with q as (select 1 from a) select * from q", "select a"],
    ["with q as (select 1 from q) select * from q", "select q"],
    ["with recursive q as (select 1 from q) select * from q"],
    ["with recursive p as (select 1 from q), q as (select 1) select * from p"],
    ["with p as (select 1 from q), q as (select 1) select * from p", "select q"],
    ["with q as (select 1) select * from public.q", "select public.q"],
    ["with q as (select 1) insert into q select * from q", "insert q"],
    ["with q as (select 1) update q set x = 1 from q r", "update q"],
    ["with q as (select 1) delete from q", "delete q"],
    ["with d as (delete from a returning *) insert into b select * from d", "delete a", "insert b"],
    ["select * from (with q as (select 1) select * from q) x, q", "select q"],
    ["with q as (select 1) select * from (with q as (select 1 from q) select * from q) x"],
    ["(with q as (select 1) select * from q) union select * from q", "select q"],
    ['with "Q" as (select 1) select * from q, "Q"', "select q"],
  ]);
});

describe("data changes", () => {
  table([
    [
      "insert into a select * from b on conflict (x) do update set y = (select 1 from c)",
      "insert a",
      "select b",
      "select c",
    ],
    ["insert into a values (1) returning (select 1 from b)", "insert a", "select b"],
    ["update a set x = 1 from b where exists (select 1 from c)", "update a", "select b", "select c"],
    ["update a set (x, y) = (select 1, 2 from b)", "update a", "select b"],
    ["delete from only a using b", "delete a", "select b"],
    ["merge into a using (select * from b) s on true when matched then delete", "merge a", "select b"],
    ["truncate a, s.b cascade", "truncate a", "truncate s.b"],
    ["lock table a, b in share mode", "lock a", "lock b"],
    ["copy a (x) from stdin", "copy-from a"],
    ["copy a to stdout", "copy-to a"],
    ["copy (select * from a) to stdout", "select a"],
  ]);
});

describe("tables", () => {
  table([
    ["create table a (id int primary key, b int references b (id))", "create-table a", "references b"],
    ["create table a (foreign key (b, c) references s.b (b, c))", "create-table a", "references s.b"],
    [
      "create table a (like b) inherits (c)",
      "create-table a",
      "select b",
      "inherit c schema < inheritance a",
    ],
    ["create table a partition of b for values in (1)", "create-table a", "partition b schema < partition a"],
    ["create table a as select * from b", "create-table a", "select b"],
    ["alter table a add column x int references b, drop column y", "alter-table a", "references b"],
    ["alter table a add constraint f foreign key (x) references b", "alter-table a", "references b"],
    [
      "alter table a attach partition b default",
      "partition a schema < partition b",
      "partition b schema < partition a",
    ],
    ["alter table a inherit b", "alter-table a", "inherit b schema < inheritance a"],
    ["alter table a rename to b", "alter-table a"],
    ["alter table a set schema b", "alter-table a"],
    ["alter index i rename to j", "alter-table index i"],
    ["alter sequence s rename to j"],
    ["drop table if exists a, s.b cascade", "drop-table a", "drop-table s.b"],
    ["drop index i", "alter-table index i"],
    [
      "drop schema if exists s, ${x} cascade; drop schema t",
      "drop-table s.!every table of schema s at s",
      "drop-table !every table of schema ${…} at ${x}",
    ],
    [
      'drop index concurrently if exists s.i, "J"; alter index ${x} rename to k; alter index s.i set (fillfactor = 70)',
      "alter-table index s.i",
      "alter-table index J",
      "alter-table !${x} is filled in before the statement runs at ${x}",
      "alter-table index s.i",
    ],
    ["create temp table b (c int primary key); create index i on b (c); drop index i; reindex index b_pkey"],
    [
      "drop table comment; drop table if exists \"if\", rule, policy; comment on table label is 'x'",
      "drop-table comment",
      "drop-table if",
      "drop-table rule",
      "drop-table policy",
      "comment label",
    ],
    ["alter index i attach partition j", "alter-table index i", "alter-table index j"],
    [
      "create schema s create table a (b int references users, c int references a)",
      "create-table s.a at a",
      "references users",
      "references s.a at a",
    ],
    ["create schema authorization current_user create table s.t (a int)", "create-table s.t"],
    [
      "copy a from stdin;\nselect 1 from b;\ncopy c from stdin;\n1\n\\.\nselect 1 from d",
      "copy-from a",
      "select b",
      "copy-from c",
      "select d",
    ],
    [
      "drop view a; drop materialized view b; drop foreign table c",
      "drop-table a",
      "drop-table b",
      "drop-table c",
    ],
    ["create index concurrently if not exists i on only a (lower(x)) where y", "create-index a"],
    ["grant select on a, s.b to r; revoke all on table c from r", "grant a", "grant s.b", "grant c"],
    ["grant usage on sequence s to r; grant usage on schema s to r"],
    ["grant select on all tables in schema s to r", "grant s.!every table of schema s at s"],
    ["comment on table a is 'x'; comment on column s.b.c is 'on d'", "comment a", "comment s.b"],
    [
      "comment on trigger t on a is 'x'; comment on constraint k on s.b is null; comment on index i is 'x'",
      "comment a",
      "comment s.b",
      "comment index i",
    ],
  ] as [string, ...string[]][]);
});

describe("rows of tables as types", () => {
  table([
    [
      "create table a (z s.tt not null, y \"T t\"[] default '{}', id int, d timestamp with time zone, n pg_catalog.text)",
      "create-table a",
      "inherit s.tt schema < column a.z",
      "inherit T t schema < column a.y",
    ],
    [
      "alter table a add z s.tt, alter y type uu; alter foreign table f add x vv",
      "alter-table a",
      "inherit s.tt schema < column a.z",
      "inherit uu schema < column a.y",
      "alter-table f",
      "inherit vv schema < column f.x",
    ],
    [
      "create type t as (x a.b, y int); alter type t add attribute z c; create domain d as e check (value is not null)",
      "inherit a.b schema < type t",
      "inherit c schema < type t",
      "inherit e schema < domain d",
    ],
    ["create table a of s.no_tables_row", "create-table a"],
    [
      "create function f(a s.tt, out b uu, c int) language c as 'x', 'y'",
      "function s.tt schema < function f",
      "function uu schema < function f",
    ],
    [
      "select json_populate_record(null::tt, '{}'), row(1, 2)::uu, 'high'::priority",
      "select tt",
      "select uu",
    ],
    ["create type priority as enum ('high'); create table a (p priority)", "create-table a"],
  ]);
});

describe("upkeep", () => {
  table([
    [
      "set constraints s.k, l deferred; alter default privileges grant select on tables to r",
      "act ALTER DEFAULT PRIVILEGES",
    ],
    [
      "alter publication p add tables in schema current_schema",
      "alter-table !every table of the current schema at current_schema",
    ],
    ["vacuum (full) a, s.b (c); analyze a", "alter-table a", "alter-table s.b", "alter-table a"],
    [
      "vacuum full; analyze verbose; cluster; reindex system d",
      "act VACUUM",
      "act ANALYZE",
      "alter-table !every table of the database at cluster",
      "act REINDEX SYSTEM d",
    ],
    [
      "alter table all in tablespace x set tablespace y; alter index all in tablespace x owned by r set tablespace y",
      "alter-table !every table of the database at all",
      "alter-table !every table of the database at all",
    ],
    [
      "reindex table concurrently a; reindex (verbose) index concurrently i; reindex schema s; reindex database d",
      "alter-table a",
      "alter-table index i",
      "alter-table s.!every table of schema s at s",
      "alter-table !every table of the database at d",
    ],
    ["cluster a using i", "alter-table a"],
    ["create sequence q owned by s.t.c; alter sequence q owned by none", "alter-table s.t"],
    ["create statistics st (dependencies) on a, b from t", "create-index t"],
    [
      "create publication p for table a, s.b where (x > 1), tables in schema z",
      "alter-table a",
      "alter-table s.b",
      "alter-table z.!every table of schema z at z",
    ],
    ["create publication q for all tables", "alter-table !every table of the database at all tables"],
    ["alter extension x add table s.t", "alter-table s.t", "act ALTER EXTENSION x"],
    ["security label for x on table a is 'y'", "comment a"],
    ["alter materialized view m depends on extension e", "alter-table m"],
  ]);
});

describe("what names no table", () => {
  for (const sql of [
    "create type t as (a int); create type e as enum ('a'); create domain d as int; alter type t add attribute b int",
    "comment on database d is 'x'; comment on schema s is 'x'; comment on constraint c on domain d is 'x'",
    "execute p(1); listen x; notify x; fetch 1 from c; close c; checkpoint; set constraints all deferred; show x",
    "create event trigger e on ddl_command_start execute function f()",
  ])
    test(sql, () => expect(named(sql)).toEqual([]));
});

describe("stored objects", () => {
  table([
    ["create view v as select * from a", "create-table v", "view a read < view v"],
    [
      "create or replace recursive view v (n) as select 1 from v, a",
      "create-table v",
      "view a read < view v",
    ],
    ["create materialized view v as select * from a", "create-table v", "view a read < materialized view v"],
    ["refresh materialized view v", "update v"],
    ["create trigger t after insert on a for each row execute function f()", "trigger a schema < trigger t"],
    ["drop trigger t on s.a", "trigger s.a schema < trigger t"],
    [
      "create policy p on a using (x in (select x from b))",
      "policy a schema < policy p",
      "policy b read < policy p",
    ],
    ["drop policy if exists p on a", "policy a schema < policy p"],
    [
      "create rule r as on insert to a do also (insert into b select new.*; delete from c)",
      "rule a schema < rule r",
      "rule b write < rule r",
      "rule c write < rule r",
    ],
  ]);
});

describe("temporary tables", () => {
  table([
    ["create temp table t (x int); insert into t values (1); drop table t; select * from t", "select t"],
    ["create temporary table t as select * from a; select * from t, public.t", "select a", "select public.t"],
    ["select * into temp t from a; select * from t", "select a"],
    ["select * from t; create temp table t (x int)", "select t"],
    ["create temp table a (x int); alter table a rename to b; select * from a, b", "select a"],
  ]);
});

describe("acts", () => {
  table([
    [
      "create database d; drop database d; alter database d set x = 1",
      "act CREATE DATABASE d",
      "act DROP DATABASE d",
      "act ALTER DATABASE d",
    ],
    [
      "create role r; create user u; drop role r, s; alter user u password 'x'",
      "act CREATE ROLE r",
      "act CREATE USER u",
      "act DROP ROLE r",
      "act DROP ROLE s",
      "act ALTER USER u",
    ],
    ["alter role r rename to s; alter database d owner to r", "act ALTER ROLE r", "act ALTER DATABASE d"],
    ["create tablespace t location '/x'", "act CREATE TABLESPACE t"],
    [
      "create extension if not exists pgcrypto; drop extension x, y",
      "act CREATE EXTENSION pgcrypto",
      "act DROP EXTENSION x",
      "act DROP EXTENSION y",
    ],
    [
      "set role r; reset role; set session authorization u",
      "act SET ROLE r",
      "act RESET ROLE",
      "act SET SESSION AUTHORIZATION u",
    ],
    [
      "begin; start transaction; commit; end; rollback; savepoint s",
      "act BEGIN",
      "act BEGIN",
      "act COMMIT",
      "act COMMIT",
      "act ROLLBACK",
    ],
    ["set statement_timeout = 0; set local lock_timeout = 1", "act SET statement_timeout"],
    ["\\connect other\n\\c\nselect 1", "act \\connect other", "act \\connect"],
  ]);
});

describe("the indexes that a statement makes", () => {
  const cases: [sql: string, expected: string][] = [
    ["create index i on s.a (b)", "create-index s.a makes i"],
    ["create unique index on a (b, lower(c), (d + 1))", "create-index a makes a_b_lower_expr_idx"],
    [
      "create table a (b int primary key, c text unique, constraint k unique (b, c), unique (c, b), check (b > 0))",
      "create-table a makes a_pkey, a_c_key, k, a_c_b_key",
    ],
    [
      "alter table a add constraint k primary key (b), add column c int unique",
      "alter-table a makes k, a_c_key",
    ],
    ["alter table a add unique using index i", "alter-table a makes i"],
    ["alter table a rename constraint k to l", "alter-table a makes l"],
    ["create index i_${x} on a (b)", "create-index a"],
  ];
  for (const [sql, expected] of cases)
    test(sql, () =>
      expect(lines(readSqlFile("a.sql", sql, { dialect: "postgresql" }), sql, true)).toEqual([expected]),
    );
});
