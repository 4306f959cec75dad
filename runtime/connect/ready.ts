/** Whether a database can be used now, and if not, why, in one line. */
import type { PendingQuery, Sql } from "postgres";
import { type Address, describeAddress } from "./address.ts";
import { DatabaseUnavailableError, errorCode } from "./errors.ts";

export interface ServerInfo {
  /** The server's version, such as `18.4`. */
  serverVersion: string;
  database: string;
  user: string;
}

interface Origin {
  service: string;
  variable: string;
  address: Address;
}

const origins = new WeakMap<Sql, Origin>();

/** Notes where a pool came from, so that an error can say it. */
export function remember(sql: Sql, origin: Origin): void {
  origins.set(sql, origin);
}

/**
 * Asks the database one question over a pool of `connect()`.
 * @param options.timeoutMs how long it may take, opening the connection included (15 s).
 * @throws {DatabaseUnavailableError} where it is out of reach, refuses the login, or is missing: one clear line.
 */
export async function ready(sql: Sql, options: { timeoutMs?: number } = {}): Promise<ServerInfo> {
  const timeoutMs = options.timeoutMs ?? 15_000;
  const timer = Promise.withResolvers<never>();
  // Something that is no PostgreSQL can keep the driver waiting, or reconnecting, without end.
  const handle = setTimeout(() => timer.reject(new Silence()), timeoutMs);
  const question = sql<ServerInfo[]>`
    select current_setting('server_version') as "serverVersion", current_database() as database, current_user as user`;
  try {
    const [row] = await Promise.race([question, timer.promise]);
    return { ...row! };
  } catch (error) {
    if (error instanceof Silence) void cancel(question);
    throw unavailable(sql, error, timeoutMs);
  } finally {
    clearTimeout(handle);
  }
}

/**
 * Takes a question back, over a connection of its own where it is under way. The driver's `cancel()` lets go of what comes
 * of that, and a server that refuses it would end the process as an unhandled rejection.
 */
async function cancel(question: PendingQuery<ServerInfo[]>): Promise<void> {
  // The driver has it, and its types do not say so.
  const { canceller } = question as unknown as { canceller?: (query: unknown) => Promise<void> };
  await canceller?.(question).catch(() => {});
}

class Silence extends Error {
  readonly code = "TIMEOUT";
}

function unavailable(sql: Sql, error: unknown, timeoutMs: number): DatabaseUnavailableError {
  const code = errorCode(error);
  const origin = origins.get(sql);
  const who = origin ? `${origin.service} cannot use its database` : "the database cannot be used";
  const where = origin ? ` ${describeAddress(origin.address)}` : "";
  const source = origin ? ` (${origin.variable})` : "";
  const reason = reasonFor(code, error, timeoutMs);
  return new DatabaseUnavailableError(
    code,
    `${who}${where}${source}: ${reason}${reason.endsWith("?") ? "" : "."}`,
    error,
  );
}

/** SQLSTATE classes (PostgreSQL manual, appendix A) and the system's codes, in plain words. */
function reasonFor(code: string, error: unknown, timeoutMs: number): string {
  const message = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "28P01":
      return "the password is wrong, or the role does not exist";
    case "28000":
      return `the server refuses the login (${message})`;
    case "3D000":
      return `${message}; the project creates databases, a service does not`;
    case "42501":
      return `the role may not connect (${message})`;
    case "53300":
      return `the server has no connection left (${message})`;
    case "57P03":
      return `the server is not ready (${message})`;
    case "ECONNREFUSED":
      return "nothing listens there; is the server running, and is the port right?";
    case "ENOENT":
      return "there is no such socket; is the server running, and is the folder right?";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host's name cannot be resolved";
    case "CONNECT_TIMEOUT":
      return "the host did not answer in time";
    case "ECONNRESET":
      return "the connection was reset; does the server accept TLS as sslmode asks for it?";
    case "TIMEOUT":
      return `nothing there answered as PostgreSQL does within ${timeoutMs} ms`;
    default:
      return `${message} (${code})`;
  }
}
