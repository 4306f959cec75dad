/** Holds the table against what was confirmed. */
import type { Sql } from "postgres";

export interface Verdict {
  /** Events of the run that are in the table. */
  stored: number;
  /** Of those that had been confirmed, how many are neither in the table nor within an announced gap. */
  lost: number;
  /** Events that are there more than once. */
  duplicates: number;
  /** Sequences that are missing without a row that says so. */
  holes: number;
  /** Sequences that rows announce as missing, or as refused by the table. */
  announced: number;
  /** Pairs of neighbours in a writer's sequence whose numbers go back. */
  disorder: number;
}

/** @param writers whose events the run's are @param upTo numbers up to it were confirmed as accepted */
export async function judge(
  sql: Sql,
  run: string,
  writers: readonly string[],
  upTo: number,
): Promise<Verdict> {
  const [events] = await sql`
    with own as (
      select writer, sequence, (detail->>'n')::int as n from audit_log
      where writer = any(${writers as string[]}::uuid[]) and detail->>'run' = ${run}
    )
    select count(*)::int as stored, (count(*) - count(distinct n))::int as duplicates,
      (count(distinct n) filter (where n between 1 and ${upTo}))::int as confirmed,
      (select count(*)::int from (
        select n < lag(n) over (partition by writer order by sequence) as back from own) as steps where back) as disorder
    from own`;
  const [sequences] = await sql`
    with spans as (
      select writer, sequence as low,
        case when action = 'audit.gap' and detail ? 'to' and decision = 'lost' then (detail->>'to')::bigint else sequence end as high,
        action in ('audit.gap', 'audit.dead-letter') and actor = 'freehold/audit' and decision <> 'dropped' as announces
      from audit_log where writer = any(${writers as string[]}::uuid[])
    ),
    steps as (
      select *, low - coalesce(lag(high) over (partition by writer order by low), 0) - 1 as missing from spans
    )
    select coalesce(sum(missing), 0)::int as holes,
      coalesce(sum(high - low + 1) filter (where announces), 0)::int as announced from steps`;
  const { stored, duplicates, confirmed, disorder } = events as Record<string, number>;
  const { holes, announced } = sequences as Record<string, number>;
  const missing = Math.max(0, upTo - confirmed!);
  const lost = Math.max(0, missing - announced!);
  return {
    stored: stored!,
    lost,
    duplicates: duplicates!,
    holes: holes!,
    announced: announced!,
    disorder: disorder!,
  };
}
