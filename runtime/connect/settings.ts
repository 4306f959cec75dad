/** How a pool is tuned: by variables that stand beside the connection's own, else by the code, else by defaults. */
import { DatabaseConfigError } from "./errors.ts";

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface PoolSettings {
  /** Connections at most. */
  poolSize: number;
  /** How long the server lets one statement run; 0 for as long as it takes. */
  statementTimeoutMs: number;
  /** How long opening a connection may take. */
  connectTimeoutMs: number;
  /**
   * A pooler in transaction mode (PgBouncer and its like) stands in between: no prepared statements, and no settings
   * as the connection starts, which such poolers refuse. Give the role its `statement_timeout` in the database then.
   */
  pooler: boolean;
}

export const defaultSettings: PoolSettings = {
  poolSize: 10,
  statementTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  pooler: false,
};

/**
 * Reads `<PREFIX>_POOL_SIZE`, `<PREFIX>_STATEMENT_TIMEOUT_MS`, `<PREFIX>_CONNECT_TIMEOUT_MS` and `<PREFIX>_POOLER`.
 * @throws {DatabaseConfigError} for a value that is not what the variable takes.
 */
export function readSettings(env: Environment, prefix: string, given: Partial<PoolSettings>): PoolSettings {
  const base = { ...defaultSettings, ...given };
  return {
    poolSize: readNumber(env, `${prefix}_POOL_SIZE`, 1, 1000) ?? base.poolSize,
    statementTimeoutMs:
      readNumber(env, `${prefix}_STATEMENT_TIMEOUT_MS`, 0, maximumMs) ?? base.statementTimeoutMs,
    connectTimeoutMs: readNumber(env, `${prefix}_CONNECT_TIMEOUT_MS`, 1, maximumMs) ?? base.connectTimeoutMs,
    pooler: readSwitch(env, `${prefix}_POOLER`) ?? base.pooler,
  };
}

/** The largest delay that PostgreSQL's settings and timers take. */
const maximumMs = 2_147_483_647;

function readNumber(env: Environment, variable: string, least: number, most: number): number | undefined {
  const text = env[variable]?.trim();
  if (!text) return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least || number > most) {
    throw new DatabaseConfigError(
      variable,
      `${variable} must be a whole number from ${least} to ${most}, but is "${text}".`,
    );
  }
  return number;
}

function readSwitch(env: Environment, variable: string): boolean | undefined {
  const text = env[variable]?.trim().toLowerCase();
  if (!text) return undefined;
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw new DatabaseConfigError(variable, `${variable} must be true or false, but is "${text}".`);
}
