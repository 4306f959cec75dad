/** Events that the table refuses for what they are: kept in a file of the writer's folder, a line each, for a person. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { deadLetterFile } from "./home.ts";
import { readTuple } from "./tuples.ts";

/** Keeps an event for good. @returns what takes it back */
export function keepDeadLetter(folder: string, tuple: Uint8Array, reason: string): () => void {
  const path = join(folder, deadLetterFile);
  const line = `${JSON.stringify({ reason, event: readTuple(tuple) })}\n`;
  let before = 0;
  withFile(path, "a", (file) => {
    before = fstatSync(file).size;
    writeSync(file, line);
  });
  return () => withFile(path, "r+", (file) => ftruncateSync(file, before));
}

function withFile(path: string, mode: string, work: (file: number) => void): void {
  const file = openSync(path, mode, 0o600);
  try {
    work(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
