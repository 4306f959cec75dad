/** What each command of the runner is given. */
import type { Sql } from "postgres";
import type { Environment } from "../connect/mod.ts";
import type { AppliedMigration } from "./history.ts";
import type { Many } from "./many.ts";

/** The database to migrate: by the migrator's variable, by URL, or through a pool of at least two connections. */
export type MigrationTarget = { variable: string; env?: Environment } | { url: string } | { sql: Sql };

/** What the folder and the history have in common. */
export interface Subject {
  /** The service's name, as in the manifest. */
  service: string;
  /** The folder with its migrations: a path, or a `file:` URL such as `new URL("./migrations", import.meta.url)`. */
  folder: string | URL;
  /** What `forMany` has read there, for many databases that are to get the same; read for each unless given. */
  many?: Many;
  /** Overrides where the history lives: `schema.table`. */
  versionTable?: string;
  /** What the service is on, as in the manifest: a URL of another engine is refused. What the URL says unless given. */
  dialect?: "postgresql" | "sqlite" | "mysql" | "mariadb";
  /** The versions of the server that the service works on, as in the manifest: `>=15`. Others are not changed. */
  serverVersion?: string;
}

/** How long things may take. */
export interface Patience {
  /** How long to wait for another run (60 s). */
  lockWaitMs?: number;
  /** How long a statement waits for a lock on a table before its migration is rolled back and tried again (5 s); 0 for ever. */
  lockTimeoutMs?: number;
  /** How often a migration is tried again that did not get its locks (10). */
  lockRetries?: number;
  /** How long one statement may run; 0, the default, for as long as it takes. */
  statementTimeoutMs?: number;
}

/** How a database is worked on, apart from which it is. */
export type Means = Patience & {
  /** The schema in which unqualified names stand, created if missing; the role's own search path unless given. */
  schema?: string;
};

export type ChangeOptions = Subject &
  MigrationTarget &
  Means & {
    /** Called as things happen, for progress. */
    onEvent?: (event: MigrationEvent) => void;
    /** Handed the files that are about to be run, by name, before anything is changed; what it throws stops the run. */
    inspect?: (files: readonly string[]) => void;
  };

export type MigrateOptions = ChangeOptions & {
  /** The last number to apply; all unless given. */
  to?: number;
};

export type MigrationEvent =
  | { kind: "waiting"; service: string }
  | { kind: "applying"; service: string; name: string; done: number; total: number }
  | { kind: "applied"; service: string; row: AppliedMigration; done: number; total: number }
  /** Did not get its locks, was rolled back, and will be tried again. */
  | { kind: "retrying"; service: string; name: string; attempt: number; pauseMs: number }
  /** What a run that broke off had left was cleared away; `what` is one line for a person. */
  | { kind: "repaired"; service: string; name: string; what: string }
  | { kind: "undoing"; service: string; name: string; done: number; total: number }
  | { kind: "undone"; service: string; name: string; done: number; total: number };

export interface MigrateResult {
  service: string;
  /** The highest number that is in the database now; 0 where there is none. */
  version: number;
  /** What this run applied, in order. */
  applied: AppliedMigration[];
  /** Names of migrations in the database that are newer than the folder. */
  ahead: string[];
}
