import { expect, test } from "bun:test";
import { describeSpread, duration, medianInterval, percentile, spread } from "./statistics.ts";

test("a percentile is one of the samples, by nearest rank", () => {
  const samples = [5, 1, 4, 2, 3];
  expect([0, 0.2, 0.5, 0.99, 1].map((share) => percentile(samples, share))).toEqual([1, 1, 3, 5, 5]);
  expect(samples).toEqual([5, 1, 4, 2, 3]);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});

test("runs come to a median and a range", () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, lowest: 1, highest: 3 });
  expect(describeSpread({ median: 412_345, lowest: 999, highest: 2_000_000 })).toBe(
    "412 µs (999 ns to 2 ms)",
  );
});

test("a median lies between two of the samples, by as many on each side as chance allows", () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, at) => count - at);
  expect([5, 6, 8, 9, 12, 20].map((count) => medianInterval(upTo(count)))).toEqual([
    null,
    { low: 1, high: 6 },
    { low: 1, high: 8 },
    { low: 2, high: 8 },
    { low: 3, high: 10 },
    { low: 6, high: 15 },
  ]);
});

test("durations take the unit that fits", () => {
  expect([0, 999, 1000, 12_345, 1e6, 1_234_567, 6e10].map(duration)).toEqual([
    "0 ns",
    "999 ns",
    "1 µs",
    "12.3 µs",
    "1 ms",
    "1.23 ms",
    "60 s",
  ]);
});
