import { describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  actors,
  auditTests,
  databaseUrl,
  event,
  logAll,
  open,
  spool,
  sql,
} from "../../fixtures/audit-log.ts";
import { removals } from "./home.ts";
import { AuditLossError, postgresSink } from "./mod.ts";

auditTests();

describe("the audit log, where something fails,", () => {
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
    await log.durable();
    await degraded.promise;
    expect(log.stats()).toMatchObject({ reasons: ["the database does not store"], stored: 0, durable: 2 });
    expect(log.stats().oldestUnstoredMs).toBeGreaterThan(0);
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
    const log = open();
    const names = Array.from({ length: 4000 }, (_, at) => `actor ${at}`);
    let deaths = 0;
    for (const [at, actor] of names.entries()) {
      if (at % 1000 === 500) {
        // Not while the one before is still to come back: what is not there cannot die.
        while (log.stats().workerRestarts < deaths || log.stats().reasons.includes("a Worker is down"))
          await Bun.sleep(2);
        deaths += 1;
        log.crashWorker(at % 2000 === 500 ? "spool" : "flusher");
      }
      while (!log.log(event({ actor })).accepted) await log.room();
    }
    await log.stored();
    expect(await actors()).toEqual(names);
    expect(log.stats()).toMatchObject({ workerRestarts: 4, gaps: 0 });
    await log.close();
  });

  test("is degraded while a Worker cannot be started, refuses when the ring is full, and loses nothing", async () => {
    const died: string[] = [];
    const down = Promise.withResolvers<void>();
    const log = open({
      spoolWorker: new URL("./no-such-worker.ts", import.meta.url),
      onAlarm(message) {
        died.push(message);
        if (died.length === 4) down.resolve();
      },
    });
    let accepted = 0;
    while (accepted < 100 && log.log(event({ actor: `actor ${accepted}` })).accepted) accepted += 1;
    await down.promise;
    expect(died[3]).toStartWith("the spool Worker died, and is started again: ");
    expect(log.stats()).toMatchObject({ health: "degraded", reasons: ["a Worker is down"], durable: 0 });
    while (log.log(event({ actor: `actor ${accepted}` })).accepted) accepted += 1;
    expect(log.stats()).toMatchObject({
      health: "refusing",
      reasons: ["the ring is full", "a Worker is down"],
    });
    expect(await log.close({ deadlineMs: 0 })).toMatchObject({ accepted, unconfirmed: accepted });
    const next = open();
    while (next.stats().drained.waiting > 0) await Bun.sleep(2);
    await next.close();
    expect(await actors()).toEqual(Array.from({ length: accepted }, (_, at) => `actor ${at}`));
  });

  test("puts an event that the table refuses among the dead letters, and says so in its place", async () => {
    await sql`alter table audit_log add constraint no_eve check (actor <> 'eve')`;
    const alarms: string[] = [];
    const log = open({ onAlarm: (message) => alarms.push(message) });
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
    expect(alarms).toEqual(
      [2, 4].map((sequence) =>
        expect.stringContaining(`event ${sequence} was refused and lies in the dead letters`),
      ),
    );
  });

  test("gives a connection up on which the database does not answer in time, and stores each event once", async () => {
    const late = Promise.withResolvers<string>();
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`lock table audit_log in access exclusive mode`;
    const log = open({
      sink: postgresSink({ url: databaseUrl(), storeTimeoutMs: 100 }),
      onAlarm: late.resolve,
    });
    await logAll(log, ["ada", "bob"]);
    expect(await late.promise).toMatch(
      /^(the database did not answer within 100 ms|canceling statement due to statement timeout)$/,
    );
    await holder`rollback`;
    holder.release();
    await log.stored();
    expect(await actors()).toEqual(["ada", "bob"]);
    await log.close();
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
    await log.durable();
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

  test("stops storing where another process has taken its writer over, refuses, and says the way out", async () => {
    const alarms: string[] = [];
    const log = open({ onAlarm: (message) => alarms.push(message) });
    await logAll(log, ["ada"]);
    await log.stored();
    await sql`update audit_checkpoint set epoch = epoch + 1, holder = gen_random_uuid()
      where writer = ${log.stats().writer}`;
    await logAll(log, ["bob"]);
    await expect(log.stored()).rejects.toThrow("it was fenced off");
    expect(log.log(event())).toMatchObject({ accepted: false, reason: "fenced" });
    const { writer } = log.stats();
    expect(alarms).toEqual([
      `another process stores the events of ${writer}: end this process; its next start, or \`freehold audit drain\`, takes the folder ${join(spool, writer)} over and stores the rest`,
    ]);
    expect(log.stats()).toMatchObject({ fenced: 1, health: "refusing", stored: 1 });
    expect(await log.close({ deadlineMs: 0 })).toMatchObject({ stored: 1 });
    // And that is so.
    const next = open();
    while (next.stats().drained.waiting > 0) await Bun.sleep(2);
    await next.close();
    expect(await actors()).toEqual(["ada", "bob"]);
    expect(readdirSync(spool)).toEqual([]);
  });

  test("takes an interrupted removal of a folder up where it was interrupted, wherever that was", async () => {
    await sql`alter table audit_log rename to elsewhere`;
    const log = open();
    await logAll(log, ["ada", "bob"]);
    await log.durable();
    await log.close({ deadlineMs: 0 });
    await sql`alter table elsewhere rename to audit_log`;
    const home = join(spool, log.stats().writer);
    const kept = mkdtempSync(join(tmpdir(), "freehold-audit-home-"));
    cpSync(home, kept, { recursive: true });
    const drained = open();
    while (drained.stats().drained.waiting > 0) await Bun.sleep(2);
    await drained.close();
    const left = new Set<string>();
    for (let steps = 1; ; steps += 1) {
      cpSync(kept, home, { recursive: true });
      // A crash after so many of its steps.
      for (const path of removals(home).take(steps)) rmSync(path, { recursive: true, force: true });
      if (!existsSync(home)) break;
      left.add(readdirSync(home).toSorted().join(" "));
      const next = open();
      while (next.stats().drained.waiting > 0) await Bun.sleep(2);
      await next.close();
      expect(await actors()).toEqual(["ada", "bob"]);
      expect(readdirSync(spool)).toEqual([]);
    }
    expect([...left]).toEqual(["end.json lock writer.json", "end.json lock", "lock", ""]);
    rmSync(kept, { recursive: true });
  });
});
