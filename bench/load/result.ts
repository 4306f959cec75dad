/** What the load benchmark found: the shape of its JSON. */
import type { Interval, Spread } from "../statistics.ts";
import type { Cost } from "./cost.ts";
import type { Mode } from "./server.ts";

export const modes: readonly Mode[] = ["off", "blocking", "buffered", "elsewhere"];

export interface LoadBench {
  version: 3;
  load: { before: number; after: number };
  processors: number;
  /** Of these, what others had on average; null where the system does not tell. */
  others: number | null;
  modes: Record<Mode, { rate: Spread; p50: Spread; p99: Spread; cost: Cost | null }>;
  /** Of the requests a second without an audit log, in the same round. */
  share: Record<Exclude<Mode, "off">, Spread & { between: Interval | null }>;
  /** `limitShare` of cost.ts; null where the system does not tell what requests take. */
  limit: number | null;
  /** The goal, within 5 % of off; null where this run cannot say. */
  withinGoal: Record<"buffered" | "elsewhere", boolean | null>;
  /** Why nothing should be concluded from it; empty where it may be. */
  noise: string[];
  mismatches: string[];
}
