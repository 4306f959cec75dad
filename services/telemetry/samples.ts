/** Samples come in raw and are rolled up by the hour as they do. */
import type { Sql } from "freehold/connect";

export interface Sample {
  source: string;
  metric: string;
  value: number;
  at: Date;
}

export interface Usage {
  hour: Date;
  samples: number;
  total: number;
  lowest: number;
  highest: number;
}

/** Keeps the samples and adds them to their hours: one statement, so that the two never disagree. */
export async function ingest(sql: Sql, samples: readonly Sample[]): Promise<void> {
  await sql`
    with incoming as (
      insert into system_telemetry (source, metric, value, at)
      select source, metric, value, at
      from json_to_recordset(${JSON.stringify(samples)}::text::json)
        as sample (source text, metric text, value double precision, at timestamptz)
      returning metric, value, at
    )
    insert into usage_stats as stats (metric, hour, samples, total, lowest, highest)
    select metric, date_trunc('hour', at, 'UTC'), count(*), sum(value), min(value), max(value)
    from incoming
    group by 1, 2
    order by 1, 2
    on conflict (metric, hour) do update set
      samples = stats.samples + excluded.samples,
      total = stats.total + excluded.total,
      lowest = least(stats.lowest, excluded.lowest),
      highest = greatest(stats.highest, excluded.highest)`;
}

/** The hours of one metric, the earliest first. */
export async function usage(sql: Sql, metric: string, from: Date, to: Date): Promise<Usage[]> {
  const rows = await sql<Usage[]>`
    select hour, samples::float8 as samples, total, lowest, highest
    from usage_stats
    where metric = ${metric} and hour >= ${from} and hour < ${to}
    order by hour
    limit 1000`;
  return rows.map((row) => ({ ...row }));
}
