/** What can be wrong with migrations, each as one error whose first line says what and what to do. */

export type MigrationProblem =
  /** The folder, or the name, number or content of a file in it. */
  | "folder"
  /** What the database says was applied does not fit the files. */
  | "history"
  /** Another run held the lock for longer than this one would wait, or the lock was lost. */
  | "lock"
  /** A statement failed; its migration was rolled back. */
  | "statement"
  /** A lock on a table was not to be had in time, or two sessions waited for each other: rolled back, try again. */
  | "busy"
  /** A migration outside of a transaction was begun and not finished. */
  | "unfinished"
  /** The schema is older than the code. */
  | "behind"
  /** The role may not do what migrating needs. */
  | "permission"
  /** The server cannot be migrated: too old, read-only, its disk full. */
  | "server"
  /** The connection broke off. */
  | "connection";

export interface MigrationErrorPlace {
  /** Path of the migration, relative to the working folder where it lies within. */
  file: string;
  /** From 1. */
  line?: number;
  /** From 1, in UTF-16 code units. */
  column?: number;
}

/** Why a service's schema could not be changed or verified, in words for whoever mends it. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  readonly problem: MigrationProblem;
  readonly service: string;
  readonly place: MigrationErrorPlace | null;

  constructor(
    service: string,
    problem: MigrationProblem,
    message: string,
    more: { place?: MigrationErrorPlace; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.problem = problem;
    this.service = service;
    this.place = more.place ?? null;
  }
}
