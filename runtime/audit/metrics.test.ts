import { expect, test } from "bun:test";
import { auditTests, event, open, sql } from "../../fixtures/audit-log.ts";
import { prometheus } from "./mod.ts";

auditTests();

test("a log's figures are what Prometheus reads, each with its help and type", async () => {
  const log = open();
  log.log(event());
  log.log(event({ actor: "nul \0" }));
  log.log(event({ actor: "" }));
  await log.stored();
  const lines = prometheus(log.stats()).trimEnd().split("\n");
  const samples = lines.filter((line) => !line.startsWith("#"));
  for (const line of samples)
    expect(line).toMatch(
      /^(freehold_audit|db_client_operation)_[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+$/,
    );
  const names = new Set(samples.map((line) => /^[a-z_]+?(?=_bucket|_sum|_count|\{| )/.exec(line)![0]));
  expect([...names].toSorted()).toEqual(
    [
      "accepted_total batches_total dead_lettered_total disk_errors_total disk_free_bytes drained_events_total",
      "durable_total failures_total fdatasync_duration_seconds fenced_total gaps_total health",
      "oldest_unstored_seconds redacted_total refused_total ring_limit_bytes ring_usage_bytes sanitised_total",
      "spool_limit_bytes spool_usage_bytes stored_total torn_bytes_total truncated_total undurable_events",
      "unstored_events waiting_writers worker_restarts_total",
    ]
      .join(" ")
      .split(" ")
      .map((name) => `freehold_audit_${name}`)
      .concat("db_client_operation_duration_seconds")
      .toSorted(),
  );
  for (const name of names) {
    expect(lines.some((line) => line.startsWith(`# HELP ${name} `))).toBe(true);
    expect(lines.filter((line) => line.startsWith(`# TYPE ${name} `)).length).toBe(1);
  }
  expect(samples).toContain("freehold_audit_accepted_total 2");
  expect(samples).toContain("freehold_audit_stored_total 2");
  expect(samples).toContain("freehold_audit_sanitised_total 1");
  expect(samples).toContain('freehold_audit_refused_total{error_type="invalid"} 1');
  expect(samples).toContain('freehold_audit_health{state="ok"} 1');
  const { fdatasync } = log.stats();
  expect(fdatasync.count).toBeGreaterThan(0);
  expect(fdatasync.buckets.reduce((sum, one) => sum + one, 0)).toBe(fdatasync.count);
  expect(samples).toContain(`freehold_audit_fdatasync_duration_seconds_bucket{le="+Inf"} ${fdatasync.count}`);
  const { stores, batches } = log.stats();
  expect(stores.count).toBe(batches);
  expect(stores.buckets.reduce((sum, one) => sum + one, 0)).toBe(batches);
  expect(samples).toContain(
    `db_client_operation_duration_seconds_bucket{db_system_name="postgresql",le="+Inf"} ${batches}`,
  );
  await log.close();
  expect(await sql`select count(*)::int as count from audit_log`).toMatchObject([{ count: 2 }]);
});
