/** Latencies, summed up: percentiles with their counts, a curve for the plot, and a histogram that can be sent and added up. */

/** Nanoseconds. A percentile beyond which no sample lies is null: it was not measured. */
export interface Quantiles {
  count: number;
  p50: number;
  p90: number;
  p99: number | null;
  p999: number | null;
  p9999: number | null;
  max: number;
}

/** A share that is not exceeded, and the latency there. */
export type CurvePoint = [share: number, ns: number];

/** @throws RangeError where there are no samples */
export function quantiles(samples: readonly number[] | Float64Array): Quantiles {
  const sorted = Float64Array.from(samples).sort();
  if (sorted.length === 0) throw new RangeError("there is no percentile of nothing");
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  // A tenth of a sample is rounding: 1000 samples have a p99.9.
  const beyond = (share: number) => (sorted.length * (1 - share) >= 0.9 ? at(share) : null);
  return {
    count: sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p99: beyond(0.99),
    p999: beyond(0.999),
    p9999: beyond(0.9999),
    max: sorted.at(-1)!,
  };
}

/** Points of the curve of percentiles, evenly over the nines, up to the last one that has a sample beyond it. */
export function curve(samples: readonly number[] | Float64Array): CurvePoint[] {
  const sorted = Float64Array.from(samples).sort();
  const points: CurvePoint[] = [];
  for (let nines = 0; nines <= Math.log10(sorted.length); nines += 0.125) {
    const share = 1 - 10 ** -nines;
    points.push([share, sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!]);
  }
  return points;
}

/** Buckets of equal ratio, 32 to a doubling, so that a value is told to 2 %. */
export class Histogram {
  readonly counts = new Map<number, number>();
  total = 0;

  add(ns: number, count = 1): void {
    const bucket = Math.round(Math.log2(Math.max(1, ns)) * 32);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
    this.total += count;
  }

  /** Adds what another one's {@link toJSON} said. */
  merge(counts: readonly [number, number][]): void {
    for (const [bucket, count] of counts) {
      this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
      this.total += count;
    }
  }

  /** @returns nanoseconds; 0 where nothing was added */
  percentile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.total));
    for (const [bucket, count] of [...this.counts].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return 2 ** (bucket / 32);
    }
    return 0;
  }

  toJSON(): [number, number][] {
    return [...this.counts];
  }
}
