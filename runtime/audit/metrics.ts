/**
 * A log's figures in Prometheus' text format, under the names that OpenTelemetry's conventions have where they have one (those
 * of its package `@opentelemetry/semantic-conventions` 1.45.0; dots become underscores, the unit and `_total` are appended, as
 * its Prometheus exporter does it):
 *
 * - `db.client.operation.duration` (stable), with `db.system.name` and the buckets that it asks for: the transactions that
 *   stored a batch. Those that failed are `failures`, since a retry is not an operation of the application's.
 * - `error.type` (stable) is the label that says why something was refused.
 * - `usage`, `limit` and `duration` (general naming): what is used of a ring or spool, what it may hold, how long a call took.
 *
 * Those that look alike and are not: `messaging.client.*` counts messages of a broker's client, and there is no broker;
 * `otel.sdk.processor.log.*` is an SDK's own, which we are not; `system.filesystem.usage` is the machine's collector's, and
 * ours beside it would count the disk twice; `process.*` is the process's, and not the log's. For what is left (accepted,
 * durable, stored, gaps, dead letters, fencing) there is no convention, and `freehold.audit` is a namespace of our own.
 */
import type { AuditStats, Durations } from "./model.ts";

type Sample = [labels: Record<string, string>, value: number];

/** @param stats of one log @returns the text of a scrape, each line ended */
export function prometheus(stats: AuditStats): string {
  const lines: string[] = [];
  const add = (name: string, type: "counter" | "gauge", help: string, ...samples: Sample[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of samples) lines.push(`${name}${labelled(labels)} ${value}`);
  };
  const counter = (name: string, help: string, ...samples: Sample[]) =>
    add(`freehold_audit_${name}_total`, "counter", help, ...samples);
  const gauge = (name: string, help: string, ...samples: Sample[]) =>
    add(`freehold_audit_${name}`, "gauge", help, ...samples);
  const one = (value: number): Sample => [{}, value];

  counter("accepted", "Events that log() accepted.", one(stats.accepted));
  counter(
    "refused",
    "Events that log() refused, by reason.",
    ...Object.entries(stats.refused).map(([reason, value]): Sample => [{ error_type: reason }, value]),
  );
  counter("durable", "Accepted events that survive the loss of power.", one(stats.durable));
  counter("stored", "Accepted events that are in the database.", one(stats.stored));
  gauge("undurable_events", "Accepted events that are not durable yet.", one(stats.accepted - stats.durable));
  gauge(
    "unstored_events",
    "Accepted events that are not in the database yet.",
    one(stats.accepted - stats.stored),
  );
  gauge(
    "oldest_unstored_seconds",
    "Age of the oldest event that is not in the database.",
    one(stats.oldestUnstoredMs / 1000),
  );
  gauge("ring_usage_bytes", "Bytes in the ring.", one(stats.ringBytes.used));
  gauge("ring_limit_bytes", "Bytes that the ring can hold.", one(stats.ringBytes.capacity));
  gauge("spool_usage_bytes", "Bytes of the spool's segments.", one(stats.spoolBytes.used));
  gauge("spool_limit_bytes", "Bytes that the spool may take.", one(stats.spoolBytes.limit));
  gauge("disk_free_bytes", "Bytes free on the spool's disk, when last looked at.", one(stats.freeBytes));
  counter("batches", "Transactions that stored events.", one(stats.batches));
  counter("failures", "Attempts to store that failed and were made again.", one(stats.failures));
  counter("sanitised", "Events in which NULs or lone surrogates were replaced.", one(stats.sanitised));
  counter("truncated", "Events of which a part was replaced by a marker.", one(stats.truncated));
  counter("redacted", "Events of which a named field was not written.", one(stats.redacted));
  counter("dead_lettered", "Events that the table refused.", one(stats.deadLettered));
  counter("gaps", "Stretches of a sequence announced as missing.", one(stats.gaps));
  counter("torn_bytes", "Bytes of the spool that were not what had been written.", one(stats.tornBytes));
  counter("fenced", "Writers that another process took over.", one(stats.fenced));
  counter("disk_errors", "Errors of the spool's disk.", one(stats.diskErrors));
  counter("drained_events", "Events of earlier writers that were stored.", one(stats.drained.events));
  gauge("waiting_writers", "Earlier writers whose events are not stored yet.", one(stats.drained.waiting));
  counter("worker_restarts", "Workers that were started again.", one(stats.workerRestarts));
  gauge(
    "health",
    "1 for the state that holds.",
    ...(["ok", "degraded", "refusing"] as const).map(
      (state): Sample => [{ state }, state === stats.health ? 1 : 0],
    ),
  );
  const { fdatasync, stores, system } = stats;
  return `${[
    ...lines,
    ...histogram(
      "freehold_audit_fdatasync_duration_seconds",
      "How long the spool's fdatasync took.",
      fdatasync,
    ),
    ...histogram(
      "db_client_operation_duration_seconds",
      "How long the transactions took that stored a batch of audit events.",
      stores,
      { db_system_name: system },
    ),
  ].join("\n")}\n`;
}

function histogram(
  name: string,
  help: string,
  { count, totalMs, limitsMs, buckets }: Durations,
  labels: Record<string, string> = {},
): string[] {
  let sum = 0;
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...limitsMs.map((limit, at) => {
      sum += buckets[at] ?? 0;
      return `${name}_bucket${labelled({ ...labels, le: `${limit / 1000}` })} ${sum}`;
    }),
    `${name}_bucket${labelled({ ...labels, le: "+Inf" })} ${count}`,
    `${name}_sum${labelled(labels)} ${totalMs / 1000}`,
    `${name}_count${labelled(labels)} ${count}`,
  ];
}

function labelled(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
