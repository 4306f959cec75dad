/**
 * Connection URLs, read the way libpq reads them (PostgreSQL manual, "Connection URIs"):
 * `postgres://[user[:password]@][host[:port],…]/database[?parameter=value&…]`, the host being a name, an
 * IPv6 address in brackets, or the percent-encoded folder of a unix socket, which may also be `?host=/folder`.
 *
 * The driver's own parser hands unknown parameters to the server and fills gaps from `PG*` variables; a service
 * is to read its own variable and nothing else, so the URL is taken apart here and every gap is named.
 */

export interface Host {
  /** A name, an IP address, or the folder of a unix socket. */
  host: string;
  port: number;
}

/** libpq's words for how far TLS goes. */
export type TlsMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

export interface Address {
  hosts: Host[];
  database: string;
  /** Null where none is named: the system user is meant, as with libpq. */
  user: string | null;
  /** Null where none is given: the server may trust the user, or ask and refuse. */
  password: string | null;
  tls: TlsMode;
  /** Path of a file with the authorities to trust, or null for the system's. */
  tlsRootFile: string | null;
  connectTimeoutMs: number | null;
  /** With several hosts: which of them will do. */
  target: Target | null;
  /** Settings for the session, sent as the connection starts. */
  settings: Record<string, string>;
}

export const targets = ["read-write", "read-only", "primary", "standby", "prefer-standby"] as const;
export type Target = (typeof targets)[number];

const tlsModes: readonly string[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const sessionSettings: readonly string[] = [
  "search_path",
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "TimeZone",
  "options",
];

const shape =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]*)(?:\/(?<database>[^/?#]*))?(?:\?(?<query>[^#]*))?$/;

/** What is wrong with a URL, said without repeating it: it may hold a password. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}

/**
 * Takes a connection URL apart.
 * @throws {AddressError} one clause that says what is wrong and never holds a part of the password.
 */
export function parseAddress(url: string): Address {
  const parts = shape.exec(url.trim())?.groups;
  if (!parts) {
    throw new AddressError(
      /^postgres(ql)?:\/\//.test(url.trim())
        ? "is not a well-formed URL (write special characters in the password percent-encoded, such as %40 for @)"
        : "must start with postgres:// or postgresql://",
    );
  }
  const query = new URLSearchParams(parts["query"] ?? "");
  const take = (name: string): string | null => {
    const value = query.get(name);
    query.delete(name);
    return value === "" ? null : value;
  };

  const address: Address = {
    hosts: readHosts(parts["hosts"] ?? "", take("host"), take("port")),
    database: take("dbname") ?? decode(parts["database"] ?? "", "database's name"),
    user: take("user") ?? (decode(parts["user"] ?? "", "user") || null),
    password: take("password") ?? (decode(parts["password"] ?? "", "password") || null),
    tls: readTls(take("sslmode") ?? take("ssl")),
    tlsRootFile: take("sslrootcert"),
    connectTimeoutMs: readSeconds(take("connect_timeout")),
    target: readTarget(take("target_session_attrs")),
    settings: {},
  };
  // The service's own name is what the server is told.
  take("application_name");
  for (const name of sessionSettings) {
    const value = take(name);
    if (value !== null) address.settings[name] = value;
  }
  const [unknown] = query.keys();
  if (unknown !== undefined) {
    // A password with a bare ? ends up here: only what looks like a parameter is repeated.
    const name = /^[a-zA-Z_]{1,40}$/.test(unknown) ? `the parameter "${unknown}"` : "a parameter";
    throw new AddressError(`has ${name}, which is not known; take it out`);
  }
  if (address.database === "") throw new AddressError("names no database (…@host:port/DATABASE)");
  if (address.tlsRootFile === "system") {
    address.tlsRootFile = null;
    address.tls = "verify-full";
  }
  return address;
}

/** A port, as text, as a number. */
export function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535) {
    throw new AddressError("has a port that is not a number from 1 to 65535");
  }
  return Number(text);
}

/** `user@host:5432/database`: for messages; the password is not in it. */
export function describeAddress(address: Address): string {
  const hosts = address.hosts.map(({ host, port }) => (host.startsWith("/") ? host : `${host}:${port}`));
  return `${address.user === null ? "" : `${address.user}@`}${hosts.join(",")}/${address.database}`;
}

function readHosts(list: string, host: string | null, port: string | null): Host[] {
  const ports = port === null ? [] : port.split(",").map(readPort);
  if (host !== null) {
    return host.split(",").map((one, at) => ({ host: one, port: ports[at] ?? ports[0] ?? 5432 }));
  }
  return list.split(",").map((one, at) => {
    const found = /^(?<name>\[[0-9a-fA-F:.%]+\]|[^:[\]]*)(?::(?<port>[^:]*))?$/.exec(one)?.groups;
    if (!found) throw new AddressError("has a host that cannot be read (an IPv6 address stands in brackets)");
    const name = decode(found["name"] ?? "", "host").replace(/^\[|\]$/g, "");
    if (name === "") throw new AddressError("names no host");
    return { host: name, port: found["port"] ? readPort(found["port"]) : (ports[at] ?? ports[0] ?? 5432) };
  });
}

function readTls(mode: string | null): TlsMode {
  if (mode === null) return "prefer";
  const plain = mode === "true" ? "require" : mode === "false" ? "disable" : mode;
  if (!tlsModes.includes(plain))
    throw new AddressError(`has an sslmode that is none of ${tlsModes.join(", ")}`);
  return plain as TlsMode;
}

function readTarget(target: string | null): Target | null {
  if (target === null || target === "any") return null;
  const known = targets.find((one) => one === target);
  if (!known) throw new AddressError(`has a target_session_attrs that is none of any, ${targets.join(", ")}`);
  return known;
}

function readSeconds(text: string | null): number | null {
  if (text === null) return null;
  if (!/^\d{1,6}$/.test(text))
    throw new AddressError("has a connect_timeout that is no whole number of seconds");
  return Number(text) * 1000;
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AddressError(`has a ${what} that is not well percent-encoded (write % as %25)`);
  }
}
