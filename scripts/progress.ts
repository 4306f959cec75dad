import type { Io } from "./io.ts";

/** Milliseconds between two drawings: fast enough to look alive, slow enough to cost nothing. */
const everyMs = 50;

/** Shows how far the analysis is, on a terminal's standard error only. */
export function progressOf(io: Pick<Io, "status">) {
  let drawn = Number.NEGATIVE_INFINITY;
  return ({ stage, done, total }: { stage: string; done: number; total: number }): void => {
    const now = performance.now();
    if (now - drawn < everyMs) return;
    drawn = now;
    io.status(total > 0 ? `${stage} ${done} of ${total}` : stage);
  };
}
