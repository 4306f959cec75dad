/** A history that an earlier version made, brought to the shape of a new one. */
import type { Sql } from "postgres";
import { denied, type HistoryTable, quoted } from "./history.ts";

/**
 * Adds what an earlier version's table lacks, so that it is as a new one. Called under the lock.
 * @throws {MigrationError} `permission` where the role may not.
 */
export async function renewHistory(sql: Sql, service: string, at: HistoryTable): Promise<void> {
  const table = quoted(at);
  try {
    // Asked first: no lock is taken on a table that lacks nothing.
    const [lacking] = await sql`
      select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${at.schema} and c.relname = ${at.table} and not exists (
        select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'undoing' and not a.attisdropped)`;
    if (!lacking) return;
    await sql
      .unsafe(
        `alter table ${table} add column if not exists undoing boolean not null default false;
alter table ${table} alter column undoing drop default`,
      )
      .simple();
  } catch (error) {
    const what = `add the column "undoing" to ${at.schema}.${at.table}, ${service}'s history of migrations`;
    throw denied(error, service, what);
  }
}
