import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { connect, type Sql } from "../connect/mod.ts";
import { migrate } from "../migrate/mod.ts";
import { RingLog } from "./log.ts";
import {
  AuditConfigError,
  type AuditEvent,
  type AuditLogOptions,
  AuditLossError,
  createAuditLog,
  postgresSink,
} from "./mod.ts";

const folder = new URL("../../services/gatekeeper/migrations", import.meta.url);
let server: EmbeddedPostgres;
let url: string;
let sql: Sql;
let spool: string;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
  await migrate({ service: "gatekeeper", folder, url });
  sql = connect({ service: "gatekeeper", variable: "URL", env: { URL: url } });
  spool = mkdtempSync(join(tmpdir(), "freehold-audit-"));
});
afterAll(async () => {
  await sql.end({ timeout: 0 });
  await server.stop();
  rmSync(spool, { recursive: true });
});
beforeEach(async () => {
  await sql`truncate audit_log`;
  for (const name of readdirSync(spool)) rmSync(join(spool, name), { recursive: true });
});

const open = (options: Partial<AuditLogOptions> = {}) =>
  createAuditLog({
    spool,
    sink: postgresSink({ url }),
    ringBytes: 131_072,
    segmentBytes: 2_097_152,
    ...options,
  });
const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: "ada",
  action: "read",
  resource: "/lobby",
  decision: "allow",
  ...change,
});
const actors = async (): Promise<string[]> =>
  (await sql<{ actor: string }[]>`select actor from audit_log order by writer, sequence`).map(
    ({ actor }) => actor,
  );
/** Logs each, and waits where there is no room. */
async function logAll(log: ReturnType<typeof open>, names: readonly string[]): Promise<void> {
  for (const actor of names) while (!log.log(event({ actor })).accepted) await log.room();
}

describe("the audit log", () => {
  test("stores what it accepted, in order, as it was when it was logged", async () => {
    const log = open();
    const detail = { path: "/a" };
    const at = new Date("2026-11-21T10:00:00.123Z");
    const id = "0199a7f2-0000-7000-8000-000000000001";
    expect(log.log(event({ id, at, detail }))).toEqual({ accepted: true });
    detail.path = "/changed";
    expect(log.log(event({ actor: "bob" }))).toEqual({ accepted: true });
    await log.durable();
    await log.stored();
    const { writer } = log.stats();
    const [first, second] = await sql`select * from audit_log order by sequence`;
    const told = { actor: "ada", action: "read", resource: "/lobby", decision: "allow" };
    const stored_at = expect.any(Date);
    expect(first).toEqual({ writer, sequence: "1", id, at, ...told, detail: { path: "/a" }, stored_at });
    expect(second).toMatchObject({ sequence: "2", actor: "bob", detail: null });
    expect(log.stats()).toMatchObject({ accepted: 2, durable: 2, stored: 2, failures: 0, health: "ok" });
    expect(await log.close()).toEqual({ accepted: 2, stored: 2, spooled: 0, unconfirmed: 0 });
    expect(readdirSync(spool)).toEqual([]);
  });

  test("resolves durable() and stored() at once where there is nothing to wait for", async () => {
    const log = open();
    await log.durable();
    await log.stored();
    expect(await log.close()).toEqual({ accepted: 0, stored: 0, spooled: 0, unconfirmed: 0 });
  });

  test("stores a multitude, many times around the ring and over several segments, each event once", async () => {
    const log = open();
    const names = Array.from({ length: 20_000 }, (_, at) => `actor ${at} ${"x".repeat(at % 300)}`);
    await logAll(log, names);
    expect(await log.close({ deadlineMs: 60_000 })).toMatchObject({ stored: 20_000, spooled: 0 });
    expect(await actors()).toEqual(names);
  });

  test("takes whatever texts a stranger sends, and PostgreSQL takes them, too", async () => {
    const log = open();
    const text = fc.string({ unit: "binary", minLength: 1 });
    const detail = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));
    const count = 200;
    await fc.assert(
      fc.asyncProperty(text, text, detail, async (actor, resource, value) => {
        await log.room();
        expect(log.log(event({ actor, resource, detail: value }))).toEqual({ accepted: true });
      }),
      { numRuns: count },
    );
    log.log(event({ actor: "half \ud83d, none \0" }));
    log.log(
      event({ actor: "€".repeat(2000), resource: "😀".repeat(2000), detail: { long: "x".repeat(100_000) } }),
    );
    expect(await log.close()).toMatchObject({ stored: count + 2 });
    expect((await actors()).at(-2)).toBe("half \ufffd, none \ufffd");
    expect(log.stats()).toMatchObject({ deadLettered: 0, failures: 0, truncated: expect.any(Number) });
    expect(log.stats().sanitised).toBeGreaterThanOrEqual(1);
  });

  test("refuses what is no event, and goes on", async () => {
    const log = open();
    const wrong = (message: string) => ({ accepted: false, reason: "invalid", message }) as const;
    expect(log.log(event({ actor: "" }))).toEqual(wrong("actor must be a text that is not empty"));
    const trap = Object.defineProperty(event(), "actor", {
      get() {
        throw new Error("a trap");
      },
    });
    expect(log.log(trap)).toEqual(wrong("Error: a trap"));
    expect(log.log(null as unknown as AuditEvent)).toEqual(wrong("an event is an object"));
    log.log(event());
    await log.close();
    expect(await actors()).toEqual(["ada"]);
    expect(log.stats().refused).toMatchObject({ full: 0, closed: 0, invalid: 3 });
  });

  test("refuses when the ring is full, and takes events again when there is room", async () => {
    const log = open();
    let accepted = 0;
    while (log.log(event()).accepted) accepted += 1;
    expect(log.log(event())).toEqual({
      accepted: false,
      reason: "full",
      message: "the audit buffer is full: events come faster than they can be kept",
    });
    expect(log.stats()).toMatchObject({ health: "refusing", reasons: ["the ring is full"] });
    await log.room();
    expect(log.log(event())).toEqual({ accepted: true });
    expect(await log.close()).toMatchObject({ stored: accepted + 1 });
    expect(log.stats().refused).toMatchObject({ full: 2 });
  });

  test("says in the table how many it dropped, where it was told to drop", async () => {
    const log = open({ whenFull: "drop-newest" });
    let accepted = 0;
    while (log.log(event()).accepted) accepted += 1;
    expect(log.log(event())).toMatchObject({ accepted: false, reason: "dropped" });
    await log.room();
    log.log(event({ actor: "after" }));
    expect(await log.close()).toMatchObject({ stored: accepted + 2 });
    const [gap, after] = await sql`select * from audit_log order by sequence offset ${accepted}`;
    expect(gap).toMatchObject({
      sequence: `${accepted + 1}`,
      actor: "freehold/audit",
      action: "audit.gap",
      decision: "dropped",
      detail: { dropped: 2 },
    });
    expect(after).toMatchObject({ actor: "after" });
  });

  test("tries again until the database takes it, in order, and is degraded meanwhile", async () => {
    const alarms: string[] = [];
    const degraded = Promise.withResolvers<void>();
    await sql`alter table audit_log rename to elsewhere`;
    const log = open({
      onAlarm(message) {
        alarms.push(message);
        if (log.stats().health === "degraded") degraded.resolve();
      },
    });
    await logAll(log, ["first", "second"]);
    await degraded.promise;
    expect(log.stats()).toMatchObject({ reasons: ["the database does not store"], stored: 0, durable: 2 });
    await sql`alter table elsewhere rename to audit_log`;
    await log.stored();
    expect(alarms[0]).toBe('relation "audit_log" does not exist');
    expect(await actors()).toEqual(["first", "second"]);
    expect(log.stats()).toMatchObject({ stored: 2, health: "ok", deadLettered: 0 });
    await log.close();
  });

  test("survives the loss of its connection in the middle of a batch", async () => {
    const log = open();
    const names = Array.from({ length: 3000 }, (_, at) => `actor ${at}`);
    const logged = logAll(log, names);
    for (let times = 0; times < 5; times += 1) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'freehold audit'`;
      await log.durable();
    }
    await logged;
    await log.stored();
    expect(await actors()).toEqual(names);
    await log.close();
  });

  test("goes on where a Worker dies", async () => {
    const log = new RingLog({
      spool,
      sink: postgresSink({ url }),
      ringBytes: 131_072,
      segmentBytes: 2_097_152,
    });
    const names = Array.from({ length: 4000 }, (_, at) => `actor ${at}`);
    for (const [at, actor] of names.entries()) {
      if (at % 1000 === 500) log.crashWorker(at % 2000 === 500 ? "spool" : "flusher");
      while (!log.log(event({ actor })).accepted) await log.room();
    }
    await log.stored();
    expect(await actors()).toEqual(names);
    expect(log.stats()).toMatchObject({ workerRestarts: 4, gaps: 0 });
    await log.close();
  });

  test("puts an event that the table refuses among the dead letters, and says so in its place", async () => {
    await sql`alter table audit_log add constraint no_eve check (actor <> 'eve')`;
    const log = open();
    await logAll(log, ["ada", "eve", "bob", "eve"]);
    expect(await log.close()).toMatchObject({ stored: 4 });
    await sql`alter table audit_log drop constraint no_eve`;
    expect(await actors()).toEqual(["ada", "freehold/audit", "bob", "freehold/audit"]);
    const [row] = await sql`select action, decision, detail from audit_log where sequence = 2`;
    expect(row).toEqual({
      action: "audit.dead-letter",
      decision: "dead-lettered",
      detail: { reason: expect.stringContaining("no_eve") },
    });
    const letters = readFileSync(join(spool, log.stats().writer, "dead-letters.jsonl"), "utf8")
      .trim()
      .split("\n");
    expect(letters.map((line) => JSON.parse(line))).toMatchObject([
      { event: { actor: "eve", sequence: 2 } },
      { event: { actor: "eve", sequence: 4 } },
    ]);
    expect(log.stats().deadLettered).toBe(2);
  });

  test("gives no event up where the table refuses them all", async () => {
    await sql`alter table audit_log add column more text not null`;
    const refused = Promise.withResolvers<string>();
    const log = open({ onAlarm: refused.resolve });
    await logAll(log, ["ada", "bob"]);
    expect(await refused.promise).toStartWith(
      "the table audit_log refuses every event: null value in column",
    );
    await sql`alter table audit_log drop column more`;
    expect(await log.close()).toMatchObject({ stored: 2, spooled: 0 });
    expect(await actors()).toEqual(["ada", "bob"]);
    expect(log.stats()).toMatchObject({ deadLettered: 0 });
    expect(readdirSync(spool)).toEqual([]);
  });

  test("leaves the rest in its spool at the deadline, and the next start stores it first", async () => {
    const log = open();
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`lock table audit_log in access exclusive mode`;
    await logAll(log, ["first", "second"]);
    const waiting = log.stored();
    const report = log.close({ deadlineMs: 100 });
    expect(log.log(event())).toEqual({
      accepted: false,
      reason: "closed",
      message: "the audit log is closed",
    });
    const loss = new AuditLossError("the audit log cannot confirm 2 events as stored: it was closed");
    await expect(waiting).rejects.toEqual(loss);
    expect(await report).toEqual({ accepted: 2, stored: 0, spooled: 2, unconfirmed: 0 });
    await log.durable();
    await expect(log.stored()).rejects.toEqual(loss);
    await holder`rollback`;
    holder.release();
    const next = open();
    await logAll(next, ["third"]);
    await next.stored();
    expect(await actors()).toEqual(["first", "second", "third"]);
    expect(next.stats().drained).toEqual({ writers: 1, events: 2, waiting: 0 });
    await next.close();
    expect(readdirSync(spool)).toEqual([]);
  });

  test("stops storing where another process has taken its writer over, and refuses", async () => {
    const log = open();
    await logAll(log, ["ada"]);
    await log.stored();
    await sql`update audit_checkpoint set epoch = epoch + 1, holder = gen_random_uuid()
      where writer = ${log.stats().writer}`;
    await logAll(log, ["bob"]);
    await expect(log.stored()).rejects.toThrow("it was fenced off");
    expect(log.log(event())).toMatchObject({ accepted: false, reason: "fenced" });
    expect(log.stats()).toMatchObject({ fenced: 1, health: "refusing", stored: 1 });
    expect(await log.close({ deadlineMs: 0 })).toMatchObject({ stored: 1 });
  });

  test("shares its spool's folder with others, each a writer of its own", async () => {
    const logs = [open(), open(), open()];
    for (const [at, log] of logs.entries()) await logAll(log, [`log ${at}`]);
    for (const log of logs) expect(await log.close()).toMatchObject({ stored: 1 });
    expect((await actors()).toSorted()).toEqual(["log 0", "log 1", "log 2"]);
    expect(new Set(logs.map((log) => log.stats().writer)).size).toBe(3);
  });

  test("refuses settings that cannot be, and a folder that cannot be used", () => {
    const wrong: [Partial<AuditLogOptions>, string][] = [
      [{ spool: "" }, "spool must name a folder that outlives the process"],
      [{ ringBytes: 100_000 }, "ringBytes must be a power of two, but is 100000"],
      [{ ringBytes: 1024 }, "ringBytes must be a whole number from 98304 to 1073741824, but is 1024"],
      [{ batchBytes: 0.5 }, "batchBytes must be a whole number from 1 to 268435456, but is 0.5"],
    ];
    for (const [options, message] of wrong)
      expect(() => open(options)).toThrow(new AuditConfigError(message));
    const file = join(spool, "file");
    writeFileSync(file, "");
    expect(() => open({ spool: file })).toThrow(`the audit spool ${file} cannot be used: EEXIST`);
  });
});
