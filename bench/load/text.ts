/** The load benchmark, as a person is shown it. */
import type { Interval, Spread } from "../statistics.ts";
import { type LoadBench, modes } from "./result.ts";

const names = {
  off: "off",
  blocking: "blocking",
  buffered: "buffered",
  elsewhere: "buffered, database elsewhere",
} as const;

/** What is printed of a run. */
export function render(bench: LoadBench): string {
  const { load, modes: found, share, withinGoal, mismatches, limit, noise, others, processors } = bench;
  const range = ({ median, lowest, highest }: Spread) =>
    `${Math.round(median)} (${Math.round(lowest)} to ${Math.round(highest)})`;
  const percent = ({ median, lowest, highest, between }: Spread & { between: Interval | null }) => {
    const { low, high } = between ?? { low: lowest, high: highest };
    return `${(median * 100).toFixed(1)} % of off (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;
  };
  const undecided = noise.length > 0 ? "no verdict" : "the rounds differ too much to tell";
  const verdict = (met: boolean | null) => (met === null ? undecided : met ? "yes" : "no");
  const lines = [
    `${"POST /check".padEnd(30)} requests/s`,
    ...modes.map((mode) => {
      const { rate, p50, p99 } = found[mode];
      const of = mode === "off" ? "" : percent(share[mode]);
      return `${names[mode].padEnd(30)} ${range(rate).padEnd(24)} p50 ${short(p50.median)} ms, p99 ${short(p99.median)} ms   ${of}`.trimEnd();
    }),
    "",
  ];
  if (found.off.cost) {
    lines.push(
      "processor time of a request: the thread that answers, the service's other threads, client, database",
    );
    for (const mode of modes) {
      const { cost } = found[mode];
      if (cost)
        lines.push(
          `${names[mode].padEnd(30)} ${[cost.service, cost.behind, cost.client, cost.database].map((one) => `${one.toFixed(1)} µs`).join(", ")}`,
        );
    }
    lines.push("");
  }
  lines.push(...mismatches.map((line) => `MISMATCH ${line}`));
  lines.push(
    `within 5 % of off: buffered ${verdict(withinGoal.buffered)}, with its database elsewhere ${verdict(withinGoal.elsewhere)}`,
  );
  if (limit !== null)
    lines.push(
      `the limit: with client, service and database on these ${processors} processors, never idle, ${(limit * 100).toFixed(0)} % of off`,
    );
  if (noise.length > 0) lines.push(`no verdict: ${noise.join("; ")}`);
  lines.push(
    `median and range of the rounds, in turns; behind a share, between what its median lies with 95 % certainty; load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after; others had ${others === null ? "an unknown number of" : others.toFixed(2)} processors`,
    "",
  );
  return lines.join("\n");
}

function short(value: number): number {
  return Number(value.toPrecision(3));
}
