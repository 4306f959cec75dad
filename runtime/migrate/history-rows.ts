/**
 * What writes the history: its table, and its rows at both ends of a migration, as text for a run that sends much at once
 * and as calls for one that waits for each.
 */
import type { Sql, TransactionSql } from "postgres";
import type { Migration } from "./folder.ts";
import {
  type AppliedMigration,
  columns,
  denied,
  type HistoryTable,
  literal,
  quoted,
  quoteName,
} from "./history.ts";
import { toolVersion } from "./version.ts";

/** What the server alone can say of a row that a run has just written. */
export type Told = Pick<AppliedMigration, "appliedAt" | "durationMs" | "appliedBy">;

const told = `applied_at as "appliedAt", duration_ms as "durationMs", applied_by as "appliedBy"`;

/** The row of a migration that has just landed. */
export function appliedRow(
  { version, name, checksum }: Migration,
  { appliedAt, durationMs, appliedBy }: Told,
): AppliedMigration {
  return { version, name, checksum, appliedAt, durationMs, appliedBy, toolVersion, finished: true };
}

/** A name that is not to be found in a migration, as it is a part of its own checksum. */
export function markOf({ checksum }: Migration): string {
  return `f${checksum.slice(0, 16)}`;
}

/** The setting that holds when a transaction with the lock began, in seconds since 1970. */
export const began = "freehold.began";

/**
 * Creates the history where it is missing. Called under the lock.
 * @throws {MigrationError} `permission` where the role may not.
 */
export async function createHistory(sql: Sql, service: string, at: HistoryTable): Promise<void> {
  try {
    await createSchema(sql, at.schema);
    await sql.unsafe(tableText(at));
  } catch (error) {
    throw denied(error, service, `create ${at.schema}.${at.table}, ${service}'s history of migrations`);
  }
}

/**
 * The statement that creates the history's table. It is made in every database, so it is made of little: short columns need
 * no table beside it for long ones, and each default would be a row more in the catalogue.
 */
export function tableText(at: HistoryTable): string {
  return `create table if not exists ${quoted(at)} (
  version integer primary key,
  name varchar(255) not null,
  checksum varchar(64) not null,
  applied_at timestamptz not null,
  duration_ms integer not null,
  applied_by name not null,
  tool_version varchar(64) not null,
  finished boolean not null,
  undoing boolean not null
)`;
}

/** Creates a schema unless it is there: asking first, since CREATE SCHEMA IF NOT EXISTS wants the right either way. */
export async function createSchema(sql: Sql, schema: string): Promise<void> {
  const [found] = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${schema}`;
  if (!found) await sql.unsafe(`create schema if not exists ${quoteName(schema)}`);
}

/** Writes a migration's row, first of all in its transaction: the primary key is the second lock. */
export async function insertRow(
  tx: Sql | TransactionSql,
  at: HistoryTable,
  migration: Migration,
  finished = true,
): Promise<void> {
  await tx.unsafe(insertText(at, migration, String(migration.version), finished)).simple();
}

/**
 * The two ends of a migration as text, for a run that sends many at once.
 * @param before the number that must be there already; null where there is none
 */
export function rowAsText(at: HistoryTable, migration: Migration, before: number | null): [string, string] {
  const { version } = migration;
  return [insertText(at, migration, numberText(at, version, before)), ownRowText(at, version)];
}

/** A row without a number is refused: nothing is applied on top of what is not there. */
function numberText(at: HistoryTable, version: number, before: number | null): string {
  if (before === null) return String(version);
  return `(select ${version} where exists (select from ${quoted(at)} where version = ${before} and finished))`;
}

const inserted =
  "(version, name, checksum, tool_version, finished, undoing, applied_at, duration_ms, applied_by)";

function insertText(at: HistoryTable, migration: Migration, number: string, finished = true): string {
  const { name, checksum } = migration;
  const texts = [name, checksum, toolVersion].map(literal).join(", ");
  return `insert into ${quoted(at)} ${inserted}
values (${number}, ${texts}, ${finished}, false, clock_timestamp(), 0, session_user);`;
}

/**
 * The row of a migration that has run, and how long it took since its transaction began, written in one go and last of all:
 * for a run whose transactions hold the lock themselves. A migration may have reset that setting: then since its message
 * began. Without a quote, which an unclosed one in the migration could pair
 * with. It answers with a column of the migration's mark: whatever rows a migration answers with, none of them has that.
 * @param before the number that must be there already; null where there is none
 */
export function wholeRowText(at: HistoryTable, migration: Migration, before: number | null): string {
  const { version, name, checksum } = migration;
  const mark = markOf(migration);
  const tag = `$${mark}$`;
  const texts = [name, checksum, toolVersion].map((text) => `${tag}${text}${tag}`).join(", ");
  const set = `nullif(pg_catalog.current_setting(${tag}${began}${tag}, true), ${tag}${tag})::float8`;
  const seconds = `coalesce(${set}, ${secondsText("pg_catalog.statement_timestamp()", `${tag}epoch${tag}`)})`;
  const now = secondsText("pg_catalog.clock_timestamp()", `${tag}epoch${tag}`);
  const taken = `pg_catalog.float8mul(pg_catalog.float8mi(${now}, ${seconds}), ${tag}1000${tag}::float8)`;
  return `insert into ${quoted(at)} ${inserted}
values (${numberText(at, version, before)}, ${texts}, true, false, pg_catalog.to_timestamp(${seconds}), ${taken}, session_user)
returning ${told}, true as ${mark};`;
}

/**
 * A moment in seconds since 1970. Here and around it functions stand for operators, and types are said: a backend that has
 * just started then has less to look up, which is what a row costs it most.
 * @param epoch that word as SQL text
 */
export function secondsText(moment: string, epoch = "'epoch'"): string {
  return `pg_catalog.date_part(${epoch}::text, ${moment})`;
}

/**
 * Notes how long the migration took, and answers with its row: where that is not of this transaction, the migration has
 * ended the one that it was given, and no row comes back. Without a quote, which an unclosed one in the migration could
 * pair with.
 */
export function ownRowText(at: HistoryTable, version: number): string {
  return `update ${quoted(at)} set duration_ms = extract(epoch from clock_timestamp() - applied_at) * 1000
where version = ${version} and xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid returning ${told};`;
}

/** Takes a row out again. @returns whether it was there */
export async function deleteRow(
  tx: Sql | TransactionSql,
  at: HistoryTable,
  version: number,
): Promise<boolean> {
  const rows = await tx.unsafe(`delete from ${quoted(at)} where version = ${version}`).simple();
  return rows.count === 1;
}

/** Notes that a migration is being taken back outside of a transaction: unfinished until its row is gone. */
export async function markUndoing(sql: Sql, at: HistoryTable, version: number): Promise<void> {
  await sql
    .unsafe(`update ${quoted(at)} set finished = false, undoing = true where version = ${version}`)
    .simple();
}

/** Whether its way back was begun outside of a transaction; null where it is not there. */
export async function isUndoing(sql: Sql, at: HistoryTable, version: number): Promise<boolean | null> {
  const [row] = await sql.unsafe(`select undoing from ${quoted(at)} where version = ${version}`).simple();
  return row === undefined ? null : Boolean(row["undoing"]);
}

/**
 * Notes that a migration outside of a transaction came to its end, and how long it took; or that it is there still, since
 * its way back came to nothing. Returns the row.
 */
export async function finishRow(
  sql: Sql,
  at: HistoryTable,
  version: number,
): Promise<AppliedMigration | undefined> {
  const [row] = await sql
    .unsafe<AppliedMigration[]>(
      `update ${quoted(at)}
       set duration_ms = case when undoing then duration_ms else extract(epoch from clock_timestamp() - applied_at) * 1000 end,
         finished = true, undoing = false
       where version = ${version} returning ${columns}`,
    )
    .simple();
  return row && { ...row };
}

/** Creates the history and these schemas, of which none is there. */
export function openingText(
  at: HistoryTable,
  { schemas, fresh }: { schemas: readonly string[]; fresh: boolean },
): string {
  const lines = schemas.map((schema) => `create schema ${quoteName(schema)};`);
  return [...lines, ...(fresh ? [`${tableText(at)};`] : [])].join("\n");
}
