/** What the audit log is meant to reach, and whether this run shows it. */
import { type AuditBench, measures } from "./result.ts";

export interface Goal {
  what: string;
  wanted: string;
  /** As it was measured; null where it was not in this run. */
  measured: number | null;
  /** Null where it was not measured, or the machine was too noisy to say. */
  met: boolean | null;
}

/** Each goal with what was measured; none is judged where there is no verdict. */
export function goals(bench: AuditBench): Goal[] {
  const found = measures(bench);
  const value = (name: string) => found[name]?.value.median ?? null;
  const over = (above: string, below: string) => {
    const [a, b] = [value(above), value(below)];
    return a === null || b === null ? null : a / b;
  };
  const rows: [what: string, measured: number | null, sign: "≤" | "≥", bound: number, unit: string][] = [
    ["log() ÷ array push, p50", over("p50", "push.p50"), "≤", 12, "×"],
    ["log() ÷ array push, p99", over("p99", "push.p99"), "≤", 15, "×"],
    ["OpenTelemetry ÷ log(), p99", over("opentelemetry.p99", "p99"), "≥", 8, "×"],
    ["pino ÷ log(), p99", over("pino.p99", "p99"), "≥", 30, "×"],
    ["blocking INSERT ÷ log(), p50", value("ratio"), "≥", 200, "×"],
    ["blocking INSERT ÷ log(), p99", value("ratio99"), "≥", 100, "×"],
    ["from log() to the table, of COPY's ceiling", value("share"), "≥", 0.8, "share"],
    ["the flusher alone, of COPY's ceiling", value("flusher"), "≥", 0.9, "share"],
    ["durable() ÷ a bare fdatasync, p50", value("ack"), "≤", 2.5, "×"],
    ["p99.9 during the outage ÷ before", value("outage"), "≤", 1.5, "×"],
    [
      `TERM with ${(bench.stopped?.waiting ?? 200_000).toLocaleString("en")} events waiting, until all are durable`,
      value("stop"),
      "≤",
      1e8,
      "ns",
    ],
  ];
  return rows.map(([what, measured, sign, bound, unit]) => ({
    what,
    wanted: `${sign} ${unit === "share" ? `${bound * 100} %` : unit === "ns" ? `${bound / 1e6} ms` : `${bound} ×`}`,
    measured,
    met:
      measured === null || bench.noise.length > 0
        ? null
        : sign === "≤"
          ? measured <= bound
          : measured >= bound,
  }));
}

/** A goal's number, as its bound is written. */
export function showGoal({ measured, wanted }: Goal): string {
  if (measured === null) return "not in this run";
  const short = (value: number) => String(Number(value.toPrecision(3)));
  if (wanted.endsWith("%")) return `${short(measured * 100)} %`;
  return wanted.endsWith("ms") ? `${short(measured / 1e6)} ms` : `${short(measured)} ×`;
}
