import { expect, test } from "bun:test";
import { mismatches } from "./audit/accounting.ts";
import { overBudget, readBudget } from "./audit/budget.ts";
import { changes } from "./audit/compare.ts";
import { benchAudit } from "./audit/measure.ts";
import { page, plots } from "./audit/page.ts";
import type { AuditBench } from "./audit/result.ts";
import { Histogram, quantiles } from "./audit/samples.ts";
import { render } from "./audit/text.ts";

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
    },
  });
  expect(bench.mismatches).toEqual([]);
  const ours = bench.accounting.find(({ who }) => who === "freehold's log()")!;
  // Two rounds, what came before them, and the open loop, where a slow machine may leave some unsent.
  expect(ours.sent).toBeGreaterThan(2100);
  expect(ours).toMatchObject({ accepted: ours.sent, refused: 0, stored: ours.sent, duplicates: 0, gaps: 0 });
  const killed = bench.accounting.find(({ who }) => who.includes("killed"))!;
  expect(killed.accepted).toBeGreaterThan(0);
  expect(killed).toMatchObject({ stored: killed.accepted, duplicates: 0, gaps: 0 });
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

  expect(overBudget(bench, readBudget("p99<1s,ratio>0.0001,share>0.0001%"))).toEqual([]);
  expect(overBudget(bench, readBudget("p50<1ns, ratio>1000000x"))).toHaveLength(2);
});

test("what does not add up is said", () => {
  const account = {
    who: "x",
    sent: 3,
    accepted: 3,
    refused: 0,
    stored: 3,
    duplicates: 0,
    gaps: 0,
    promises: true,
  };
  expect(mismatches([account])).toEqual([]);
  expect(mismatches([{ ...account, sent: 4 }])).toEqual(["x: 4 sent, but 3 accepted and 0 refused"]);
  expect(mismatches([{ ...account, stored: 2, duplicates: 1, gaps: 2 }])).toEqual([
    "x: 3 accepted, but 2 stored",
    "x: 1 stored twice",
    "x: 2 missing from their sequence",
  ]);
  expect(mismatches([{ ...account, stored: 2, promises: false }])).toEqual([]);
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
