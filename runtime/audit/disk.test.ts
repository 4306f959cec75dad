import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realDisk } from "./disk.ts";

test("the real disk writes all parts where it should, and hands on what fdatasync says", () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-audit-disk-"));
  const path = join(folder, "file");
  const file = openSync(path, "w");
  realDisk.write(file, [Buffer.from("two"), Buffer.from("parts")], 2);
  realDisk.sync(file);
  closeSync(file);
  expect(readFileSync(path, "latin1")).toBe("\0\0twoparts");
  expect(() => realDisk.sync(file)).toThrow("EBADF");
  rmSync(folder, { recursive: true });
});
