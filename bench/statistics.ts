/** What many measurements of one thing come to. */

export interface Spread {
  median: number;
  lowest: number;
  highest: number;
}

/** The value below which this share (0 to 1) of the samples lies: the nearest rank, no interpolation. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("there is no percentile of nothing");
  return value;
}

/** Median and range of what several runs found. */
export function spread(runs: readonly number[]): Spread {
  return { median: percentile(runs, 0.5), lowest: Math.min(...runs), highest: Math.max(...runs) };
}

/** Nanoseconds as a person reads them, three digits at most. */
export function duration(ns: number): string {
  for (const [unit, size] of [
    ["s", 1e9],
    ["ms", 1e6],
    ["µs", 1e3],
  ] as const) {
    if (ns >= size) return `${Number((ns / size).toPrecision(3))} ${unit}`;
  }
  return `${Math.round(ns)} ns`;
}

/** `0.41 ms (0.38 ms to 0.6 ms)` */
export function describeSpread({ median, lowest, highest }: Spread): string {
  return `${duration(median)} (${duration(lowest)} to ${duration(highest)})`;
}
