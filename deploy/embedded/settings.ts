/** The server's settings: an ephemeral one is tuned to start fast and to forget, a durable one to be measured. */
import { EmbeddedPostgresError } from "./error.ts";

/** Ours to set: with another value the launcher would lose its server. */
const reserved = [
  "config_file",
  "data_directory",
  "external_pid_file",
  "hba_file",
  "listen_addresses",
  "logging_collector",
  "port",
  "unix_socket_directories",
];

const always: Record<string, string> = {
  // /dev/shm is small in containers, and a killed server's files in it stay.
  dynamic_shared_memory_type: "mmap",
  max_connections: "200",
  timezone: "UTC",
  log_timezone: "UTC",
  listen_addresses: "",
};

const ephemeral: Record<string, string> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  shared_buffers: "32MB",
  // Fewer processes to start.
  io_method: "sync",
  max_logical_replication_workers: "0",
};

/**
 * @returns command-line arguments of `postgres`; the caller's settings override the launcher's.
 * @throws EmbeddedPostgresError for a setting that is the launcher's own, or whose name is no name.
 */
export function settingArguments(
  durable: boolean,
  own: Record<string, string>,
  fixed: Record<string, string>,
): string[] {
  for (const name of Object.keys(own)) {
    if (reserved.includes(name.toLowerCase())) {
      throw new EmbeddedPostgresError(`the setting ${name} is the embedded PostgreSQL's own: leave it out`);
    }
    if (!/^[A-Za-z_][\w.]*$/.test(name)) {
      throw new EmbeddedPostgresError(`"${name}" cannot be a setting's name`);
    }
  }
  const all = { ...always, ...(durable ? {} : ephemeral), ...own, ...fixed };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
