/**
 * The second thread of the compile stage, and the batches that are taken beside it. It is started as soon
 * as the files are known: by the time that this thread has loaded its own code, and a grammar, and read
 * what is no code, that one has long begun. So nothing of the analyser is imported here.
 */
import { bundled } from "../bundled.ts";
import { CODE } from "../code/endings.ts";
import type { Candidate } from "../contents.ts";
import type { Looked, LookOptions } from "../look.ts";
import { BATCH, nextBatch, type Outcome, type Report, type Task, type WalkTask } from "./batches.ts";

/** Fewer files than this are read before a thread has started. */
const WORTH_A_THREAD = 600;

/** Fewer files than this are walked before a second thread walks as fast as the first. */
const WORTH_SHARING = 300;

export interface SecondThread extends Disposable {
  /** What the two threads share out between them. */
  readonly candidates: readonly Candidate[];
  /**
   * @param here compiles a batch on this thread, and lets the event loop turn
   * @param there takes what the second thread has compiled
   * @returns the candidates that neither has: those of a batch that the second thread has given up
   */
  share(
    here: (batch: readonly Candidate[]) => Promise<void>,
    there: (candidate: Candidate, outcome: Outcome) => void,
  ): Promise<Candidate[]>;
}

/**
 * Starts a second thread on the code of a working folder whose content is not known without reading it.
 *
 * @returns null where that is too little to be worth a thread, or where most of it was read before, and
 *   was only touched since; and for a tree of git's, whose contents one thread has at hand
 */
export function startSecondThread(
  { found, cache }: Pick<Looked, "found" | "cache">,
  { root, manifest, tree }: Pick<LookOptions, "root" | "manifest" | "tree">,
): SecondThread | null {
  const candidates = found.candidates.filter(({ id, path }) => id === null && CODE.test(path));
  if (tree || candidates.length < WORTH_A_THREAD) return null;
  if ((cache?.store.size ?? 0) > candidates.length) return null;
  const { queryFunctions } = manifest;
  const taken = new SharedArrayBuffer(4);
  const open = new Set(candidates);
  const worker = new Worker(bundled?.worker ?? new URL("./worker.ts", import.meta.url).href, { smol: true });
  let [busy, failed] = [false, false];
  let end = () => {};
  /** @returns what ends with the task that the thread is given now */
  const begin = (task: Task | WalkTask) => {
    worker.postMessage(task);
    busy = true;
    return new Promise<void>((done) => {
      end = () => {
        busy = false;
        done();
      };
    });
  };
  const waiting: Outcome[] = [];
  const walks: number[] = [];
  let there: ((candidate: Candidate, outcome: Outcome) => void) | null = null;
  const takeWaiting = () => {
    for (const outcome of there ? waiting.splice(0) : []) {
      const candidate = candidates[outcome.index];
      if (!candidate) continue;
      there?.(candidate, outcome);
      open.delete(candidate);
    }
  };
  worker.onerror = () => {
    failed = true;
    end();
  };
  worker.onmessage = ({ data }: MessageEvent<Report>) => {
    if (data === null) return end();
    waiting.push(...data.outcomes);
    walks.push(...data.walks);
    takeWaiting();
  };
  const skimmed = begin({ root, queryFunctions, candidates, taken });

  return {
    candidates,
    async share(here, take) {
      there = take;
      takeWaiting();
      const compile = async (batch: readonly Candidate[]) => {
        await here(batch);
        for (const candidate of batch) open.delete(candidate);
      };
      const walk = (indices: readonly number[]) =>
        compile(indices.flatMap((index) => candidates[index] ?? []));
      // Each batch ends in a turn of the event loop, and some in a collection: none is taken that is not full.
      while (busy) {
        const batch = walks.length < BATCH ? nextBatch(candidates, taken) : [];
        if (batch.length > 0) await compile(batch);
        else if (walks.length >= BATCH) await walk(walks.splice(0, BATCH));
        else break;
      }
      await skimmed;
      const left: WalkTask = { walks: walks.splice(0), taken: new SharedArrayBuffer(4) };
      const walked = left.walks.length < WORTH_SHARING || failed ? null : begin(left);
      for (let batch = nextBatch(left.walks, left.taken); batch.length > 0; ) {
        await walk(batch);
        batch = nextBatch(left.walks, left.taken);
      }
      await walked;
      worker.terminate();
      return [...open];
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}
