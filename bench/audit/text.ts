/** What a person is shown in the terminal. */
import { describeSpread, duration } from "../statistics.ts";
import { lost } from "./accounting.ts";
import { contenderNames } from "./contenders.ts";
import { goals, showGoal } from "./goals.ts";
import type { AuditBench } from "./result.ts";
import type { Quantiles } from "./samples.ts";

/** What is printed of a run. */
export function render(bench: AuditBench): string {
  const { machine, contenders, ratio, openLoop, sweep, throughput, acknowledgement, timeline, stopped } =
    bench;
  const times = (value: number) => `${Number(value.toPrecision(2))} ×`;
  const steal = machine.steal === null ? "not told" : `${(machine.steal * 100).toFixed(1)} %`;
  const lines = [
    ...columns([
      ["closed loop", "p50", "p99", ...heads],
      ...contenders.map(({ name, p50, p99, all }) => [
        contenderNames[name],
        describeSpread(p50),
        describeSpread(p99),
        ...rest(all),
      ]),
      ["INSERT ÷ log()", times(ratio.p50.median), times(ratio.p99.median)],
    ]),
    ...bench.absent.map((name) => `${contenderNames[name]}: not installed (bun install in bench/)`),
    "",
  ];
  if (openLoop) {
    lines.push(
      ...columns([
        [`open loop, ${openLoop.rate}/s`, "", "p50", "p99", ...heads],
        ...openLoop.contenders.flatMap(({ name, service, response }) => [
          [contenderNames[name], "service", duration(service.p50), orNone(service.p99), ...rest(service)],
          ["", "response", duration(response.p50), orNone(response.p99), ...rest(response)],
        ]),
      ]),
      "",
    );
  }
  if (sweep)
    lines.push(
      ...sweep.map(
        ({ name, knee }) =>
          `${contenderNames[name]} keeps up to ${knee === null ? "none of the rates" : `${knee} events/s`}`,
      ),
      "",
    );
  if (throughput) {
    const { ceiling, flusher, whole, flusherShare, wholeShare, untilDurable, rows } = throughput;
    const share = (value: number) => `${(value * 100).toFixed(0)} %`;
    const row = (name: string, { median, lowest, highest }: typeof ceiling, of?: typeof ceiling) => [
      name,
      `${Math.round(median)} (${Math.round(lowest)} to ${Math.round(highest)})`,
      of ? `${share(of.median)} (${share(of.lowest)} to ${share(of.highest)})` : "",
    ];
    lines.push(
      ...columns([
        [`${rows} rows`, "rows/s", "of the ceiling"],
        row("COPY of ready tuples", ceiling),
        row("flusher alone", flusher, flusherShare),
        row("log() to table", whole, wholeShare),
      ]),
      `all that waits is durable ${describeSpread(untilDurable)} after events stop`,
      "",
    );
  }
  if (acknowledgement)
    lines.push(
      ...columns([
        ["until it survives power loss", "p50", "p99", ...heads],
        ...(["durable", "fdatasync"] as const).map((name) => {
          const one = acknowledgement[name];
          return [
            name === "durable" ? "log() and durable()" : "bare fdatasync",
            duration(one.p50),
            orNone(one.p99),
            ...rest(one),
          ];
        }),
      ]),
      "",
    );
  if (timeline) {
    const { rate, outage, before, during, caughtUpMs } = timeline;
    lines.push(
      `${rate}/s, database gone for ${(outage[1] - outage[0]).toFixed(0)} s: response p99.9 ${duration(before.p999)} before ` +
        `(${before.count} events), ${duration(during.p999)} during (${during.count}); others left the machine ` +
        `alone for ${percent(before.quiet)} and ${percent(during.quiet)} of the time; caught up after ` +
        `${caughtUpMs === null ? "the kill" : `${caughtUpMs} ms`}; killed with KILL at ${timeline.killedAt.toFixed(1)} s`,
      "",
    );
  }
  if (stopped)
    lines.push(
      `TERM with ${stopped.waiting} events that the database has not (${Math.round(stopped.undurable.median)} not durable yet): ` +
        `all durable after ${describeSpread(stopped.untilDurable)}`,
      "",
    );
  lines.push(
    ...columns([
      ["accounting", "sent", "accepted", "refused", "stored", "spooled", "lost", "duplicates", "gaps"],
      ...bench.accounting.map((account) => {
        const { who, sent, accepted, refused, stored, spooled, duplicates, gaps } = account;
        return [
          who,
          ...[sent, accepted, refused, stored, spooled, lost(account), duplicates, gaps].map(String),
        ];
      }),
    ]),
    ...bench.mismatches.map((line) => `MISMATCH ${line}`),
    "",
  );
  if (throughput)
    lines.push(
      ...columns([
        ["goal", "wanted", "measured", ""],
        ...goals(bench).map((goal) => [
          goal.what,
          goal.wanted,
          showGoal(goal),
          goal.met === null ? "no verdict" : goal.met ? "met" : "not met",
        ]),
      ]),
      "",
    );
  if (bench.noise.length > 0) lines.push(`no verdict: ${bench.noise.join("; ")}`, "");
  lines.push(
    `median and range of ${bench.rounds} rounds, in turns; a round's last event was stored after ${describeSpread(bench.untilStored)}`,
    `${machine.cores} × ${machine.cpu}, ${machine.system} · Bun ${machine.bun} · PostgreSQL ${machine.postgresql} with fsync`,
    `load ${machine.load.before.toFixed(1)} before, ${machine.load.after.toFixed(1)} after; steal ${steal}; others ${machine.others === null ? "not told" : `${machine.others.toFixed(2)} processors`}; clock ${describeSpread(machine.clock)}; fdatasync ${describeSpread(machine.fdatasync)}`,
    "",
  );
  return lines.join("\n");
}

const heads = ["p99.9", "p99.99", "max", "samples"];

function rest({ p999, p9999, max, count }: Quantiles): string[] {
  return [orNone(p999), orNone(p9999), duration(max), String(count)];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function orNone(ns: number | null): string {
  return ns === null ? "–" : duration(ns);
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - Bun.stringWidth(cell)))
      .join("   ")
      .trimEnd(),
  );
}
