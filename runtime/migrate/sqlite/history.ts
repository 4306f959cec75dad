/**
 * What was applied to a SQLite database: a table for each service, `freehold_<service>_migration`.
 *
 * SQLite knows no roles: whoever may write the file may write its history.
 */
import { userInfo } from "node:os";
import { MigrationError } from "../errors.ts";
import type { Migration } from "../folder.ts";
import { type AppliedMigration, literal, quoteName } from "../history.ts";
import { toolVersion } from "../version.ts";
import type { Line } from "./open.ts";

/**
 * The history's table, quoted.
 * @param override as the manifest's `versionTable` gives it
 * @throws {MigrationError} `history` where it names a schema: SQLite has none.
 */
export function historyTable(service: string, override?: string): string {
  if (override === undefined) return quoteName(`freehold_${service}_migration`);
  const table = override.replace(/^main\./, "");
  if (table.includes(".")) {
    throw new MigrationError(
      service,
      "history",
      `${service}: versionTable is ${override}, and SQLite has no schemas; name a table alone.`,
    );
  }
  return quoteName(table);
}

/** The statement that creates the table. */
export function tableText(table: string): string {
  return `create table if not exists ${table} (
  version integer primary key,
  name text not null,
  checksum text not null,
  applied_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  duration_ms integer not null default 0,
  applied_by text not null,
  tool_version text not null,
  finished integer not null default 1
)`;
}

/** Lowest version first; null where there is no table. */
export async function readHistory(line: Line, table: string): Promise<AppliedMigration[] | null> {
  const found = await line.rows("select 1 from sqlite_master where type = 'table' and name = ?", [
    unquoted(table),
  ]);
  if (found.length === 0) return null;
  type Row = Omit<AppliedMigration, "appliedAt" | "finished"> & { appliedAt: string; finished: number };
  const rows = await line.rows<Row>(
    `select version, name, checksum, applied_at as "appliedAt", duration_ms as "durationMs",
       applied_by as "appliedBy", tool_version as "toolVersion", finished from ${table} order by version`,
  );
  return rows.map((row) => ({ ...row, appliedAt: new Date(row.appliedAt), finished: row.finished === 1 }));
}

const unquoted = (name: string): string => name.slice(1, -1).replaceAll('""', '"');

/**
 * A migration's row as text: the first statement of its transaction.
 * @param finished false until the transaction's end: what ends it by itself is then not taken for done
 */
export function rowText(table: string, { version, name, checksum }: Migration, finished = true): string {
  const values = [name, checksum, userName(), toolVersion].map(literalOf).join(", ");
  return `insert into ${table} (version, name, checksum, applied_by, tool_version, finished)
values (${version}, ${values}, ${finished ? 1 : 0});`;
}

/** The statement that notes that the migration came to its end, and how long it took. */
export function finishText(table: string, version: number): string {
  return `update ${table} set finished = 1, duration_ms =
  cast(round((julianday('now') - julianday(applied_at)) * 86400000) as integer) where version = ${version}`;
}

/** Names of services and files, and hexadecimal digits: nothing that a backslash could stand in, except a user's name. */
function literalOf(text: string): string {
  return literal(text.replaceAll("\\", "/"));
}

/** Who ran it: the system's user, since SQLite has none of its own. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the number may have no name.
    return String(process.getuid?.() ?? "unknown");
  }
}
