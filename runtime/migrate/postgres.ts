/** PostgreSQL as an engine: the lock on a second connection (lock.ts), many migrations in one round trip (chain.ts). */
import type { Sql } from "postgres";
import { connect, ready } from "../connect/mod.ts";
import { applyAlone, recover } from "./alone.ts";
import { apply, undo } from "./apply.ts";
import { applyChain, chainLength } from "./chain.ts";
import type { Changes, Engine } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import {
  createHistory,
  createSchema,
  deleteRow,
  finishRow,
  historyTable,
  insertRow,
  quoted,
  readHistory,
} from "./history.ts";
import { withLock } from "./lock.ts";
import type { Means, Subject } from "./options.ts";
import { requireVersion } from "./server-version.ts";

/** `pg_current_xact_id()` came with 13, and nothing older is maintained. */
const leastServer = 13;

/**
 * Opens a pool, and closes it after the work.
 * @param variable what the URL is called in messages
 * @throws {DatabaseUnavailableError} where nothing answers as PostgreSQL does, in place of what the work met.
 */
export async function withPostgres<T>(
  { service }: Subject,
  variable: string,
  url: string | undefined,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  // As if behind a pooler, which then may be there; and no variable may make the pool smaller than two.
  const env = { [variable]: url };
  const sql = connect({ service, variable, env, poolSize: 2, pooler: true, fetchTypes: false });
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

/** A pool of at least two connections as the engine that migrates. */
export function postgresEngine(sql: Sql, options: Subject & Means): Engine {
  const { service, schema = null } = options;
  const at = historyTable(service, options.versionTable);
  const how = {
    service,
    at,
    schema,
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 0,
  };
  const changes = (stillHeld: () => void, waitMs: number): Changes => ({
    stillHeld,
    async apply(migrations, before, onApplied) {
      const length = chainLength(migrations);
      if (length >= 2) return applyChain(sql, migrations.slice(0, length), before, how, onApplied);
      try {
        const [next] = migrations;
        const row = await (next!.transaction ? apply : applyAlone)(sql, next!, how);
        if (row) onApplied(row);
        return { error: null };
      } catch (error) {
        return { error };
      }
    },
    undo: (version, script) => undo(sql, version, script, how),
    recover: async (migration) => ({ what: await recover(sql, migration, how, waitMs), row: null }),
    async note(migrations) {
      await sql.begin(async (tx) => {
        for (const migration of migrations) await insertRow(tx, at, migration);
      });
    },
    async settle(version, as) {
      if (as === "applied") await finishRow(sql, at, version);
      else await deleteRow(sql, at, version);
    },
    async accept({ name, checksum, version }) {
      await sql.unsafe(`update ${quoted(at)} set name = $1, checksum = $2 where version = $3`, [
        name,
        checksum,
        version,
      ]);
    },
  });
  return {
    history: () => readHistory(sql, service, at),
    // Its parser says what it takes when it is asked.
    requireFit: () => {},
    exclusively({ waitMs, onWait, fresh }, work) {
      const key = `freehold migrate ${at.schema}.${at.table}`;
      return withLock(sql, { service, key, waitMs, onWait }, async (stillHeld) => {
        await requireServer(sql, options);
        if (fresh) await createHistory(sql, service, at);
        if (schema !== null) await createSchema(sql, schema);
        return work(changes(stillHeld, waitMs));
      });
    },
  };
}

/** @throws {MigrationError} `server` where it is too old, or takes no changes. */
async function requireServer(sql: Sql, { service, serverVersion }: Subject): Promise<void> {
  const [row] = await sql<{ number: number; version: string; standby: boolean; readOnly: boolean }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
      pg_catalog.pg_is_in_recovery() as standby, current_setting('transaction_read_only')::bool as "readOnly"`;
  const fail = (message: string): never => {
    throw new MigrationError(service, "server", `${service}: ${message}`);
  };
  if (row!.number < leastServer * 10_000)
    fail(`the server is PostgreSQL ${row!.version}, and migrating needs ${leastServer} or newer.`);
  requireVersion(service, "PostgreSQL", row!.version, serverVersion);
  if (row!.standby) fail("the server is a read-only replica; name the primary.");
  if (row!.readOnly)
    fail("the connection is read-only (default_transaction_read_only); let the migrator's role write.");
}
