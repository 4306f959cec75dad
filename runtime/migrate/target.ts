/** The database that a run works on: opened where it is not open yet, and judged before it is changed. */
import type { Sql } from "postgres";
import { connect, ready } from "../connect/mod.ts";
import { MigrationError } from "./errors.ts";
import type { AppliedMigration } from "./history.ts";
import type { MigrationTarget, Subject } from "./options.ts";
import { toolVersion } from "./version.ts";

/** `pg_current_xact_id()` came with 13, and nothing older is maintained. */
const leastServer = 13;

/**
 * Opens the target where it is not open yet, and closes it again.
 * @throws {DatabaseUnavailableError} where nothing answers as PostgreSQL does, in place of what the work met.
 */
export async function withTarget<T>(
  target: Subject & MigrationTarget,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  if ("sql" in target) {
    if (target.sql.options.max < 2) {
      throw new RangeError("migrate() needs a pool of two connections: one holds the lock, the other works");
    }
    return work(target.sql);
  }
  const [variable, url] =
    "url" in target
      ? ["the URL", target.url]
      : [target.variable, (target.env ?? process.env)[target.variable]];
  // As if behind a pooler, which then may be there; and no variable may make the pool smaller than two.
  const sql = connect({
    service: target.service,
    variable,
    env: { [variable]: url },
    poolSize: 2,
    pooler: true,
    fetchTypes: false,
  });
  try {
    return await work(sql);
  } catch (error) {
    if (error instanceof MigrationError || error instanceof RangeError) throw error;
    // Asked only now: a database that can be used, and most can, is not made to wait for the question.
    await ready(sql);
    throw error;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** @throws {MigrationError} `server` where it is too old, or takes no changes. */
export async function requireServer(sql: Sql, service: string): Promise<void> {
  const [row] = await sql<{ number: number; version: string; standby: boolean; readOnly: boolean }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
      pg_catalog.pg_is_in_recovery() as standby, current_setting('transaction_read_only')::bool as "readOnly"`;
  const fail = (message: string): never => {
    throw new MigrationError(service, "server", `${service}: ${message}`);
  };
  if (row!.number < leastServer * 10_000)
    fail(`the server is PostgreSQL ${row!.version}, and migrating needs ${leastServer} or newer.`);
  if (row!.standby) fail("the server is a read-only replica; name the primary.");
  if (row!.readOnly)
    fail("the connection is read-only (default_transaction_read_only); let the migrator's role write.");
}

/** @throws {MigrationError} `history` where a newer tool than this has written rows that it may mean otherwise. */
export function requireOwnVersion(service: string, history: readonly AppliedMigration[]): void {
  const newer = history.find((row) => isNewer(row.toolVersion));
  if (!newer) return;
  throw new MigrationError(
    service,
    "history",
    `${service}: ${newer.name} was applied by freehold ${newer.toolVersion}, and this is ${toolVersion}; update it first.`,
  );
}

/** By the part of the version that tells of breaking changes (https://semver.org, items 4 and 8). */
function isNewer(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [ownMajor = 0, ownMinor = 0] = toolVersion.split(".").map(Number);
  return major > ownMajor || (major === ownMajor && major === 0 && minor > ownMinor);
}
