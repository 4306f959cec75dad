/** Reads the audit log in order, page by page. */
import type { Sql } from "postgres";

export interface AuditRow {
  writer: string;
  sequence: string;
  id: string;
  at: Date;
  actor: string;
  action: string;
  resource: string;
  decision: string;
  detail: unknown;
  stored_at: Date;
}

export interface RowFilter {
  /** Events from then on. */
  from?: Date;
  /** Events before then. */
  to?: Date;
  actor?: string;
}

const pageRows = 5000;

/** All rows, the oldest first. */
export async function* auditRows(sql: Sql, { from, to, actor }: RowFilter): AsyncGenerator<AuditRow> {
  let last: AuditRow | null = null;
  for (;;) {
    const rows: AuditRow[] = await sql<AuditRow[]>`
      select writer, sequence, id, at, actor, action, resource, decision, detail, stored_at from audit_log
      where true
        ${from ? sql`and at >= ${from}` : sql``}
        ${to ? sql`and at < ${to}` : sql``}
        ${actor === undefined ? sql`` : sql`and actor = ${actor}`}
        ${last ? sql`and (at, writer, sequence) > (${last.at}, ${last.writer}, ${last.sequence})` : sql``}
      order by at, writer, sequence limit ${pageRows}`;
    yield* rows;
    if (rows.length < pageRows) return;
    last = rows.at(-1)!;
  }
}

/** The last rows that were stored, the oldest of them first. */
export async function lastRows(sql: Sql, count: number, actor?: string): Promise<AuditRow[]> {
  const rows = await sql<AuditRow[]>`
    select writer, sequence, id, at, actor, action, resource, decision, detail, stored_at from audit_log
    ${actor === undefined ? sql`` : sql`where actor = ${actor}`}
    order by at desc, writer desc, sequence desc limit ${count}`;
  return rows.reverse();
}

/** Transactions commit in another order than they begin: what was stored within this time is looked at again. */
const overlapMs = 10_000;

/** Rows as they are stored, from now on. Ends when the signal is aborted. */
export async function* followRows(
  sql: Sql,
  { lookMs, actor, signal }: { lookMs: number; actor?: string; signal: AbortSignal },
): AsyncGenerator<AuditRow> {
  const begun = new Date();
  let seen = new Map<string, number>();
  while (!signal.aborted) {
    const rows: AuditRow[] = await sql<AuditRow[]>`
      select writer, sequence, id, at, actor, action, resource, decision, detail, stored_at from audit_log
      where stored_at >= greatest(${begun}::timestamptz, now() - ${overlapMs} * interval '1 millisecond')
        ${actor === undefined ? sql`` : sql`and actor = ${actor}`}
      order by stored_at, writer, sequence`;
    for (const row of rows) {
      const key = `${row.writer} ${row.sequence}`;
      if (!seen.has(key)) yield row;
      seen.set(key, row.stored_at.getTime());
    }
    const old = Math.max(0, ...seen.values()) - 3 * overlapMs;
    seen = new Map([...seen].filter(([, storedAt]) => storedAt >= old));
    await Bun.sleep(lookMs);
  }
}
