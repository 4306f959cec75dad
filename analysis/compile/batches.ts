/**
 * What the two threads of the compile stage say to each other. Files are taken in batches, from either end of
 * the work: the second thread skims, and tells of each file that is to be walked; the first one walks those, and
 * skims where there are none. So the code that walks, most of all code there is, is loaded, run in and compiled
 * just in time by one thread alone, until so many are left that it pays to share them, too.
 */
import type { QueryFunction } from "../../manifest/model.ts";
import type { Candidate } from "../contents.ts";
import type { InputProblem } from "../model.ts";

export interface Task {
  /** Absolute path of the workspace. */
  root: string;
  queryFunctions: readonly QueryFunction[];
  /** Code alone: no grammar of SQL is loaded here. */
  candidates: readonly Candidate[];
  /** The number of batches that were taken, by either thread. */
  taken: SharedArrayBuffer;
}

/** Files that are to be walked, once all are skimmed. */
export interface WalkTask {
  /** Places in the task's list of candidates. */
  walks: readonly number[];
  taken: SharedArrayBuffer;
}

/** What became of a file: its facts as text, null where it is left out; or that it is to be walked. */
export type Outcome =
  | { index: number; id: string; facts: string | null }
  | { index: number; problem: InputProblem }
  | { index: number; skipped: InputProblem };

/** The second thread's words: what became of a batch, and what of it is to be walked; or null after the last one of a task. */
export type Report = { outcomes: readonly Outcome[]; walks: readonly number[] } | null;

/** Files a batch. */
export const BATCH = 32;

/** Takes the next batch of a list; empty once there is none. */
export function nextBatch<T>(list: readonly T[], taken: SharedArrayBuffer): readonly T[] {
  const start = Atomics.add(new Int32Array(taken), 0, 1) * BATCH;
  return list.slice(start, start + BATCH);
}
