/** What another grammar's statements have that no text for people has. */
import { expect, test } from "bun:test";
import { isPlainlySql } from "./plainly.ts";

const statements = [
  "select * from `orders` where id = ?",
  "SELECT `a` FROM `orders`",
  "insert into `orders` (`a`) values (?)",
  "update `orders` set `a` = ? where id = ?",
  "UPDATE orders SET a = 1,, b = 2",
  "delete from `orders` where `id` = ?",
  "select top 10 * from [dbo].[orders] o where o.id = @id",
  "replace into orders (a) values (1)",
  "create table `t` (`id` int unsigned auto_increment)",
  "alter table `t` modify `a` int",
  "DROP TABLE IF EXISTS `t`",
  "select a, b from orders where a = and b",
  "SELECT count(*) FROM orders WHERE a == ? GROUP BY",
  "with x as (select `a` from `b`) select * from x",
  "INSERT INTO ghosts VALUES (1",
  "select id from orders where id = ? ;; order by x y z",
  "select name from `users`",
  "SELECT * FROM events FINAL WHERE a = {a:String}",
  "SELECT * FROM _",
  'select r.id, i."name" from shop.orders r inner join items i on i.id = r.id where r.id in ($ids:csv)',
  'SELECT m."id" as id, m.value, FROM "members" m WHERE m.id = 1',
];

const prose = [
  "Select one of v1.2 or v1.3, from where you are.",
  "Select a.b, from c to d",
  "Select items from the list",
  "Select a file from your computer, please",
  "Select one or more items from list to continue",
  "Update your settings, set the value = 3",
  "Delete from favourites?",
  "Delete from cart",
  "Drop table here",
  "Create table view for users",
  "Insert into document",
  "Replace into selection",
  "Create a table with (some) columns",
  "Drop files here or select from folder",
  "With great power as (always) comes",
  "Select files from disk, or drop them here.",
  "update profile set",
  "select from `menu`",
  "Select columns from table.",
  "Truncate table rows",
  "Please select x from y",
  "DELETE FROM CART?",
  "UPDATE available: SET aside time",
  "Select All from List",
  "SELECT a plan FROM our offers!",
  "Insert into table (optional)",
  "create index on Google (beta)",
  "Select emoji from picker (beta)",
  "Delete from here, and everywhere",
  "select text from image",
  "Select (or drop) a file from folder",
  "Alter table settings",
  "Select * from",
];

test.each(statements)("a statement: %s", (text) => {
  expect(isPlainlySql(text)).toBe(true);
});

test.each(prose)("words for people: %s", (text) => {
  expect(isPlainlySql(text)).toBe(false);
});

test("comments before and within a statement are passed over", () => {
  expect(isPlainlySql("-- all orders\n/* of `today` */ select * /* every column */ from `orders`")).toBe(
    true,
  );
});

test("a long text for people comes to an end", () => {
  for (const text of [`select ${"one of many, ".repeat(20_000)}`, `with ${"(".repeat(20_000)}`])
    expect(isPlainlySql(text)).toBe(false);
});
