import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { failureOf, migrationBench } from "../../fixtures/migrations.ts";
import { down, type MigrationEvent, migrate, repair, status, verify } from "./mod.ts";

const bench = migrationBench();
const header = "-- freehold: no-transaction\n";
const files = {
  "001_a.sql": "create table a (x int)",
  "002_index.sql": `${header}create index concurrently a_x on a (x)`,
  "002_index.down.sql": `${header}drop index concurrently a_x;\n`,
};

/** Brings the files up to head. @returns their folder */
async function atHead(more: Record<string, string> = {}): Promise<string> {
  const folder = await bench.folder({ ...files, ...more });
  await migrate({ service: "s", folder, sql: bench.sql });
  return folder;
}

/** What a run leaves that is killed within the way back. */
const breakOff = () =>
  bench.sql`update freehold_s.migration set finished = false, undoing = true where version = 2`;

/** What a DROP INDEX CONCURRENTLY leaves that is broken off. */
const spoil = () => bench.sql`update pg_index set indisvalid = false where indexrelid = 'a_x'::regclass`;

async function repairs(folder: string): Promise<string[]> {
  const { repaired } = await repair({ service: "s", folder, sql: bench.sql });
  return repaired.map(({ what }) => what);
}

describe("a way back outside of a transaction", () => {
  test("is gone, and may be applied again", async () => {
    const folder = await atHead();
    const undone = { service: "s", version: 1, undone: ["002_index"] };
    expect(await down({ service: "s", folder, sql: bench.sql })).toEqual(undone);
    expect(await bench.relations()).toEqual(["a"]);
    expect((await migrate({ service: "s", folder, sql: bench.sql })).version).toBe(2);
    expect(await bench.relations()).toEqual(["a", "a_x"]);
  });

  test("leaves everything as it was where it fails", async () => {
    const folder = await atHead({ "002_index.down.sql": `${header}drop index concurrently b_x` });
    expect(await failureOf(down({ service: "s", folder, sql: bench.sql }))).toEqual({
      problem: "statement",
      message: `${folder}/002_index.down.sql: index "b_x" does not exist (42704); 002_index was not taken back, and is as it was.`,
    });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
  });

  test("leaves no INVALID index where it builds one and fails", async () => {
    const folder = await bench.folder({
      "001_a.sql": "create table a (x int); insert into a values (1), (1)",
      "002_index.sql": `${header}drop index concurrently if exists a_x`,
      "002_index.down.sql": `${header}create unique index concurrently a_x on a (x)`,
    });
    await migrate({ service: "s", folder, sql: bench.sql });
    expect((await failureOf(down({ service: "s", folder, sql: bench.sql }))).message).toContain(
      "(23505); 002_index was not taken back, and is as it was.",
    );
    expect(await bench.relations()).toEqual(["a"]);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
  });

  test("is refused where it holds more than one statement", async () => {
    const folder = await atHead({ "002_index.down.sql": `${header}drop index a_x; select 1` });
    expect((await failureOf(down({ service: "s", folder, sql: bench.sql }))).message).toBe(
      `${folder}/002_index.down.sql: has several statements, and "-- freehold: no-transaction" takes one: write a migration for each`,
    );
  });

  test("that was broken off is told by status and by verify", async () => {
    const folder = await atHead();
    await breakOff();
    const entries = await status({ service: "s", folder, sql: bench.sql });
    expect(entries.map(({ state, applied }) => [state, applied?.progress])).toEqual([
      ["applied", undefined],
      ["unfinished", { way: "down" }],
    ]);
    expect(await failureOf(verify({ service: "s", folder, sql: bench.sql }))).toEqual({
      problem: "unfinished",
      message: `${folder}/002_index.sql: was being taken back outside of a transaction, and its run broke off; run "freehold migrate down --service s", which goes on there.`,
    });
  });

  test.each([
    ["had not begun", async () => {}, "its way back did nothing; it is applied as it was"],
    [
      "had come to its end",
      () => bench.sql`drop index a_x`,
      "its way back came to its end; to be applied again",
    ],
    ["was half done", spoil, "its INVALID index a_x was dropped, which is its way back; to be applied again"],
  ])("that %s is gone on with by down, and ended by repair and up", async (_, reach, what) => {
    const folder = await atHead();
    await reach();
    await breakOff();
    expect((await down({ service: "s", folder, sql: bench.sql })).undone).toEqual(["002_index"]);
    expect(await bench.relations()).toEqual(["a"]);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index pending"]);

    await migrate({ service: "s", folder, sql: bench.sql });
    await reach();
    await breakOff();
    expect(await repairs(folder)).toEqual([what]);
    const stays = what.includes("as it was");
    expect(await bench.states(folder)).toEqual([
      "001_a applied",
      `002_index ${stays ? "applied" : "pending"}`,
    ]);
    expect(await bench.relations()).toEqual(stays ? ["a", "a_x"] : ["a"]);

    await migrate({ service: "s", folder, sql: bench.sql });
    await reach();
    await breakOff();
    const events: MigrationEvent[] = [];
    await migrate({ service: "s", folder, sql: bench.sql, onEvent: (event) => events.push(event) });
    expect(events[0]).toEqual({ kind: "repaired", service: "s", name: "002_index", what });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
    const [index] = await bench.sql`select indisvalid from pg_index where indexrelid = 'a_x'::regclass`;
    expect(index).toEqual({ indisvalid: true });
  });

  test("that the database cannot tell about waits for a person's word", async () => {
    const folder = await atHead({ "002_index.down.sql": `${header}alter table a add check (x > 0)` });
    await breakOff();
    const unknown = {
      problem: "unfinished",
      message: `${folder}/002_index.down.sql: was begun outside of a transaction, and its run broke off; see whether it came to its end, then say so: freehold migrate repair --service s --as pending (or --as applied, if it did not).`,
    } as const;
    expect(await failureOf(down({ service: "s", folder, sql: bench.sql }))).toEqual(unknown);
    expect(await failureOf(migrate({ service: "s", folder, sql: bench.sql }))).toEqual(unknown);
    await repair({ service: "s", folder, sql: bench.sql, as: "applied" });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index applied"]);
    await breakOff();
    await repair({ service: "s", folder, sql: bench.sql, as: "pending" });
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index pending"]);
  });

  test("goes on after a kill, once the server has ended what it was doing", async () => {
    const folder = await atHead();
    // An older writer, which the statement waits for.
    const writer = await bench.sql.reserve();
    await writer`begin`;
    await writer`insert into a values (1)`;
    const runner = Bun.spawn(
      [
        process.execPath,
        "-e",
        `import { down } from ${JSON.stringify(join(import.meta.dir, "mod.ts"))};
         await down(${JSON.stringify({ service: "s", folder, url: bench.url })});`,
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
    );
    const waits = () =>
      bench.sql`select 1 from pg_stat_activity where state = 'active'
        and query like '/* freehold s 002_index.down%' and wait_event_type = 'Lock'`;
    while (runner.exitCode === null && (await waits()).length === 0);
    runner.kill("SIGKILL");
    await runner.exited;
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index unfinished"]);
    const early = down({ service: "s", folder, url: bench.url, lockWaitMs: 1 });
    const { problem, message } = await failureOf(early);
    // The lock of the run that is gone may take the server a moment; else it tells of the statement.
    expect(problem).toBe("lock");
    expect(message).toMatch(/the server is still at it \(process \d+\)|another run has been migrating/);
    const work = down({ service: "s", folder, url: bench.url });
    await writer`commit`;
    writer.release();
    expect((await work).version).toBe(1);
    expect(await bench.relations()).toEqual(["a"]);
    expect(await bench.states(folder)).toEqual(["001_a applied", "002_index pending"]);
  });

  test("stands in the schema that it is given", async () => {
    const folder = await bench.folder(files);
    await migrate({ service: "s", folder, sql: bench.sql, schema: "Own" });
    await down({ service: "s", folder, sql: bench.sql, schema: "Own" });
    const rows = await bench.sql`select relname from pg_class where relnamespace = '"Own"'::regnamespace`;
    expect([...rows]).toEqual([{ relname: "a" }]);
  });
});
