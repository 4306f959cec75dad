/**
 * Events that the table refuses for what they are: kept in a file of the writer's folder, a line each, for a person, and for
 * `freehold audit replay` once the table takes them.
 *
 * States of a letter: its line is being written → synced → the row that stands for its event is stored. A crash before that
 * leaves half a line, which is none, or a letter whose event comes again; replay stores an id once.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { deadLetterFile, hasDeadLetters, removeHome, segmentNumbers, syncFolder } from "./home.ts";
import { tryLock } from "./lock.ts";
import { readTuple, type StoredEvent } from "./tuples.ts";

export interface DeadLetter {
  reason: string;
  event: StoredEvent;
}

/** A writer's dead letters, while its folder is ours. */
export interface DeadLetters {
  events: DeadLetter[];
  /** Keeps these and no others; where none is left, and nothing else of the writer, its folder goes. */
  keep(left: readonly DeadLetter[]): void;
  /** Gives the folder back. To be called in any case. */
  release(): void;
}

/** The dead letters of writers that are gone, one writer after the other. @throws what the disk does */
export function* openDeadLetters(spool: string): Generator<DeadLetters> {
  for (const writer of readdirSync(spool).sort()) {
    const folder = join(spool, writer);
    if (!hasDeadLetters(folder)) continue;
    const lock = tryLock(join(folder, "lock"));
    if (!lock) continue;
    let held = true;
    const release = () => {
      if (held) lock.release();
      held = false;
    };
    const path = join(folder, deadLetterFile);
    const bytes = readFileSync(path);
    const events = bytes
      .toString("utf8", 0, wholeLines(bytes))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as DeadLetter);
    const keep = (left: readonly DeadLetter[]) => {
      if (left.length > 0) return replace(folder, left);
      rmSync(path);
      // Events of its own still wait: `drain` takes the folder away.
      if (segmentNumbers(folder).length > 0) return;
      held = false;
      removeHome({ folder, lock });
    };
    yield { events, keep, release };
  }
}

function replace(folder: string, letters: readonly DeadLetter[]): void {
  const path = join(folder, deadLetterFile);
  withFile(`${path}.new`, "w", (file) =>
    writeSync(file, letters.map((letter) => `${JSON.stringify(letter)}\n`).join("")),
  );
  renameSync(`${path}.new`, path);
  syncFolder(folder);
}

/** Keeps an event for good. @returns what takes it back */
export function keepDeadLetter(folder: string, tuple: Uint8Array, reason: string): () => void {
  const path = join(folder, deadLetterFile);
  const line = `${JSON.stringify({ reason, event: readTuple(tuple) })}\n`;
  let before = 0;
  withFile(path, "a", (file) => {
    before = wholeLines(readFileSync(path));
    if (before < fstatSync(file).size) ftruncateSync(file, before);
    writeSync(file, line);
  });
  return () => withFile(path, "r+", (file) => ftruncateSync(file, before));
}

/** Bytes up to the end of the last line that was written in whole. */
const wholeLines = (bytes: Uint8Array) => bytes.lastIndexOf(0x0a) + 1;

function withFile(path: string, mode: string, work: (file: number) => void): void {
  const file = openSync(path, mode, 0o600);
  try {
    work(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
