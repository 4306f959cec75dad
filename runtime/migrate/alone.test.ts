import { describe, expect, test } from "bun:test";
import { failureOf, migrationBench } from "../../fixtures/migrations.ts";
import { checksum } from "./folder.ts";
import { type MigrationEvent, migrate, repair } from "./mod.ts";

const bench = migrationBench();
const header = "-- freehold: no-transaction\n";
const files = {
  "001_a.sql": "create table a (x int); insert into a values (1), (1)",
  "002_index.sql": `${header}create unique index concurrently a_x on a (x)`,
};

/** What a run leaves that is killed within the migration. */
async function breakOff(name: string, text: string): Promise<void> {
  await bench.sql`insert into freehold_s.migration
    values (2, ${name}, ${checksum(text)}, now(), 0, 'x', '0.1.0', false, false)`;
}

describe("a migration outside of a transaction", () => {
  test("leaves nothing behind where it fails, no INVALID index either", async () => {
    const folder = await bench.folder(files);
    expect(await failureOf(migrate({ service: "s", folder, sql: bench.sql }))).toEqual({
      problem: "statement",
      message: [
        `${folder}/002_index.sql: could not create unique index "a_x" (23505); nothing of it is left.`,
        "  detail: Key (x)=(1) is duplicated.",
      ].join("\n"),
    });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index pending"]);
    expect(await bench.relations()).toEqual(["a"]);
  });

  test("is refused where it holds more than one statement, or a word that nobody knows", async () => {
    const two = await bench.folder({ "001_a.sql": `${header}select 1; select 2` });
    expect(await failureOf(migrate({ service: "s", folder: two, sql: bench.sql }))).toEqual({
      problem: "folder",
      message: `${two}/001_a.sql: has several statements, and "-- freehold: no-transaction" takes one: write a migration for each`,
    });
    const odd = await bench.folder({ "001_a.sql": "-- freehold: no-transactions\nselect 1" });
    expect((await failureOf(migrate({ service: "s", folder: odd, sql: bench.sql }))).message).toBe(
      `${odd}/001_a.sql: says "-- freehold: no-transactions", and "no-transaction" is all that may stand there`,
    );
  });

  test("does not take an INVALID index for the one it wants", async () => {
    await bench.sql`create table a (x int)`;
    await bench.sql`insert into a values (1), (1)`;
    await bench.sql`create unique index concurrently a_x on a (x)`.catch(() => {});
    const taken = await bench.folder({
      ...files,
      "001_a.sql": "select 1",
      "002_index.sql": files["002_index.sql"],
    });
    expect((await failureOf(migrate({ service: "t", folder: taken, sql: bench.sql }))).message).toContain(
      'relation "a_x" already exists (42P07); nothing of it is left.',
    );
    await bench.sql`create unique index concurrently a_x on a (x)`.catch(() => {});
    const blessed = await bench.folder({
      "001_a.sql": "select 1",
      "002_index.sql": `${header}create unique index concurrently if not exists a_x on a (x)`,
    });
    expect((await failureOf(migrate({ service: "s", folder: blessed, sql: bench.sql }))).message).toBe(
      `${blessed}/002_index.sql: an INVALID index a_x was there already, and IF NOT EXISTS let it be; drop it, then run again.`,
    );
    expect(await bench.states(blessed)).toEqual(["001_a applied", "002_index pending"]);
  });

  test("that was broken off is cleared up and done again by the next run", async () => {
    const folder = await bench.folder(files);
    const first = await bench.folder({ "001_a.sql": files["001_a.sql"] });
    await migrate({ service: "s", folder: first, sql: bench.sql });
    await bench.sql
      .unsafe(files["002_index.sql"])
      .simple()
      .catch(() => {});
    await breakOff("002_index", files["002_index.sql"]);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index unfinished"]);
    await bench.sql`delete from a where ctid = (select min(ctid) from a)`;

    const events: MigrationEvent[] = [];
    await migrate({ service: "s", folder, sql: bench.sql, onEvent: (event) => events.push(event) });
    expect(events.filter(({ kind }) => kind === "repaired")).toEqual([
      {
        kind: "repaired",
        service: "s",
        name: "002_index",
        what: "its INVALID index a_x was dropped; to be applied again",
      },
    ]);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
    const [index] = await bench.sql`select indisvalid from pg_index where indexrelid = 'a_x'::regclass`;
    expect(index).toEqual({ indisvalid: true });
  });

  test("that came to its end before its run did is noted as applied", async () => {
    const text = `${header}create index concurrently a_x on a (x)`;
    const folder = await bench.folder({ ...files, "002_index.sql": text });
    await migrate({
      service: "s",
      folder: await bench.folder({ "001_a.sql": files["001_a.sql"] }),
      sql: bench.sql,
    });
    await bench.sql.unsafe(text).simple();
    await breakOff("002_index", text);
    expect(await repair({ service: "s", folder, sql: bench.sql })).toEqual({
      service: "s",
      repaired: [{ name: "002_index", what: "its index a_x was built to the end; noted as applied" }],
    });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
  });

  test("that the database cannot tell about waits for a person's word", async () => {
    const text = `${header}alter table a add constraint c check (x > 0)`;
    const folder = await bench.folder({ ...files, "002_index.sql": text });
    await migrate({
      service: "s",
      folder: await bench.folder({ "001_a.sql": files["001_a.sql"] }),
      sql: bench.sql,
    });
    await breakOff("002_index", text);
    expect(await failureOf(migrate({ service: "s", folder, sql: bench.sql }))).toEqual({
      problem: "unfinished",
      message: `${folder}/002_index.sql: was begun outside of a transaction, and its run broke off; see whether it came to its end, then say so: freehold migrate repair --service s --as applied (or --as pending).`,
    });
    expect(await repair({ service: "s", folder, sql: bench.sql, as: "applied" })).toEqual({
      service: "s",
      repaired: [{ name: "002_index", what: "noted as applied" }],
    });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
  });

  test("that still runs on the server is waited for", async () => {
    const text = `${header}create index concurrently a_x on a (x)`;
    const folder = await bench.folder({ ...files, "002_index.sql": text });
    await migrate({
      service: "s",
      folder: await bench.folder({ "001_a.sql": files["001_a.sql"] }),
      sql: bench.sql,
    });
    await breakOff("002_index", text);
    // An older writer, which the index waits for: the statement of the run that is gone goes on meanwhile.
    const writer = await bench.sql.reserve();
    await writer`begin`;
    await writer`insert into a values (2)`;
    const stray = bench.sql.unsafe(`/* freehold s 002_index */ ${text}`).simple().execute();
    const waits = () =>
      bench.sql`select 1 from pg_stat_activity where state = 'active'
        and query like '/* freehold s 002_index%' and wait_event_type = 'Lock'`;
    // Each question is a round trip, in which the server goes on.
    while ((await waits()).length === 0);
    const early = migrate({ service: "s", folder, url: bench.url, lockWaitMs: 1 });
    expect((await failureOf(early)).message).toContain("the server is still at it (process ");
    const work = migrate({ service: "s", folder, url: bench.url });
    await writer`commit`;
    writer.release();
    await stray;
    expect((await work).version).toBe(2);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
  });

  test("stands in the schema that it is given, and leaves the session as it was", async () => {
    const folder = await bench.folder({
      "001_a.sql": "create table a (x int)",
      "002_index.sql": `${header}create index concurrently on a (x)`,
    });
    await migrate({ service: "s", folder, sql: bench.sql, schema: "Own" });
    const rows =
      await bench.sql`select schemaname || '.' || indexname as name from pg_indexes where tablename = 'a'`;
    expect([...rows]).toEqual([{ name: "Own.a_x_idx" }]);
    const paths = await Promise.all(Array.from({ length: 3 }, () => bench.sql`show search_path`));
    expect(new Set(paths.map(([row]) => row?.["search_path"]))).toEqual(new Set(['"$user", public']));
  });
});
