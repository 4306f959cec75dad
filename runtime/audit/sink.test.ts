import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { event, logAll } from "../../fixtures/audit-log.ts";
import { RingLog } from "./log.ts";
import { drainSpool } from "./mod.ts";

test("another sink stores each event once, in order, through the death of its Worker, dead letters and a takeover", async () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-audit-sink-"));
  try {
    const path = join(folder, "events.sqlite");
    const spool = join(folder, "spool");
    const worker = new URL("../../fixtures/sqlite-sink.ts", import.meta.url);
    const sink = { worker, system: "sqlite", options: { path } };
    const small = { spool, ringBytes: 131_072, segmentBytes: 2_097_152 };
    const log = new RingLog({ ...small, sink });
    const names = Array.from({ length: 3000 }, (_, at) => (at === 1234 ? "eve" : `actor ${at}`));
    for (const [at, actor] of names.entries()) {
      if (at % 1000 === 500) {
        await log.stored();
        log.crashWorker("flusher");
      }
      while (!log.log(event({ actor, detail: { at } })).accepted) await log.room();
    }
    await log.stored();
    expect(log.stats()).toMatchObject({ stored: 3000, deadLettered: 1, workerRestarts: 3, system: "sqlite" });
    using database = new Database(path);
    const stored = () =>
      database
        .query<{ actor: string; detail: string }, []>(
          "select actor, detail from events order by writer, sequence",
        )
        .all();
    expect(stored().map(({ actor }) => actor)).toEqual(names.with(1234, "freehold/audit"));
    expect(stored().at(-1)).toEqual({ actor: "actor 2999", detail: '{"at":2999}' });
    // Another one claims it, as a process would on a copy of the spool; whoever has the folder's lock then gets it back.
    database.run("update checkpoints set epoch = epoch + 1, holder = 'another'");
    await logAll(log, ["late"]);
    await expect(log.stored()).rejects.toThrow("it was fenced off");
    expect(await log.close({ deadlineMs: 0 })).toMatchObject({ stored: 3000 });
    expect(await drainSpool({ spool, sink })).toMatchObject({ found: 1, writers: 1, events: 1, fenced: 0 });
    expect(stored().at(-1)!.actor).toBe("late");
    expect(stored().length).toBe(3001);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
