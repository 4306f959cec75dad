import { expect, test } from "bun:test";
import { cpus } from "node:os";
import { join } from "node:path";
import { lost, mismatches } from "./audit/accounting.ts";
import { overBudget, readBudget } from "./audit/budget.ts";
import { changes } from "./audit/compare.ts";
import { benchAudit, noise } from "./audit/measure.ts";
import { page, plots } from "./audit/page.ts";
import type { AuditBench } from "./audit/result.ts";
import { Histogram, quantiles } from "./audit/samples.ts";
import { render } from "./audit/text.ts";
import { bearableShare } from "./processes.ts";
import type { Spread } from "./statistics.ts";

test("the audit benchmark accounts for every event, through an outage and a kill, and shows it all", async () => {
  const bench = await benchAudit({
    rounds: 2,
    inserts: 5,
    logs: 50,
    long: {
      openMs: 20,
      rate: 1000,
      rates: [500, 1000],
      rows: 500,
      batches: [16_384, 65_536],
      acknowledgements: 3,
      timeline: { rate: 500, secondsOf: { before: 0.3, outage: 0.3, after: 0.3, afterKill: 0.2 } },
      stops: { events: 2000, times: 1 },
      kills: { kills: 1, rate: 1000, runMs: 200 },
    },
  });
  expect(bench.mismatches).toEqual([]);
  const ours = bench.accounting.find(({ who }) => who === "freehold's log()")!;
  // Two rounds, what came before them, and the open loop, where a slow machine may leave some unsent.
  expect(ours.sent).toBeGreaterThan(2100);
  expect(ours).toMatchObject({ accepted: ours.sent, refused: 0, stored: ours.sent, duplicates: 0, gaps: 0 });
  const killed = bench.accounting.find(({ who }) => who.includes("killed and"))!;
  expect(killed.accepted).toBeGreaterThan(0);
  expect(killed).toMatchObject({ stored: killed.accepted, duplicates: 0, gaps: 0 });
  const [stopped, next] = bench.accounting.filter(({ who }) => /^stopped|^the same/.test(who));
  expect(stopped).toMatchObject({ accepted: 2001, spooled: 2001 - stopped!.stored, duplicates: 0, gaps: 0 });
  expect(stopped!.spooled).toBeGreaterThan(0);
  expect(next).toMatchObject({ accepted: 2001, stored: 2001, spooled: 0, duplicates: 0, gaps: 0 });
  const kills = bench.accounting.filter(({ who }) => who.endsWith("killed once"));
  expect(kills.find(({ who }) => who.startsWith("freehold"))).toMatchObject({ duplicates: 0, gaps: 0 });
  for (const one of kills) {
    expect(one.accepted).toBeGreaterThan(0);
    expect(one.stored).toBeLessThanOrEqual(one.accepted);
  }
  const { outage, killedAt, points } = bench.timeline!;
  expect([0, ...outage, killedAt].toSorted((a, b) => a - b)).toEqual([0, ...outage, killedAt]);
  expect(points.some(({ at }) => at > killedAt)).toBe(true);

  expect(Object.keys(plots(bench))).toEqual(["closed", "open", "sweep", "batches", "time", "spool", "lag"]);
  const html = page(JSON.parse(JSON.stringify(bench)) as AuditBench);
  expect(html.match(/<svg /g)).toHaveLength(7);
  expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|NaN|undefined|Infinity/);
  for (const word of ["database cut off", "kill -9", "90 %", "The accounting", "steal"])
    expect(html).toContain(word);
  const text = render(bench);
  for (const { who, stored } of bench.accounting)
    expect(text).toMatch(new RegExp(`${RegExp.escape(who)} .*${stored}`));
  expect(text).toContain("fdatasync");
  expect(text).not.toMatch(/NaN|undefined|MISMATCH/);
  expect(changes(bench, bench)).toEqual([]);

  expect(overBudget(bench, readBudget("p99<1000s,ratio>0.000001,share>0.000001%"))).toEqual([]);
  expect(overBudget(bench, readBudget("p50<1ns, ratio>1000000x"))).toHaveLength(2);
});

test("a control that is noisy, or a machine that others use, forbids a verdict", () => {
  const spreadOf = (lowest: number, highest: number) => ({ median: lowest, lowest, highest });
  const control = (p50: Spread, p99: Spread) => [{ name: "control", p50, p99 }];
  const judge = (contenders: object[], others: number | null, late: number) => {
    const openLoop = { rate: 1, contenders: [{ name: "control", response: { p999: late } }] };
    return noise({ contenders, openLoop, machine: { others } } as never);
  };
  const calm = control(spreadOf(40, 50), spreadOf(100, 200));
  expect(judge(calm, 0, 1e6)).toEqual([]);
  expect(judge(calm, null, 1e6)).toEqual([]);
  expect(judge(control(spreadOf(40, 161), spreadOf(100, 200)), 0, 1e6)).toEqual([
    "the no-op control's p50 differs fourfold between rounds",
  ]);
  expect(judge(control(spreadOf(40, 50), spreadOf(20_001, 20_001)), 0, 1e6)).toEqual([
    "the no-op control itself has a p99 beyond 20 µs",
  ]);
  expect(judge(calm, 0, 5e6 + 1)).toEqual(["the no-op control itself is more than 5 ms late at its p99.9"]);
  expect(judge(calm, 1000, 0)).toEqual(["other processes had 1000.00 processors"]);
});

test("on a machine that others use, a budget is not judged: exit code 2", async () => {
  // As many as it takes on this machine.
  const count = Math.floor(cpus().length * bearableShare) + 1;
  const others = Array.from({ length: count }, () => Bun.spawn(["sh", "-c", "while :; do :; done"]));
  try {
    const flags = ["--short", "--runs", "1", "--budget", "p99<1s"];
    const bench = Bun.spawn([process.execPath, join(import.meta.dir, "audit.ts"), ...flags]);
    const text = await bench.stdout.text();
    expect(text).toContain("the budget is not judged: there is no verdict\n");
    expect(text).toMatch(/^no verdict: .*other processes had [\d.]+ processors$/m);
    expect(await bench.exited).toBe(2);
  } finally {
    for (const other of others) other.kill("SIGKILL");
  }
});

test("what does not add up is said", () => {
  const account = {
    who: "x",
    sent: 3,
    accepted: 3,
    refused: 0,
    stored: 3,
    spooled: 0,
    duplicates: 0,
    gaps: 0,
    promises: true,
  };
  expect(mismatches([account])).toEqual([]);
  expect(mismatches([{ ...account, sent: 4 }])).toEqual(["x: 4 sent, but 3 accepted and 0 refused"]);
  expect(mismatches([{ ...account, stored: 2, duplicates: 1, gaps: 2 }])).toEqual([
    "x: 3 accepted, but 2 stored and 0 spooled",
    "x: 1 stored twice",
    "x: 2 missing from their sequence",
  ]);
  expect(mismatches([{ ...account, stored: 1, spooled: 2 }])).toEqual([]);
  expect(mismatches([{ ...account, stored: 2, promises: false }])).toEqual([]);
  expect(lost({ ...account, stored: 1, spooled: 1 })).toBe(1);
});

test("a budget is read, or refused in one line", () => {
  expect(readBudget("p99<100us, ratio>100,share>80%")).toEqual([
    { text: "p99<100us", name: "p99", sign: "<", bound: 100_000 },
    { text: "ratio>100", name: "ratio", sign: ">", bound: 100 },
    { text: "share>80%", name: "share", sign: ">", bound: 0.8 },
  ]);
  expect(() => readBudget("p99=3")).toThrow('"p99=3" is no limit; one is p99<100us or ratio>100');
  expect(() => readBudget("p98<3us")).toThrow('there is no measure "p98"; there are p50,');
  expect(() => readBudget("p99<3")).toThrow("p99 is a time: write its unit, as in p99<100us");
  expect(() => readBudget("ratio>3ms")).toThrow("ratio is no time, so ms is not its unit");
});

test("percentiles are told only where samples lie beyond them", () => {
  expect(quantiles(Array.from({ length: 1000 }, (_, at) => at + 1))).toEqual({
    count: 1000,
    p50: 500,
    p90: 900,
    p99: 990,
    p999: 999,
    p9999: null,
    max: 1000,
  });
  expect(() => quantiles([])).toThrow("there is no percentile of nothing");
  const [one, two] = [new Histogram(), new Histogram()];
  for (let ns = 1; ns <= 1000; ns += 1) one.add(ns * 1000);
  two.merge(one.toJSON());
  expect(Math.abs(two.percentile(0.99) / 990_000 - 1)).toBeLessThan(0.02);
});
