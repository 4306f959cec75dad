/** What the two threads of the compile stage say to each other. */
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

/** What became of a file: its facts as text, null where it is left out. */
export type Outcome =
  | { index: number; id: string; facts: string | null }
  | { index: number; problem: InputProblem }
  | { index: number; skipped: InputProblem };

/** The worker's words: what became of a batch, or null after the last one. */
export type Report = readonly Outcome[] | null;

/** Files a batch. */
export const BATCH = 32;
