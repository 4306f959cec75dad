/**
 * The process in which inputs are tried: it may hang or crash, and its parent notices. It says
 * before each input which one it is, and after a failure what is wrong and the smallest text that
 * still has it.
 */

import { loadSql } from "../../analysis/sql/mod.ts";
import type { Dialect } from "../../manifest/model.ts";
import { check } from "./fuzz-check.ts";
import { type FuzzInput, fuzzInput } from "./fuzz-inputs.ts";

export type WorkerMessage =
  | { kind: "ready" }
  | { kind: "begin"; index: number; length: number }
  /** What is wrong, at once: the smallest text follows, and looking for it may hang. */
  | { kind: "wrong"; index: number; message: string }
  | { kind: "failure"; index: number; message: string; smallest: FuzzInput };

/** Shrinking ends after this long: a small input is a courtesy. */
const SHRINK_MS = 4_000;

const dialect = process.argv[2] as Dialect;
const [seed = 0, from = 0, to = Number.POSITIVE_INFINITY] = process.argv.slice(3).map(Number);
const send = (message: WorkerMessage) => process.send?.(message);

await loadSql([dialect]);
send({ kind: "ready" });
/** Failures of one kind are told once a process: the next ones say nothing new. */
const told = new Set<string | null>();
for (let index = from; index < to; index++) {
  const input = fuzzInput(seed, index);
  send({ kind: "begin", index, length: input.text.length });
  const message = check(input, dialect);
  if (message !== null && !told.has(kind(message))) {
    told.add(kind(message));
    send({ kind: "wrong", index, message });
    await Bun.sleep(0);
    send({ kind: "failure", index, message, smallest: shrink(input, message) });
  }
  // Messages leave, and the parent's end is noticed, between inputs only.
  if (index % 16 === 0) await Bun.sleep(0);
}
process.disconnect?.();

/** Takes out ever smaller parts for as long as the same thing stays wrong. */
function shrink(input: FuzzInput, message: string): FuzzInput {
  const until = performance.now() + SHRINK_MS;
  const same = (text: string) => kind(check({ ...input, text }, dialect)) === kind(message);
  let text = input.text;
  for (let width = Math.ceil(text.length / 2); width >= 1; width = width === 1 ? 0 : Math.ceil(width / 2)) {
    for (let at = 0; at < text.length; ) {
      if (performance.now() > until) return { ...input, text };
      const less = text.slice(0, at) + text.slice(at + width);
      if (same(less)) text = less;
      else at += width;
    }
  }
  return { ...input, text };
}

/** The failure without its particulars: up to the first number, name or colon. */
function kind(message: string | null): string | null {
  return (
    message &&
    (/^(?:not the name|reference|statement|range|a message|throws \w+: [^\d"']*)/.exec(message)?.[0] ??
      message)
  );
}
