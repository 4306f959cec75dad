import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adoptHomes, createHome, sharedRingPath, spoolBytes, writeWriterFile } from "./home.ts";

setDefaultTimeout(240_000); // a bound for a loaded machine, not a measure

let spool: string;
beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), "freehold-audit-homes-"));
});
afterEach(() => rmSync(spool, { recursive: true }));

test("processes that begin and end in the same moment do not keep each other from it", async () => {
  const module = JSON.stringify(join(import.meta.dir, "home.ts"));
  const code = `
    import { adoptHomes, createHome, removeHome, spoolBytes } from ${module};
    for (let round = 0; round < 500; round += 1) {
      for (const { lock } of adoptHomes(process.argv.at(-1))) lock.release();
      const home = createHome(process.argv.at(-1));
      spoolBytes(process.argv.at(-1));
      removeHome(home);
    }`;
  const processes = Array.from({ length: 3 }, () =>
    Bun.spawn([process.execPath, "--no-env-file", "-e", code, spool], { stdout: "ignore", stderr: "pipe" }),
  );
  const told = await Promise.all(processes.map((one) => one.stderr.text()));
  expect(told).toEqual(["", "", ""]);
  expect(adoptHomes(spool)).toEqual([]);
  expect(readdirSync(spool)).toEqual([]);
});

test("what a crash leaves of a folder that was being made goes with the next start, its ring in memory, too", () => {
  const empty = join(spool, Bun.randomUUIDv7());
  mkdirSync(empty);
  const home = createHome(spool);
  home.lock.release();
  const ring = sharedRingPath(home.writer);
  writeFileSync(ring, "");
  const live = createHome(spool);
  expect(adoptHomes(spool)).toEqual([]);
  expect(readdirSync(spool)).toEqual([live.writer]);
  expect(existsSync(ring)).toBe(false);
  expect(spoolBytes(spool)).toBe(0);
  live.lock.release();
});

test("writers that are gone are taken up in the order in which they began, and by one alone", () => {
  const about = { version: 1, ring: "ring", boot: "", host: "", pid: 1 } as const;
  const gone = Array.from({ length: 5 }, () => createHome(spool));
  for (const { folder, writer, lock } of gone) {
    writeWriterFile(folder, { ...about, writer });
    lock.release();
  }
  const taken = adoptHomes(spool);
  expect(taken.map(({ writer }) => writer)).toEqual(gone.map(({ writer }) => writer));
  expect(adoptHomes(spool)).toEqual([]);
  for (const { lock } of taken) lock.release();
});
