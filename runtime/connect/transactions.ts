/**
 * Transactions that survive the loss of their connection.
 *
 * When a connection breaks off within `begin()`, the driver (postgres 3.4.9) goes on to write its ROLLBACK or COMMIT to a
 * socket that is gone: an exception that nobody can catch ends the process, and the connection never comes back; on a
 * connection that was reopened meanwhile, the dead transaction's statements would even run within another one
 * (porsager/postgres 1208, 1133, 1216). So once the connection is lost, the callback is kept from returning or throwing
 * into the driver, and from sending anything more. The caller sees `begin()` reject at once, as ever.
 *
 * A connection that was ended by the server hands that farewell to its next query, too, which is never sent. Where that
 * query is a BEGIN, it is tried again: nothing has happened yet. Any other query fails once with SQLSTATE 57P01.
 *
 * States of a transaction: running → settled (committed or rolled back), or running → lost (the server rolled back).
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Sql, TransactionSql } from "postgres";
import { DatabaseUnavailableError, errorCode } from "./errors.ts";

type Work = (tx: TransactionSql) => unknown;
type BeginArguments = [Work] | [string, Work];

/** Tells the transactions of a pool which of its connections have closed; {@link notice} is the driver's `onclose`. */
export class Closes {
  readonly #watchers = new Map<number, () => void>();

  readonly notice = (connection: number): void => {
    this.#watchers.get(connection)?.();
    this.#watchers.delete(connection);
  };

  watch(connection: number, onClose: () => void): void {
    this.#watchers.set(connection, onClose);
  }

  /** Leaves alone whoever watches the connection by now: the driver hands it on before it tells the one before. */
  unwatch(connection: number, onClose: () => void): void {
    if (this.#watchers.get(connection) === onClose) this.#watchers.delete(connection);
  }
}

/** One transaction's connection. */
interface Line {
  lost: boolean;
  onLost: Promise<void>;
}

/** SQLSTATEs with which a server ends a connection: an administrator, a crash, a time limit. */
const farewells = ["57P01", "57P02", "57P05", "25P03", "25P04"];

/** Codes with which the system and the driver say that a connection broke off. */
const breaks = [
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
];

/** After an error that may be a connection's last word, how long its close may take to arrive. */
const farewellMs = 250;

/** Guards the transactions of a pool, in place. */
export function guardTransactions(sql: Sql, closes: Closes): void {
  const begin = sql.begin as (...args: unknown[]) => Promise<unknown>;

  const attempt = async (args: BeginArguments, onStart: () => void): Promise<unknown> => {
    const work = args[args.length - 1] as Work;
    const { promise: onLost, resolve } = Promise.withResolvers<void>();
    const line: Line = { lost: false, onLost };
    let connection: number | undefined;
    const start = () =>
      begin(...args.slice(0, -1), (tx: TransactionSql) => {
        onStart();
        return settle(line, () => work(guardQueries(tx, line)));
      });
    const onClose = () => {
      line.lost = true;
      resolve();
    };
    const onConnection = (id: number) => {
      connection = id;
      closes.watch(id, onClose);
    };
    try {
      return await withConnection(sql, start, onConnection);
    } finally {
      if (connection !== undefined) closes.unwatch(connection, onClose);
    }
  };

  const guarded = async (...args: BeginArguments): Promise<unknown> => {
    let started = false;
    for (let left = sql.options.max; ; left -= 1) {
      try {
        return await attempt(args, () => {
          started = true;
        });
      } catch (error) {
        if (started || left === 0 || !farewells.includes(errorCode(error))) throw error;
      }
    }
  };
  sql.begin = guarded as Sql["begin"];
}

/**
 * Starts a transaction and tells on which connection: the driver hands it to the `onexecute` of its own BEGIN, which it
 * sends through the pool's `unsafe` before it returns.
 */
function withConnection<T>(sql: Sql, start: () => T, onConnection: (id: number) => void): T {
  type Hook = (connection: { id: number }) => unknown;
  const unsafe = sql.unsafe as (query: string, parameters: unknown, options: { onexecute: Hook }) => unknown;
  sql.unsafe = ((query: string, parameters: unknown, options: { onexecute: Hook }) =>
    unsafe(query, parameters, {
      ...options,
      onexecute(connection) {
        onConnection(connection.id);
        return options.onexecute(connection);
      },
    })) as unknown as Sql["unsafe"];
  try {
    return start();
  } finally {
    sql.unsafe = unsafe as Sql["unsafe"];
  }
}

/** The work's outcome; or none, ever, once the connection that it would be told to is gone. */
async function settle(line: Line, work: () => unknown): Promise<unknown> {
  try {
    const result = await work();
    if (!line.lost) return result;
  } catch (error) {
    if (!line.lost && isLast(error)) {
      await Promise.race([line.onLost, pause(farewellMs, null, { ref: false })]);
    }
    if (!line.lost) throw error;
  }
  return new Promise(() => {});
}

/** Sends nothing on a connection that is lost. */
function guardQueries(tx: TransactionSql, line: Line): TransactionSql {
  const check = () => {
    if (line.lost) {
      throw new DatabaseUnavailableError(
        "CONNECTION_CLOSED",
        "the transaction's connection was lost, and the server rolled it back",
      );
    }
  };
  const savepoint = tx.savepoint as (...args: unknown[]) => Promise<unknown>;
  const unsafe = tx.unsafe;
  tx.savepoint = (async (...args: BeginArguments) => {
    check();
    const work = args[args.length - 1] as Work;
    return savepoint(...args.slice(0, -1), (inner: TransactionSql) =>
      settle(line, () => work(guardQueries(inner, line))),
    );
  }) as TransactionSql["savepoint"];
  tx.unsafe = ((...args: Parameters<typeof unsafe>) => {
    check();
    return unsafe(...args);
  }) as typeof unsafe;
  return new Proxy(tx, {
    apply(target, self, args) {
      check();
      return Reflect.apply(target, self, args);
    },
  });
}

/** The error may be the last that the connection says; its close is still to come. */
function isLast(error: unknown): boolean {
  if (farewells.includes(errorCode(error)) || breaks.includes(errorCode(error))) return true;
  if (typeof error !== "object" || error === null || !("severity" in error)) return false;
  return error.severity === "FATAL" || error.severity === "PANIC";
}
