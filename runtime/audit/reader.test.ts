import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { event } from "../../fixtures/audit-log.ts";
import { Appender } from "./appender.ts";
import { realDisk } from "./disk.ts";
import { EventWriter } from "./event.ts";
import { segmentPath } from "./home.ts";
import { SpoolReader } from "./reader.ts";
import { createRing, RingWriter, readRing } from "./ring.ts";

test("a frame of which one letter is another is a gap, and the frames around it are read", () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-audit-reader-"));
  const writer = crypto.randomUUID();
  const ring = createRing(join(folder, "ring"), 131_072, writer);
  const records = new RingWriter(ring);
  const events = new EventWriter(ring.data, writer);
  const appender = new Appender({ folder, writer, segmentBytes: 2_097_152, disk: realDisk, number: 1 });
  let at = 0;
  for (const [index, actor] of ["ada", "bob", "eve"].entries()) {
    records.commit(events.write(records.start(), event({ actor }), index + 1));
    const batch = readRing(ring, at, index + 1, 65_536)!;
    appender.append(batch.parts, batch.bytes, batch.first, batch.count);
    at = batch.end;
  }
  appender.sync();
  appender.close();
  const path = segmentPath(folder, 1);
  const bytes = readFileSync(path);
  bytes.write("rob", bytes.indexOf("bob"));
  writeFileSync(path, bytes);
  const reader = new SpoolReader(folder, writer, 0, 65_536);
  const read = Array.from({ length: 4 }, () => reader.next(3));
  reader.close();
  expect(read.slice(0, 3)).toMatchObject([
    { kind: "batch", first: 1, last: 1 },
    { kind: "gap", from: 2, to: 2 },
    { kind: "batch", first: 3, last: 3 },
  ]);
  expect(read[3]).toBeNull();
  expect(reader.tornBytes).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
});
