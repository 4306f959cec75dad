import { describe, expect, test } from "bun:test";
import { named } from "./testing.ts";

describe("statements that are prepared", () => {
  for (const [sql, ...expected] of [
    ["prepare s from 'select * from a where x = ?'", "select a"],
    ["prepare s from 'select ''it\\\\\\'s'' from a'", "select a"],
    ["prepare s from @q", "select !the statement's text is in @q at @q"],
    ["set @q = 'delete from a'; prepare s from @q; prepare t from @q", "delete a"],
    [
      "set @q = concat('select * from ', 'a', ' join ', @t, ' on 1'); prepare s from @q",
      "select a",
      "select !@t is put in when it runs at @t",
    ],
    ["set @q := if(@x > 0, 'select 1', 'alter table a add x int'); prepare s from @q", "alter-table a"],
    [
      "set @q = (select if(exists (select 1 from b), 'drop table a', concat('select 1'))); prepare s from @q",
      "select b",
      "drop-table a",
    ],
    [
      "set @q = case when @x then 'delete from a' when 2 then @y else 'delete from b' end; prepare s from @q",
      "delete a",
      "delete b",
      "select !the statement's text is in @q at @q",
    ],
    ["set @t = 'a'; set @q = concat('select * from ', @t); prepare s from @q", "select a"],
    ["set @q = 'select * from a'; set @q = concat(@q, ' where 1'); prepare s from @q", "select a"],
    [
      "set @q = concat('create table a_', @m, ' (x int)'); prepare s from @q",
      "create-table !name glued from `a_` and ${…} at a_', @m",
    ],
    ["prepare s from 'selec 1'", "problem unexpected selec at selec"],
    ["prepare s from 'begin; commit'", "act BEGIN", "act COMMIT"],
    ["set @q = concat('x'); set @q = @q; prepare s from @q", "problem unexpected x at x"],
    [
      "select group_concat('drop table ', t) into @q from information_schema.tables; prepare s from @q",
      "select information_schema.tables",
      "select !the statement's text is in @q at @q",
    ],
  ] as [string, ...string[]][])
    test(sql, () => expect(named("mysql", sql)).toEqual(expected));

  test("EXECUTE IMMEDIATE of MariaDB", () =>
    expect(named("mariadb", "execute immediate concat('delete from ', 'a'); execute s using @x")).toEqual([
      "delete a",
    ]));

  test("in a body it is the body's", () => {
    const sql =
      "create procedure p (t text) begin set @q = concat('delete from ', t); prepare s from @q; execute s; deallocate prepare s; set @q = 'select 1 from a'; prepare s from @q; end";
    expect(named("mysql", sql)).toEqual([
      "function !t is put in when it runs write < procedure p at t",
      "function a read < procedure p",
    ]);
  });

  test("variables that are set to each other end somewhere", () =>
    expect(named("mysql", "set @a = @b; set @b = @a; prepare s from @a")).toEqual([]));
});
