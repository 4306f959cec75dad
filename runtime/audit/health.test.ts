import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HealthState, health } from "./health.ts";
import { intake } from "./layout.ts";
import { type AuditStats, createAuditLog, postgresSink } from "./mod.ts";

const spool = mkdtempSync(join(tmpdir(), "freehold-audit-health-"));
afterAll(() => rmSync(spool, { recursive: true }));

test("a log is degraded before it refuses, and says why", async () => {
  const log = createAuditLog({ spool, sink: postgresSink({ url: "postgres://127.0.0.1:1/none" }) });
  const figures = log.stats();
  await log.close({ deadlineMs: 0 });
  const sound: HealthState = { state: intake.open, held: 0, full: false, isDown: false };
  const bytes = (used: number) => ({ used, limit: 1000 });
  const ring = (used: number) => ({ used, capacity: 1000 });
  const drained = { writers: 0, events: 0, waiting: 1 };
  const cases: [Partial<AuditStats>, Partial<HealthState>, string, string[]][] = [
    [{ spoolBytes: bytes(800), ringBytes: ring(800), failuresInARow: 2 }, {}, "ok", []],
    [{ spoolBytes: bytes(801) }, {}, "degraded", ["the spool is nearly full"]],
    [{ spoolBytes: bytes(990) }, { held: 1 }, "degraded", ["the spool is at its limit"]],
    [{}, { held: 2 }, "degraded", ["the spool's disk takes nothing more"]],
    [{ ringBytes: ring(801) }, {}, "degraded", ["the ring is nearly full"]],
    [{ failuresInARow: 3 }, {}, "degraded", ["the database does not store"]],
    [{ failuresInARow: 1, drained }, {}, "degraded", ["earlier writers' events wait"]],
    [{ fenced: 1 }, {}, "degraded", ["another process stores an earlier writer's events"]],
    [{}, { isDown: true }, "degraded", ["a Worker is down"]],
    [{ ringBytes: ring(990) }, { full: true }, "refusing", ["the ring is full"]],
    [{ fenced: 1 }, { state: intake.fenced }, "refusing", ["fenced off by another process"]],
    [{}, { state: intake.failed }, "refusing", ["an fdatasync failed"]],
    [{}, { state: intake.closed }, "refusing", ["closed"]],
    [{}, { full: true, held: 2 }, "refusing", ["the ring is full", "the spool's disk takes nothing more"]],
  ];
  const none = { ...figures, failuresInARow: 0, drained: { ...drained, waiting: 0 } };
  for (const [change, state, expected, reasons] of cases)
    expect(health({ ...none, ...change }, { ...sound, ...state })).toEqual({
      health: expected as AuditStats["health"],
      reasons,
    });
});
