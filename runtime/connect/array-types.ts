/**
 * The driver's question for array types, kept from ending the process.
 *
 * As a connection opens, the driver (postgres 3.4.9) asks for the server's array types, and lets go of the promise. Where
 * that comes to nothing, because the connection breaks off just then, the pool is ended, or a time limit strikes, it is a
 * rejection that nobody can catch (porsager/postgres 1192, 1205). Whoever's query has opened the connection is told where
 * that is lost, as ever; where the question alone has failed, the next connection asks it again.
 */
import type { Sql } from "postgres";

/** What the driver makes of a query. Who else asks than the driver itself can take the question back. */
interface DriverQuery {
  strings: readonly string[];
  canceller?: unknown;
}

type Then = (this: DriverQuery, ...handlers: (((value: unknown) => unknown) | undefined)[]) => unknown;

const guarded = new WeakSet<object>();

/** Guards all queries of the driver that has made this pool. */
export function guardTypesQuestion(sql: Sql): void {
  // Nothing is sent before somebody waits for it.
  const queries: { then: Then } = Object.getPrototypeOf(sql.unsafe(""));
  if (guarded.has(queries)) return;
  guarded.add(queries);
  const { then } = queries;
  const guardedThen: Then = function (onFulfilled, onRejected) {
    const isForTypes = this.canceller === undefined && /\bb\.typarray\b/.test(this.strings[0] ?? "");
    return then.call(this, onFulfilled, isForTypes ? () => onFulfilled?.([]) : onRejected);
  };
  Reflect.set(queries, "then", guardedThen);
}
