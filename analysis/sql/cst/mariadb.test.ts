/**
 * Each statement is read here and run by a MariaDB as a user without any right. The server names the
 * table and the right that it misses; that right is granted and the statement run again, until it
 * passes. What it took is what the server says the statement touches, and so must the reader.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { SQL } from "bun";
import { hasMariaDb, type MariaDb, startMariaDb } from "../../../fixtures/mariadb.ts";
import type { Access } from "../../model.ts";
import { loadSql, readSqlFile } from "../mod.ts";

// A server is made and started.
setDefaultTimeout(240_000);

/** SQL, and what is run afterwards so that its body runs. */
const STATEMENTS: (string | [sql: string, then: string])[] = [
  "select * from orders",
  "select 1 from orders, items i straight_join archive",
  "select (select max(id) from items) from orders where id in (select id from archive)",
  "with q as (select id from items) select * from q, orders",
  "with recursive q as (select 1 as n union all select n + 1 from q join orders on orders.id = n where n < 3) select * from q",
  "with items as (select 1 as id) select * from items, app.items i",
  "with Q as (select 1 as x) select * from q, orders",
  "select * from (select id from orders union select id from items) u order by 1 limit 1",
  "select 1 from ((orders join items on orders.id = items.id) left join archive a on a.id = items.id)",
  "select * from orders use index () where exists (select 1 from items)",
  "select sum(id) over (partition by id order by (select 1 from items limit 1)) from orders",
  "select group_concat(distinct id order by id separator ',') from orders having count(*) > (select count(*) from items)",
  "select cast(id as char), convert(id, signed), trim(both 'x' from total), extract(day from now()) from orders",
  "select id from orders into @x",
  "select id from orders where id = 1 for update",
  "select * from orders lock in share mode",
  "(select id from orders) union (select id from items) order by 1",
  "select 1",
  "values (1), (2)",
  "select json_value(total, '$.a'), interval 1 day + now() from orders",
  "select /*!50000 id from orders where 1 or */ 1",
  "select 1 /*!80000 , (select id from items) */ from orders",
  "select 1 /*M!100100 , (select max(id) from items) */ from orders",
  "select 5--1 from orders # where (select 1 from items)",
  "select case when id then (select 1 from items limit 1) else 2 end as `end` from orders",
  "insert into orders (id) values (5)",
  "insert ignore orders set id = 7, total = (select max(id) from items)",
  "insert into orders (id) select id from items on duplicate key update total = (select 1 from archive limit 1)",
  "insert into archive values (9, 1) returning id",
  "replace into orders (id, total) values (1, 2)",
  "update orders set total = 1",
  "update orders o join items i on o.id = i.id set o.total = i.id",
  "update orders, items set orders.total = 1, items.id = 2 where orders.id = items.id",
  "update orders set total = (select max(id) from items) where id in (select id from archive) order by id limit 1",
  "delete from orders where id in (select id from items)",
  "delete o from orders as o join items i on i.id = o.id",
  "delete orders, i from orders join items i using (id) join archive using (id)",
  "delete from o using orders as o, items where o.id = items.id",
  "delete from orders where id = 1 returning total",
  "truncate orders",
  "truncate table app.orders",
  "do (select max(id) from orders)",
  "set @x = (select max(id) from orders)",
  "lock tables orders read, items as i write",
  "handler orders open as h",
  "create table fresh (id int primary key, order_id int, foreign key (order_id) references parents (id))",
  "create table fresh (id int, constraint c foreign key (id) references app.parents (id) on delete cascade)",
  "create table if not exists fresh like orders",
  "create table fresh as select o.id from orders o join items using (id)",
  "create table fresh (x int unsigned not null primary key, y enum('a', 'b') default 'a' comment 'references items (id)', check (x > 0)) engine=innodb default charset=utf8mb4 partition by hash (x) partitions 2",
  "create or replace table orders (id int)",
  "create temporary table fresh select * from orders",
  "alter table orders add column x int unsigned after total, modify total bigint not null, change id ident int, drop primary key",
  "alter table children add constraint fk2 foreign key (id) references parents (id)",
  "alter table orders rename to orders_old",
  "alter table orders add index (total), engine=myisam, comment='x'",
  "alter table parts exchange partition p0 with table part",
  "rename table orders to a, items to orders",
  "drop table orders, items",
  "drop table if exists orders",
  "create index i on orders (total)",
  "create unique index if not exists i using btree on orders (total desc) comment 'x'",
  "drop index total on orders",
  "create view v as select o.id from orders o join items using (id)",
  "create or replace algorithm=merge sql security invoker view v (x) as select i.id from items i",
  "drop view shown",
  "create trigger t before insert on orders for each row set new.total = 1",
  "show create table orders",
  "show columns from orders",
  "describe orders",
  "check table orders",
  "checksum table orders, items",
  "explain select * from orders, items",
  "prepare s from 'select * from orders'",
  "execute immediate 'delete from orders'",
  "execute immediate concat('select id from ', 'orders')",
  "set statement max_statement_time = 10 for select * from orders",
  "begin not atomic declare c cursor for select id from orders; open c; insert into items values (42); end",
  "load data infile '/nowhere/x' into table orders fields terminated by ',' (id) set total = (select 1 from items limit 1)",
  [
    "create procedure p() sql security invoker begin if exists (select 1 from orders) then delete from items where id = 99; else select 1; end if; end",
    "call p()",
  ],
  [
    "create procedure p() sql security invoker begin declare done int default 0; declare x int; declare c cursor for select id from orders; declare continue handler for not found set done = 1; open c; repeat fetch c into x; insert ignore into archive values (x + 1000, 1); until done end repeat; close c; end",
    "call p()",
  ],
  [
    "create procedure p() sql security invoker begin set @q = concat('select 1 from ', 'items'); prepare s from @q; execute s; deallocate prepare s; end",
    "call p()",
  ],
  [
    "create function f() returns int reads sql data sql security invoker return (select max(id) from orders)",
    "select f()",
  ],
  [
    "create procedure p() sql security invoker for r in (select id from orders) do update items set id = r.id + 500 where id = r.id; end for",
    "call p()",
  ],
];

/** Rights, by what they amount to. */
const RIGHTS: Record<string, Access> = {
  SELECT: "read",
  SHOW: "read",
  ANY: "read",
  "CHECK TABLE": "read",
  "CHECKSUM TABLE": "read",
  INSERT: "write",
  UPDATE: "write",
  DELETE: "write",
  CREATE: "schema",
  ALTER: "schema",
  DROP: "schema",
  INDEX: "schema",
  REFERENCES: "schema",
  TRIGGER: "schema",
  "CREATE VIEW": "schema",
  "SHOW VIEW": "read",
};

const SCHEMA = [
  "drop database app",
  "create database app",
  "use app",
  "create table orders (id int primary key, total int, key total (total)) engine=myisam",
  "create table items (id int primary key) engine=myisam",
  "create table archive (id int primary key, total int) engine=myisam",
  "insert into orders values (1, 1)",
  "insert into items values (1)",
  "create view shown as select 1 as x",
];
/** Slower to make, and needed by few. */
const INNODB = [
  "create table parents (id int primary key)",
  "create table children (id int primary key)",
  "create table part (id int)",
  "create table parts (id int) partition by range (id) (partition p0 values less than (10))",
];

type Touched = Record<string, Access[]>;

function sorted(map: ReadonlyMap<string, ReadonlySet<Access>>): Touched {
  const entries = [...map].map(([table, accesses]) => [table, [...accesses].sort()] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function add(map: Map<string, Set<Access>>, table: string, access: Access): void {
  map.set(table, (map.get(table) ?? new Set()).add(access));
}

if (hasMariaDb()) describe("what MariaDB asks rights for", compare);
else {
  test("MariaDB is not installed, and its answers are not compared", () => {
    console.warn("mariadbd is not installed: what it says was not compared with what is read");
    expect(hasMariaDb()).toBe(false);
  });
}

function compare(): void {
  let server: MariaDb;
  let root: SQL;
  beforeAll(async () => {
    await loadSql(["mariadb"]);
    server = await startMariaDb();
    root = server.connect("root");
  });
  afterAll(async () => {
    await root?.close();
    await server?.[Symbol.asyncDispose]();
  });

  for (const row of STATEMENTS) {
    const [sql, then] = typeof row === "string" ? [row, null] : row;
    test(sql, async () => {
      const facts = readSqlFile("a.sql", sql, { dialect: "mariadb" });
      expect(facts.problems).toEqual([]);
      const ours = new Map<string, Set<Access>>();
      const made = new Set<string>();
      const exchanged = new Set<string>();
      for (const { references, changes } of facts.statements) {
        for (const { schema, table, access, operation } of references) {
          const name = `${schema ?? "app"}.${table}`;
          // TRUNCATE takes the right to drop.
          add(ours, name, operation === "truncate" ? "schema" : access);
          if (operation === "create-table") made.add(name);
          if (operation === "partition") for (const named of references) exchanged.add(`app.${named.table}`);
        }
        for (const change of changes) if (change.kind === "rename") made.add(`app.${change.to}`);
      }

      const theirs = await rightsOf(sql, then);
      for (const [table, accesses] of theirs) {
        const known = ours.get(table);
        // A table that the statement itself makes is filled, too; a new name is no table yet.
        if (made.has(table)) {
          accesses.delete("write");
          if (!known) theirs.delete(table);
        }
        // Rows that change places with a partition's are the partition's affair.
        if (exchanged.has(table)) accesses.delete("write");
        // Who changes rows or shape may have to read them.
        if (known && !known.has("read") && known.size > 0) accesses.delete("read");
      }
      expect(sorted(ours)).toEqual(sorted(theirs));
    });
  }

  /** Runs a statement as a user to whom each right is granted as it is missed. */
  async function rightsOf(sql: string, then: string | null): Promise<Map<string, Set<Access>>> {
    const innodb = /parent|child|\bparts?\b/.test(sql) ? INNODB : [];
    for (const statement of [
      ...SCHEMA,
      ...innodb,
      "create or replace user probe",
      "grant file on *.* to probe",
      "grant lock tables, create temporary tables, create routine, alter routine, execute on app.* to probe",
    ]) {
      await root.unsafe(statement);
    }
    const probe = server.connect("probe");
    const needed = new Map<string, Set<Access>>();
    try {
      for (const statement of then === null ? [sql] : [sql, then]) {
        for (let tries = 0; ; tries++) {
          const missing = await missingRights(probe, statement);
          if (!missing) break;
          expect(tries).toBeLessThan(20);
          for (const right of missing.rights) {
            add(needed, missing.table, RIGHTS[right] ?? "schema");
            const granted = RIGHTS[right] === "read" ? "SELECT" : right;
            await root.unsafe(`grant ${granted} on ${missing.table} to probe`).catch(async () => {
              // A right on a table that is not there takes the right to make it.
              await root.unsafe(`grant create, ${granted} on ${missing.table} to probe`);
            });
          }
        }
      }
    } finally {
      await probe.close();
    }
    return needed;
  }
}

/** The rights that the server misses for a statement; null where it runs. */
async function missingRights(user: SQL, sql: string): Promise<{ rights: string[]; table: string } | null> {
  try {
    await user.unsafe(sql);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const denied = /^(.+) command denied to user .* for table `(\w+)`\.`(\w+)`/.exec(message);
    if (denied) return { rights: denied[1]!.split(", "), table: `${denied[2]}.${denied[3]}` };
    const column = /^(\w+) command denied to user .* for column '\w+' in table '(\w+)'/.exec(message);
    if (column) return { rights: [column[1]!], table: `app.${column[2]}` };
    // Everything was allowed, and the file is not there.
    if (/File '.*' not found|Errcode: 2|secure-file-priv/.test(message)) return null;
    throw new Error(`${message}: ${sql}`);
  }
}
