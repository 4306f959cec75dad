/**
 * One run at a time for each service and database.
 *
 * An advisory lock of a transaction, held on a connection of its own while another does the work. A lock of the
 * session would be stranded behind a pooler in transaction mode, which hands the session to somebody else; and a runner
 * that *waits* inside `pg_advisory_lock()` holds a snapshot that CREATE INDEX CONCURRENTLY waits for in turn: so it is
 * asked for again and again. Each time in a new transaction: CONCURRENTLY notes who has a snapshot at one moment, which may
 * be that of a question, and then waits for the end of those transactions, so none may outlive a No.
 *
 * States: asking → held → released (the transaction ends). A crash ends the connection, and with it the lock, while the
 * backend of the other connection may still be at work and commit: the history's primary key is the lock for that.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Sql } from "postgres";
import { MigrationError } from "./errors.ts";
import { literal } from "./history.ts";

export interface LockOptions {
  service: string;
  /** What the lock is for; the same text means the same lock. */
  key: string;
  /** How long to go on asking. */
  waitMs: number;
  /** Called once, if the lock is not free at once. */
  onWait?: (() => void) | undefined;
}

const pollMs = 100;

/**
 * Does the work under the lock.
 * @param work is handed a function to call before each step: it throws once the lock is lost.
 * @throws {MigrationError} `lock` where it was not to be had in time, or was lost on the way.
 */
export async function withLock<T>(
  sql: Sql,
  { service, key, waitMs, onWait }: LockOptions,
  work: (stillHeld: () => void) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await tryLock(sql, { service, key }, work);
    if (outcome) return outcome.result;
    if (attempt === 0) onWait?.();
    if (performance.now() >= deadline) {
      throw new MigrationError(
        service,
        "lock",
        `${service}: another run has been migrating for longer than ${waitMs} ms; wait for it, then run again.`,
      );
    }
    await pause(pollMs * (0.5 + Math.random()));
  }
}

/** @returns null where the lock is another's. */
async function tryLock<T>(
  sql: Sql,
  { service, key }: Pick<LockOptions, "service" | "key">,
  work: (stillHeld: () => void) => Promise<T>,
): Promise<{ result: T } | null> {
  let lost = false;
  let outcome: { result: T } | null = null;
  let working: Promise<T> | undefined;
  const stillHeld = () => {
    if (lost)
      throw new MigrationError(service, "lock", `${service}: the connection that held the lock was lost.`);
  };
  try {
    await sql.begin(async (tx) => {
      // In the simple protocol: the other's portal stays open, and with it a snapshot for CONCURRENTLY to wait for.
      const question = `select pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true);
        select ${lockText(key)} as held`;
      const answers: unknown = await tx.unsafe(question).simple();
      const [row] = (answers as { held: boolean }[][]).at(-1) ?? [];
      if (!row?.held) return;
      const done = work(stillHeld);
      working = done;
      outcome = { result: await done };
    });
  } catch (error) {
    lost = true;
    // Where the lock's connection broke off, the work is still under way: let its step end before anything is said.
    const failure: unknown = await working?.then(
      () => null,
      (reason) => reason,
    );
    // All was done before the connection was lost; there was nothing left to guard.
    if (outcome === null) throw explain(failure ?? error, service);
  }
  return outcome;
}

/** Whether this transaction has the lock now, as an expression. */
export function lockText(key: string): string {
  return `pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(${literal(key)}, 0))`;
}

function explain(error: unknown, service: string): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  const message = `${service}: the connection that holds the lock broke off (${error.message}); run again.`;
  return new MigrationError(service, "connection", message, { cause: error });
}
