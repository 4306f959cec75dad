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

/** Between what the median of all that could be measured lies, with 95 % certainty, whatever it is that scatters. */
export interface Interval {
  low: number;
  high: number;
}

/** @returns null where there are too few to tell: less than six */
export function medianInterval(samples: readonly number[]): Interval | null {
  const { length } = samples;
  // How likely it is that so few, or fewer, of them lie below the median: as likely as with coins.
  let chance = 0.5 ** length;
  let sum = chance;
  let rank = 0;
  while (2 * sum <= 0.05) {
    rank += 1;
    chance *= (length - rank + 1) / rank;
    sum += chance;
  }
  if (rank === 0) return null;
  const sorted = samples.toSorted((a, b) => a - b);
  return { low: sorted[rank - 1]!, high: sorted[length - rank]! };
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
