/** The figures of {@link AuditStats} that the Workers keep in shared memory. */
import { storeBucketsMs, syncBucketsMs } from "./layout.ts";
import type { AuditStats } from "./model.ts";
import type { Shared } from "./shared.ts";

export type SharedFigures = Omit<
  AuditStats,
  | "writer"
  | "health"
  | "reasons"
  | "accepted"
  | "refused"
  | "ringBytes"
  | "sanitised"
  | "truncated"
  | "redacted"
  | "workerRestarts"
  | "system"
  | "lastAlarm"
>;

/** What the Workers have counted, as `stats()` tells it. @param spoolLimitBytes how large the spool may become */
export function sharedFigures(shared: Shared, spoolLimitBytes: number): SharedFigures {
  const oldestAt = shared.get("oldestAtMs");
  return {
    durable: shared.get("durable"),
    stored: shared.get("stored"),
    spoolBytes: { used: shared.get("spoolBytes"), limit: spoolLimitBytes },
    freeBytes: shared.get("freeBytes"),
    oldestUnstoredMs: oldestAt === 0 ? 0 : Math.max(0, Date.now() - oldestAt),
    batches: shared.get("batches"),
    failures: shared.get("failures"),
    failuresInARow: shared.flag("failuresInARow"),
    deadLettered: shared.get("deadLettered"),
    gaps: shared.get("gaps"),
    tornBytes: shared.get("tornBytes"),
    fenced: shared.get("fenced"),
    diskErrors: shared.get("diskErrors"),
    drained: {
      writers: shared.get("drainedWriters"),
      events: shared.get("drainedEvents"),
      waiting: shared.get("waitingWriters"),
    },
    fdatasync: {
      count: shared.get("syncs"),
      totalMs: shared.get("syncTotalUs") / 1000,
      limitsMs: syncBucketsMs,
      buckets: shared.syncBuckets(),
    },
    stores: {
      count: shared.get("stores"),
      totalMs: shared.get("storeTotalUs") / 1000,
      limitsMs: storeBucketsMs,
      buckets: shared.storeBuckets(),
    },
  };
}
