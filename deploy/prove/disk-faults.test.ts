import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spoolEvents, writerIn } from "../../fixtures/audit-log.ts";
import { framesOfSpoolAlone } from "./disk-faults.ts";

test("only what was confirmed is damaged: the ring has the rest, too", () => {
  const spool = mkdtempSync(join(tmpdir(), "freehold-prove-frames-"));
  const folder = writerIn(spool);
  spoolEvents(folder, 1, 1, ["one", "two", "three"]);
  const segment = readFileSync(join(folder, "00000001.seg"));
  const frames = (durable: number) => framesOfSpoolAlone(segment, folder.slice(-36), durable);
  expect([0, 1, 2, 3].map((durable) => frames(durable).length)).toEqual([0, 1, 2, 3]);
  expect(frames(2)).toEqual(frames(3).slice(0, 2));
  rmSync(spool, { recursive: true });
});
