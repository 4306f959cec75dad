/** The benchmark as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. */
import { describeSpread, duration } from "../statistics.ts";
import { lost } from "./accounting.ts";
import { show } from "./compare.ts";
import { contenderNames } from "./contenders.ts";
import { goals, showGoal } from "./goals.ts";
import { type Axis, colors, escapeText, nines, ninesTicks, plot, type Series } from "./plots.ts";
import type { AuditBench } from "./result.ts";
import type { Quantiles } from "./samples.ts";
import type { Timeline } from "./timeline.ts";

const latency: Axis = { label: "latency (log scale)", log: true, show: duration };

/** The plots that this run has numbers for, by name. */
export function plots(bench: AuditBench): Record<string, string> {
  const { contenders, openLoop, sweep, throughput, timeline } = bench;
  const ofNames = <T extends { name: keyof typeof contenderNames }>(
    all: readonly T[],
    points: (one: T) => Series["points"],
  ): Series[] =>
    all.map((one) => ({
      name: contenderNames[one.name],
      color: colors[Object.keys(contenderNames).indexOf(one.name)]!,
      points: points(one),
    }));
  const byShare = (one: { curve: readonly [number, number][] }) =>
    one.curve.map(([share, ns]) => [nines(share), ns] as const);
  const percent: Axis = { label: "share of events that took no longer", ticks: ninesTicks };
  const found: Record<string, string> = {
    closed: plot("What an event costs its caller", percent, latency, ofNames(contenders, byShare)),
  };
  if (openLoop)
    found["open"] = plot(
      `Response time at ${count(openLoop.rate)} events/s, from the intended time`,
      percent,
      latency,
      ofNames(openLoop.contenders, byShare),
    );
  if (sweep)
    found["sweep"] = plot(
      "Response time, p99, as the rate grows",
      { label: "events/s offered (log scale)", log: true, show: count },
      latency,
      ofNames(sweep, ({ points }) => points.map(({ offered, p99, p50 }) => [offered, p99 ?? p50] as const)),
    );
  if (throughput) {
    const { batches, ceiling } = throughput;
    const ends = [batches[0]!.bytes, batches.at(-1)!.bytes];
    found["batches"] = plot(
      "Rows a second into PostgreSQL, by the size of a transaction",
      {
        label: "bytes of a transaction (log scale)",
        log: true,
        ticks: batches.map(({ bytes }) => [bytes, size(bytes)] as const),
      },
      { label: "rows/s", show: count },
      [
        {
          name: "the flusher",
          color: colors[0],
          points: batches.map(({ bytes, rate }) => [bytes, rate] as const),
        },
        {
          name: "ceiling: COPY of ready tuples",
          color: colors[1],
          dashed: true,
          points: ends.map((bytes) => [bytes, ceiling.median] as const),
        },
      ],
    );
  }
  return timeline ? { ...found, ...overTime(timeline) } : found;
}

function overTime({ points, outage, killedAt, rate }: Timeline): Record<string, string> {
  const bands = [
    { from: outage[0], to: outage[1], label: "database cut off", color: "#e69f00" },
    { from: killedAt, to: killedAt, label: "kill -9", color: "#d00000" },
  ];
  const x: Axis = { label: "seconds" };
  const line = (name: string, color: string, of: (one: Timeline["points"][number]) => number): Series => ({
    name,
    color,
    points: points.map((one) => [one.at, of(one)] as const),
  });
  return {
    time: plot(
      `Response time of log() at ${count(rate)} events/s, each tenth of a second`,
      x,
      latency,
      [
        line("max", colors[1], ({ max }) => max),
        line("p99", colors[4], ({ p99 }) => p99),
        line("p50", colors[0], ({ p50 }) => p50),
      ],
      bands,
    ),
    spool: plot(
      "Events that are not in the database",
      x,
      { label: "events", show: count },
      [line("unstored", colors[2], ({ unstored }) => unstored)],
      bands,
    ),
    lag: plot(
      "The spool, and how far the database is behind",
      x,
      { label: "MB, seconds" },
      [
        line("spool, MB", colors[0], ({ spoolBytes }) => spoolBytes / 1e6),
        line("oldest unstored event, s", colors[1], ({ lagMs }) => lagMs / 1000),
      ],
      bands,
    ),
  };
}

/** @returns the page */
export function page(bench: AuditBench): string {
  const { machine, throughput, openLoop, acknowledgement, accounting, mismatches, noise, stopped } = bench;
  const steal = machine.steal === null ? "not told" : `${(machine.steal * 100).toFixed(1)} %`;
  const sections = [
    `<h1>What an audit event costs</h1>`,
    noise.length > 0
      ? `<p class="bad">No verdict: ${escapeText(noise.join("; "))}. The numbers below are this machine's noise as much as anything.</p>`
      : "",
    mismatches.length > 0
      ? `<p class="bad">It does not add up: ${escapeText(mismatches.join("; "))}</p>`
      : "",
    table(
      ["", ""],
      [
        ["measured", bench.at],
        ["machine", `${machine.cores} × ${machine.cpu}, ${machine.system}`],
        ["versions", `Bun ${machine.bun}, PostgreSQL ${machine.postgresql} with fsync`],
        [
          "load",
          `${machine.load.before.toFixed(1)} before, ${machine.load.after.toFixed(1)} after; steal ${steal}; other processes had ${machine.others === null ? "an unknown number of" : machine.others.toFixed(2)} processors`,
        ],
        ["reading the clock", describeSpread(machine.clock)],
        ["a bare fdatasync", describeSpread(machine.fdatasync)],
        ["rounds", `${bench.rounds}, all contenders in turns; median and range`],
      ],
    ),
    `<h2>Closed loop: service times</h2>`,
    table(
      ["", "p50", "p99", ...quantileHeads],
      bench.contenders.map(({ name, p50, p99, all }) => [
        contenderNames[name],
        describeSpread(p50),
        describeSpread(p99),
        ...quantileCells(all),
      ]),
    ),
    openLoop
      ? `<h2>Open loop at ${count(openLoop.rate)} events/s: service and response, side by side</h2>${table(
          ["", "", "p50", "p99", ...quantileHeads],
          openLoop.contenders.flatMap(({ name, service, response }) => [
            [contenderNames[name], "service", ...two(service), ...quantileCells(service)],
            ["", "response", ...two(response), ...quantileCells(response)],
          ]),
        )}`
      : "",
    ...Object.values(plots(bench)).map((svg) => `<figure>${svg}</figure>`),
    throughput
      ? `<h2>Rows a second, ${count(throughput.rows)} a round</h2>${table(
          ["", "median", "range"],
          (
            [
              ["COPY of ready tuples (the ceiling)", throughput.ceiling, "rows/s"],
              ["flusher alone", throughput.flusher, "rows/s"],
              ["from log() to the table", throughput.whole, "rows/s"],
              ["flusher, of the ceiling", throughput.flusherShare, "share"],
              ["from log() to the table, of the ceiling", throughput.wholeShare, "share"],
              ["all that waits is durable after", throughput.untilDurable, "ns"],
            ] as const
          ).map(([what, value, unit]) => {
            const one = (median: number) => show({ unit, value: { ...value, median } });
            return [what, one(value.median), `${one(value.lowest)} to ${one(value.highest)}`];
          }),
        )}`
      : "",
    acknowledgement
      ? `<h2>One event until it survives the loss of power</h2>${table(
          ["", "p50", "p99", ...quantileHeads],
          [
            [
              "log() and durable()",
              ...two(acknowledgement.durable),
              ...quantileCells(acknowledgement.durable),
            ],
            [
              "a bare fdatasync",
              ...two(acknowledgement.fdatasync),
              ...quantileCells(acknowledgement.fdatasync),
            ],
          ],
        )}`
      : "",
    stopped
      ? `<h2>TERM while the database is gone</h2>${table(
          ["", "median", "range"],
          [
            [
              "events that were in no table",
              count(stopped.waiting),
              `${count(stopped.undurable.median)} of them not durable yet`,
            ],
            [
              "until all of them were durable",
              duration(stopped.untilDurable.median),
              `${duration(stopped.untilDurable.lowest)} to ${duration(stopped.untilDurable.highest)}`,
            ],
          ],
        )}`
      : "",
    `<h2>The accounting</h2>`,
    table(
      ["", "sent", "accepted", "refused", "stored", "spooled", "lost", "duplicates", "gaps"],
      accounting.map((account) => {
        const { who, sent, accepted, refused, stored, spooled, duplicates, gaps } = account;
        return [
          who,
          ...[sent, accepted, refused, stored, spooled, lost(account), duplicates, gaps].map(count),
        ];
      }),
    ),
    `<h2>Goals</h2>`,
    table(
      ["", "wanted", "measured", ""],
      goals(bench).map((goal) => [
        goal.what,
        goal.wanted,
        showGoal(goal),
        goal.met === null ? "no verdict" : goal.met ? "met" : "not met",
      ]),
    ),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>freehold bench audit</title>
<style>
body { font: 14px/1.45 sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .2em .7em; border-bottom: 1px solid #ddd; text-align: left; font-variant-numeric: tabular-nums }
figure { margin: 1.5em 0; border: 1px solid #ddd } .bad { background: #fde2d9; padding: .7em 1em }
</style></head><body>
${sections.filter(Boolean).join("\n")}
</body></html>
`;
}

const quantileHeads = ["p99.9", "p99.99", "max", "samples"];

function quantileCells({ p999, p9999, max, count: samples }: Quantiles): string[] {
  return [orNone(p999), orNone(p9999), duration(max), count(samples)];
}

function two({ p50, p99 }: Quantiles): string[] {
  return [duration(p50), orNone(p99)];
}

function orNone(ns: number | null): string {
  return ns === null ? "–" : duration(ns);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join("")}</tr>`;
  const head = heads.some((one) => one !== "") ? cells("th", heads) : "";
  return `<table>${head}${rows.map((row) => cells("td", row)).join("\n")}</table>`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function size(bytes: number): string {
  return bytes >= 1 << 20 ? `${bytes / (1 << 20)} MiB` : `${bytes / 1024} KiB`;
}
