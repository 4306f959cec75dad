import { describe, expect, test } from "bun:test";
import { failureOf, migrationBench } from "../../fixtures/migrations.ts";
import { forMany, type Many, type MigrationEvent, migrate } from "./mod.ts";

const bench = migrationBench();
const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
const numbered = (count: number, text: (at: number) => string) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${String(at + 1).padStart(3, "0")}_t.sql`, text(at + 1)]),
  );

/** How migrations travel: where they were read for many databases, all in one message. */
const ways: [string, (folder: string) => { many?: Many }][] = [
  ["a message each", () => ({})],
  ["one message", (folder) => ({ many: forMany("s", folder) })],
];

describe.each(ways)("a chain of migrations, %s", (way, read) => {
  test("applies far more of them than travel at once", async () => {
    const folder = await bench.folder(numbered(200, (at) => `create table t${at} (x int) -- no semicolon`));
    const { applied, version } = await migrate({ service: "s", folder, ...read(folder), url: bench.url });
    expect(version).toBe(200);
    expect(applied.map((row) => row.version)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(await bench.relations()).toHaveLength(200);
  });

  test("gives each migration a transaction of its own", async () => {
    const text = (at: number) => `create table t${at} as select pg_current_xact_id()::text as id;`;
    const folder = await bench.folder(numbered(3, text));
    await migrate({ service: "s", folder, ...read(folder), url: bench.url });
    const [row] =
      await bench.sql`select count(distinct id)::int as n from (table t1 union table t2 union table t3) t`;
    expect(row).toEqual({ n: 3 });
  });

  test("makes its history in its own time, whatever a migration's statements may take", async () => {
    await bench.sql
      .unsafe(
        `create function unhurried() returns event_trigger language plpgsql as $$ begin
           if current_setting('statement_timeout') <> '0' then raise exception 'hurried'; end if;
         end $$;
         create event trigger unhurried on ddl_command_start when tag in ('CREATE SCHEMA', 'CREATE TABLE')
           execute function unhurried()`,
      )
      .simple();
    const text = "create table seen as select current_setting('statement_timeout') as timeout";
    const folder = await bench.folder({ "001_seen.sql": text });
    await migrate({ service: "s", folder, ...read(folder), url: bench.url, statementTimeoutMs: 60_000 });
    expect([...(await bench.sql`select timeout from seen`)]).toEqual([{ timeout: "1min" }]);
  });

  const broken: [string, string, string][] = [
    ["a statement fails", "create table b (x int);\nselect ä.nope;", "2:8"],
    ["its SQL cannot be read", "create table b (x int);\nselect ä frm where;", "2:19"],
    ["its quote is never closed", "create table b (x text default 'oops);", "1:32"],
    ["its comment is never closed", "create table b (x int); /* c'est", "1:25"],
  ];
  for (const [what, text, place] of broken) {
    test(`keeps what stands before, and applies nothing behind, where ${what}`, async () => {
      const files = {
        "001_a.sql": "create table a (x int)",
        "002_b.sql": text,
        "003_c.sql": way === "one message" ? "create table c (x int)" : "*/ create table c (x int); '",
        "004_d.sql": "create table d (x int)",
      };
      const folder = await bench.folder(files);
      const { problem, message } = await failureOf(
        migrate({ service: "s", folder, ...read(folder), url: bench.url }),
      );
      expect({
        problem,
        at: message
          .split("\n")[0]!
          .slice(folder.length + 1)
          .split(": ")[0],
      }).toEqual({
        problem: "statement",
        at: `002_b.sql:${place}`,
      });
      expect(await bench.states(folder)).toEqual([
        "001_a applied",
        "002_b pending",
        "003_c pending",
        "004_d pending",
      ]);
      expect(await bench.relations()).toEqual(["a"]);
    });
  }

  test("notes when each landed and how long it took", async () => {
    const folder = await bench.folder({
      "001_a.sql": "create table a as select clock_timestamp() as at",
      "002_b.sql": "reset all; create table b as select clock_timestamp() as at",
      "003_c.sql": "create table c as select clock_timestamp() as at",
    });
    const { applied } = await migrate({ service: "s", folder, ...read(folder), url: bench.url });
    expect(applied).toEqual(
      (
        await bench.sql`select version, name, checksum, applied_at as "appliedAt", duration_ms as "durationMs",
        applied_by as "appliedBy", tool_version as "toolVersion", finished from freehold_s.migration order by 1`
      ).map((row) => ({ ...row }) as (typeof applied)[0]),
    );
    const [seen] = await bench.sql`
      select third.applied_at between b.at and c.at as begun, c.at <= third.applied_at + (third.duration_ms + 1) * interval '1 ms' as ended
      from a, b, c, freehold_s.migration third where third.version = 3`;
    expect({ ...seen }).toEqual({ begun: true, ended: true });
  });

  test("tells the rows that a migration answers with from those of its history", async () => {
    const folder = await bench.folder({
      "001_a.sql": `create table a (x int); select 'me' as "appliedBy", 1 as "durationMs", now() as "appliedAt"`,
      "002_b.sql": "create table b (x int)",
      "003_c.sql": `select 'me' as "appliedBy"; create table b (x int)`,
    });
    const { message } = await failureOf(migrate({ service: "s", folder, ...read(folder), url: bench.url }));
    expect(message).toContain('003_c.sql: relation "b" already exists (42P07)');
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c pending"]);
  });

  test("stops before what must travel alone, and goes on behind it", async () => {
    const folder = await bench.folder({
      "001_a.sql": "create table a (x int)",
      "002_b.sql": "create table b (x int)",
      "003_index.sql": "-- freehold: no-transaction\ncreate index concurrently a_x on a (x);",
      "004_case.sql": "create view c as select case when x = 1 then 2 end as y from a",
      "005_d.sql": "create table d (x int)",
      "006_e.sql": "create table e (x int)",
    });
    const { applied } = await migrate({ service: "s", folder, ...read(folder), url: bench.url });
    expect(names(applied)).toEqual(["001_a", "002_b", "003_index", "004_case", "005_d", "006_e"]);
    expect(await bench.relations()).toEqual(["a", "a_x", "b", "c", "d", "e"]);
  });

  test("leaves a constraint that fails at COMMIT as if it had never been", async () => {
    const folder = await bench.folder({
      "001_a.sql": "create table a (x int primary key)",
      "002_b.sql":
        "create table b (x int references a deferrable initially deferred); insert into b values (1)",
      "003_c.sql": "create table c (x int)",
    });
    const { message } = await failureOf(migrate({ service: "s", folder, ...read(folder), url: bench.url }));
    expect(message).toContain("violates foreign key constraint");
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b pending", "003_c pending"]);
  });

  test("is no failure where another run was faster", async () => {
    const folder = await bench.folder(numbered(5, (at) => `create table t${at} (x int)`));
    const runs = Array.from({ length: 4 }, () =>
      migrate({ service: "s", folder, ...read(folder), url: bench.url }),
    );
    const results = await Promise.all(runs);
    expect(results.map(({ version }) => version)).toEqual([5, 5, 5, 5]);
    expect(results.flatMap(({ applied }) => names(applied)).sort()).toEqual(
      [1, 2, 3, 4, 5].map((at) => `00${at}_t`),
    );
  });

  test("ends, and says so, where its connection breaks off with much still to be sent", async () => {
    const padding = `-- ${"x".repeat(60_000)}`;
    const folder = await bench.folder({
      ...numbered(60, (at) => `create table t${at} (x int) ${padding}`),
      "002_t.sql": "select pg_terminate_backend(pg_backend_pid()) from fuse",
    });
    await bench.sql`create table fuse as select`;
    const { problem, message } = await failureOf(
      migrate({ service: "s", folder, ...read(folder), url: bench.url }),
    );
    expect(problem).toBe("connection");
    // The server's farewell may be lost with the connection.
    expect(message.replace(/\(.*\)/, "(…)")).toBe(
      `${folder}/002_t.sql: the connection broke off (…); run again, and the history tells whether 002_t landed.`,
    );
    expect((await bench.states(folder)).slice(0, 3)).toEqual([
      "001_t applied",
      "002_t pending",
      "003_t pending",
    ]);
    await bench.sql`drop table fuse; create table fuse ()`.simple();
    expect((await migrate({ service: "s", folder, ...read(folder), url: bench.url })).version).toBe(60);
  });
});

describe("lock_timeout", () => {
  const files = {
    "001_a.sql": "create table if not exists a (x int)",
    "002_b.sql": "alter table a add column y int",
    "003_c.sql": "create table c (x int)",
  };

  test("gives up a lock that is not to be had, and tries again", async () => {
    const folder = await bench.folder(files);
    await bench.sql`create table a (x int)`;
    const events: MigrationEvent[] = [];
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const reader = await bench.sql.reserve();
    await reader`begin`;
    await reader`select from a`;
    const work = migrate({
      service: "s",
      folder,
      url: bench.url,
      lockTimeoutMs: 20,
      lockRetries: 1000,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === "retrying") resolve();
      },
    });
    await asked;
    await reader`commit`;
    reader.release();
    expect(names((await work).applied)).toEqual(["001_a", "002_b", "003_c"]);
    expect(events.find(({ kind }) => kind === "retrying")).toEqual({
      kind: "retrying",
      service: "s",
      name: "002_b",
      attempt: 1,
      pauseMs: expect.any(Number),
    });
  });

  test("is told as what it is where it stays so", async () => {
    const folder = await bench.folder(files);
    await bench.sql`create table a (x int)`;
    const reader = await bench.sql.reserve();
    await reader`begin`;
    await reader`select from a`;
    const work = migrate({ service: "s", folder, url: bench.url, lockTimeoutMs: 10, lockRetries: 0 });
    expect(await failureOf(work)).toEqual({
      problem: "busy",
      message: `${folder}/002_b.sql: canceling statement due to lock timeout (55P03); 002_b was rolled back.`,
    });
    await reader`commit`;
    reader.release();
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_b pending", "003_c pending"]);
  });
});

test("statement_timeout ends a statement that takes too long", async () => {
  const folder = await bench.folder({ "001_a.sql": "select pg_sleep(60)" });
  const work = migrate({ service: "s", folder, url: bench.url, statementTimeoutMs: 20 });
  expect((await failureOf(work)).message).toBe(
    `${folder}/001_a.sql: canceling statement due to statement timeout (57014); 001_a was rolled back.`,
  );
});
