/**
 * What PostgreSQL itself locks for one statement: it runs inside a transaction, `pg_locks` is asked,
 * and the transaction is rolled back. A table that a statement names is locked before anything else
 * is done with it, and kept locked to the transaction's end.
 * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
 */
import type { ReservedSql } from "postgres";

export type LockMode =
  | "AccessShareLock"
  | "RowShareLock"
  | "RowExclusiveLock"
  | "ShareUpdateExclusiveLock"
  | "ShareLock"
  | "ShareRowExclusiveLock"
  | "ExclusiveLock"
  | "AccessExclusiveLock";

/** A table or view (of any kind, temporary ones left out), under the name that it had before the statement. */
export interface Locked {
  schema: string;
  table: string;
  /** `pg_class.relkind`. */
  kind: string;
  modes: LockMode[];
}

export type Probe = { ok: true; locked: Locked[] } | { ok: false; message: string };

/** The first object id that is not the system's own: `FirstNormalObjectId` of the server's sources. */
const FIRST_USER_OID = 16384;

/** Tables, partitioned tables, views, materialised views, foreign tables. */
const KINDS = ["r", "p", "v", "m", "f"];

/** Statements take milliseconds here; one that waits for something else is given up. */
const STATEMENT_TIMEOUT_MS = 20_000;

interface Row {
  oid: string;
  mode: LockMode;
}

interface Name {
  oid: string;
  schema: string;
  table: string;
  kind: string;
  temporary: boolean;
}

/** Runs a statement on a connection of its own, with nobody else in the database, and takes it back. */
export async function probe(sql: ReservedSql, statement: string): Promise<Probe> {
  await sql.unsafe(`begin; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
  let rows: Row[] = [];
  let during: Name[] = [];
  let message: string | null = null;
  try {
    await sql.unsafe(statement);
    rows = await sql.unsafe<Row[]>(
      `select relation::text as oid, mode from pg_locks
       where locktype = 'relation' and pid = pg_backend_pid() and relation >= ${FIRST_USER_OID}`,
    );
    during = await names(sql, rows);
  } catch (error) {
    message = (error as Error).message;
  }
  // Prepared statements are no part of a transaction.
  await sql.unsafe("rollback; deallocate all");
  if (message !== null) return { ok: false, message };
  // What the statement dropped or renamed has its old name again; what it made is gone.
  const before = new Map((await names(sql, rows)).map((name) => [name.oid, name]));
  const found = new Map(during.map((name) => [name.oid, name]));
  for (const [oid, name] of before) found.set(oid, name);
  const locked: Locked[] = [];
  for (const { oid, schema, table, kind, temporary } of found.values()) {
    if (temporary || !KINDS.includes(kind) || schema.startsWith("pg_toast")) continue;
    const modes = rows.filter((row) => row.oid === oid).map(({ mode }) => mode);
    locked.push({ schema, table, kind, modes: [...new Set(modes)].sort() });
  }
  return { ok: true, locked };
}

async function names(sql: ReservedSql, rows: readonly Row[]): Promise<Name[]> {
  const oids = [...new Set(rows.map(({ oid }) => oid))];
  if (oids.length === 0) return [];
  return await sql.unsafe<Name[]>(
    `select c.oid::text as oid, nspname as schema, relname as table, relkind as kind, relpersistence = 't' as temporary
     from pg_class c join pg_namespace n on n.oid = relnamespace where c.oid in (${oids.join(",")})`,
  );
}
