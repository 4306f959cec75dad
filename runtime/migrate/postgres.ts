/**
 * PostgreSQL as an engine: many migrations in one round trip, which is all that most runs need (chain.ts); the lock on a
 * second connection for what cannot travel so, and for whoever has to wait (lock.ts).
 */
import type { Sql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { connect, ready } from "../connect/mod.ts";
import { applyAlone, recover } from "./alone.ts";
import { recoverUndoing, undoAlone } from "./alone-down.ts";
import { apply, undo } from "./apply.ts";
import { readInvalid } from "./built-index.ts";
import { applyChain, chainLength } from "./chain.ts";
import type { Changes, Engine } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import { readDowns } from "./folder.ts";
import { historyTable, quoted, readHistory, readSchemas } from "./history.ts";
import { createHistory, createSchema, deleteRow, finishRow, insertRow, isUndoing } from "./history-rows.ts";
import { lockText, withLock } from "./lock.ts";
import type { Means, Subject } from "./options.ts";
import { renewHistory } from "./renew.ts";
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
  const means = { poolSize: 2, pooler: true, fetchTypes: false, pipelined: 1_000 };
  const sql = connect({ service, variable, env, ...means });
  let patienceMs = 0;
  try {
    const result = await work(sql);
    patienceMs = 5_000;
    return result;
  } catch (error) {
    if (error instanceof MigrationError || error instanceof RangeError) throw error;
    // Asked only now: a database that can be used, and most can, is not made to wait for the question.
    await ready(sql);
    throw isLoss(error) ? lost(service, error) : error;
  } finally {
    // Not waited for: there is nothing that the server would still say. After a loss, the driver waits for its answers in vain.
    void sql.end({ timeout: patienceMs / 1_000 });
  }
}

/** The connection is gone: the driver's words for it, the system's, or what a server says as it ends one. */
function isLoss(error: unknown): error is Error {
  return (
    error instanceof Error && /^(?:CONNECTION_|ECONNRESET$|EPIPE$|57P0[1235]$|08)/.test(errorCode(error))
  );
}

/** The server is there again, so it is no database that cannot be used. */
function lost(service: string, error: Error): MigrationError {
  const message = `${service}: the connection broke off (${error.message}); run again.`;
  return new MigrationError(service, "connection", message, { cause: error });
}

/**
 * A pool of at least two connections as the engine that migrates.
 * @param own nobody else uses the pool
 */
export function postgresEngine(sql: Sql, options: Subject & Means, own: boolean): Engine {
  const { service, schema = null, many } = options;
  const at = historyTable(service, options.versionTable);
  const how = {
    service,
    at,
    schema,
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 0,
  };
  const lock = { service, key: `freehold migrate ${at.schema}.${at.table}` };
  const changes = (stillHeld: () => void, waitMs: number): Changes => ({
    stillHeld,
    async apply(migrations, before, onApplied) {
      const length = chainLength(sql, migrations);
      if (length >= 2) return applyChain(sql, migrations.slice(0, length), { ...how, before, onApplied });
      try {
        const [next] = migrations;
        const row = await (next!.transaction ? apply : applyAlone)(sql, next!, how);
        if (row) onApplied(row);
        return { error: null };
      } catch (error) {
        return { error };
      }
    },
    undo: (version, script) =>
      script.transaction ? undo(sql, version, script, how) : undoAlone(sql, version, script, how, waitMs),
    async recover(migration) {
      if (!(await isUndoing(sql, at, migration.version)))
        return { what: await recover(sql, migration, how, waitMs), row: null };
      const [script] = readDowns(service, options.folder, [migration]);
      return { what: await recoverUndoing(sql, migration.version, script!, how, waitMs), row: null };
    },
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
  const asked = [...new Set([at.schema, ...(schema === null ? [] : [schema])])];
  /** As the history was read last; null before. */
  let last: { fresh: boolean; outdated: boolean } | null = null;
  /** What is to be made before the first migration. Of a database that was not looked at: as in a new one. */
  const missing = async () => {
    const fresh = last?.fresh ?? true;
    if (last === null) return { fresh, schemas: asked };
    if (!fresh && schema === null) return { fresh, schemas: [] };
    const there = await readSchemas(sql, asked);
    return { fresh, schemas: asked.filter((name) => !there.has(name)) };
  };
  return {
    async history() {
      const { rows, outdated } = await readHistory(sql, service, at);
      last = { fresh: rows === null, outdated };
      return rows;
    },
    invalidIndexes: () => readInvalid(sql),
    // Its parser says what it takes when it is asked.
    requireFit: () => {},
    isLikelyNew: () => own && many?.newOn != null,
    async atOnce(migrations, before, onOpen, onApplied) {
      if (last?.outdated) return { error: null };
      if (chainLength(sql, migrations) < migrations.length) return { error: null };
      // The version has been judged: in this database, or in the one before, and then it must be the same here.
      const guessed = last === null ? many!.newOn : null;
      if (guessed === null && !isFit(sql, options)) return { error: null };
      const server: unknown = guessed ?? sql.parameters["server_version"];
      // What has been read for many databases is for as many runs, of which nobody watches one.
      const joined = own && many !== undefined;
      const lacking = await missing();
      const unlocked = { ...lacking, lock: lockText(lock.key), server: guessed, onOpen, joined };
      const outcome = await applyChain(sql, migrations, { ...how, before, onApplied, unlocked });
      if (many) {
        const wasNew = lacking.fresh && outcome.applied.length === migrations.length;
        many.newOn = wasNew ? String(server) : null;
      }
      return outcome;
    },
    exclusively({ waitMs, onWait, fresh }, work) {
      return withLock(sql, { ...lock, waitMs, onWait }, async (stillHeld) => {
        await within(Math.max(waitMs, leastWaitMs), service, requireServer(sql, options));
        if (fresh) await createHistory(sql, service, at);
        if (last?.outdated) await renewHistory(sql, service, at);
        if (schema !== null) await createSchema(sql, schema);
        return work(changes(stillHeld, waitMs));
      });
    },
  };
}

/** As far as the server has said while the connection was opened: what it has not, it is asked under the lock. */
function isFit(sql: Sql, options: Subject): boolean {
  const said: Record<string, unknown> = sql.parameters;
  const { server_version: version, in_hot_standby, default_transaction_read_only } = said;
  if (in_hot_standby === "on" || default_transaction_read_only === "on") return false;
  if (typeof version === "string") requireVersions(version, options);
  return typeof version === "string";
}

/** @throws {MigrationError} `server` where it is too old, or takes no changes. */
async function requireServer(sql: Sql, options: Subject): Promise<void> {
  const [row] = await sql<{ version: string; standby: boolean; readOnly: boolean }[]>`
    select current_setting('server_version') as version, pg_catalog.pg_is_in_recovery() as standby,
      current_setting('transaction_read_only')::bool as "readOnly"`;
  requireVersions(row!.version, options);
  const { service } = options;
  if (row!.standby) fail(service, "the server is a read-only replica; name the primary.");
  if (row!.readOnly)
    fail(
      service,
      "the connection is read-only (default_transaction_read_only); let the migrator's role write.",
    );
}

/** However short the patience with other runs is, opening a connection takes its time. */
const leastWaitMs = 2_000;

/** The first word on the second connection, for which a pooler may have no room while the first holds the lock. */
async function within<T>(waitMs: number, service: string, first: Promise<T>): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const handle = setTimeout(() => {
    const message = `${service}: has the lock, and got no second connection within ${waitMs} ms; a pooler in between must have two for it, or name the server itself.`;
    timer.reject(new MigrationError(service, "connection", message));
  }, waitMs);
  // Once nobody waits for it, it fails with the pool that is closed.
  first.catch(() => {});
  try {
    return await Promise.race([first, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}

function requireVersions(version: string, { service, serverVersion }: Subject): void {
  if (Number.parseInt(version, 10) < leastServer)
    fail(service, `the server is PostgreSQL ${version}, and migrating needs ${leastServer} or newer.`);
  requireVersion(service, "PostgreSQL", version, serverVersion);
}

function fail(service: string, message: string): never {
  throw new MigrationError(service, "server", `${service}: ${message}`);
}
