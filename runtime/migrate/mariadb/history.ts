/**
 * What was applied to a MariaDB or MySQL: a table for each service, `freehold_<service>_migration`, in the service's own
 * database; `versionTable` may name one in another, which the application's user then need not be able to write.
 *
 * A row is there from the first statement of its migration on. Until its last it is unfinished, and says how far it is:
 * how many statements are done, the checksum of these, and, while a change of the schema is under way, what the objects
 * that it names looked like before (objects.ts).
 */
import { MigrationError } from "../errors.ts";
import type { AppliedMigration } from "../history.ts";
import type { Line, ServerError } from "./open.ts";

/** How far a migration is. */
export interface Progress {
  version: number;
  way: "up" | "down";
  /** How many statements are done. */
  statements: number;
  /** The checksum of their text; empty while there are none. */
  checksum: string;
  /** The statement that was begun, as `objects.ts` writes it down; null where none was. */
  begun: string | null;
}

/**
 * The history's table, quoted.
 * @param override `database.table` or `table`, as the manifest's `versionTable` gives it
 */
export function historyTable(service: string, override?: string): string {
  const parts = (override ?? `freehold_${service}_migration`).split(".");
  const long = parts.find((part) => part.length > 64);
  if (long !== undefined) {
    throw new MigrationError(
      service,
      "history",
      `${service}: ${long} is too long for a table's name (64 characters at most); set versionTable.`,
    );
  }
  return parts.map(quote).join(".");
}

export const quote = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** The statement that makes a history's table where there is none. @param table quoted */
export function tableText(table: string): string {
  return `create table if not exists ${table} (
  version integer not null primary key,
  name varchar(255) not null,
  checksum char(64) not null,
  applied_at datetime(3) not null,
  duration_ms integer not null default 0,
  applied_by varchar(255) not null,
  tool_version varchar(40) not null,
  finished boolean not null default true,
  way varchar(4) not null default 'up',
  statements integer not null default 0,
  statements_checksum varchar(64) not null default '',
  begun longtext
) engine = InnoDB default charset = utf8mb4`;
}

type Row = Omit<AppliedMigration, "appliedAt" | "finished" | "progress"> & {
  appliedAt: string;
  finished: number;
  way: "up" | "down";
  statements: number;
};

/** Lowest version first; null where there is no table. */
export async function readHistory(
  line: Line,
  service: string,
  table: string,
): Promise<AppliedMigration[] | null> {
  try {
    const rows = await line.rows<Row>(
      `select version, name, checksum, cast(applied_at as char) as appliedAt, duration_ms as durationMs,
         applied_by as appliedBy, tool_version as toolVersion, finished, way, statements
       from ${table} order by version`,
      [],
    );
    return rows.map(({ way, statements, ...row }) => ({
      ...row,
      appliedAt: new Date(`${row.appliedAt.replace(" ", "T")}Z`),
      finished: row.finished === 1,
      ...(row.finished === 1 ? {} : { progress: { way, statements } }),
    }));
  } catch (error) {
    const { errno, message } = error as ServerError;
    if (errno === 1146) return null;
    if (errno !== 1142 && errno !== 1044) throw error;
    throw new MigrationError(
      service,
      "permission",
      `${service}: the user may not read ${table}, ${service}'s history of migrations (${message}); the project grants it.`,
      { cause: error },
    );
  }
}

/** How far the migration is that has this number; null where it is done, or not begun. */
export async function readProgress(line: Line, table: string, version: number): Promise<Progress | null> {
  const [row] = await line.rows<Progress>(
    `select version, way, statements, statements_checksum as checksum, begun
     from ${table} where version = ? and not finished`,
    [version],
  );
  return row ?? null;
}

/** A string as SQL text, whatever the SQL mode makes of a backslash. */
export function literal(text: string): string {
  return /^[\w .:@%+-]*$/.test(text) ? `'${text}'` : `_utf8mb4 x'${Buffer.from(text).toString("hex")}'`;
}
