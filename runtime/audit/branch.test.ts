import { expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  auditTests,
  databaseUrl,
  event,
  spool,
  spoolEvents,
  sql,
  writerIn,
} from "../../fixtures/audit-log.ts";
import { EventWriter } from "./event.ts";
import { Flusher } from "./flusher.ts";
import { intake, maximumRecordBytes } from "./layout.ts";
import { drainSpool, postgresSink } from "./mod.ts";
import { PostgresSink } from "./postgres-sink.ts";
import { Shared } from "./shared.ts";
import type { SinkBatch } from "./sink.ts";
import { Store } from "./store.ts";

auditTests();

const rows = async (writer: string): Promise<string[]> => {
  const found = await sql`select actor, action from audit_log where writer = ${writer} order by sequence`;
  return found.map(({ actor, action }) => (action === "read" ? actor : action));
};

test("of a spool that was copied while its writer went on, each event is stored once, whoever comes first", async () => {
  const folder = writerIn(spool);
  const writer = folder.slice(-36);
  spoolEvents(folder, 1, 1, ["old 1", "old 2"]);
  const elsewhere = mkdtempSync(join(tmpdir(), "freehold-audit-copy-"));
  cpSync(spool, elsewhere, { recursive: true });
  spoolEvents(folder, 2, 3, ["here 3", "here 4"]);
  spoolEvents(join(elsewhere, writer), 2, 3, ["there 3", "there 4", "there 5"]);
  const again = mkdtempSync(join(tmpdir(), "freehold-audit-copy-"));
  cpSync(elsewhere, again, { recursive: true });

  const sink = postgresSink({ url: databaseUrl() });
  expect(await drainSpool({ spool, sink })).toMatchObject({ found: 1, writers: 1, events: 4 });
  const alarms: string[] = [];
  const drained = await drainSpool({ spool: elsewhere, sink, onAlarm: (message) => alarms.push(message) });
  expect(drained).toMatchObject({ found: 1, writers: 1, events: 3, gaps: 0 });
  expect(await rows(writer)).toEqual(["old 1", "old 2", "here 3", "here 4", "there 5"]);
  const [first] = await sql`select writer, detail from audit_log where action = 'audit.branch'`;
  const reason = "another process has stored other events in their place: a machine or a spool was cloned";
  expect(first!["detail"]).toEqual({ writer, from: 3, reason });
  expect(await rows(first!["writer"])).toEqual(["audit.branch", "there 3", "there 4"]);
  expect(alarms).toEqual([
    `2 events of ${writer} are stored as those of ${first!["writer"]}: another process has stored others in their place`,
  ]);
  // As after a crash before the folder was taken away.
  expect(await drainSpool({ spool: again, sink })).toMatchObject({ writers: 1, gaps: 0 });
  expect(await sql`select count(*)::int as count from audit_log`).toMatchObject([{ count: 8 }]);
  expect([spool, elsewhere, again].flatMap((one) => readdirSync(one))).toEqual([]);
  for (const copy of [elsewhere, again]) rmSync(copy, { recursive: true });
});

/** As a clone of the process would do, it stores an event of its own in the place of ours, whose answer is lost. */
class ClonedSink extends PostgresSink {
  override async store({ tuples, ...batch }: SinkBatch): Promise<void> {
    const bytes = new Uint8Array(maximumRecordBytes);
    const length = new EventWriter(bytes, batch.writer).write(0, event({ actor: "clone" }), batch.upTo);
    await super.store({ ...batch, tuples: bytes.subarray(0, length) });
    throw new Error(`the connection was lost, with ${tuples.length} bytes`);
  }
}

test("a process does not take for stored what a clone of it has stored, and does not fence the clone off", async () => {
  const writer = crypto.randomUUID();
  const sink = new ClonedSink({ url: databaseUrl() });
  const shared = new Shared();
  const options = { takeover: false, alarm: () => {}, pause: async () => {} };
  const store = new Store({ ...options, sink, writer, folder: spool, holder: crypto.randomUUID(), shared });
  await store.claim();
  const bytes = new Uint8Array(maximumRecordBytes);
  const length = new EventWriter(bytes, writer).write(0, event({ actor: "original" }), 1);
  await expect(store.put(bytes.subarray(0, length), 1)).rejects.toThrow(
    `another process stores the events of ${writer}`,
  );
  await sink.close();
  expect(await rows(writer)).toEqual(["clone"]);
  expect(await sql`select epoch from audit_checkpoint where writer = ${writer}`).toMatchObject([
    { epoch: "1" },
  ]);
});

test("a flusher that is started again stops where a clone has stored in its writer's name", async () => {
  const folder = writerIn(spool);
  const writer = folder.slice(-36);
  spoolEvents(folder, 1, 1, ["ada", "bob"]);
  const holder = crypto.randomUUID();
  const shared = new Shared();
  shared.set("durable", 2);
  shared.setFlag("recovered", 1);
  const options = { url: databaseUrl() };
  const flushed = async () => {
    const sink = new PostgresSink(options);
    const task = { shared: shared.buffer, home: { folder, writer }, earlier: [], holder, batchBytes: 65_536 };
    const told: string[] = [];
    await new Flusher({ ...task, options }, sink, (message) => {
      if (message.kind === "alarm") told.push(message.message);
    }).run();
    await sink.close();
    return told;
  };
  await sql`insert into audit_checkpoint (writer, holder, sequence) values (${writer}, ${holder}, 2)`;
  await sql`insert into audit_log (writer, sequence, id, at, actor, action, resource, decision)
    select ${writer}, n, gen_random_uuid(), now(), 'clone', 'read', '/', 'allow' from generate_series(1, 2) as n`;
  expect(await flushed()).toEqual([expect.stringMatching(/^another process stores the events of /)]);
  expect(shared.flag("intake")).toBe(intake.fenced);
  expect(shared.get("stored")).toBe(0);
});
