/** Which variables say where a service's database is, and what they say. */
import { type Address, AddressError, parseAddress, readPort } from "./address.ts";
import { DatabaseConfigError } from "./errors.ts";
import type { Environment } from "./settings.ts";

/** Names of the variables that hold an address in parts; `port` (5432) and `password` may be left out. */
export interface AddressParts {
  host: string;
  port?: string;
  name: string;
  user: string;
  password?: string;
}

export type AddressSource =
  | { variable: string; meaning?: string }
  | { parts: AddressParts; meaning?: string };

/** The variable by which the source goes in messages: the URL's, or the host's. */
export function nameOf(source: AddressSource): string {
  return "variable" in source ? source.variable : source.parts.host;
}

/** What the variables that tune the pool start with: the variable's name without `_URL`, or `<SERVICE>_DATABASE`. */
export function prefixOf(source: AddressSource, service: string): string {
  if ("variable" in source) return source.variable.replace(/_URL$/, "");
  return `${service.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_DATABASE`;
}

/**
 * Reads a service's address from the environment.
 * @throws {DatabaseConfigError} where a variable is not set, or does not hold what it should.
 */
export function readAddress(service: string, source: AddressSource, env: Environment): Address {
  const need: Need = { service, env, meaning: source.meaning ?? "the service's own database" };
  if ("variable" in source) {
    const { variable } = source;
    const url = require(need, variable, "postgres://USER:PASSWORD@HOST:5432/DATABASE");
    return explain(variable, () => parseAddress(url));
  }
  const { host, port, name, user, password } = source.parts;
  const address: Address = {
    hosts: [{ host: require(need, host, "HOST"), port: 5432 }],
    database: require(need, name, "DATABASE"),
    user: require(need, user, "USER"),
    password: (password && env[password]) || null,
    tls: "prefer",
    tlsRootFile: null,
    connectTimeoutMs: null,
    target: null,
    settings: {},
  };
  const portText = port && env[port]?.trim();
  if (portText) address.hosts[0]!.port = explain(port, () => readPort(portText));
  return address;
}

/**
 * The same as one URL, for what takes no parts.
 * @throws {DatabaseConfigError} as {@link readAddress} does
 */
export function readUrl(service: string, source: AddressSource, env: Environment): string {
  const { hosts, database, user, password } = readAddress(service, source, env);
  if ("variable" in source) return env[source.variable]!.trim();
  const [{ host, port }] = hosts as [Address["hosts"][0]];
  const login = [user ?? "", ...(password === null ? [] : [password])].map(encodeURIComponent).join(":");
  const place = host.includes(":") ? `[${host}]` : encodeURIComponent(host);
  return `postgres://${login}@${place}:${port}/${encodeURIComponent(database)}`;
}

interface Need {
  service: string;
  env: Environment;
  meaning: string;
}

function require({ service, env, meaning }: Need, variable: string, example: string): string {
  const value = env[variable]?.trim();
  if (value) return value;
  const state = env[variable] === undefined ? "not set" : "empty";
  throw new DatabaseConfigError(
    variable,
    `${service} needs ${variable}, which is ${state}: set it to ${meaning} (${variable}=${example}).`,
  );
}

function explain<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AddressError)
      throw new DatabaseConfigError(variable, `${variable} ${error.message}.`);
    throw error;
  }
}
