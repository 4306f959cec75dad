/** What the load benchmark found: the shape of its JSON. */
import type { Spread } from "../statistics.ts";
import type { Cost } from "./cost.ts";
import type { Mode } from "./server.ts";

export const modes: readonly Mode[] = ["off", "blocking", "buffered", "elsewhere"];

export interface LoadBench {
  version: 2;
  load: { before: number; after: number };
  processors: number;
  /** Of these, what others had on average; null where the system does not tell. */
  others: number | null;
  modes: Record<Mode, { rate: Spread; p50: Spread; p99: Spread; cost: Cost | null }>;
  /** Requests a second of the off mode, of each round. */
  share: Record<Exclude<Mode, "off">, Spread>;
  /** `limitShare` of cost.ts; null where the system does not tell what requests take. */
  limit: number | null;
  /** The goal, within 5 % of off; null where this run cannot say. */
  withinGoal: Record<"buffered" | "elsewhere", boolean | null>;
  /** Why nothing should be concluded from it; empty where it may be. */
  noise: string[];
  mismatches: string[];
}
