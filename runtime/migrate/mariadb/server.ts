/** The lock of a run, and whether the server can be migrated at all. */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Waiting } from "../engine.ts";
import { MigrationError } from "../errors.ts";
import type { Means, Subject } from "../options.ts";
import { requireVersion } from "../server-version.ts";
import type { Line } from "./open.ts";

/** From here on a change of the schema is made whole or not at all, whatever ends the server. */
const least = { MariaDB: [10, 6], MySQL: [8, 0] } as const;

const pollMs = 100;

/**
 * Takes the lock, judges the server, and sets what the session needs.
 * @param options.place what the lock is for: the same text means the same lock
 * @throws {MigrationError} `lock` where it was not to be had in time; `server`
 */
export async function prepare(
  line: Line,
  options: Subject & Means,
  { place, waiting }: { place: string; waiting: Waiting },
): Promise<void> {
  await lock(line, options.service, place, waiting);
  await requireServer(line, options);
  const { lockTimeoutMs = 5_000, statementTimeoutMs = 0 } = options;
  // In whole seconds, at least one; 0 stands for as long as it takes.
  const seconds = lockTimeoutMs === 0 ? 31_536_000 : Math.ceil(lockTimeoutMs / 1000);
  const limit = isMariaDb(await versionOf(line))
    ? `max_statement_time = ${statementTimeoutMs / 1000}`
    : `max_execution_time = ${statementTimeoutMs}`;
  await line.all(
    `set session autocommit = 1, lock_wait_timeout = ${seconds}, innodb_lock_wait_timeout = ${seconds}, ${limit}`,
  );
}

async function lock(line: Line, service: string, place: string, { waitMs, onWait }: Waiting): Promise<void> {
  // A lock's name has 64 characters at most, and is the whole server's.
  const name = `freehold ${createHash("sha256").update(place).digest("hex").slice(0, 48)}`;
  const deadline = performance.now() + waitMs;
  for (let attempt = 0; ; attempt += 1) {
    const [row] = await line.rows<{ held: number | null }>("select get_lock(?, 0) as held", [name]);
    if (Number(row?.held) === 1) return;
    if (attempt === 0) onWait();
    if (performance.now() >= deadline) {
      throw new MigrationError(
        service,
        "lock",
        `${service}: another run has been migrating for longer than ${waitMs} ms; wait for it, then run again.`,
      );
    }
    await pause(pollMs * (0.5 + Math.random()));
  }
}

async function requireServer(line: Line, { service, serverVersion }: Subject): Promise<void> {
  const version = await versionOf(line);
  const name = isMariaDb(version) ? "MariaDB" : "MySQL";
  const fail = (message: string): never => {
    throw new MigrationError(service, "server", `${service}: ${message}`);
  };
  const [major = 0, minor = 0] = version.split(".").map(Number.parseFloat);
  const [leastMajor, leastMinor] = least[name];
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    fail(`the server is ${name} ${version}, and migrating needs ${leastMajor}.${leastMinor} or newer.`);
  }
  requireVersion(service, name, version, serverVersion);
  // MySQL 8 knows only the second name, MariaDB before 11.1 only the first.
  const readingOnly = name === "MariaDB" ? "tx_read_only" : "transaction_read_only";
  const [row] = await line.rows<{ server: number; session: number }>(
    `select @@global.read_only as server, @@session.${readingOnly} as session`,
    [],
  );
  if (row!.server) fail("the server is read-only (read_only), as a replica is; name the primary.");
  if (row!.session) fail(`the connection is read-only (${readingOnly}); let the migrator's user write.`);
}

async function versionOf(line: Line): Promise<string> {
  const [row] = await line.rows<{ version: string }>("select version() as version", []);
  return row!.version;
}

const isMariaDb = (version: string): boolean => /mariadb/i.test(version);
