/** What the audit benchmark found: the shape of its JSON, and the numbers in it that have names. */
import type { Spread } from "../statistics.ts";
import type { Account } from "./accounting.ts";
import type { ContenderName } from "./contenders.ts";
import type { Machine } from "./machine.ts";
import type { CurvePoint, Quantiles } from "./samples.ts";
import type { Stopped } from "./stopped.ts";
import type { Timeline } from "./timeline.ts";

/** Latencies are nanoseconds. */
export interface AuditBench {
  version: 1;
  /** When it began, in ISO 8601. */
  at: string;
  machine: Machine;
  rounds: number;
  /** In the closed loop: median and range of the rounds, and all samples together. */
  contenders: { name: ContenderName; p50: Spread; p99: Spread; all: Quantiles; curve: CurvePoint[] }[];
  /** Peers that are not installed. */
  absent: ContenderName[];
  /** How many times as long the blocking INSERT takes as `log()`, of each round. */
  ratio: { p50: Spread; p99: Spread };
  /** From the last `log()` of a round until all of it is in the database. */
  untilStored: Spread;
  openLoop: {
    /** Events a second. */
    rate: number;
    contenders: { name: ContenderName; service: Quantiles; response: Quantiles; curve: CurvePoint[] }[];
  } | null;
  sweep:
    | {
        name: ContenderName;
        points: { offered: number; achieved: number; p50: number; p99: number | null }[];
        /** The highest rate at which it kept up; null where it did at none. */
        knee: number | null;
      }[]
    | null;
  throughput: {
    rows: number;
    /** Rows a second. */
    ceiling: Spread;
    flusher: Spread;
    whole: Spread;
    /** Of the ceiling, in each round. */
    flusherShare: Spread;
    wholeShare: Spread;
    /** So long took all that waited in the ring to be durable, when the events stopped. */
    untilDurable: Spread;
    batches: { bytes: number; rate: number }[];
  } | null;
  acknowledgement: { durable: Quantiles; fdatasync: Quantiles } | null;
  timeline: Timeline | null;
  /** Told to stop with events that the database has not. */
  stopped: Stopped | null;
  accounting: Account[];
  /** What of the accounting does not add up. */
  mismatches: string[];
  /** Why nothing should be concluded from it; empty where it may be. */
  noise: string[];
}

export interface Measure {
  unit: "ns" | "rows/s" | "×" | "share";
  value: Spread;
}

/** The numbers that a budget may name and a comparison looks at. */
export function measures(bench: AuditBench): Record<string, Measure> {
  const found: Record<string, Measure> = {};
  const add = (name: string, unit: Measure["unit"], value: Spread | null | undefined) => {
    if (value) found[name] = { unit, value };
  };
  const of = (name: ContenderName) => bench.contenders.find((one) => one.name === name);
  add("p50", "ns", of("freehold")?.p50);
  add("p99", "ns", of("freehold")?.p99);
  add("p999", "ns", single(of("freehold")?.all.p999));
  add("ratio", "×", bench.ratio.p50);
  add("ratio99", "×", bench.ratio.p99);
  add("stored", "ns", bench.untilStored);
  add(
    "open99",
    "ns",
    single(bench.openLoop?.contenders.find(({ name }) => name === "freehold")?.response.p99),
  );
  add("rows", "rows/s", bench.throughput?.whole);
  add("share", "share", bench.throughput?.wholeShare);
  add("flusher", "share", bench.throughput?.flusherShare);
  add("durable", "ns", bench.throughput?.untilDurable);
  add("stop", "ns", bench.stopped?.untilDurable);
  const { acknowledgement: ack, timeline } = bench;
  if (ack) add("ack", "×", single(ack.durable.p50 / ack.fdatasync.p50));
  if (timeline && Math.min(timeline.before.quiet, timeline.during.quiet) >= 0.5)
    add("outage", "×", single(timeline.during.p999 / timeline.before.p999));
  for (const { name, p50, p99 } of bench.contenders) {
    if (name === "freehold") continue;
    add(`${name}.p50`, "ns", p50);
    add(`${name}.p99`, "ns", p99);
  }
  return found;
}

function single(value: number | null | undefined): Spread | null {
  return value === null || value === undefined || !Number.isFinite(value)
    ? null
    : { median: value, lowest: value, highest: value };
}
