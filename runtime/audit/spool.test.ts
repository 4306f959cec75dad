import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { event } from "../../fixtures/audit-log.ts";
import { type Disk, realDisk } from "./disk.ts";
import { EventWriter } from "./event.ts";
import { createRing, RingWriter, ringStart } from "./ring.ts";
import { Shared } from "./shared.ts";
import { Spooler } from "./spool.ts";

test("an event is durable, and leaves the ring, after its fdatasync and not before", () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-audit-spool-"));
  const writer = crypto.randomUUID();
  const ringPath = join(folder, "ring");
  const ring = createRing(ringPath, 131_072, writer);
  const shared = new Shared();
  const atSync: unknown[] = [];
  const disk: Disk = {
    ...realDisk,
    sync(file) {
      atSync.push({ durable: shared.get("durable"), first: ringStart(ring).first });
      realDisk.sync(file);
    },
  };
  const limits = { segmentBytes: 2_097_152, spoolLimitBytes: 1 << 30, minimumFreeBytes: 0 };
  const home = { folder, writer };
  const task = { shared: shared.buffer, home, spool: folder, ringPath, earlier: [], ...limits };
  const spooler = new Spooler(task, disk, () => {});
  const records = new RingWriter(ring);
  const events = new EventWriter(ring.data, writer);
  for (const sequence of [1, 2]) {
    records.commit(events.write(records.start(), event(), sequence));
    expect(spooler.turn()).toBe(true);
    expect(shared.get("durable")).toBe(sequence);
  }
  // The first is the new segment's own.
  expect(atSync).toEqual([
    { durable: 0, first: 1 },
    { durable: 0, first: 1 },
    { durable: 1, first: 2 },
  ]);
  rmSync(folder, { recursive: true });
});
