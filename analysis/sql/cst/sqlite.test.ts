/**
 * Each statement is read here and compiled by SQLite itself. Its program opens b-trees by their root
 * pages (`EXPLAIN`, OpenRead and OpenWrite), which sqlite_schema knows by table; what a statement makes
 * or drops shows in sqlite_schema when it has run.
 */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import type { Access } from "../../model.ts";
import { loadSql, readSqlFile } from "../mod.ts";

await loadSql(["sqlite"]);

/** Queries and changes of rows: which tables are read, which are written. */
const ROWS: string[] = [
  "select * from orders",
  "select * from main.orders, Items as i",
  'select * from "orders" join [items] using (id) left join `archive` a on a.id = 1',
  "select * from 'orders'",
  "select (select max(id) from items) from orders where id in (select id from archive)",
  "select 1 from orders where id in items",
  "select 1 from orders where id not in main.items and exists (select 1 from archive)",
  "with q as (select id from items) select * from q, orders",
  "with a as (select * from b), b as (select id from items) select * from a",
  "with recursive q(n) as (select 1 union all select n + 1 from q, orders where n < 3) select * from q",
  "with Items as (select 1 as id) select * from items, main.items i",
  "with q as (select id from orders) select * from q union select id from items order by 1",
  "select * from (select id from orders union all select id from items where id > 0) where id = 3",
  "select * from (orders join items using (id)) left join (archive) on 1",
  "select sum(id) over (partition by total order by (select max(id) from items)) from orders",
  "select case when total then (select id from items) end from orders group by 1 having count(*) > (select count(*) from archive)",
  "select * from orders indexed by by_total where total > 1",
  "select * from orders not indexed, json_each('[1]') j",
  "select value from json_tree((select total from orders))",
  "values (1), ((select max(id) from orders))",
  "select * from docs where docs match 'x'",
  "select * from docs('x')",
  "insert into orders (id) values (1), (2)",
  "insert or ignore into orders select id, total from archive where id > 0",
  "insert into orders (id) select id from items where true on conflict (id) do update set total = (select max(id) from archive)",
  "with q as (select id from items) insert into orders (id) select id from q",
  "with orders as (select 1 as id) insert into orders (id) select id from orders",
  "replace into orders (id) values (1) returning (select max(id) from items)",
  "insert into orders default values",
  "update orders set total = 1",
  "update or replace orders as o set (id, total) = (select id, 2 from items) where o.id in (select id from archive)",
  "update orders set total = i.id from items i where i.id = orders.id",
  "with q as (select id from items) update orders set total = 1 where id in q",
  "delete from orders where id in (select id from items)",
  "delete from orders indexed by by_total where total = 5 returning id",
  "select * from orders, items",
  "delete from archive",
  "select * from orders where id = ?1 and total = :total and id < @id and id > $id",
  "select \"id\" -> '$.a', total ->> 'b' from orders where total is not distinct from 3",
  "select * from shown",
];

/** Statements about the schema: which tables come and go. */
const SHAPES: [sql: string, changes: string[]][] = [
  ["create table fresh (id int primary key, o int references orders (id))", ["+fresh"]],
  [
    "create table if not exists main.Fresh (id int, check (id > 0), foreign key (id) references items) strict",
    ["+Fresh"],
  ],
  ["create table 'fresh' as select * from orders", ["+fresh"]],
  ["create temp table fresh (id int)", []],
  ["create table temp.fresh as select * from orders", []],
  ["create virtual table fresh using fts5(a, b unindexed, content='orders', content_rowid='id')", ["+fresh"]],
  ["create view fresh (a) as select id from orders", ["+fresh"]],
  ["create temp view fresh as select id from orders", []],
  ["create index fresh on orders (total) where id > 3", []],
  [
    "create trigger fresh after insert on orders begin update items set id = case when 1 then 2 end; delete from archive; end",
    [],
  ],
  ["alter table orders rename to old", ["-orders", "+old"]],
  ["alter table orders rename column total to sum", []],
  ["alter table orders add column x int default 3", []],
  ["alter table archive drop column total", []],
  ["drop table archive", ["-archive"]],
  ["drop table if exists absent", []],
  ["drop view shown", ["-shown"]],
  ["drop index by_total", []],
  ["reindex orders", []],
  ["analyze orders", []],
];

function open(): Database {
  const db = new Database(":memory:");
  for (const sql of [
    "create table orders (id integer primary key, total)",
    "create index by_total on orders (total)",
    "create table items (id integer primary key)",
    "create table archive (id integer primary key, total)",
    "create virtual table docs using fts5(body)",
    "create view shown as select orders.id from orders, items",
    "insert into orders values (10, 1)",
  ]) {
    db.run(sql);
  }
  return db;
}

type Touched = Record<string, Access[]>;

function sorted(map: ReadonlyMap<string, ReadonlySet<Access>>): Touched {
  const entries = [...map].map(([table, accesses]) => [table, [...accesses].sort()] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function add(map: Map<string, Set<Access>>, table: string, access: Access): void {
  map.set(table, (map.get(table) ?? new Set()).add(access));
}

/** What the reader says, names in lower case. */
function read(sql: string): Map<string, Set<Access>> {
  const facts = readSqlFile("a.sql", sql, { dialect: "sqlite" });
  expect(facts.problems).toEqual([]);
  const found = new Map<string, Set<Access>>();
  for (const { table, access } of facts.statements.flatMap(({ references }) => references)) {
    add(found, (table ?? "").toLowerCase(), access);
  }
  return found;
}

interface Step {
  opcode: string;
  p1: number;
  p2: number;
  p3: number;
}

describe("what SQLite opens", () => {
  for (const sql of ROWS) {
    test(sql, () => {
      using db = open();
      const pages = new Map(
        (
          db.query("select tbl_name, rootpage from sqlite_schema").all() as {
            tbl_name: string;
            rootpage: number;
          }[]
        ).map(({ tbl_name, rootpage }) => [rootpage, tbl_name]),
      );
      const theirs = new Map<string, Set<Access>>();
      for (const { opcode, p1, p2, p3 } of db.query(`explain ${sql}`).all() as Step[]) {
        // json_each and its kin are virtual, too, and nobody's.
        if (opcode === "VOpen" && sql.includes("docs")) add(theirs, "docs", "read");
        const table = pages.get(opcode === "Clear" ? p1 : p2);
        if (!table) continue;
        if (opcode === "Clear") add(theirs, table, "write");
        else if (p3 === 0 && /^(?:OpenRead|ReopenIdx)$/.test(opcode)) add(theirs, table, "read");
        else if (p3 === 0 && opcode === "OpenWrite") add(theirs, table, "write");
      }
      const ours = read(sql);
      // A view is read by reading what it is made of: its own name opens nothing.
      if (ours.delete("shown")) for (const table of ["orders", "items"]) add(ours, table, "read");
      // Whose rows are changed may be read with the same cursor.
      for (const [table, accesses] of theirs) {
        if (!ours.has(table)) continue;
        if (accesses.has("write") && ours.get(table)!.has("write")) {
          accesses.delete("read");
          ours.get(table)!.delete("read");
        }
      }
      expect(sorted(ours)).toEqual(sorted(theirs));
    });
  }
});

describe("what SQLite's schema holds afterwards", () => {
  for (const [sql, expected] of SHAPES) {
    test(sql, () => {
      using db = open();
      const names = () =>
        (
          db
            .query(
              "select name from sqlite_schema where type in ('table', 'view') and name not like 'fresh\\_%' escape '\\' and name not like 'sqlite%'",
            )
            .all() as { name: string }[]
        ).map(({ name }) => name);
      const before = names();
      db.run(sql);
      const after = names();
      const theirs = [
        ...before.filter((name) => !after.includes(name)).map((name) => `-${name}`),
        ...after.filter((name) => !before.includes(name)).map((name) => `+${name}`),
      ];
      expect(theirs).toEqual(expected);

      const facts = readSqlFile("a.sql", sql, { dialect: "sqlite" });
      expect(facts.problems).toEqual([]);
      const ours = facts.statements
        .flatMap(({ changes }) => changes)
        .flatMap((change) => {
          if (change.kind === "create") return change.temporary ? [] : [`+${change.name}`];
          if (change.kind === "rename") return [`-${change.name}`, `+${change.to}`];
          return change.kind === "drop" && before.includes(change.name) ? [`-${change.name}`] : [];
        });
      expect(ours).toEqual(expected);
    });
  }
});
