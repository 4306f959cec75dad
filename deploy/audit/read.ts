/** Reads the audit log in order, page by page. */
import type { Sql, TransactionSql } from "postgres";

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

/** Up to which sequence each writer's events are stored. */
export type Stored = Map<string, number>;

/** The last rows, the oldest of them first, and how far each writer was when they were the last. */
export function lastRows(
  sql: Sql,
  count: number,
  actor?: string,
): Promise<{ rows: AuditRow[]; stored: Stored }> {
  return sql.begin("isolation level repeatable read read only", async (snapshot) => {
    const rows = await snapshot<AuditRow[]>`
      select writer, sequence, id, at, actor, action, resource, decision, detail, stored_at from audit_log
      ${actor === undefined ? snapshot`` : snapshot`where actor = ${actor}`}
      order by at desc, writer desc, sequence desc limit ${count}`;
    return { rows: [...rows].reverse(), stored: await storedSoFar(snapshot) };
  });
}

/** Of one writer and one look, at most. */
const lookRows = 5000;

/**
 * Rows as they are stored, each once, from where {@link lastRows} ended. A writer's checkpoint moves in the transaction that
 * stores its rows, so that nothing is missed however long a transaction took. Ends when the signal is aborted.
 */
export async function* followRows(
  sql: Sql,
  {
    stored: seen,
    lookMs,
    actor,
    signal,
  }: { stored: Stored; lookMs: number; actor?: string; signal: AbortSignal },
): AsyncGenerator<AuditRow> {
  while (!signal.aborted) {
    const moved: { writer: string; after: number; upTo: number }[] = [];
    for (const [writer, sequence] of await storedSoFar(sql)) {
      const after = seen.get(writer) ?? 0;
      if (sequence > after) moved.push({ writer, after, upTo: Math.min(sequence, after + lookRows) });
    }
    if (moved.length > 0)
      yield* await sql<AuditRow[]>`
        select log.writer, log.sequence, id, at, actor, action, resource, decision, detail, stored_at
        from unnest(${moved.map(({ writer }) => writer)}::uuid[], ${moved.map(({ after }) => after)}::bigint[],
          ${moved.map(({ upTo }) => upTo)}::bigint[]) as moved (writer, after, up_to)
        join audit_log as log on log.writer = moved.writer and log.sequence > after and log.sequence <= up_to
        ${actor === undefined ? sql`` : sql`where actor = ${actor}`}
        order by at, log.writer, log.sequence`;
    for (const { writer, upTo } of moved) seen.set(writer, upTo);
    if (moved.length === 0) await pause(lookMs, signal);
  }
}

async function storedSoFar(sql: Sql | TransactionSql): Promise<Stored> {
  const rows = await sql<
    { writer: string; sequence: string }[]
  >`select writer, sequence from audit_checkpoint`;
  return new Map(rows.map(({ writer, sequence }) => [writer, Number(sequence)]));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}
