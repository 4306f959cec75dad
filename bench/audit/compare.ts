/** `--compare old.json`: what changed beyond noise, which is where the ranges of the rounds do not touch. */
import { duration } from "../statistics.ts";
import { type AuditBench, type Measure, measures } from "./result.ts";

/** @returns a line for each measure that changed; none where nothing did */
export function changes(before: AuditBench, now: AuditBench): string[] {
  const old = measures(before);
  return Object.entries(measures(now)).flatMap(([name, { unit, value }]) => {
    const was = old[name]?.value;
    // Numbers of a single measurement have no range, and so nothing to tell a change from noise by.
    if (!was || was.lowest === was.highest || value.lowest === value.highest) return [];
    if (value.lowest <= was.highest && was.lowest <= value.highest) return [];
    const times = value.median / was.median;
    const shown = (one: number) => show({ unit, value: { median: one, lowest: one, highest: one } });
    return [`${name}: ${shown(was.median)} → ${shown(value.median)} (${Number(times.toPrecision(3))} ×)`];
  });
}

/** A measure's median with its unit. */
export function show({ unit, value: { median } }: Measure): string {
  const short = Number(median.toPrecision(3));
  if (unit === "ns") return duration(median);
  if (unit === "share") return `${Number((median * 100).toPrecision(3))} %`;
  return unit === "×" ? `${short} ×` : `${Math.round(short).toLocaleString("en")} ${unit}`;
}
