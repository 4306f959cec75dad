/**
 * What the runner needs of a database, whichever engine it is: PostgreSQL (postgres.ts), SQLite (sqlite/) or MariaDB
 * and MySQL (mariadb/). Each keeps its own promises about what a crash leaves; its first lines say which.
 */
import type { Script } from "./explain.ts";
import type { Migration } from "./folder.ts";
import type { AppliedMigration } from "./history.ts";

/** An opened database, and one service's history in it. */
export interface Engine {
  /**
   * The history, lowest version first; null where there is none yet.
   * @throws {MigrationError} `permission` where it may not be read.
   */
  history(): Promise<AppliedMigration[] | null>;
  /** @throws {MigrationError} `folder` where one of these is nothing that the engine could run. */
  requireFit(scripts: readonly Script[]): void;
  /** Indexes that a statement left INVALID and nobody is at, where an engine knows such. */
  invalidIndexes?(): Promise<InvalidIndex[]>;
  /** Whether the database is likely to have nothing of the service's yet: it then need not be asked before {@link Engine.atOnce}. */
  isLikelyNew?(): boolean;
  /**
   * Applies these without waiting for anybody, where the engine can do so safely: all of them, or as many from the first
   * on as it could, which may be none. What is left is for {@link Engine.exclusively}, which also says why.
   * @param before the number that must be there already; null where the first is the lowest of all.
   * @param onOpen called before the first, once nobody else is at work.
   * @param onApplied called as each lands.
   * @returns why a migration failed; null where none did.
   */
  atOnce?(
    migrations: readonly Migration[],
    before: number | null,
    onOpen: () => void,
    onApplied: (row: AppliedMigration) => void,
  ): Promise<{ error: unknown }>;
  /**
   * Does the work as the only run of this service in this database, with the server judged and the history there.
   * @throws {MigrationError} `lock`, `server`, `permission`
   */
  exclusively<T>(waiting: Waiting, work: (changes: Changes) => Promise<T>): Promise<T>;
}

/** An index that is written at each change and never read, and that enforces nothing. */
export interface InvalidIndex {
  schema: string;
  name: string;
  table: string;
}

export interface Waiting {
  /** How long to wait for another run. */
  waitMs: number;
  /** Called once, if there is another run. */
  onWait: () => void;
  /** Whether there was no history when it was read last. */
  fresh: boolean;
  /** Pauses before another attempt at what did not get its locks; false where there is to be none. */
  retry: (name: string, attempt: number) => Promise<boolean>;
}

/** What a run may do to the database. */
export interface Changes {
  /** To be called before each step. @throws {MigrationError} `lock` once the lock is lost. */
  stillHeld(): void;
  /**
   * Applies as many of these as travel together, from the first on; none where another run turned out to have done so.
   * @param before the number that must be there already; null where the first is the lowest of all.
   * @param onApplied called as each lands.
   * @returns why it stopped; null where it came to its end.
   */
  apply(
    migrations: readonly Migration[],
    before: number | null,
    onApplied: (row: AppliedMigration) => void,
  ): Promise<{ error: unknown }>;
  /** Takes one migration back. @returns false where another run turned out to have done so. */
  undo(version: number, script: Script): Promise<boolean>;
  /**
   * Clears up after a run that broke off: the migration is then applied, or pending again, or known to be half done.
   * @param going whether to go on where it broke off, for an engine that can
   * @returns one line that says what was done, and its row where it was brought to its end now
   * @throws {MigrationError} `unfinished` where only a person can tell what became of it.
   */
  recover(migration: Migration, going: boolean): Promise<{ what: string; row: AppliedMigration | null }>;
  /** Writes these down as applied, all or none. */
  note(migrations: readonly Migration[]): Promise<void>;
  /** Takes a person's word for what became of an unfinished migration. */
  settle(version: number, as: "applied" | "pending"): Promise<void>;
  /** Takes the file for what was applied under its number. */
  accept(migration: Migration): Promise<void>;
}
