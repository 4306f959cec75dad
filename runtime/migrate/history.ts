/**
 * What was applied to a database, as the database itself remembers it.
 *
 * Each service has a table of its own for it, `freehold_<service>.migration`. The schema belongs to that service's
 * migrator, so that two services in one database never write the same table, and the service's application role needs
 * no more than to read it; were it one table for all, nobody would own it.
 */
import type { Sql, TransactionSql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { MigrationError } from "./errors.ts";

/** One row: a migration that is in the database. */
export interface AppliedMigration {
  version: number;
  name: string;
  checksum: string;
  appliedAt: Date;
  durationMs: number;
  appliedBy: string;
  toolVersion: string;
  /** False between the two ends of a migration that runs outside of a transaction, and after a crash there. */
  finished: boolean;
  progress?: MigrationProgress;
}

/** Of one that is not finished: where it was going, and how far it is, where the engine counts statements. */
export interface MigrationProgress {
  way: "up" | "down";
  statements?: number;
}

/** The history's columns, as {@link AppliedMigration} names them. */
export const columns = `version, name, checksum, applied_at as "appliedAt", duration_ms as "durationMs",
  applied_by as "appliedBy", tool_version as "toolVersion", finished`;

export interface HistoryTable {
  schema: string;
  table: string;
}

/**
 * Where a service's history lives.
 * @param override `schema.table` or `table` (in `public`), as the manifest's `versionTable` gives it.
 */
export function historyTable(service: string, override?: string): HistoryTable {
  if (override === undefined) {
    const schema = `freehold_${service}`;
    if (Buffer.byteLength(schema) > 63) {
      throw new MigrationError(
        service,
        "history",
        `${service}: the name is too long for a schema of its own (${schema}, 63 bytes at most); set versionTable.`,
      );
    }
    return { schema, table: "migration" };
  }
  const dot = override.indexOf(".");
  return dot < 0
    ? { schema: "public", table: override }
    : { schema: override.slice(0, dot), table: override.slice(dot + 1) };
}

/** The table's name, quoted for SQL. */
export function quoted({ schema, table }: HistoryTable): string {
  return `${quoteName(schema)}.${quoteName(table)}`;
}

/** A name as a quoted identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What a look at the history finds. */
export interface HistoryFound {
  /** Lowest version first; null where there is no history yet. */
  rows: AppliedMigration[] | null;
  /** Whether an earlier version may have made the table, without the column `undoing`: an empty one does not tell. */
  outdated: boolean;
}

/** A row of the table, as PostgreSQL writes it in JSON; `undoing` is not there where an earlier version made it. */
interface Row {
  version: number;
  name: string;
  checksum: string;
  applied_at: string;
  duration_ms: number;
  applied_by: string;
  tool_version: string;
  finished: boolean;
  undoing?: boolean;
}

/**
 * Reads the history: all of the table as it lies there, in one text, which takes both sides least where there are many rows
 * and nothing else is to be done.
 * @throws {MigrationError} `permission` where the role may not read it.
 */
export async function readHistory(
  sql: Sql | TransactionSql,
  service: string,
  at: HistoryTable,
): Promise<HistoryFound> {
  try {
    const text = `select pg_catalog.json_agg(m) as rows from ${quoted(at)} m`;
    const [answer] = await sql.unsafe<{ rows: Row[] | null }[]>(text).simple();
    const found = answer?.rows ?? [];
    const rows = found.map(
      (row): AppliedMigration => ({
        version: row.version,
        name: row.name,
        checksum: row.checksum,
        appliedAt: new Date(row.applied_at),
        durationMs: row.duration_ms,
        appliedBy: row.applied_by,
        toolVersion: row.tool_version,
        finished: row.finished,
        ...(row.undoing ? { progress: { way: "down" } } : {}),
      }),
    );
    rows.sort((a, b) => a.version - b.version);
    return { rows, outdated: found.every(({ undoing }) => undoing === undefined) };
  } catch (error) {
    // Neither the schema nor the table is there.
    if (errorCode(error) === "42P01" || errorCode(error) === "3F000") return { rows: null, outdated: false };
    throw denied(error, service, `read ${at.schema}.${at.table}, ${service}'s history of migrations`);
  }
}

/** Which of these schemas there are. */
export async function readSchemas(sql: Sql, names: readonly string[]): Promise<ReadonlySet<string>> {
  const list = names.map(literal).join(", ");
  const rows = await sql
    .unsafe<{ name: string }[]>(
      `select nspname as name from pg_catalog.pg_namespace where nspname in (${list})`,
    )
    .simple();
  return new Set(rows.map(({ name }) => name));
}

/** A string as SQL text. */
export function literal(text: string): string {
  const quotedText = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quotedText.replaceAll("\\", "\\\\")}` : quotedText;
}

/**
 * A refusal of the role's rights as a {@link MigrationError} that says what to grant; any other error as it is.
 * @param what completes "the role may not …"
 */
export function denied(error: unknown, service: string, what: string): unknown {
  if (errorCode(error) !== "42501") return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MigrationError(
    service,
    "permission",
    `${service}: the role may not ${what} (${message}); the project grants it, or creates the schema for the migrator.`,
    { cause: error },
  );
}
