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
  /** Which of the schemas that were asked for are there. */
  schemas: ReadonlySet<string>;
  /** Whether an earlier version may have made the table, without the column `undoing`: an empty one does not tell. */
  outdated: boolean;
}

/** A row as PostgreSQL writes it in JSON; `undoing` is null where the table has no such column. */
type Written = Omit<AppliedMigration, "appliedAt" | "progress"> & {
  appliedAt: string;
  undoing: boolean | null;
};

/**
 * Reads the history, and which of these schemas there are: in one message, whose second half fails where there is no
 * history, after the first has answered. All rows come as one text, which takes least to read where there are many and
 * nothing else is to be done. Where the table has no `undoing`, the name means the one beside it, which is null.
 * @throws {MigrationError} `permission` where the role may not read it.
 */
export async function readHistory(
  sql: Sql | TransactionSql,
  service: string,
  at: HistoryTable,
  asked: readonly string[],
): Promise<HistoryFound> {
  let written: Written[] = [];
  const schemas = new Set<string>();
  const names = asked.map(literal).join(", ");
  try {
    await sql
      .unsafe<({ rows: Written[] | null } | { schema: string })[]>(
        `select nspname as schema from pg_catalog.pg_namespace where nspname in (${names});
select pg_catalog.json_agg(found order by version) as rows from (select null::boolean as undoing) lacking
cross join lateral (select ${columns}, undoing from ${quoted(at)}) found`,
      )
      .simple()
      .forEach((found) => {
        if ("schema" in found) schemas.add(found.schema);
        else written = found.rows ?? [];
      });
  } catch (error) {
    // Neither the schema nor the table is there.
    if (errorCode(error) === "42P01" || errorCode(error) === "3F000")
      return { rows: null, schemas, outdated: false };
    throw denied(error, service, `read ${at.schema}.${at.table}, ${service}'s history of migrations`);
  }
  const rows = written.map(({ undoing, appliedAt, ...row }): AppliedMigration => {
    const known = { ...row, appliedAt: new Date(appliedAt) };
    return undoing ? { ...known, progress: { way: "down" } } : known;
  });
  return { rows, schemas, outdated: written.every(({ undoing }) => undoing === null) };
}

/** A string as SQL text. */
export function literal(text: string): string {
  const quotedText = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quotedText.replaceAll("\\", "\\\\")}` : quotedText;
}

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
