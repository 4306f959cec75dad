/** What runs on many databases that are to get the same have in common: each tells the next what it is likely to meet. */
import { type Migration, readMigrations } from "./folder.ts";

/** Handed to each of the runs, which write to it. */
export interface Many {
  /** Read once for all. */
  readonly migrations: readonly Migration[];
  /**
   * The server's version, where the last database had nothing of the service's and was brought up to head at once: the next
   * is likely to be as new, and is sent everything without a question. Null where it is not known, or was otherwise.
   */
  newOn: string | null;
}

/**
 * Reads a service's migrations for many databases.
 * @throws {MigrationError} as `readMigrations` does
 */
export function forMany(service: string, folder: string | URL): Many {
  return { migrations: readMigrations(service, folder), newOn: null };
}
