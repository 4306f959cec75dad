/** Starts the second thread, and takes batches beside it. */
import type { QueryFunction } from "../../manifest/model.ts";
import type { Candidate } from "../files.ts";
import { BATCH, type Outcome, type Report, type Task } from "./batches.ts";

/** Fewer files than this are read before a thread has started. */
export const WORTH_A_THREAD = 600;

/**
 * Compiles code on two threads.
 *
 * @param here compiles a batch on this thread, and lets the event loop turn
 * @param there takes what the second thread has compiled
 * @returns the candidates that neither has: those of a batch that the second thread has given up
 */
export async function onTwoThreads(
  given: { root: string; queryFunctions: readonly QueryFunction[]; candidates: readonly Candidate[] },
  here: (batch: readonly Candidate[]) => Promise<void>,
  there: (candidate: Candidate, outcome: Outcome) => void,
): Promise<Candidate[]> {
  const { candidates } = given;
  const taken = new SharedArrayBuffer(4);
  const open = new Set(candidates);
  const worker = new Worker(new URL("./worker.ts", import.meta.url).href, { smol: true });
  try {
    const ended = new Promise<void>((done) => {
      worker.onerror = () => done();
      worker.onmessage = ({ data }: MessageEvent<Report>) => {
        if (data === null) return done();
        for (const outcome of data) {
          const candidate = candidates[outcome.index];
          if (!candidate) continue;
          there(candidate, outcome);
          open.delete(candidate);
        }
      };
    });
    worker.postMessage({ ...given, taken } satisfies Task);
    for (;;) {
      const start = Atomics.add(new Int32Array(taken), 0, 1) * BATCH;
      if (start >= candidates.length) break;
      const batch = candidates.slice(start, start + BATCH);
      await here(batch);
      for (const candidate of batch) open.delete(candidate);
    }
    await ended;
    return [...open];
  } finally {
    worker.terminate();
  }
}
