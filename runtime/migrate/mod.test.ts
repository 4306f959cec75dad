import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { connect, type Sql } from "../connect/mod.ts";
import { checksum } from "./folder.ts";
import { MigrationError, type MigrationEvent, migrate, status } from "./mod.ts";
import { toolVersion } from "./version.ts";

const root = mkdtempSync(join(tmpdir(), "freehold-migrate-"));
let server: EmbeddedPostgres;
let url: string;
let sql: Sql;
let count = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true });
});
beforeEach(async () => {
  url = await server.createDatabase();
  sql = open(url);
});
afterEach(() => sql.end({ timeout: 0 }));

const open = (address: string): Sql => connect({ service: "test", variable: "URL", env: { URL: address } });

async function folder(files: Record<string, string>): Promise<string> {
  count += 1;
  const path = join(root, String(count));
  for (const [name, text] of Object.entries(files)) await Bun.write(join(path, name), text);
  return path;
}

async function failure(work: Promise<unknown>): Promise<Pick<MigrationError, "problem" | "message">> {
  const error: unknown = await work.then(
    () => new Error("nothing was thrown"),
    (reason) => reason,
  );
  if (!(error instanceof MigrationError)) throw error;
  return { problem: error.problem, message: error.message };
}

/** Asks until the answer is yes: something another connection does will make it so. */
async function until(question: () => Promise<boolean>): Promise<void> {
  while (!(await question()));
}

const two = { "001_a.sql": "create table a (x int)", "002_b.sql": "create table b (x int)" };

describe("migrate", () => {
  test("brings an empty database up to head, once, and remembers what was done", async () => {
    const path = await folder(two);
    const events: MigrationEvent[] = [];
    const first = await migrate({ service: "s", folder: path, url, onEvent: (event) => events.push(event) });
    const row = {
      durationMs: expect.any(Number),
      appliedAt: expect.any(Date),
      appliedBy: "postgres",
      toolVersion,
      finished: true,
    };
    const rows = [
      { version: 1, name: "001_a", checksum: checksum(two["001_a.sql"]), ...row },
      { version: 2, name: "002_b", checksum: checksum(two["002_b.sql"]), ...row },
    ];
    expect(first).toEqual({ service: "s", version: 2, applied: rows, ahead: [] });
    expect(events).toEqual([
      { kind: "applying", service: "s", name: "001_a", done: 0, total: 2 },
      { kind: "applied", service: "s", row: rows[0]!, done: 1, total: 2 },
      { kind: "applied", service: "s", row: rows[1]!, done: 2, total: 2 },
    ]);
    expect(await migrate({ service: "s", folder: path, url })).toEqual({ ...first, applied: [] });
    expect((await status({ service: "s", folder: path, url })).map(({ applied }) => applied)).toEqual(
      first.applied,
    );
  });

  test("says first what is wrong with the files, whatever the database says", async () => {
    const path = await folder({
      "001_a.sql": "create table a (x int)",
      "003_c.sql": "create table c (x int)",
    });
    const gap = {
      problem: "folder",
      message: `${path}/003_c.sql: leaves a gap: the number before it is 001_a`,
    } as const;
    const nowhere = "postgres://nobody@127.0.0.1:1/none?sslmode=disable";
    for (const address of [url, nowhere]) {
      expect(await failure(migrate({ service: "s", folder: path, url: address }))).toEqual(gap);
      expect(await failure(status({ service: "s", folder: path, url: address }))).toEqual(gap);
    }
    const [there] = await sql`select to_regnamespace('freehold_s') as schema`;
    expect(there).toEqual({ schema: null });
  });

  test("says at once what is wrong with the files, where the host never answers", async () => {
    const path = await folder({ "002_b.sql": "create table b (x int)" });
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const host = `nobody@127.0.0.1:${silent.port}/none`;
    const message = `${path}/002_b.sql: numbers begin at 001, and 002_b is the lowest there is`;
    try {
      // Longer than any test may take.
      for (const address of [`postgres://${host}?connect_timeout=3600`, `mariadb://${host}`])
        expect(await failure(migrate({ service: "s", folder: path, url: address }))).toEqual({
          problem: "folder",
          message,
        });
    } finally {
      silent.stop(true);
    }
  });

  test("goes on where it left off", async () => {
    await migrate({ service: "s", folder: await folder({ "001_a.sql": two["001_a.sql"] }), sql });
    const path = await folder(two);
    expect((await status({ service: "s", folder: path, sql })).map(({ state }) => state)).toEqual([
      "applied",
      "pending",
    ]);
    expect((await migrate({ service: "s", folder: path, sql })).applied.map(({ name }) => name)).toEqual([
      "002_b",
    ]);
  });

  test("shows the failing statement, leaves nothing of its migration, and keeps what came before", async () => {
    const broken = "create table b (x int);\n\ninsert into b\n  select 'ä', nope from a;\n";
    const path = await folder({ ...two, "002_b.sql": broken });
    expect(await failure(migrate({ service: "s", folder: path, sql }))).toEqual({
      problem: "statement",
      message: [
        `${path}/002_b.sql:4:15: column "nope" does not exist (42703); 002_b was rolled back.`,
        "  4 │   select 'ä', nope from a;",
        "    │               ^",
      ].join("\n"),
    });
    expect((await status({ service: "s", folder: path, sql })).map(({ state }) => state)).toEqual([
      "applied",
      "pending",
    ]);
    expect([...(await sql`select to_regclass('a')::text as a, to_regclass('b')::text as b`)]).toEqual([
      { a: "a", b: null },
    ]);

    await Bun.write(join(path, "002_b.sql"), two["002_b.sql"]);
    expect((await migrate({ service: "s", folder: path, sql })).version).toBe(2);
  });

  test("shows what PostgreSQL adds to an error that has no position", async () => {
    const text = "do $$ begin insert into a values (1), (1); end $$";
    const path = await folder({ "001_a.sql": `create table a (x int primary key);\n${text}` });
    expect((await failure(migrate({ service: "s", folder: path, sql }))).message).toBe(
      [
        `${path}/001_a.sql: duplicate key value violates unique constraint "a_pkey" (23505); 001_a was rolled back.`,
        "  detail: Key (x)=(1) already exists.",
        '  where: SQL statement "insert into a values (1), (1)"',
        "PL/pgSQL function inline_code_block line 1 at SQL statement",
      ].join("\n"),
    );
  });

  test("keeps the histories of two services in one database apart", async () => {
    await migrate({ service: "one", folder: await folder({ "001_a.sql": "create table a (x int)" }), sql });
    await migrate({ service: "two-b", folder: await folder({ "001_b.sql": "create table b (x int)" }), sql });
    expect([...(await sql`select version, name from "freehold_two-b".migration`)]).toEqual([
      { version: 1, name: "001_b" },
    ]);
    expect([...(await sql`select version, name from freehold_one.migration`)]).toEqual([
      { version: 1, name: "001_a" },
    ]);
  });

  test("puts the history where it is told to", async () => {
    await migrate({ service: "s", folder: await folder(two), sql, versionTable: "meta.History" });
    expect([...(await sql`select version from meta."History" order by 1`)]).toEqual([
      { version: 1 },
      { version: 2 },
    ]);
    expect(
      (await failure(migrate({ service: "s".repeat(60), folder: await folder(two), sql }))).problem,
    ).toBe("history");
  });

  test("makes unqualified names stand in the schema it is given", async () => {
    await migrate({ service: "s", folder: await folder(two), sql, schema: "Own" });
    const tables = await sql`select schemaname || '.' || tablename as name from pg_tables
      where tablename in ('a', 'b') order by 1`;
    expect(tables.map(({ name }) => name)).toEqual(["Own.a", "Own.b"]);
    expect([...(await sql`show search_path`)]).toEqual([{ search_path: '"$user", public' }]);
  });

  test("applies each migration once though many run at the same time", async () => {
    const files = Array.from({ length: 5 }, (_, at) => [`00${at + 1}_t.sql`, `create table t${at} (x int)`]);
    const path = await folder(Object.fromEntries(files));
    const results = await Promise.all(
      Array.from({ length: 6 }, () => migrate({ service: "s", folder: path, url })),
    );
    expect(results.map(({ version }) => version)).toEqual([5, 5, 5, 5, 5, 5]);
    expect(results.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  test("waits for the lock no longer than it is told", async () => {
    const path = await folder(two);
    const events: MigrationEvent[] = [];
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended('freehold migrate freehold_s.migration', 0))`;
      const work = migrate({
        service: "s",
        folder: path,
        sql,
        lockWaitMs: 1,
        onEvent: (event) => events.push(event),
      });
      expect(await failure(work)).toEqual({
        problem: "lock",
        message: "s: another run has been migrating for longer than 1 ms; wait for it, then run again.",
      });
    });
    expect(events).toEqual([{ kind: "waiting", service: "s" }]);
    expect((await migrate({ service: "s", folder: path, sql, lockWaitMs: 1 })).version).toBe(2);
  });

  test("keeps no transaction open while it waits, for CREATE INDEX CONCURRENTLY to wait for in turn", async () => {
    const path = await folder(two);
    let work: Promise<{ version: number }> | undefined;
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended('freehold migrate freehold_s.migration', 0))`;
      const waiting = Promise.withResolvers<void>();
      work = migrate({ service: "s", folder: path, url, onEvent: () => waiting.resolve() });
      await waiting.promise;
      const seen = new Set<unknown>();
      await until(async () => {
        const rows = await sql`select backend_xmin, xact_start::text as begun from pg_stat_activity
          where datname = current_database() and application_name = 's' and xact_start is not null`;
        for (const { begun } of rows) seen.add(begun);
        return seen.size > 1;
      });
    });
    expect((await work)?.version).toBe(2);
  });

  test("lets the backend of a killed run finish, and takes its word", async () => {
    const path = await folder(two);
    await migrate({ service: "s", folder: await folder({ "001_a.sql": two["001_a.sql"] }), sql });
    // What such a backend holds: the row, not yet committed, and no lock.
    const backend = await sql.reserve();
    await backend`begin`;
    await backend`insert into freehold_s.migration
      values (2, '002_b', ${checksum(two["002_b.sql"])}, now(), 0, 'x', '0.1.0', true, false)`;
    await backend`create table b (x int)`;
    const work = migrate({ service: "s", folder: path, url });
    await until(async () => {
      const waiting = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into "freehold_s"%'`;
      return waiting.length > 0;
    });
    await backend`commit`;
    backend.release();
    expect(await work).toEqual({ service: "s", version: 2, applied: [], ahead: [] });
  });

  test("stops before the next migration when the lock is lost", async () => {
    const path = await folder({
      "001_a.sql": "create table a (x int); select pg_advisory_xact_lock(42)",
      "002_b.sql": "create table b as select case when true then 1 end as x",
    });
    const gate = await sql.reserve();
    await gate`select pg_advisory_lock(42)`;
    const runner = open(url);
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const noticed = runner.options.onclose;
    runner.options.onclose = (id) => {
      noticed(id);
      resolve();
    };
    const work = migrate({ service: "s", folder: path, sql: runner });
    await until(async () => {
      const blocked = await sql`select 1 from pg_stat_activity where datname = current_database()
        and wait_event = 'advisory'`;
      return blocked.length > 0;
    });
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`;
    await closed;
    await gate`select pg_advisory_unlock(42)`;
    gate.release();
    expect(await failure(work)).toEqual({
      problem: "lock",
      message: "s: the connection that held the lock was lost.",
    });
    await runner.end({ timeout: 0 });
    expect((await status({ service: "s", folder: path, sql })).map(({ state }) => state)).toEqual([
      "applied",
      "pending",
    ]);
  });

  test("says so where its connection breaks off before anything is done, and the server is there again", async () => {
    const path = await folder(two);
    await migrate({ service: "s", folder: path, sql, to: 1 });
    await sql
      .unsafe(
        `alter table freehold_s.migration rename to kept; create view freehold_s.migration as
           select * from freehold_s.kept where pg_terminate_backend(pg_backend_pid())`,
      )
      .simple();
    const { problem, message } = await failure(migrate({ service: "s", folder: path, url }));
    // The server's farewell may be lost with the connection.
    expect({ problem, message: message.replace(/\(.*\)/, "(…)") }).toEqual({
      problem: "connection",
      message: "s: the connection broke off (…); run again.",
    });
  });

  const refused: [string, string, string][] = [
    [
      "COPY from the client",
      "create table a (x int);\ncopy a from stdin;",
      "COPY … FROM STDIN and TO STDOUT need a program at the other end; write INSERT. 001_a was rolled back.",
    ],
    [
      "COPY to the client",
      "copy (select 1) to stdout",
      "COPY … FROM STDIN and TO STDOUT need a program at the other end; write INSERT. 001_a was rolled back.",
    ],
    ["VACUUM", "vacuum", "VACUUM cannot run inside a transaction block (25001); 001_a was rolled back."],
    [
      "its own COMMIT",
      "select 1; commit; select 2",
      "ends its own transaction (COMMIT or ROLLBACK); each migration is one transaction, so take that out. What stood before it may have been committed: look before you run it again.",
    ],
  ];
  for (const [what, text, message] of refused) {
    test(`refuses a migration with ${what}, and the pool stays usable`, async () => {
      const path = await folder({ "001_a.sql": text });
      expect(await failure(migrate({ service: "s", folder: path, sql }))).toEqual({
        problem: "statement",
        message: `${path}/001_a.sql: ${message}`,
      });
      expect([...(await sql`select to_regclass('a')::text as a`)]).toEqual([{ a: null }]);
    });
  }

  test("says what the role may not do", async () => {
    await sql`create role weak login`;
    const work = migrate({ service: "s", folder: await folder(two), url: url.replace("postgres@", "weak@") });
    const { problem, message } = await failure(work);
    expect(problem).toBe("permission");
    expect(message).toStartWith(
      "s: the role may not create freehold_s.migration, s's history of migrations (permission denied for database ",
    );
  });

  test("needs two connections", async () => {
    const small = connect({ service: "s", variable: "URL", env: { URL: url }, poolSize: 1 });
    await expect(migrate({ service: "s", folder: await folder(two), sql: small })).rejects.toThrow(
      RangeError,
    );
    await small.end();
  });
});

describe("a service's start", () => {
  const migrator = "S_MIGRATOR_URL";

  test("migrates where it has the migrator's variable", async () => {
    const lines: string[] = [];
    const options = {
      service: "s",
      folder: await folder(two),
      sql,
      migrator,
      log: (line: string) => lines.push(line),
    };
    expect((await migrate({ ...options, env: { [migrator]: url } })).version).toBe(2);
    expect((await migrate({ ...options, env: {} })).version).toBe(2);
    expect(lines).toEqual([
      "s: schema at version 2 (2 applied)",
      "s: schema at version 2 (verified; S_MIGRATOR_URL is not set, so nothing was applied)",
    ]);
  });

  test("refuses a schema that is behind where it has not", async () => {
    const options = { service: "s", sql, migrator, env: {}, log: () => {} };
    await migrate({ service: "s", folder: await folder({ "001_a.sql": two["001_a.sql"] }), sql });
    expect(await failure(migrate({ ...options, folder: await folder(two) }))).toEqual({
      problem: "behind",
      message:
        's: the schema is at version 1, and this code needs 002_b; run "freehold migrate --service s", or set S_MIGRATOR_URL so that the service migrates when it starts.',
    });
    expect(
      (await failure(migrate({ ...options, service: "new", folder: await folder(two) }))).message,
    ).toStartWith("new: the schema is at version 0, and this code needs 001_a, 002_b; ");
  });

  test("says that the schema is newer than the code, and goes on", async () => {
    await migrate({ service: "s", folder: await folder(two), sql });
    const lines: string[] = [];
    const old = await folder({ "001_a.sql": two["001_a.sql"] });
    const options = { service: "s", folder: old, sql, migrator, log: (line: string) => lines.push(line) };
    const migrated = await migrate({ ...options, env: { [migrator]: url } });
    expect(migrated).toEqual({ service: "s", version: 2, applied: [], ahead: ["002_b"] });
    await migrate({ ...options, env: {} });
    expect(lines).toEqual([
      "s: schema at version 2 (0 applied; newer than this code by 002_b)",
      "s: schema at version 2 (verified; S_MIGRATOR_URL is not set, so nothing was applied; newer than this code by 002_b)",
    ]);
  });

  test("refuses a history that its role may not read", async () => {
    await migrate({ service: "s", folder: await folder(two), sql });
    await sql`create role blind login`;
    const blind = open(url.replace("postgres@", "blind@"));
    const { problem, message } = await failure(
      migrate({ service: "s", folder: await folder(two), sql: blind, migrator, env: {}, log: () => {} }),
    );
    expect(problem).toBe("permission");
    expect(message).toStartWith("s: the role may not read freehold_s.migration, s's history of migrations");
    await blind.end();
  });
});

test("histories record the package's own version", async () => {
  const { version } = await Bun.file(new URL("../../package.json", import.meta.url)).json();
  expect(toolVersion).toBe(version);
});
