import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { event } from "../../fixtures/audit-log.ts";
import { type Disk, realDisk } from "./disk.ts";
import { EventWriter } from "./event.ts";
import { bootId, createHome, type Home, readEndFile, writeWriterFile } from "./home.ts";
import { intake } from "./layout.ts";
import { recoverHome } from "./recover.ts";
import { createRing, RingWriter, ringStart } from "./ring.ts";
import { Shared } from "./shared.ts";
import { Spooler } from "./spool.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A spooler that works when it is told to, on the real disk but for what is changed of it. */
function spoolerOn(
  change: (shared: Shared, first: () => number) => Partial<Disk>,
  minimumFreeBytes = 0,
  earlier: Home[] = [],
) {
  const folder = mkdtempSync(join(tmpdir(), "freehold-audit-spool-"));
  folders.push(folder);
  const writer = crypto.randomUUID();
  const ringPath = join(folder, "ring");
  const ring = createRing(ringPath, 131_072, writer);
  const shared = new Shared();
  const limits = { segmentBytes: 2_097_152, spoolLimitBytes: 1 << 30, minimumFreeBytes };
  const home = { folder, writer };
  const task = { shared: shared.buffer, home, spool: folder, ringPath, earlier, ...limits };
  const told: string[] = [];
  const disk = { ...realDisk, ...change(shared, () => ringStart(ring).first) };
  const spooler = new Spooler(task, disk, (message) => {
    if (message.kind === "alarm") told.push(message.message);
  });
  const records = new RingWriter(ring);
  const events = new EventWriter(ring.data, writer);
  const log = () => records.commit(events.write(records.start(), event(), records.sequence + 1));
  return { spooler, shared, told, log, folder, first: () => ringStart(ring).first };
}

test("an event is durable, and leaves the ring, after its fdatasync and not before", () => {
  const atSync: unknown[] = [];
  const { spooler, shared, log } = spoolerOn((shared, first) => ({
    sync(file) {
      atSync.push({ durable: shared.get("durable"), first: first() });
      realDisk.sync(file);
    },
  }));
  for (const sequence of [1, 2]) {
    log();
    expect(spooler.turn()).toBe(true);
    expect(shared.get("durable")).toBe(sequence);
  }
  // The first is the new segment's own.
  expect(atSync).toEqual([
    { durable: 0, first: 1 },
    { durable: 0, first: 1 },
    { durable: 1, first: 2 },
  ]);
});

test("after an fdatasync that failed nothing is acknowledged any more, and none is tried", () => {
  let syncs = 0;
  const { spooler, shared, told, log, first } = spoolerOn(() => ({
    sync(file) {
      syncs += 1;
      if (syncs === 3) throw new Error("input/output error");
      realDisk.sync(file);
    },
  }));
  log();
  spooler.turn();
  log();
  spooler.run();
  expect({ syncs, durable: shared.get("durable"), first: first() }).toEqual({
    syncs: 3,
    durable: 1,
    first: 2,
  });
  expect(shared.flag("intake")).toBe(intake.failed);
  expect(told).toEqual([
    "fdatasync failed: input/output error: nothing is acknowledged any more; what was accepted stays for the next start",
  ]);
});

test("an fdatasync that fails while an earlier writer's ring is recovered leaves that one for the next start, and ends all", () => {
  const earlier = createHome(mkdtempSync(join(tmpdir(), "freehold-audit-earlier-")));
  folders.push(dirname(earlier.folder));
  const ring = createRing(join(earlier.folder, "ring"), 131_072, earlier.writer);
  const records = new RingWriter(ring);
  records.commit(new EventWriter(ring.data, earlier.writer).write(records.start(), event(), 1));
  const about = {
    version: 1,
    writer: earlier.writer,
    ring: "ring",
    boot: bootId(),
    host: "",
    pid: 1,
  } as const;
  writeWriterFile(earlier.folder, about);
  const broken = () => {
    throw new Error("input/output error");
  };
  const { spooler, shared, told, log } = spoolerOn(() => ({ sync: broken }), 0, [earlier]);
  log();
  spooler.run();
  expect({ state: shared.flag("intake"), durable: shared.get("durable") }).toEqual({
    state: intake.failed,
    durable: 0,
  });
  expect(told).toEqual([
    `what ${earlier.writer} left could not be recovered: SyncFailure: fdatasync failed: input/output error`,
    "fdatasync failed: input/output error: nothing is acknowledged any more; what was accepted stays for the next start",
  ]);
  expect(readEndFile(earlier.folder)).toBeNull();
  expect(recoverHome(earlier, realDisk)).toBe(1);
  earlier.lock.release();
});

test("a disk that takes nothing is told of once, and taken again when it has room", () => {
  let freeBytes = 3_000_000;
  const { spooler, shared, told, log, folder } = spoolerOn(() => ({ freeBytes: () => freeBytes }), 1_000_000);
  log();
  for (let turn = 0; turn < 3; turn += 1) expect(spooler.turn()).toBe(false);
  expect({ held: shared.flag("held"), durable: shared.get("durable") }).toEqual({ held: 2, durable: 0 });
  expect(told).toEqual([`the disk of ${folder} has 3000000 bytes free, and 1000000 are to stay so`]);
  freeBytes = 4_000_000;
  expect(spooler.turn()).toBe(true);
  expect({ held: shared.flag("held"), durable: shared.get("durable") }).toEqual({ held: 0, durable: 1 });
});
