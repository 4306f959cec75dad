/** How long and how much the audit benchmark measures. */
import type { KillOptions } from "./killed.ts";
import type { TimelineOptions } from "./timeline.ts";

export interface AuditBenchOptions {
  /** How often everything is measured. */
  rounds: number;
  /** Blocking INSERTs a round. */
  inserts: number;
  /** Events a round for those who need not wait. */
  logs: number;
  /** What is left out of the short form. */
  long?: {
    /** Milliseconds of each rate in the open loop. */
    openMs: number;
    rate: number;
    rates: readonly number[];
    /** Rows a round. */
    rows: number;
    batches: readonly number[];
    acknowledgements: number;
    timeline: Pick<TimelineOptions, "rate" | "secondsOf">;
    stops: { events: number; times: number };
    kills: KillOptions;
  };
  /** A database without an audit log of its own; an embedded PostgreSQL with fsync unless given. */
  url?: string;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}
