/** An address and settings, as options of the `postgres` package. Nothing is left for it to find in `PG*` variables. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { ConnectionOptions } from "node:tls";
import type { Options } from "postgres";
import { type Address, AddressError } from "./address.ts";
import type { PoolSettings } from "./settings.ts";

/** The driver's options for an address. @param onClose told of each connection that has closed, by its number */
export function poolOptions(
  address: Address,
  settings: PoolSettings,
  applicationName: string,
  onClose: (connection: number) => void,
): Options<Record<string, never>> {
  const socket = address.hosts.find(({ host }) => host.startsWith("/"));
  const where = socket
    ? { path: `${socket.host}/.s.PGSQL.${socket.port}` }
    : {
        // Lists, so that the driver does not split an IPv6 address at its colons; its types know of one host only.
        host: address.hosts.map(({ host }) => host) as unknown as string,
        port: address.hosts.map(({ port }) => port) as unknown as number,
      };
  return {
    ...where,
    database: address.database,
    user: address.user ?? userInfo().username,
    // A function, so that a pool that is logged does not show it.
    password: () => address.password ?? "",
    ssl: socket ? false : tlsOptions(address),
    max: settings.poolSize,
    connect_timeout: (address.connectTimeoutMs ?? settings.connectTimeoutMs) / 1000,
    prepare: !settings.pooler,
    target_session_attrs: address.target ?? undefined,
    debug: false,
    onnotice: () => {},
    onclose: onClose,
    connection: {
      application_name: applicationName,
      ...(settings.pooler ? {} : { statement_timeout: settings.statementTimeoutMs }),
      ...address.settings,
    },
  };
}

/** libpq's modes in the words of `node:tls` (PostgreSQL manual, "SSL Mode Descriptions"). */
function tlsOptions({ tls, tlsRootFile }: Address): boolean | "prefer" | "require" | ConnectionOptions {
  const authorities = tlsRootFile === null ? {} : { ca: readAuthorities(tlsRootFile) };
  switch (tls) {
    case "disable":
      return false;
    case "allow":
    case "prefer":
      return "prefer";
    case "require":
      // With authorities named, libpq checks them, but not the host's name.
      return tlsRootFile === null ? "require" : { ...authorities, checkServerIdentity: () => undefined };
    case "verify-ca":
      return { ...authorities, checkServerIdentity: () => undefined };
    case "verify-full":
      return { ...authorities, rejectUnauthorized: true };
  }
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new AddressError(`names the sslrootcert ${file}, which cannot be read`);
  }
}
