/**
 * A service's connection to its own database: a pool from the service's own variable, and nothing about schemas.
 *
 * States: `connect()` reads the environment and opens nothing; connections are opened when a query needs one, and
 * reopened after a loss; `ready()` asks whether the database can be used now; `sql.end()` closes the pool. There is
 * nothing that a crash could leave behind: the server ends the transactions of connections that break off.
 *
 * Stands on `postgres` and `node:` modules alone, so that services on Node can use it, too.
 */
import postgres, { type Sql } from "postgres";
import { type Address, AddressError } from "./address.ts";
import { guardTypesQuestion } from "./array-types.ts";
import { DatabaseConfigError } from "./errors.ts";
import { poolOptions } from "./pool.ts";
import { remember } from "./ready.ts";
import { type Environment, type PoolSettings, readSettings } from "./settings.ts";
import { type AddressParts, nameOf, prefixOf, readAddress } from "./source.ts";
import { Closes, guardTransactions } from "./transactions.ts";

export type { Sql, TransactionSql } from "postgres";
export { DatabaseConfigError, DatabaseUnavailableError } from "./errors.ts";
export { ready, type ServerInfo } from "./ready.ts";
export type { Environment, PoolSettings } from "./settings.ts";
export { type AddressParts, type AddressSource, readUrl } from "./source.ts";

export type ConnectOptions = Partial<PoolSettings> & {
  /** The service's name: the server shows it as `application_name`, and errors begin with it. */
  service: string;
  /** Where variables are read; `process.env` unless given. */
  env?: Environment;
  /** Asks the server for its array types as a connection opens (true): one round trip that a short run can do without. */
  fetchTypes?: boolean;
  /** What the variable is to name, as a message says it: the service's own database unless given. */
  meaning?: string;
  /** How many queries may be under way on one connection at once (100). */
  pipelined?: number;
} & (
    | {
        /** The variable that holds the connection URL. */
        variable: string;
      }
    | {
        /** The variables that hold the connection in parts. */
        parts: AddressParts;
      }
  );

/**
 * The pool of a service, from the variable that is its own.
 *
 * `GATEKEEPER_DATABASE_URL` may be accompanied by `GATEKEEPER_DATABASE_POOL_SIZE` (10),
 * `…_STATEMENT_TIMEOUT_MS` (30000), `…_CONNECT_TIMEOUT_MS` (10000) and `…_POOLER` (false; `true` behind a pooler in
 * transaction mode). They override what the code asks for.
 *
 * @example
 * const sql = connect({ service: "gatekeeper", variable: "GATEKEEPER_DATABASE_URL" });
 * @returns a pool that has opened no connection yet.
 * @throws {DatabaseConfigError} where a variable is missing or wrong; the message names it and never a password.
 */
export function connect(options: ConnectOptions): Sql {
  const { service, env = process.env } = options;
  const address = readAddress(service, options, env);
  const settings = readSettings(env, prefixOf(options, service), chosen(options));
  return open(address, settings, service, nameOf(options), options);
}

function open(
  address: Address,
  settings: PoolSettings,
  service: string,
  variable: string,
  { fetchTypes = true, pipelined = 100 }: Pick<ConnectOptions, "fetchTypes" | "pipelined">,
): Sql {
  try {
    const closes = new Closes();
    // The driver takes it, and its types do not say so.
    const unlisted = { max_pipeline: pipelined };
    const sql: Sql = postgres({
      ...poolOptions(address, settings, service, closes.notice),
      fetch_types: fetchTypes,
      ...unlisted,
    });
    guardTransactions(sql, closes);
    guardTypesQuestion(sql);
    remember(sql, { service, variable, address });
    return sql;
  } catch (error) {
    if (error instanceof AddressError)
      throw new DatabaseConfigError(variable, `${variable} ${error.message}.`);
    throw error;
  }
}

/** The settings that the caller gave, without those left undefined. */
function chosen(options: Partial<PoolSettings>): Partial<PoolSettings> {
  const { poolSize, statementTimeoutMs, connectTimeoutMs, pooler } = options;
  return Object.fromEntries(
    Object.entries({ poolSize, statementTimeoutMs, connectTimeoutMs, pooler }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
