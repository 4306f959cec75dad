import { describe, expect, test } from "bun:test";
import { modelOf } from "../fixtures/workspace.ts";
import type { HeadTable } from "./model.ts";
import { migrationOrder } from "./replay.ts";

/** The tables after the migrations, `schema.name (columns)`; those that are gone behind a minus. */
async function head(migrations: Record<string, string>, owns: string[] = []): Promise<string[]> {
  const model = await modelOf({
    "freehold.json": JSON.stringify({ services: { app: { path: "app", owns } } }),
    "app/main.ts": "",
    ...Object.fromEntries(Object.entries(migrations).map(([name, sql]) => [`app/migrations/${name}`, sql])),
  });
  return model.heads.map(
    ({ schema, name, columns, droppedAt }) =>
      `${droppedAt ? "-" : ""}${schema}.${name} (${columns?.join(" ") ?? "?"})`,
  );
}

const one = (sql: string) => head({ "001_all.sql": sql });

describe("order", () => {
  test("by number, not by text; down files are left out", () => {
    expect(
      migrationOrder([
        "m/10_c.sql",
        "m/2_b.sql",
        "m/001_a.sql",
        "m/2_b.down.sql",
        "m/20260101120000_later.sql",
        "m/2_a.up.sql",
      ]),
    ).toEqual(["m/001_a.sql", "m/2_a.up.sql", "m/2_b.sql", "m/10_c.sql", "m/20260101120000_later.sql"]);
  });

  test("by the folders' numbers, where the files have none", () => {
    expect(migrationOrder(["m/10_b/migration.sql", "m/9_a/migration.sql"])).toEqual([
      "m/9_a/migration.sql",
      "m/10_b/migration.sql",
    ]);
  });

  test("numbers of any length", () => {
    const long = "9".repeat(40);
    expect(migrationOrder([`${long}9_b.sql`, `${long}_a.sql`])).toEqual([`${long}_a.sql`, `${long}9_b.sql`]);
  });

  test("a later migration changes what an earlier one made", async () => {
    expect(
      await head({
        "10_rename.sql": "alter table a rename to b;",
        "2_create.sql": "create table a (id int);",
        "2_create.down.sql": "drop table a;",
      }),
    ).toEqual(["public.b (id)", "-public.a (id)"]);
  });
});

describe("statements", () => {
  test("tables, views, copies and their columns", async () => {
    expect(
      await one(`
        create table a (id int, note text);
        create table b as select 1 as x, 2 as y;
        create view v as select id from a;
        create or replace view v as select id, note from a;
        create materialized view m as select 1 as one;
        create table p (id int) partition by range (id);
        create table p1 partition of p for values from (1) to (2);
        create foreign table f (id int) server s;
        create table l (like a including all, more int);
        create table i (more int) inherits (a);
        alter table i add column last int;
        alter table a add column at date, drop column note;
        alter table a rename column id to key;
      `),
    ).toEqual([
      "public.a (key at)",
      "public.b (x y)",
      "public.v (id note)",
      "public.m (one)",
      "public.p (id)",
      "public.p1 (id)",
      "public.f (id)",
      "public.l (id note more)",
      "public.i (key more last at)",
    ]);
  });

  test("if not exists keeps the first, if exists minds nothing", async () => {
    expect(
      await one(`
        create table a (id int);
        create table if not exists a (other int);
        drop table if exists b;
        alter table if exists b rename to c;
      `),
    ).toEqual(["public.a (id)"]);
  });

  test("dropped and made again", async () => {
    expect(await one("create table a (id int); drop table a; create table a (key int);")).toEqual([
      "public.a (key)",
      "-public.a (id)",
    ]);
  });

  test("two that change places", async () => {
    expect(
      await one(`
        create table a (old int);
        create table a_new (new int);
        alter table a rename to a_old;
        alter table a_new rename to a;
        drop table a_old;
      `),
    ).toEqual(["public.a (new)", "-public.a (old)", "-public.a_new (new)", "-public.a_old (old)"]);
  });

  test("schemas: named, moved to, dropped with all they hold", async () => {
    expect(
      await one(`
        create schema shop;
        create table shop.a (id int);
        create table b (id int);
        alter table b set schema shop;
        create table c (id int);
        alter table c set schema archive;
        drop schema shop cascade;
      `),
    ).toEqual(["archive.c (id)", "-public.b (id)", "-public.c (id)", "-shop.a (id)", "-shop.b (id)"]);
  });

  test("temporary tables are none, and hide others of their name", async () => {
    expect(
      await one(`
        create table a (id int);
        create temporary table a (other int);
        alter table a add column more int;
        drop table a;
        alter table a add column note text;
      `),
    ).toEqual(["public.a (id note)"]);
  });

  test("search_path says where a name is made and where it is looked for, to the end of its file", async () => {
    expect(
      await head({
        "1_a.sql": `
          create table a (id int);
          set search_path to "$user", shop, public;
          create table b (id int);
          alter table a add column note text;
          alter table b add column note text;
          reset search_path;
          create table c (id int);
          set search_path = shop;
        `,
        "2_b.sql": "create table d (id int);",
      }),
    ).toEqual(["public.a (id note)", "shop.b (id note)", "public.c (id)", "public.d (id)"]);
  });

  test("in a DO block, and in the up part of a file alone", async () => {
    expect(
      await one(`
        -- migrate:up
        do $$ begin create table a (id int); end $$;
        -- migrate:down
        drop table a;
      `),
    ).toEqual(["public.a (id)"]);
  });
});

describe("what is owned on paper alone", () => {
  async function missing(owns: string[], sql: string): Promise<(string | null)[][]> {
    const model = await modelOf({
      "freehold.json": JSON.stringify({ services: { app: { path: "app", owns } } }),
      "app/main.ts": "",
      "app/migrations/001_all.sql": sql,
    });
    return model.missing.map(({ schema, table, pattern, at, droppedAt }) => [
      schema,
      table,
      `${pattern ? "pattern " : ""}${at.file}:${at.line}:${at.column}`,
      droppedAt && `${droppedAt.line}:${droppedAt.column}`,
    ]);
  }

  test("is missing at its entry in the manifest", async () => {
    expect(
      await missing(
        ["a", "b", "shop.c", "d_*", "e*", "v", "old", "new", "gone"],
        "create table a (id int);\ncreate table d_1 (id int);\ncreate view v as select 1;\ncreate table old (id int);\nalter table old rename to new;\ncreate table gone (id int);\ndrop table gone;",
      ),
    ).toEqual([
      [null, "b", "freehold.json:1:46", null],
      ["shop", "c", "freehold.json:1:50", null],
      [null, "e*", "pattern freehold.json:1:65", null],
      [null, "old", "freehold.json:1:74", "5:13"],
      [null, "gone", "freehold.json:1:86", "7:12"],
    ]);
  });

  test("a former name is still the service's own", async () => {
    const model = await modelOf({
      "freehold.json": JSON.stringify({
        services: { app: { path: "app", owns: ["new"] }, other: { path: "other", owns: [] } },
      }),
      "app/migrations/001_all.sql":
        "create table old (id int); alter table old rename to new; create table gone (id int); drop table gone;",
      "app/main.ts": 'import { sql } from "bun"; sql`select * from old, gone`;',
      "other/main.ts": 'import { sql } from "bun"; sql`select * from old, gone, never`;',
    });
    expect(
      model.references
        .filter(({ at }) => at.file.endsWith(".ts"))
        .map(({ at, table, verdict, owners }) => [at.file, table, verdict, owners]),
    ).toEqual([
      ["app/main.ts", "old", "own", ["app"]],
      ["app/main.ts", "gone", "own", ["app"]],
      ["other/main.ts", "old", "foreign", ["app"]],
      ["other/main.ts", "gone", "foreign", ["app"]],
      ["other/main.ts", "never", "unowned", []],
    ]);
  });
});

describe("tables that have the columns of others", () => {
  test("partitions and heirs, for as long as they are; a table made like another has those of that day", async () => {
    expect(
      await one(`
        create table events (id int, at date) partition by range (at);
        create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
        create table events_2026 partition of events (id not null) default partition by list (id);
        create table events_2026_a partition of events_2026 for values in (1);
        create table loose (at date, id int);
        create table copied (like events including all, note text);
        create table elder (a int);
        create table heir (b int) inherits (elder, loose);
        alter table events attach partition loose for values from ('2027-01-01') to ('2028-01-01');
        alter table events add column kind text;
        alter table elder rename column a to z;
        alter table events detach partition events_2025;
        alter table heir no inherit elder;
        alter table events rename column kind to sort;
        alter table elder add column more int;
        create table lost partition of nowhere for values in (1);
      `),
    ).toEqual([
      "public.events (id at sort)",
      "public.events_2025 (id at kind)",
      "public.events_2026 (id at sort)",
      "public.events_2026_a (id at sort)",
      "public.loose (at id sort)",
      "public.copied (id at note)",
      "public.elder (z more)",
      "public.heir (z at id b sort)",
      "public.lost (?)",
    ]);
  });

  test("partitions go with their table, under whatever name", async () => {
    expect(
      await one(`
        create table a (id int) partition by list (id);
        create table a_1 partition of a for values in (1);
        alter table a rename to b;
        alter table b add column n int;
        create table c partition of b for values in (2);
        alter table c set schema s;
        drop table b;
      `),
    ).toEqual([
      "-public.a (id)",
      "-public.c (id n)",
      "-public.b (id n)",
      "-public.a_1 (id n)",
      "-s.c (id n)",
    ]);
  });
});

describe("a history for each of several engines", () => {
  const told = ({ engine, name, columns, droppedAt }: HeadTable) =>
    `${engine} ${droppedAt ? "-" : ""}${name} (${columns?.join(" ") ?? "?"})`;
  const of = async (dialect: string, migrations: Record<string, string>) => {
    const { heads, otherHeads } = await modelOf({
      "freehold.json": JSON.stringify({ dialect, services: { app: { path: "app", owns: [] } } }),
      "app/main.ts": "",
      ...Object.fromEntries(Object.entries(migrations).map(([name, sql]) => [`app/migrations/${name}`, sql])),
    });
    return { heads: heads.map(told), otherHeads: otherHeads.map(told) };
  };

  test("is replayed by itself, with what is for all of them; the service's own engine has the word", async () => {
    expect(
      await of("mysql", {
        "mysql/1_users.sql": "create table `users` (id int);",
        "mysql/3_name.sql": "alter table `users` add column name text;",
        "sqlite/1_users.sql": "create table users (id int, name text);",
        "sqlite/3_other.sql":
          "create table cache (id int); create table new_users (id int, name text, at text); drop table users; alter table new_users rename to users;",
        "2_orders.sql": "create table orders (id int);",
      }),
    ).toEqual({
      heads: [
        "mysql users (id name)",
        "mysql orders (id)",
        "sqlite cache (id)",
        "sqlite -new_users (id name at)",
      ],
      otherHeads: ["sqlite orders (id)", "sqlite users (id name at)", "sqlite -users (id name)"],
    });
  });

  test("is none where one engine alone is named", async () => {
    expect(
      await of("sqlite", { "sqlite/1_a.sql": "create table a (id int);", "2_b.sql": "drop table a;" }),
    ).toEqual({
      heads: ["null -a (id)"],
      otherHeads: [],
    });
  });
});
