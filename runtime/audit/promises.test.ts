/** The promises of mod.ts, each under the name that it has there. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Arena, openArena, withoutDatabase } from "../../deploy/prove/arena.ts";
import { realDisk } from "./disk.ts";
import { EventWriter } from "./event.ts";
import { createHome, type WriterFile } from "./home.ts";
import { type AuditEvent, type AuditLogOptions, createAuditLog, postgresSink } from "./mod.ts";
import { recoverHome } from "./recover.ts";
import { createRing, RingWriter } from "./ring.ts";

setDefaultTimeout(240_000);

let arena: Arena;
beforeAll(async () => {
  arena = await openArena(1);
});
afterAll(async () => {
  await arena[Symbol.asyncDispose]();
});

const open = (spool: string, options: Partial<AuditLogOptions> = {}) =>
  createAuditLog({ spool, sink: postgresSink({ url: arena.url }), ...arena.small, ...options });
const event = (actor: string): AuditEvent => ({ actor, action: "read", resource: "/", decision: "allow" });
const stored = async (writer: string): Promise<string[]> => {
  const rows =
    await arena.sql`select actor, action from audit_log where writer = ${writer} order by sequence`;
  return rows.map(({ actor, action }) => (action === "read" ? actor : action));
};
/** A process that logs until it is ended, with no database, so that all of it is in ring and spool alone. */
async function endedWriter(signal: "SIGABRT" | "SIGKILL", ring: "spool" | "shm" = "spool") {
  const spool = arena.spool();
  const log = { spool, ring, ...arena.small };
  const writer = await withoutDatabase(arena, async () => {
    const one = arena.writer({ run: arena.run(), url: arena.url, log });
    await one.said(({ accepted, durable }) => accepted > 2000 && durable > 0);
    one.child.kill(signal);
    await one.ended();
    return one;
  });
  const folder = join(spool, writer.seen.writer!);
  const about: WriterFile = JSON.parse(readFileSync(join(folder, "writer.json"), "utf8"));
  return { spool, writer, folder, about };
}

describe("the audit log's promise for", () => {
  test("process crash: every accepted event is kept, and stored by the next start on the same spool", async () => {
    const { spool, writer } = await endedWriter("SIGABRT");
    const next = open(spool);
    while (next.stats().drained.waiting > 0) await Bun.sleep(2);
    const verdict = await arena.judge(writer.run, [writer.seen.writer!], writer.seen.accepted);
    expect(verdict).toMatchObject({ lost: 0, duplicates: 0, holes: 0, announced: 0, disorder: 0 });
    await next.close();
    expect(readdirSync(spool)).toEqual([]);
  });

  test("kill -9: the same; an event that was being written was not accepted, and leaves nothing", async () => {
    const { spool, writer } = await endedWriter("SIGKILL");
    expect((await arena.settle([writer], spool)).problems).toEqual([]);

    const home = createHome(arena.spool());
    const path = join(home.folder, "ring");
    const ring = createRing(path, 131_072, home.writer);
    writeFileSync(
      join(home.folder, "writer.json"),
      JSON.stringify({ ring: path, boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() }),
    );
    const records = new RingWriter(ring);
    const events = new EventWriter(ring.data, home.writer);
    records.commit(events.write(records.start(), event("whole"), 1));
    events.write(records.start(), event("half"), 2);
    expect(recoverHome(home, realDisk)).toBe(1);
    expect(JSON.parse(readFileSync(join(home.folder, "end.json"), "utf8"))).toEqual({
      version: 1,
      last: 1,
      uncertain: false,
    });
    home.lock.release();
  });

  test("container lost: with the spool on a volume that stays, every accepted event is kept", async () => {
    const { spool, writer } = await endedWriter("SIGKILL");
    // The volume turns up elsewhere.
    const volume = arena.spool();
    cpSync(spool, volume, { recursive: true });
    rmSync(spool, { recursive: true });
    expect(await arena.settle([writer], volume)).toMatchObject({ problems: [], announced: 0 });
  });

  test("container lost: with the ring in /dev/shm, every durable one, and a row says that others may be missing", async () => {
    const { spool, writer, about } = await endedWriter("SIGKILL", "shm");
    expect(about.ring).toStartWith("/dev/shm/");
    rmSync(about.ring);
    await arena.drain(spool);
    const verdict = await arena.judge(writer.run, [writer.seen.writer!], writer.seen.durable);
    expect(verdict).toMatchObject({ lost: 0, duplicates: 0, holes: 0 });
    expect((await stored(writer.seen.writer!)).at(-1)).toBe("audit.gap");
  });

  test("power lost: every durable event is kept; a row says that accepted ones may be missing behind them", async () => {
    const { spool, writer, folder, about } = await endedWriter("SIGKILL");
    // Another run of the machine, whose disk has of the ring what it happened to have written.
    writeFileSync(join(folder, "writer.json"), JSON.stringify({ ...about, boot: "another" }));
    const ring = readFileSync(join(folder, about.ring));
    ring.fill(0xa5, 4096 + ring.length / 2);
    writeFileSync(join(folder, about.ring), ring);
    await arena.drain(spool);
    const verdict = await arena.judge(writer.run, [writer.seen.writer!], writer.seen.durable);
    expect(verdict).toMatchObject({ lost: 0, duplicates: 0, holes: 0 });
    const [last] = await arena.sql`
      select action, detail->>'reason' as reason from audit_log where writer = ${writer.seen.writer!}
      order by sequence desc limit 1`;
    expect({ ...last }).toEqual({
      action: "audit.gap",
      reason: "the machine went down; what was accepted and not yet durable is lost",
    });
  });

  test("host lost: every stored event is kept", async () => {
    const spool = arena.spool();
    const log = open(spool);
    for (const actor of ["ada", "bob"]) log.log(event(actor));
    await log.stored();
    const { writer } = log.stats();
    rmSync(spool, { recursive: true });
    expect(await stored(writer)).toEqual(["ada", "bob"]);
    await log.close();
  });

  test("database gone: nothing is lost. The spool takes events up to its limit; beyond that, log() refuses", async () => {
    const log = open(arena.spool(), { spoolLimitBytes: 2 * arena.small.segmentBytes });
    let accepted = 0;
    await withoutDatabase(arena, async () => {
      while (
        log.stats().reasons.includes("the spool is at its limit") === false ||
        log.log(event("ada")).accepted
      ) {
        if (log.log(event("ada")).accepted) accepted += 1;
        if (accepted % 100 === 0) await Bun.sleep(0);
      }
      expect(log.log(event("ada"))).toMatchObject({ accepted: false, reason: "full" });
      expect(log.stats()).toMatchObject({ health: "refusing", stored: 0 });
    });
    await log.room();
    expect(log.log(event("late"))).toEqual({ accepted: true });
    await log.stored();
    expect(log.stats()).toMatchObject({ health: "ok", reasons: [] });
    const report = await log.close({ deadlineMs: 30_000 });
    expect(report).toMatchObject({ stored: report.accepted, spooled: 0, unconfirmed: 0 });
    expect(report.accepted).toBeGreaterThan(accepted);
    const all = await stored(log.stats().writer);
    expect(all.length).toBe(report.accepted);
    expect(all.at(-1)).toBe("late");
  });

  test("disk full: nothing is lost. The ring takes events until it is full; beyond that, log() refuses", async () => {
    const spool = arena.spool();
    const log = open(spool, { minimumFreeBytes: Number.MAX_SAFE_INTEGER });
    let accepted = 0;
    while (log.log(event("ada")).accepted) accepted += 1;
    expect(log.log(event("ada"))).toMatchObject({ accepted: false, reason: "full" });
    while (!log.stats().reasons.includes("the spool's disk takes nothing more")) await Bun.sleep(2);
    const { writer } = log.stats();
    expect(await log.close({ deadlineMs: 0 })).toEqual({
      accepted,
      stored: 0,
      spooled: 0,
      unconfirmed: accepted,
    });
    expect((await arena.drain(spool)).events).toBe(accepted);
    expect((await stored(writer)).length).toBe(accepted);
  });
});
