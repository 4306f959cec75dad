/** What `log()` answers, made once: an answer costs nothing. */
import { intake } from "./layout.ts";
import type { LogResult, RefusalReason } from "./model.ts";

export const accepted: LogResult = Object.freeze({ accepted: true });
export const refusals: Record<Exclude<RefusalReason, "invalid">, LogResult> = {
  full: refusal("full", "the audit buffer is full: events come faster than they can be kept"),
  dropped: refusal(
    "dropped",
    "the audit buffer is full: the event was dropped, and a row of the table will say so",
  ),
  closed: refusal("closed", "the audit log is closed"),
  failed: refusal("failed", "the audit log's disk failed: nothing can be acknowledged any more"),
  fenced: refusal(
    "fenced",
    "another process has taken this audit log's writer over: end this one; the next start, or `freehold audit drain`, stores what is left in its folder",
  ),
};
/** Why a log whose intake is closed refuses. */
export const closedReasons: Record<number, "closed" | "failed" | "fenced"> = {
  [intake.closed]: "closed",
  [intake.failed]: "failed",
  [intake.fenced]: "fenced",
};

function refusal(reason: RefusalReason, message: string): LogResult {
  return Object.freeze({ accepted: false, reason, message });
}

/** What was thrown, in words; what cannot even say that is said to be unreadable. */
export function describe(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "the event cannot be read";
  }
}
