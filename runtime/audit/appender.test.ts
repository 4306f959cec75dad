import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Appender, SyncFailure } from "./appender.ts";
import { type Disk, realDisk } from "./disk.ts";

const record = new Uint8Array(1_000_000);

test("what one segment holds is synced before the next one takes anything, which is synced, too", () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-audit-appender-"));
  const done: string[] = [];
  const disk: Disk = {
    ...realDisk,
    write(file, parts, position) {
      // Not the zeros that a segment is made of.
      if (parts.length > 1 || parts[0]!.length < 100) done.push(`write ${file}`);
      realDisk.write(file, parts, position);
    },
    sync(file) {
      done.push(`sync ${file}`);
      realDisk.sync(file);
    },
  };
  const appender = new Appender({
    folder,
    writer: crypto.randomUUID(),
    segmentBytes: 2_097_152,
    disk,
    number: 1,
  });
  for (const first of [1, 2, 3]) appender.append([record], record.length, first, 1);
  appender.close();
  const [one, two] = [...new Set(done)]
    .filter((step) => step.startsWith("write"))
    .map((step) => step.slice(6));
  expect(done).toEqual([
    ...[`write ${one}`, `sync ${one}`, `write ${one}`, `write ${one}`, `sync ${one}`],
    ...[`write ${two}`, `sync ${two}`, `write ${two}`],
  ]);
  expect(readdirSync(folder).toSorted()).toEqual(["00000001.seg", "00000002.seg"]);
  rmSync(folder, { recursive: true });
});

test("an fdatasync that fails is told as what it is, and a segment that could not be begun is none", () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-audit-appender-"));
  const disk: Disk = {
    ...realDisk,
    sync() {
      throw new Error("input/output error");
    },
  };
  const appender = new Appender({
    folder,
    writer: crypto.randomUUID(),
    segmentBytes: 2_097_152,
    disk,
    number: 1,
  });
  expect(() => appender.append([record], record.length, 1, 1)).toThrow(
    new SyncFailure("fdatasync failed: input/output error"),
  );
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
