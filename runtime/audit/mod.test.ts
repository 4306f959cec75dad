import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { connect, type Sql } from "../connect/mod.ts";
import { migrate } from "../migrate/mod.ts";
import { type AuditEvent, AuditLossError, type AuditSink, createAuditLog, postgresSink } from "./mod.ts";

const folder = new URL("../../services/gatekeeper/migrations", import.meta.url);
let server: EmbeddedPostgres;
let sql: Sql;
beforeAll(async () => {
  server = await startPostgres();
  const url = await server.createDatabase();
  await migrate({ service: "gatekeeper", folder, url });
  sql = connect({ service: "gatekeeper", variable: "URL", env: { URL: url } });
});
afterAll(async () => {
  await sql.end({ timeout: 0 });
  await server.stop();
});
beforeEach(async () => {
  await sql`truncate audit_log`;
});

const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: "ada",
  action: "read",
  resource: "/lobby",
  decision: "allow",
  ...change,
});
const actors = async (): Promise<string[]> =>
  (await sql<{ actor: string }[]>`select actor from audit_log order by sequence`).map(({ actor }) => actor);

describe("the audit log", () => {
  test("stores what it accepted, in order, as it was when it was logged", async () => {
    const log = createAuditLog({ sink: postgresSink(sql) });
    const detail = { path: "/a" };
    const at = new Date("2026-11-21T10:00:00.123Z");
    const id = "0199a7f2-0000-7000-8000-000000000001";
    expect(log.log(event({ id, at, detail }))).toEqual({ accepted: true });
    detail.path = "/changed";
    expect(log.log(event({ actor: "bob" }))).toEqual({ accepted: true });
    await log.durable();
    const [first, second] = await sql`select * from audit_log order by sequence`;
    expect(first).toEqual({
      writer: log.stats().writer,
      sequence: "1",
      id,
      at,
      actor: "ada",
      action: "read",
      resource: "/lobby",
      decision: "allow",
      detail: { path: "/a" },
      stored_at: expect.any(Date),
    });
    expect(second).toMatchObject({ sequence: "2", actor: "bob", detail: null });
    expect(log.stats()).toMatchObject({ accepted: 2, stored: 2, queued: 0, queuedBytes: 0, failures: 0 });
    expect(await log.close()).toEqual({ stored: 2, unconfirmed: 0 });
  });

  test("resolves stored() at once where there is nothing to wait for", async () => {
    const log = createAuditLog({ sink: postgresSink(sql) });
    await log.stored();
    expect(await log.close()).toEqual({ stored: 0, unconfirmed: 0 });
  });

  test("stores a multitude in batches, each event once", async () => {
    const log = createAuditLog({ sink: postgresSink(sql), batchEvents: 300 });
    const names = Array.from({ length: 2500 }, (_, at) => `actor ${at}`);
    for (const actor of names) log.log(event({ actor }));
    expect(await log.close()).toEqual({ stored: 2500, unconfirmed: 0 });
    expect(await actors()).toEqual(names);
    expect(log.stats().batches).toBe(9);
  });

  test("takes whatever texts a stranger sends", async () => {
    const log = createAuditLog({ sink: postgresSink(sql) });
    const text = fc.string({ unit: "binary", minLength: 1 });
    const detail = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));
    const count = 200;
    fc.assert(
      fc.property(text, text, detail, (actor, resource, value) => {
        expect(log.log(event({ actor, resource, detail: value }))).toEqual({ accepted: true });
      }),
      { numRuns: count },
    );
    log.log(event({ actor: "half \ud83d, none \0" }));
    expect(await log.close()).toEqual({ stored: count + 1, unconfirmed: 0 });
    expect((await actors()).at(-1)).toBe("half \ufffd, none \ufffd");
    expect(log.stats().sanitised).toBeGreaterThanOrEqual(1);
  });

  test("refuses what is no event, and goes on", async () => {
    const log = createAuditLog({ sink: postgresSink(sql) });
    expect(log.log(event({ actor: "" }))).toEqual({
      accepted: false,
      reason: "invalid",
      message: "actor must be a text that is not empty",
    });
    const trap = Object.defineProperty(event(), "actor", {
      get() {
        throw new Error("a trap");
      },
    });
    expect(log.log(trap)).toEqual({ accepted: false, reason: "invalid", message: "Error: a trap" });
    expect(log.log(null as unknown as AuditEvent)).toMatchObject({ reason: "invalid" });
    log.log(event());
    await log.close();
    expect(await actors()).toEqual(["ada"]);
    expect(log.stats().refused).toEqual({ full: 0, closed: 0, invalid: 3 });
  });

  test("refuses when it is full of events or of bytes, and takes them again when there is room", async () => {
    for (const limit of [{ capacityEvents: 3 }, { capacityBytes: 3 * 2 * 180 }]) {
      const log = createAuditLog({ sink: postgresSink(sql), ...limit });
      const results = [1, 2, 3, 4].map(() => log.log(event()).accepted);
      expect(results).toEqual([true, true, true, false]);
      expect(log.log(event())).toEqual({
        accepted: false,
        reason: "full",
        message: "the audit buffer is full: events come faster than the database stores them",
      });
      await log.stored();
      expect(log.log(event())).toEqual({ accepted: true });
      expect(await log.close()).toEqual({ stored: 4, unconfirmed: 0 });
      expect(log.stats()).toMatchObject({ accepted: 4, refused: { full: 2, closed: 0, invalid: 0 } });
    }
  });

  test("tries again until the database takes it, in order", async () => {
    const errors: string[] = [];
    const mended = Promise.withResolvers<void>();
    await sql`alter table audit_log rename to elsewhere`;
    const log = createAuditLog({
      sink: postgresSink(sql),
      batchEvents: 1,
      async onError(error, failuresInARow) {
        errors.push(`${failuresInARow} ${(error as Error).message}`);
        if (failuresInARow !== 2) return;
        await sql`alter table elsewhere rename to audit_log`;
        mended.resolve();
      },
    });
    log.log(event({ actor: "first" }));
    log.log(event({ actor: "second" }));
    await mended.promise;
    await log.stored();
    expect(errors.slice(0, 2)).toEqual([
      '1 relation "audit_log" does not exist',
      '2 relation "audit_log" does not exist',
    ]);
    expect(await actors()).toEqual(["first", "second"]);
    expect(log.stats()).toMatchObject({ stored: 2, lastError: 'relation "audit_log" does not exist' });
    await log.close();
  });

  test("keeps an event once where the answer to its commit was lost", async () => {
    const real = postgresSink(sql);
    let answers = 0;
    const deaf: AuditSink = {
      async store(writer, batch) {
        await real.store(writer, batch);
        answers += 1;
        if (answers === 1) throw new Error("the answer was lost");
      },
    };
    const log = createAuditLog({ sink: deaf });
    log.log(event());
    await log.stored();
    expect(answers).toBe(2);
    expect(await actors()).toEqual(["ada"]);
    await log.close();
  });

  test("survives the loss of its connections", async () => {
    const log = createAuditLog({ sink: postgresSink(sql), batchEvents: 10 });
    for (let at = 0; at < 200; at += 1) log.log(event({ actor: `actor ${at}` }));
    const admin = connect({ service: "admin", variable: "URL", env: { URL: server.url() } });
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gatekeeper'`;
    await admin.end({ timeout: 0 });
    await log.stored();
    expect(
      await sql`select count(*)::int from audit_log`.catch(() => sql`select count(*)::int from audit_log`),
    ).toMatchObject([{ count: 200 }]);
    await log.close();
  });

  test("stops at its deadline, and says how much is not confirmed", async () => {
    const log = createAuditLog({ sink: postgresSink(sql) });
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`lock table audit_log in access exclusive mode`;
    log.log(event());
    log.log(event());
    const waiting = log.stored();
    const report = log.close({ deadlineMs: 20 });
    expect(log.log(event())).toEqual({
      accepted: false,
      reason: "closed",
      message: "the audit log is closed",
    });
    const loss = new AuditLossError("the audit log was closed, and 2 events were not confirmed as stored");
    await expect(waiting).rejects.toEqual(loss);
    expect(await report).toEqual({ stored: 0, unconfirmed: 2 });
    await expect(log.durable()).rejects.toEqual(loss);
    expect(await log.close()).toEqual({ stored: 0, unconfirmed: 2 });
    await holder`rollback`;
    holder.release();
  });

  test("refuses limits that are none", () => {
    expect(() => createAuditLog({ sink: postgresSink(sql), capacityEvents: 0 })).toThrow(
      new RangeError("capacityEvents must be a whole number from 1"),
    );
  });
});
