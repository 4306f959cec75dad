import { expect, test } from "bun:test";
import { loadSql, readSqlFile } from "../analysis/sql/mod.ts";
import { connect } from "../runtime/connect/mod.ts";
import { testDatabases } from "./embedded/testing.ts";
import { blocks, locksOf } from "./locks.ts";

const databases = testDatabases();
await loadSql();
const locks = (text: string) =>
  readSqlFile("a.sql", text, { dialect: "postgresql" }).statements.flatMap((statement) =>
    locksOf(statement).map(({ table, mode }) => `${table} ${mode}`),
  );

/** Statements that can run in a transaction: the server is asked what it locks. */
const asked = [
  "select * from a",
  "select * from a for update",
  "insert into a select x from b",
  "update a set x = 1",
  "delete from a",
  "truncate b",
  "lock table a in share mode",
  "alter table a add column y int",
  "alter table a alter column x set statistics 5",
  "alter table a set (fillfactor = 70)",
  "alter table a validate constraint positive",
  "alter table a validate constraint positive, add column y int",
  "alter table a disable trigger all",
  "alter table b add constraint fk foreign key (x) references a (x)",
  "alter table parent attach partition child for values in (1)",
  "create index on a (x)",
  "create table c (x int references a (x))",
  "create trigger t after insert on a execute function suppress_redundant_updates_trigger()",
  "comment on table a is 'x'",
  "create view w as select * from a",
  "reindex table b",
  "refresh materialized view m",
  "analyze a",
];

for (const text of asked) {
  test(`locks as the server does: ${text}`, async () => {
    const sql = connect({ service: "test", variable: "URL", env: { URL: await databases.database() } });
    await sql
      .unsafe(`create table a (x int primary key, constraint positive check (x > 0) not valid);
      create table b (x int); create table parent (x int) partition by list (x); create table child (x int);
      create materialized view m as select 1 as x`)
      .simple();
    const seen: string[] = [];
    await sql
      .begin(async (tx) => {
        await tx.unsafe(text).simple();
        const rows = await tx`
        select c.relname as table, l.mode from pg_locks l join pg_class c on c.oid = l.relation
        where l.pid = pg_backend_pid() and c.relname in ('a', 'b', 'parent', 'child', 'm')`;
        seen.push(...rows.map(({ table, mode }) => `${table} ${words(mode)}`));
      })
      .finally(() => sql.end());
    for (const lock of locks(text)) expect(seen).toContain(lock);
    const named = locks(text).map((lock) => lock.split(" ")[0]);
    const strong = seen.filter((lock) => !/ (?:ACCESS SHARE|ROW SHARE|ROW EXCLUSIVE)$/.test(lock));
    expect(strong.filter((lock) => !named.includes(lock.split(" ")[0]))).toEqual([]);
  });
}

/** `AccessExclusiveLock` → `ACCESS EXCLUSIVE`. */
const words = (mode: string) =>
  mode
    .replace(/Lock$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();

test("what runs outside of a transaction lets others work on", () => {
  const texts = [
    "create index concurrently on a (x)",
    "reindex table concurrently a",
    "vacuum a",
    "alter table parent detach partition child concurrently",
  ];
  expect(texts.flatMap(locks)).toEqual([
    "a SHARE UPDATE EXCLUSIVE",
    "a SHARE UPDATE EXCLUSIVE",
    "a SHARE UPDATE EXCLUSIVE",
    "parent SHARE UPDATE EXCLUSIVE",
    "child SHARE UPDATE EXCLUSIVE",
  ]);
  expect([blocks("SHARE UPDATE EXCLUSIVE"), blocks("SHARE"), blocks("ACCESS EXCLUSIVE")]).toEqual([
    "others read and write",
    "nobody writes",
    "nobody reads or writes",
  ]);
});
