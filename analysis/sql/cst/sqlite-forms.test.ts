import { describe, expect, test } from "bun:test";
import { named } from "./testing.ts";

describe("SQLite's statements", () => {
  for (const [sql, ...expected] of [
    [
      "create table a (x references s.b (x) deferrable initially deferred, foreign key (y) references c on delete cascade)",
      "create-table a",
      "references s.b",
      "references c",
    ],
    [
      "create view v as with q as (select * from a) select * from q",
      "create-table v",
      "view a read < view v",
    ],
    ["create temp view v as select * from a; select * from v", "select a"],
    [
      "create trigger if not exists t instead of update of x on v when new.x > (select max(x) from a) begin insert into b select * from c; select raise(abort, 'x'); end",
      "trigger v schema < trigger t",
      "trigger a read < trigger t",
      "trigger b write < trigger t",
      "trigger c read < trigger t",
    ],
    [
      "create trigger t after insert on a begin select raise(abort, (select x from b) || 'y'); end",
      "trigger a schema < trigger t",
      "trigger b read < trigger t",
    ],
    [
      "create virtual table f using fts5(a, b unindexed, content='posts', content_rowid='id')",
      "create-table f",
      "view posts read < virtual table f",
    ],
    [
      "create virtual table f using fts4(a, content=\"\"); create virtual table v using fts5vocab(f, 'row'); create virtual table r using rtree(a, b(c)d, , $e)",
      "create-table f",
      "create-table v",
      "view f read < virtual table v",
      "create-table r",
    ],
    ["create unique index main.i on a (lower(x)) where y in (1, 2)", "create-index a"],
    [
      "alter table a add constraint c check (x > 0); alter table a drop constraint c; alter table a alter x set not null",
      "alter-table a",
      "alter-table a",
      "alter-table a",
    ],
    [
      "drop index i; drop trigger t; reindex a; analyze main.a",
      "alter-table index i",
      "trigger !nothing that is read makes the trigger t schema < trigger t at t",
      "alter-table a",
      "alter-table main.a",
    ],
    ["table o i'\n'", "problem unexpected '… at '\n'"], // one line, whatever is quoted
    ["drop index if exists main.I", "alter-table index main.i at main.I"],
    [
      "attach database 'x.db' as y; select * from y.a; detach y",
      "act ATTACH DATABASE y",
      "select y.a",
      "act DETACH DATABASE y",
    ],
    [
      'pragma table_info("a b"); pragma journal_mode = "wal"; vacuum main into "x.db"',
      "act PRAGMA journal_mode",
      "act VACUUM main",
    ],
    ["vacuum; reindex; analyze", "act VACUUM", "act REINDEX", "act ANALYZE"],
    [
      "pragma foreign_keys = on; pragma main.user_version(3); pragma table_info(a); pragma journal_mode",
      "act PRAGMA foreign_keys",
      "act PRAGMA user_version",
    ],
    [
      "begin immediate; savepoint s; rollback to s; release s; commit; end transaction; rollback; vacuum into 'x'",
      "act BEGIN",
      "act COMMIT",
      "act COMMIT",
      "act ROLLBACK",
      "act VACUUM",
    ],
    [
      "select * from T; create temp table t (x); select * from T, TEMP.t, main.t",
      "select T",
      "select main.t",
    ],
    ["with Q as (select 1) select * from q; select * from Q", "select Q"],
    ["select * from 'a' join \"b\" join [c] join `d`", "select a", "select b", "select c", "select d"],
    ["select * from a where x = :y and z in (@é, $1, ?2)", "select a"],
    ["explain query plan delete from a", "delete a"],
    ["create table", "problem unexpected end of the statement at table"],
    ["merge into a using b on 1 when matched then delete", "problem unexpected merge at merge"],
  ] as [string, ...string[]][])
    test(sql, () => expect(named("sqlite", sql)).toEqual(expected));

  test("a REINDEX's name may be an index's", () => {
    expect(named("sqlite", "reindex i")).toEqual(["alter-table i"]);
  });
});
