import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { actors, auditTests, event, logAll, open, openFull, spool, sql } from "../../fixtures/audit-log.ts";
import { inputs } from "../../fixtures/property.ts";
import { AuditConfigError, type AuditEvent, type AuditLogOptions } from "./mod.ts";

auditTests();

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
    expect(await log.close()).toMatchObject({ stored: 20_000, spooled: 0 });
    expect(await actors()).toEqual(names);
  });

  test("takes whatever texts a stranger sends, and PostgreSQL takes them, too", async () => {
    const log = open();
    const text = fc.string({ unit: "binary", minLength: 1 });
    const detail = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));
    const parameters = inputs(1, 200);
    await fc.assert(
      fc.asyncProperty(text, text, detail, async (actor, resource, value) => {
        await log.room();
        expect(log.log(event({ actor, resource, detail: value }))).toEqual({ accepted: true });
      }),
      parameters,
    );
    const most = {
      actor: "€".repeat(2000),
      resource: "😀".repeat(2000),
      detail: { long: "x".repeat(100_000) },
    };
    for (const last of [{ actor: "half \ud83d, none \0" }, most]) {
      await log.room();
      log.log(event(last));
    }
    expect(await log.close()).toMatchObject({ stored: parameters.numRuns + 2 });
    expect((await actors()).at(-2)).toBe("half \ufffd, none \ufffd");
    expect(log.stats()).toMatchObject({ deadLettered: 0, failures: 0 });
    expect(log.stats().truncated).toBeGreaterThanOrEqual(1);
    expect(log.stats().sanitised).toBeGreaterThanOrEqual(1);
  });

  test("writes the values of named keys nowhere", async () => {
    const log = open({ redact: ["password"] });
    await sql`alter table audit_log rename to elsewhere`;
    log.log(event({ detail: { user: "shown", deep: [{ password: "hidden" }] } }));
    await log.durable();
    const folder = join(spool, log.stats().writer);
    const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
    expect(written.filter((text) => text.includes("shown")).length).toBeGreaterThan(0);
    expect(written.filter((text) => text.includes("hidden"))).toEqual([]);
    await sql`alter table elsewhere rename to audit_log`;
    await log.stored();
    expect(await sql`select detail from audit_log`).toMatchObject([
      { detail: { user: "shown", deep: [{ password: "[redacted]" }] } },
    ]);
    expect(log.stats()).toMatchObject({ redacted: 1, truncated: 0, sanitised: 0 });
    await log.close();
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
    let nested: unknown;
    const nesting = {
      toJSON() {
        nested = log.log(event({ actor: "nested" }));
        return { is: "outer" };
      },
    };
    expect(log.log(event({ actor: "outer", detail: { nesting } }))).toEqual({ accepted: true });
    expect(nested).toEqual(wrong("an event's own getters cannot log another"));
    log.log(event());
    await log.close();
    expect(await actors()).toEqual(["outer", "ada"]);
    expect(log.stats().refused).toMatchObject({ full: 0, closed: 0, invalid: 4 });
  });

  test("refuses when the ring is full, and takes events again when there is room", async () => {
    const { log, go } = openFull();
    let accepted = 0;
    while (log.log(event()).accepted) accepted += 1;
    expect(log.log(event())).toEqual({
      accepted: false,
      reason: "full",
      message: "the audit buffer is full: events come faster than they can be kept",
    });
    expect(log.stats()).toMatchObject({ health: "refusing", reasons: ["the ring is full"] });
    go();
    await log.room();
    expect(log.log(event())).toEqual({ accepted: true });
    expect(await log.close()).toMatchObject({ stored: accepted + 1 });
    expect(log.stats().refused).toMatchObject({ full: 2 });
  });

  test("says in the table how many it dropped, where it was told to drop", async () => {
    const { log, go } = openFull({ whenFull: "drop-newest" });
    let accepted = 0;
    while (log.log(event()).accepted) accepted += 1;
    expect(log.log(event())).toMatchObject({ accepted: false, reason: "dropped" });
    go();
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

  test("says how many it dropped also where it is closed before there is room", async () => {
    const { log, go } = openFull({ whenFull: "drop-newest" });
    let accepted = 0;
    while (log.log(event()).accepted) accepted += 1;
    const closing = log.close();
    go();
    expect(await closing).toMatchObject({ accepted: accepted + 1, stored: accepted + 1 });
    const [gap] = await sql`select action, detail from audit_log order by sequence offset ${accepted}`;
    expect(gap).toMatchObject({ action: "audit.gap", detail: { dropped: 1 } });
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
