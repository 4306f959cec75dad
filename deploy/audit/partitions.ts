/**
 * The audit log's partitions, one for each month of `at` (UTC), made ahead and dropped when they are too old. This is the
 * migrator's work: the running service could neither make nor drop a table.
 *
 * Every step is a transaction of its own; one that breaks off leaves the others' work, and the next run goes on.
 */
import type { Sql, TransactionSql } from "postgres";

export interface MaintainOptions {
  /** Months after this one for which there is to be a partition. */
  aheadMonths: number;
  /** Months before this one that are kept; all where it is null. */
  keepMonths: number | null;
  today?: Date;
}

export interface MaintainReport {
  /** Partitions that were made, and rows that lay in the default one and belong to them. */
  made: { name: string; moved: number }[];
  dropped: string[];
  /** Rows that were too old and lay in the default partition. */
  deletedRows: number;
  /** Checkpoints of writers that were done before then. */
  deletedCheckpoints: number;
}

/** Makes what is missing, and drops what is too old. @throws what the server says */
export async function maintainAudit(sql: Sql, options: MaintainOptions): Promise<MaintainReport> {
  const { aheadMonths, keepMonths, today = new Date() } = options;
  const made: MaintainReport["made"] = [];
  for (let month = 0; month <= aheadMonths; month += 1) {
    const from = monthOf(today, month);
    const moved = await sql.begin((transaction) => makeMonth(transaction, from, monthOf(today, month + 1)));
    if (moved !== null) made.push({ name: partitionName(from), moved });
  }
  const pruned =
    keepMonths === null
      ? { dropped: [], deletedRows: 0, deletedCheckpoints: 0 }
      : await pruneAudit(sql, { keepMonths, today });
  return { made, ...pruned };
}

/** Drops what is older than so many months before this one. @throws what the server says */
export async function pruneAudit(
  sql: Sql,
  { keepMonths, today = new Date() }: { keepMonths: number; today?: Date },
): Promise<Omit<MaintainReport, "made">> {
  const limit = monthOf(today, -keepMonths);
  const dropped: string[] = [];
  for (const name of await partitions(sql)) {
    const month = /^audit_log_(\d{4})_(\d{2})$/.exec(name);
    if (!month || Date.UTC(Number(month[1]), Number(month[2]) - 1) >= limit.getTime()) continue;
    await sql`drop table ${sql(name)}`;
    dropped.push(name);
  }
  const rows = await sql`delete from audit_log where at < ${limit}`;
  const checkpoints = await sql`
    delete from audit_checkpoint where changed_at < ${limit}
      and not exists (select from audit_log where audit_log.writer = audit_checkpoint.writer)`;
  return { dropped, deletedRows: rows.count, deletedCheckpoints: checkpoints.count };
}

/** @returns how many rows were moved there; null where the partition is there already */
async function makeMonth(sql: TransactionSql, from: Date, to: Date): Promise<number | null> {
  const name = partitionName(from);
  if ((await partitions(sql)).includes(name)) return null;
  // Nobody may put a row of this month into the default partition while they are moved out of it.
  await sql`lock table audit_log in access exclusive mode`;
  await sql`create table ${sql(name)} (like audit_log including defaults including constraints)`;
  const moved = await sql`
    with gone as (delete from audit_log where at >= ${from} and at < ${to} returning *)
    insert into ${sql(name)} select * from gone`;
  await sql.unsafe(
    `alter table audit_log attach partition ${name} for values from ('${from.toISOString()}') to ('${to.toISOString()}')`,
  );
  return moved.count;
}

async function partitions(sql: Sql | TransactionSql): Promise<string[]> {
  const rows =
    await sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_log'::regclass`;
  return rows.map(({ name }) => String(name).split(".").at(-1)!);
}

/** The first instant of the month that is so many after (or before) this one. */
function monthOf(today: Date, months: number): Date {
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months));
}

function partitionName(month: Date): string {
  return `audit_log_${month.toISOString().slice(0, 7).replace("-", "_")}`;
}
