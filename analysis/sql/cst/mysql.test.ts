import { describe, expect, test } from "bun:test";
import { named } from "./testing.ts";

function table(rows: readonly (readonly [sql: string, ...expected: string[]])[]): void {
  for (const [sql, ...expected] of rows) test(sql, () => expect(named("mysql", sql)).toEqual(expected));
}

describe("names", () => {
  table([
    ["select `a`.x from `s`.`a`, b as c", "select s.a", "select b"],
    [
      "select * from `we``ird`, 2fa, t$1, Users",
      "select we`ird at `we``ird`",
      "select 2fa",
      "select t$1",
      "select Users",
    ],
    ["select * from s . a", "select s.a at s . a"],
    ["select `from`.`select` from `from`", "select from"],
    ["select 'from x', \"from y\", `z` from a -- from b\n # from c\n /* from d */", "select a"],
    ["select 'it\\'s' 'from x', \"\\\"\" from a", "select a"],
    ["select * from dual"],
    ["select @a := 1, @@global.x, :name, ? from a where b = :c", "select a"],
    ["select * from a where x = 'from b", "problem unterminated quoted string at 'from b"],
  ]);
});

describe("queries", () => {
  table([
    [
      "select straight_join sql_calc_found_rows * from a force index (i, j) join b ignore key for order by (k) on 1",
      "select a",
      "select b",
    ],
    [
      "select * from a partition (p0, p1) as x natural left outer join b cross join c using (id)",
      "select a",
      "select b",
      "select c",
    ],
    ["select * from { oj a left outer join b on a.x = b.x }", "select a", "select b"],
    ["select * from a, lateral (select * from b where b.x = a.x) l", "select a", "select b"],
    [
      "select * from a, json_table(a.x, '$[*]' columns (rowid for ordinality, y int path '$.b')) j",
      "select a",
    ],
    [
      "select * from (((select 1 from a) union (select 2 from b)) order by 1 limit 2) x",
      "select a",
      "select b",
    ],
    ["select * from ((select 1 from a) x join b)", "select a", "select b"],
    ["table a order by x; values row(1, (select 1 from b)), row(2, 3)", "select a", "select b"],
    [
      "select x from a window w as (partition by y order by (select 1 from b)) limit 1",
      "select a",
      "select b",
    ],
    [
      "select match(x, y) against ('+z' in boolean mode), interval(1, 2), left(x, 3), x->>'$.y' from a",
      "select a",
    ],
    ["select date '2024-01-01', _utf8mb4'x' collate utf8mb4_bin, x'ff', b'01', N'x', \\N from a", "select a"],
    [
      "select get_format(date, 'eur'), timestampdiff(month, x, y), substring(x from 2 for 3), position('a' in x) from a",
      "select a",
    ],
    [
      "select json_value(x, '$.y' returning char(5) default 'z' on empty), weight_string(x as char(3)) from a",
      "select a",
    ],
    [
      "select x into @y from a; select x from a into outfile '/x' fields terminated by ',' optionally enclosed by '\"' lines terminated by '\\n'",
      "select a",
      "select a",
    ],
    [
      "select * from a for update of a skip locked; select * from b lock in share mode",
      "select a",
      "select b",
    ],
    ["with a as (select * from b), b as (select * from a) select * from b", "select b"],
    ["with recursive a as (select * from b), b as (select 1) select * from a"],
    ["with q (x, y) as (select 1, 2) update a join q on 1 set a.x = q.x", "update a"],
    ["with q as (select 1 from b) delete from a where x in (select * from q)", "select b", "delete a"],
  ]);
});

describe("changes of rows", () => {
  table([
    [
      "insert low_priority ignore into s.a (x, y) values row(1, default), row((select 1 from b), 2) as n (p, q) on duplicate key update x = n.p",
      "insert s.a",
      "select b",
    ],
    ["insert a () values ()", "insert a"],
    ["insert into a set x = 1, y = (select 1 from b)", "insert a", "select b"],
    ["insert into a (x) (select 1 from b) on duplicate key update x = values(x)", "insert a", "select b"],
    [
      "insert into a table b; replace into a with q as (select 1 from c) select * from q",
      "insert a",
      "select b",
      "insert a",
      "select c",
    ],
    [
      "update low_priority a, b as c set c.x = a.x where a.y = (select 1 from d)",
      "select a",
      "update b",
      "select d",
    ],
    ["update a left join s.b using (x) set s.b.y = 1", "select a", "update s.b"],
    ["update a join b using (x) join (select 1 from c) d set y = 1", "update a", "update b", "select c"],
    ["delete quick a.*, c from a join b as c join d", "delete a", "delete b", "select d"],
    ["delete from s.a using s.a join b using (x)", "delete s.a", "select b"],
    ["delete from a as x where x.y in (select 1 from b) order by z limit 3", "delete a", "select b"],
    [
      "load data local infile 'x' replace into table s.a partition (p) character set utf8 fields terminated by ',' ignore 1 lines (x, @y) set z = (select 1 from b)",
      "copy-from s.a",
      "select b",
    ],
    ["load xml infile 'x' into table a rows identified by '<row>'", "copy-from a"],
    [
      "truncate s.a; handler a open as h; handler h read next where x = (select 1 from b); handler h close",
      "truncate s.a",
      "select a",
      "select b",
    ],
    ["call s.p(1, (select 1 from a)); do sleep((select 1 from b))", "select a", "select b"],
  ]);
});

describe("tables", () => {
  table([
    [
      "create table if not exists s.a (x bigint(20) unsigned zerofill not null auto_increment comment 'references b', y int references b (z) on delete set null on update cascade, primary key (x), key k (y(10) desc) using btree, constraint f foreign key i (y) references s.c (x) match full) engine=InnoDB auto_increment=5 default charset=utf8mb4 collate utf8mb4_bin comment='x' row_format=dynamic",
      "create-table s.a",
      "references b",
      "references s.c",
    ],
    [
      "create table a like b; create table c (like d)",
      "create-table a",
      "select b",
      "create-table c",
      "select d",
    ],
    ["create table a (x int) engine=memory ignore as select * from b", "create-table a", "select b"],
    [
      "create table a (x int) partition by range columns (x) subpartition by hash (y) (partition p values less than (10) engine = innodb, partition q values less than maxvalue)",
      "create-table a",
    ],
    [
      "create table a (x int) engine=merge union=(b, s.c) insert_method=last",
      "create-table a",
      "inherit b schema < merge table a",
      "inherit s.c schema < merge table a",
    ],
    [
      "create table a (x int) engine=federated connection='mysql://u@h/d/t'",
      "create-table a",
      "select !CONNECTION reaches another database at 'mysql://u@h/d/t'",
    ],
    [
      "alter table a modify column x int unsigned first, change y z varchar(5) after x, drop foreign key f, drop key k, add unique u (x), algorithm=inplace, lock=none",
      "alter-table a",
    ],
    [
      "alter ignore table a add (x int, y int references b (z)), add constraint foreign key (x) references c (y), rename index i to j, order by x",
      "alter-table a",
      "references b",
      "references c",
    ],
    [
      "alter table a rename to s.b; alter table a rename column x to y, rename key k to l",
      "alter-table a",
      "alter-table a",
    ],
    [
      "alter table a exchange partition p with table b without validation",
      "alter-table a",
      "partition b schema < partition a",
    ],
    [
      "alter table a add partition (partition p values in (1)), drop partition p, q; alter table a truncate partition all",
      "alter-table a",
      "alter-table a",
    ],
    [
      "alter table a convert to character set utf8mb4 collate utf8mb4_bin, disable keys, engine innodb, auto_increment = 3",
      "alter-table a",
    ],
    ["rename table a to b, s.c to d", "alter-table a", "alter-table s.c"],
    [
      "drop table if exists a, s.b cascade; drop temporary table c; drop view v",
      "drop-table a",
      "drop-table s.b",
      "drop-table v",
    ],
    [
      "create fulltext index i on a (x(5), (lower(y)) desc) comment 'x' algorithm=inplace; drop index i on a",
      "create-index a",
      "alter-table a",
    ],
    [
      "analyze local table a; optimize table a, s.b; repair table a quick; check table a for upgrade; checksum table a",
      "alter-table a",
      "alter-table a",
      "alter-table s.b",
      "alter-table a",
      "select a",
      "select a",
    ],
    [
      "lock tables a read local, b as c low_priority write; unlock tables; flush tables a, b for export",
      "lock a",
      "lock b",
      "act LOCK TABLES",
      "act UNLOCK TABLES",
      "lock a",
      "lock b",
    ],
    [
      "cache index a index (i), b in hot; load index into cache a ignore leaves",
      "alter-table a",
      "alter-table b",
      "alter-table a",
    ],
    [
      "desc a; describe s.a x; explain format=json select * from b; show full columns from c from s; show create table d; show tables",
      "select a",
      "select s.a",
      "select b",
      "select s.c at c",
      "select d",
    ],
  ]);
});

describe("stored objects", () => {
  table([
    [
      "create or replace algorithm=merge definer=`u`@`%` sql security definer view s.v (x) as select 1 from a with cascaded check option",
      "create-table s.v",
      "view a read < view v",
    ],
    ["alter view v as select * from a", "alter-table v", "view a read < view v"],
    [
      "create trigger t after update on a for each row follows u insert into b select new.x from c",
      "trigger a schema < trigger t",
      "trigger b write < trigger t",
      "trigger c read < trigger t",
    ],
    [
      "create definer=current_user() trigger t before insert on a for each row begin if new.x is null then set new.x = (select max(y) from b); end if; end",
      "trigger a schema < trigger t",
      "trigger b read < trigger t",
    ],
    [
      "create event if not exists e on schedule every '1:30' hour_minute starts now() + interval 1 day on completion not preserve disable comment 'x' do delete from a",
      "function a write < event e",
    ],
    [
      "create procedure s.p (in x int, out y varchar(5)) comment 'x' modifies sql data begin declare c cursor for select 1 from a; declare exit handler for sqlexception rollback; l: loop fetch c into x; if x > (select 1 from b) then leave l; elseif 2 then update d set y = 1; else begin end; end if; end loop l; case x when (select 1 from e) then delete from f; else select 1; end case; while exists (select 1 from g) do call q(); end while; repeat insert into h values (1); until 1 end repeat; start transaction; commit; set names utf8; end",
      ...["a read", "b read", "d write", "e read", "f write", "g read", "h write"].map(
        (of) => `function ${of.replace(" ", " ")} < procedure p`,
      ),
    ],
    [
      "create function f (x int) returns enum('a', 'b') charset utf8 deterministic return (select 1 from a)",
      "function a read < function f",
    ],
    ["create function f returns string soname 'x.so'"],
    [
      "create procedure p() language javascript as 'x'",
      "function !procedure p is written in a language that is not read read < procedure p at as 'x'",
    ],
    [
      "create procedure p() begin create temporary table t (x int); insert into t select 1 from a; create table b (x int); end; select * from t",
      "function a read < procedure p",
      "function b schema < procedure p",
      "select t",
    ],
    ["drop procedure if exists p; drop function f; drop event e; alter procedure p comment 'x'"],
    [
      "create trigger tr after insert on t for each row follows tr2 begin delete from a; delete from b; end; delete from x",
      "trigger t schema < trigger tr",
      "trigger a write < trigger tr",
      "trigger b write < trigger tr",
      "delete x",
    ],
    [
      "create procedure p() begin declare exit handler for sqlexception begin insert into a values (1); rollback; end; declare continue handler for not found, sqlstate '02000' set x = if(1, 2, 3); declare exit handler for 1062 if x then delete from b; end if; delete from c; end; delete from x",
      "function a write < procedure p",
      "function b write < procedure p",
      "function c write < procedure p",
      "delete x",
    ],
    [
      "drop trigger t; drop trigger if exists s.`t u`",
      "trigger !nothing that is read makes the trigger t schema < trigger t at t",
      "trigger s.!nothing that is read makes the trigger t u schema < trigger t u at s.`t u`",
    ],
  ]);
});

describe("acts", () => {
  table([
    [
      "create database if not exists d; create schema d default charset utf8; alter database d charset utf8; alter schema charset utf8; drop database d",
      "act CREATE DATABASE d",
      "act CREATE SCHEMA d",
      "act ALTER DATABASE d",
      "act ALTER SCHEMA",
      "act DROP DATABASE d",
    ],
    [
      "create user if not exists 'u'@'h' identified by 'x', v; alter user u account lock; drop user u, v; create role r; rename user a to b",
      "act CREATE USER u@h",
      "act CREATE USER v",
      "act ALTER USER u",
      "act DROP USER u",
      "act DROP USER v",
      "act CREATE ROLE r",
      "act RENAME USER a",
    ],
    [
      "set role r; set default role r to u; set password = 'x'; grant r, s to u; revoke r from u",
      "act SET ROLE r",
      "act SET DEFAULT ROLE",
      "act SET PASSWORD",
      "act GRANT ROLE r",
      "act GRANT ROLE s",
      "act REVOKE ROLE r",
    ],
    [
      "grant select, insert (x) on s.a to 'u'@'h' with grant option; revoke all on table b from u",
      "grant s.a",
      "grant b",
    ],
    [
      "grant all on s.* to u; grant usage on *.* to u; revoke all privileges, grant option from u; grant execute on procedure s.p to u; grant proxy on 'a'@'b' to c",
      "act GRANT s.*",
      "act GRANT *.*",
      "act REVOKE all privileges, grant option",
      "act GRANT PROXY a@b",
    ],
    [
      "begin; start transaction read only; commit work and chain; rollback; rollback to s; savepoint s; release savepoint s; xa start 'x'",
      "act BEGIN",
      "act BEGIN",
      "act COMMIT",
      "act ROLLBACK",
      "act XA",
    ],
    [
      "set names utf8, autocommit = 0; set @x = 1, session sql_mode = '', global y = on; set @@persist.z = 1; set transaction read only",
      "act SET names",
      "act SET autocommit",
      "act SET sql_mode",
      "act SET GLOBAL y",
      "act SET GLOBAL z",
    ],
    [
      "use d; flush privileges; kill query 5; install plugin x soname 'y'; shutdown; purge binary logs to 'x'; stop replica; change master to master_host = 'x'; reset master",
      "act USE d",
      "act FLUSH privileges",
      "act KILL",
      "act INSTALL PLUGIN",
      "act SHUTDOWN",
      "act PURGE",
      "act STOP REPLICA",
      "act CHANGE MASTER",
      "act RESET",
    ],
    [
      "create tablespace t add datafile 'x'; create server s foreign data wrapper mysql options (host 'x'); drop undo tablespace t",
      "act CREATE TABLESPACE t",
      "act CREATE SERVER s",
      "act DROP UNDO TABLESPACE t",
    ],
    ["kill the process", "problem unexpected the at the"],
    [
      "help me; restart it; reset password; import x from y; change color",
      ...["me", "it", "password", "x", "color"].map((word) => `problem unexpected ${word} at ${word}`),
    ],
  ]);
});

describe("executable comments", () => {
  const sql =
    "select 1 /*!40101 from a */ /*!50700 , b */ /*!80000 join c */ /*M! join d */ /*M!100100 join e */ /*!999999 join f */ /*+ no_index(g) */";
  test("as MySQL reads them", () =>
    expect(named("mysql", sql)).toEqual(["select a", "select b", "select c"]));
  test("as MariaDB reads them", () =>
    expect(named("mariadb", sql)).toEqual(["select a", "select d", "select e"]));
  test("a dump's trigger", () =>
    expect(
      named(
        "mariadb",
        "/*M!999999\\- enable the sandbox mode */\nDELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `a` FOR EACH ROW BEGIN\nDELETE FROM b;\nEND */;;\nDELIMITER ;\n",
      ),
    ).toEqual(["trigger a schema < trigger t", "trigger b write < trigger t"]));
});

describe("MariaDB's own", () => {
  for (const [sql, ...expected] of [
    [
      "create or replace table a (x int default nextval(s), period for system_time (b, c)) with system versioning",
      "create-table a",
    ],
    [
      "select * from a for system_time as of timestamp '2024-01-01' join b for system_time between now() and now() + interval 1 day on 1",
      "select a",
      "select b",
    ],
    [
      "delete history from a before system_time '2024-01-01'; delete from b for portion of p from 1 to 2",
      "delete a",
      "delete b",
    ],
    [
      "insert into a values (1) returning (select 1 from b); replace into a select 1 returning *",
      "insert a",
      "select b",
      "insert a",
    ],
    ["select next value for s, lastval(s) from seq_1_to_10 union select * from a", "select a"],
    [
      "alter table a convert table b to partition p values less than (5); alter table a convert partition p to table c",
      "alter-table a",
      "partition b schema < partition a",
      "alter-table a",
      "create-table c",
    ],
    ["set statement max_statement_time = 1 for delete from a", "delete a"],
    [
      "if exists (select 1 from a) then insert into b values (1); end if; select 1 from c",
      "select a",
      "insert b",
      "select c",
    ],
    [
      "begin not atomic for r in (select * from a) do insert into b values (r.x); end for; end",
      "select a",
      "insert b",
    ],
    ["declare x int", "problem unexpected declare at declare"],
  ] as [string, ...string[]][])
    test(sql, () => expect(named("mariadb", sql)).toEqual(expected));
});
