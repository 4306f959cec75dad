import { expect, test } from "bun:test";
import { bars } from "./bars.ts";
import { type TenantRun, tenantPanels, tenantRatios, tenantTable } from "./tenants-report.ts";

const run = (name: string, upMs: number[], headMs: number[], failed: string | null = null): TenantRun => ({
  name,
  roundTripMs: 2,
  upMs,
  headMs,
  processorMs: [],
  failed,
});
const results = [
  { ...run("freehold", [2100, 2000, 1900], [500]), processorMs: [{ client: 3, road: 1.04, server: 22 }] },
  run("slow", [6000], [900]),
  run("fast", [3000], [700]),
  run("broken", [1], [], "error: it broke"),
  run("limit: raw protocol", [1600], []),
];

test("freehold and the limit are held against the fastest peer that has worked, and the limit is none", () => {
  expect(tenantRatios(results)).toEqual([
    { roundTripMs: 2, bestPeer: "fast", freeholdToBestPeer: 1.5, limitToBestPeer: 1.875 },
  ]);
  expect(tenantTable(results, 200)).toBe(
    [
      "10 migrations × 200 tenants' databases, eight at a time, round trip 2 ms",
      "  freehold               2.00 s (1.90 s to 2.10 s)   1.00 ×  at head 0.50 s  processor ms a tenant 26.0 (client 3.0, road 1.0, server 22.0)",
      "  slow                   6.00 s (6.00 s to 6.00 s)   3.00 ×  at head 0.90 s",
      "  fast                   3.00 s (3.00 s to 3.00 s)   1.50 ×  at head 0.70 s",
      "  broken               failed: error: it broke",
      "  limit: raw protocol    1.60 s (1.60 s to 1.60 s)   0.80 ×",
      "  freehold ÷ best peer (fast): 1.50 times as fast",
      "  limit ÷ best peer (fast): 1.88 times as fast",
    ].join("\n"),
  );
  expect(bars("all", tenantPanels(results, 200))).toContain('fill="#fff" stroke="#999"');
});

test("without a peer there is nothing to hold against", () => {
  const alone = results.slice(0, 1);
  expect(tenantRatios(alone)).toEqual([
    { roundTripMs: 2, bestPeer: null, freeholdToBestPeer: null, limitToBestPeer: null },
  ]);
  expect(tenantTable(alone, 3)).not.toContain("÷");
});

test("a freehold that has failed has no ratio, and the limit keeps its own", () => {
  const failing = [run("freehold", [], [], "error: no"), ...results.slice(1)];
  expect(tenantRatios(failing)).toEqual([
    { roundTripMs: 2, bestPeer: "fast", freeholdToBestPeer: null, limitToBestPeer: 1.875 },
  ]);
});
