/** What a log's figures mean: degraded comes before refusing, so that somebody can act in between. */
import { intake } from "./layout.ts";
import type { AuditStats, Health } from "./model.ts";

/** Of a limit; beyond it, health is degraded. */
const share = 0.8;
/** So many failures in a row are no hiccup. */
const failuresInARow = 3;

export interface HealthState {
  state: number;
  held: number;
  full: boolean;
  /** A Worker is gone, hangs, or dies again and again. */
  isDown: boolean;
}

/** @returns the health, and why it is not ok */
export function health(
  figures: Omit<AuditStats, "health" | "reasons">,
  { state, held, full, isDown }: HealthState,
): { health: Health; reasons: string[] } {
  const { ringBytes, spoolBytes, fenced, drained } = figures;
  const refusing: string[] = [];
  if (state === intake.closed) refusing.push("closed");
  if (state === intake.failed) refusing.push("an fdatasync failed");
  if (state === intake.fenced) refusing.push("fenced off by another process");
  if (full) refusing.push("the ring is full");
  const degraded: string[] = [];
  if (isDown) degraded.push("a Worker is down");
  if (held === 1) degraded.push("the spool is at its limit");
  if (held === 2) degraded.push("the spool's disk takes nothing more");
  if (held === 0 && spoolBytes.used > spoolBytes.limit * share) degraded.push("the spool is nearly full");
  if (!full && ringBytes.used > ringBytes.capacity * share) degraded.push("the ring is nearly full");
  if (figures.failuresInARow >= failuresInARow) degraded.push("the database does not store");
  if (fenced > 0 && state !== intake.fenced)
    degraded.push("another process stores an earlier writer's events");
  if (drained.waiting > 0 && figures.failuresInARow > 0) degraded.push("earlier writers' events wait");
  const all = [...refusing, ...degraded];
  return { health: refusing.length > 0 ? "refusing" : degraded.length > 0 ? "degraded" : "ok", reasons: all };
}
