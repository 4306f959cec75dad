/**
 * A service's migrations: plain SQL, `NNN_name.sql` with `NNN_name.down.sql`, brought up to head and back.
 *
 * What the database remembers lives in a table for each service, `freehold_<service>.migration` (history.ts says why).
 * One run at a time for each service and database (lock.ts), one transaction for each migration, many in one round trip
 * (chain.ts); what PostgreSQL refuses in a transaction runs alone (alone.ts, alone-down.ts).
 *
 * States of a run: files read and judged, the history read meanwhile → nothing to do, or: lock held → server judged, history there →
 * what a crash left is cleared up → migrations → released. A crash at any point leaves each migration either done or not
 * done, and the history says which; the next run goes on from there.
 *
 * Engines: PostgreSQL (postgres.ts), on `postgres` and `node:` modules alone, so that services on Node can use it, too;
 * SQLite (sqlite/), MariaDB and MySQL (mariadb/) through Bun.sql, loaded only for such a URL. Each says itself what a crash
 * leaves. No analyser is loaded here: in production the migrator's role is what keeps a migration within its own service.
 */
import type { MigrateOptions, MigrateResult } from "./options.ts";
import { atStart, type StartOptions } from "./start.ts";
import { up } from "./up.ts";

export { type RepairOptions, type RepairResult, repair, type StampResult, stamp } from "./bookkeeping.ts";
export type { MigrationEntry, MigrationState } from "./compare.ts";
export { type DownOptions, type DownResult, down } from "./down.ts";
export type { InvalidIndex } from "./engine.ts";
export { MigrationError, type MigrationErrorPlace, type MigrationProblem } from "./errors.ts";
export { type Migration, readMigrations } from "./folder.ts";
export {
  type AppliedMigration,
  type HistoryTable,
  historyTable,
  type MigrationProgress,
} from "./history.ts";
export { forMany, type Many } from "./many.ts";
export type {
  ChangeOptions,
  MigrateOptions,
  MigrateResult,
  MigrationEvent,
  MigrationTarget,
} from "./options.ts";
export { migrationScript } from "./script.ts";
export { type StartOptions, status, statusWithin, survey, verify } from "./start.ts";

/**
 * Brings a service's schema up to head.
 *
 * At a service's start it is handed the service's own pool and the migrator's variable: with the variable set it
 * migrates, without it verifies that somebody did. Either way it logs one line with service and version. A schema that is
 * newer than the code is said, and is no error: that is what the old version sees while a new one is rolled out.
 *
 * Without a pool (on SQLite and MariaDB, or before there is one) it is handed the variable of the service's own URL in its
 * place: `database: "LOBBY_DATABASE_URL"`.
 *
 * @example
 * await migrate({ service: "lobby", folder: new URL("./migrations", import.meta.url), sql, migrator: "LOBBY_MIGRATOR_URL" });
 * @throws {MigrationError} one clear error; whatever it is about was not done, what came before it stays.
 * @throws {DatabaseConfigError} and {DatabaseUnavailableError} as `freehold/connect` does.
 */
export async function migrate(options: MigrateOptions | StartOptions): Promise<MigrateResult> {
  return "migrator" in options ? atStart(options) : up(options);
}
