/** What a kill between any two stores leaves in the ring, made by hand. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realDisk } from "./disk.ts";
import { type AuditEvent, EventWriter } from "./event.ts";
import { bootId, createHome, type Home, readEndFile, readWriterFile, writeWriterFile } from "./home.ts";
import { recordBytes, recordHeaderBytes, ringFloat } from "./layout.ts";
import { SpoolReader } from "./reader.ts";
import { recoverHome } from "./recover.ts";
import { createRing, openRing, type Ring, RingWriter, readRing, releaseRing, ringStart } from "./ring.ts";
import { tupleEnds } from "./tuples.ts";

const spool = mkdtempSync(join(tmpdir(), "freehold-ring-"));
const homes: Home[] = [];
afterAll(() => {
  for (const { lock } of homes) lock.release();
  rmSync(spool, { recursive: true });
});

const event: AuditEvent = { actor: "ada", action: "read", resource: "/", decision: "allow" };

/** A ring with so many events, of a writer that is gone. */
function left(count: number): {
  home: Home;
  ring: Ring;
  writer: RingWriter;
  write: (sequence: number) => number;
} {
  const home = createHome(spool);
  homes.push(home);
  const ring = createRing(join(home.folder, "ring"), 131_072, home.writer);
  writeWriterFile(home.folder, {
    version: 1,
    writer: home.writer,
    ring: "ring",
    boot: bootId(),
    host: "",
    pid: 1,
  });
  const writer = new RingWriter(ring);
  const events = new EventWriter(ring.data, home.writer);
  const write = (sequence: number) => events.write(writer.start(), event, sequence);
  for (let sequence = 1; sequence <= count; sequence += 1) writer.commit(write(sequence));
  return { home, ring, writer, write };
}

/** What recovery finds: how many events came out of the ring, the spool's sequences, and what it notes of the end. */
function recovered({ home }: Pick<ReturnType<typeof left>, "home">) {
  const saved = recoverHome(home, realDisk);
  const end = readEndFile(home.folder);
  const reader = new SpoolReader(home.folder, home.writer, 0, 1 << 20);
  const batch = reader.next(end!.last);
  reader.close();
  const found =
    batch?.kind === "batch"
      ? { first: batch.first, last: batch.last, events: tupleEnds(batch.tuples).length }
      : batch;
  return { saved, found, end: { last: end!.last, uncertain: end!.uncertain } };
}

describe("a writer killed", () => {
  test("with all of its events committed leaves them all", () => {
    expect(recovered(left(10))).toEqual({
      saved: 10,
      found: { first: 1, last: 10, events: 10 },
      end: { last: 10, uncertain: false },
    });
  });

  test("while an event was written leaves those before it", () => {
    const ring = left(10);
    ring.write(11);
    expect(recovered(ring)).toMatchObject({ saved: 10, end: { last: 10, uncertain: false } });
  });

  test("before an event was committed leaves those before it, and misses none", () => {
    const ring = left(10);
    ring.ring.floats[ringFloat.committed] = 11;
    expect(recovered(ring)).toMatchObject({ saved: 10, end: { last: 10, uncertain: false } });
  });

  test("before room was given back for what is durable leaves what comes behind", () => {
    const { home, ring } = left(10);
    const four = readRing(ring, 0, 1, 4 * 160)!;
    expect(four.count).toBeGreaterThan(1);
    // The sequence is noted, the tail is not moved yet.
    ring.floats[ringFloat.spooled] = four.count;
    expect(ringStart(ring)).toEqual({ position: 0, first: 1 });
    expect(recovered({ home })).toMatchObject({ saved: 10, end: { last: 10, uncertain: false } });
  });

  test("after room was given back leaves what comes behind, and says that the rest is missing where the spool is gone", () => {
    const { home, ring } = left(10);
    const some = readRing(ring, 0, 1, 4 * 160)!;
    releaseRing(ring, some.end, some.count);
    expect(ringStart(ring)).toEqual({ position: some.end, first: some.count + 1 });
    expect(recovered({ home })).toEqual({
      saved: 10,
      found: { kind: "gap", from: 1, to: some.count },
      end: { last: 10, uncertain: false },
    });
  });

  test("with a ring that somebody wrote over leaves what comes before, and says that the rest is missing", () => {
    const { home, ring } = left(10);
    const some = readRing(ring, 0, 1, 4 * 160)!;
    ring.dataWords[some.end >> 2] = -1;
    expect(recovered({ home })).toEqual({
      saved: some.count,
      found: { first: 1, last: some.count, events: some.count },
      end: { last: 10, uncertain: false },
    });
  });

  test("with its machine leaves what is durable alone: of a ring of another run nobody knows what the disk has", () => {
    const { home, ring } = left(10);
    const some = readRing(ring, 0, 1, 4 * 160)!;
    releaseRing(ring, some.end, some.count);
    writeWriterFile(home.folder, { ...readWriterFile(home.folder)!, boot: "another" });
    expect(recovered({ home })).toEqual({
      saved: 0,
      found: { kind: "gap", from: 1, to: some.count },
      end: { last: some.count, uncertain: true },
    });
  });

  test("with a ring that was copied in the middle of a write leaves what comes before, and says that the rest is missing", () => {
    const { home, ring } = left(10);
    const size = recordBytes(ring.dataWords[0]!);
    // Under the seventh's header, the eighth's event.
    ring.data.copyWithin(6 * size + recordHeaderBytes, 7 * size + recordHeaderBytes, 8 * size);
    expect(recovered({ home })).toEqual({
      saved: 6,
      found: { first: 1, last: 6, events: 6 },
      end: { last: 10, uncertain: false },
    });
  });

  test("with its ring lost is uncertain", () => {
    const { home } = left(0);
    writeFileSync(join(home.folder, "ring"), "");
    expect(openRing(join(home.folder, "ring"))).toBe(null);
    expect(recovered({ home })).toEqual({ saved: 0, found: null, end: { last: 0, uncertain: true } });
  });
});
