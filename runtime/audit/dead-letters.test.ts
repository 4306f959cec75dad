import { afterAll, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { event, spoolEvents, writerIn } from "../../fixtures/audit-log.ts";
import { keepDeadLetter, openDeadLetters } from "./dead-letters.ts";
import { EventWriter } from "./event.ts";
import { deadLetterFile } from "./home.ts";
import { tryLock } from "./lock.ts";

const spool = mkdtempSync(join(tmpdir(), "freehold-audit-letters-"));
afterAll(() => rmSync(spool, { recursive: true }));

function tupleOf(actor: string): Uint8Array {
  const bytes = new Uint8Array(1000);
  return bytes.subarray(0, new EventWriter(bytes, crypto.randomUUID()).write(0, event({ actor }), 1));
}

const actorsIn = () =>
  [...openDeadLetters(spool)].flatMap(({ events, release }) => {
    release();
    return events.map((letter) => letter.event.actor);
  });

test("a letter of which a crash left half is none, and the next one is written in its place", () => {
  const folder = writerIn(spool);
  keepDeadLetter(folder, tupleOf("ada"), "no");
  appendFileSync(join(folder, deadLetterFile), '{"reason":"no","event":{"wri');
  expect(actorsIn()).toEqual(["ada"]);
  const takeBack = keepDeadLetter(folder, tupleOf("bob"), "no");
  expect(actorsIn()).toEqual(["ada", "bob"]);
  takeBack();
  expect(actorsIn()).toEqual(["ada"]);
  expect(readFileSync(join(folder, deadLetterFile), "utf8").split("\n").length).toBe(2);
  rmSync(folder, { recursive: true });
});

test("a folder whose letters are all gone stays for the events that still wait in it, and is left alone while it is another's", () => {
  const folder = writerIn(spool);
  spoolEvents(folder, 1, 1, ["eve"]);
  keepDeadLetter(folder, tupleOf("ada"), "no");
  const another = tryLock(join(folder, "lock"))!;
  expect(actorsIn()).toEqual([]);
  another.release();
  const [letters] = openDeadLetters(spool);
  letters!.keep([]);
  letters!.release();
  expect(existsSync(join(folder, deadLetterFile))).toBe(false);
  expect(readdirSync(folder)).toContain("00000001.seg");
  expect(actorsIn()).toEqual([]);
  rmSync(folder, { recursive: true });
});
