/** A MariaDB or MySQL by its URL, opened through Bun.sql; and why it cannot be used, in one line. */
import { userInfo } from "node:os";
import { DatabaseConfigError, DatabaseUnavailableError, errorCode } from "../../connect/errors.ts";

/** What Bun.SQL is opened with. */
export interface Address {
  host: string;
  port: number;
  /** Path of a unix socket, which then stands for host and port. */
  socket: string | null;
  user: string;
  password: string;
  database: string;
  tls: false | { rejectUnauthorized: boolean };
}

const shape =
  /^(?:mariadb|mysql):\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<host>\[[0-9a-f:.]+\]|[^:@/?#]*)(?::(?<port>\d{1,5}))?(?:\/(?<database>[^/?#]*))?(?:\?(?<query>[^#]*))?$/i;

/** MySQL's words (MySQL manual, "Connecting to the Server Using URI-Like Strings"). */
const modes: Record<string, Address["tls"]> = {
  disabled: false,
  required: { rejectUnauthorized: false },
  verify_identity: { rejectUnauthorized: true },
};

/**
 * Reads `mariadb://user:password@host:3306/database`, with `?socket=/path` or `?ssl-mode=required` where wanted.
 * @throws {DatabaseConfigError} without a part of the password
 */
export function readUrl(variable: string, url: string): Address {
  const fail = (message: string): never => {
    throw new DatabaseConfigError(variable, `${variable} ${message}.`);
  };
  const parts = shape.exec(url)?.groups;
  if (!parts)
    return fail(
      "is not a well-formed URL (write special characters in the password percent-encoded, such as %40 for @)",
    );
  const decode = (text: string | undefined, what: string): string => {
    try {
      return decodeURIComponent(text ?? "");
    } catch {
      return fail(`has a ${what} that is not well percent-encoded (write % as %25)`);
    }
  };
  const query = new URLSearchParams(parts["query"] ?? "");
  const socket = query.get("socket");
  const mode = (query.get("ssl-mode") ?? "disabled").toLowerCase();
  for (const name of ["socket", "ssl-mode"]) query.delete(name);
  const [unknown] = query.keys();
  if (unknown !== undefined) fail("has a parameter that is not known; socket and ssl-mode are");
  const tls = modes[mode];
  if (tls === undefined) return fail(`has an ssl-mode that is none of ${Object.keys(modes).join(", ")}`);
  const database = decode(parts["database"], "database's name");
  if (database === "") fail("names no database (…@host:3306/DATABASE)");
  const host = decode(parts["host"], "host").replace(/^\[|\]$/g, "");
  if (host === "" && socket === null) fail("names no host");
  return {
    host,
    port: Number(parts["port"] ?? 3306),
    socket,
    user: decode(parts["user"], "user") || userInfo().username,
    password: decode(parts["password"], "password"),
    database,
    tls,
  };
}

/** `user@host:3306/database`, for messages. */
export function describe({ host, port, socket, user, database }: Address): string {
  return `${user}@${socket ?? `${host}:${port}`}/${database}`;
}

/** The one connection of a run: what it has locked is its own, and it is never replaced by another unnoticed. */
export interface Line {
  /** Everything in the text; the rows of each statement. */
  all(text: string): Promise<Record<string, unknown>[][]>;
  /** One statement, its `?` filled in. */
  rows<T extends object>(text: string, values: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/**
 * Opens a connection.
 * @throws {DatabaseUnavailableError} where it is out of reach, refuses the login, or is missing
 */
export async function open(address: Address, service: string, variable: string): Promise<Line> {
  const complaint = `${service} cannot use its database ${describe(address)} (${variable})`;
  if (typeof Bun === "undefined") {
    throw new DatabaseUnavailableError(
      "NO_BUN",
      `${complaint}: MariaDB and MySQL are reached through Bun; run this with Bun.`,
    );
  }
  const { host, port, socket, user: username, password, database, tls } = address;
  const sql = new Bun.SQL({
    adapter: "mariadb",
    ...(socket === null ? { hostname: host, port } : { path: socket }),
    username,
    password,
    database,
    tls,
    max: 1,
    connectionTimeout: 10,
  });
  let line: Bun.ReservedSQL;
  try {
    line = await sql.reserve();
    await line.unsafe("select 1").simple();
  } catch (error) {
    await sql.close({ timeout: 0 });
    const code = errorCode(error);
    if (!code.startsWith("ERR_MYSQL_")) throw error;
    const reason = reasonFor(error as ServerError, tls !== false);
    const end = reason.endsWith("?") ? "" : ".";
    throw new DatabaseUnavailableError(code, `${complaint}: ${reason}${end}`, error);
  }
  return {
    async all(text) {
      const rows: unknown = await line.unsafe(text).simple();
      const list = rows as Record<string, unknown>[] | Record<string, unknown>[][];
      return (Array.isArray(list[0]) ? list : [list]) as Record<string, unknown>[][];
    },
    async rows<T extends object>(text: string, values: readonly unknown[]) {
      const rows: T[] = await line.unsafe(text, [...values]);
      return [...rows];
    },
    async close() {
      line.release();
      await sql.close({ timeout: 0 });
    },
  };
}

/** An error of the server has its number, one of the connection has none. */
export interface ServerError extends Error {
  code: string;
  errno?: number;
  sqlState?: string;
}

/** The server's numbers (MariaDB manual, "Error Codes") and the driver's codes, in plain words. */
function reasonFor({ errno, code, message }: ServerError, tls: boolean): string {
  switch (errno) {
    case 1045:
      return "the password is wrong, or the user does not exist";
    case 1044:
      return `the user may not use it (${message})`;
    case 1049:
      return `${message}; the project creates databases, a service does not`;
    case 1040:
    case 1203:
      return `the server has no connection left (${message})`;
  }
  switch (code) {
    case "ERR_MYSQL_CONNECTION_REFUSED":
      return "nothing listens there, or the host's name cannot be resolved; is the server running, and are host and port right?";
    case "ERR_MYSQL_CONNECTION_TIMEOUT":
      return "nothing there answered as MariaDB does within 10 s";
    case "ERR_MYSQL_AUTHENTICATION_FAILED":
      if (tls) return "the server does not take TLS as ssl-mode asks for it";
  }
  return `${message} (${errno ?? code})`;
}
