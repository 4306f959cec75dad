import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { staleBaseline } from "./stale-baseline.ts";

const file = "freehold.baseline.jsonl";
const entry = {
  rule: "cross-service-read",
  services: ["billing"],
  table: "orders",
  operation: "select",
  file: "services/billing/total.ts",
  function: "totals",
  statement: "00f00d00f00d00f0",
  reason: "totals move to GET /totals",
};
const baseline = (...entries: object[]) => ({
  [file]: ['{"freehold":"baseline","version":1}', ...entries.map((one) => JSON.stringify(one)), ""].join(
    "\n",
  ),
});

testRule(staleBaseline, {
  valid: [
    { name: "a baseline that holds nothing", files: baseline() },
    {
      name: "an entry of a rule that is off",
      files: { ...baseline(entry), "freehold.json": manifest({ rules: { "cross-service-read": "off" } }) },
    },
  ],
  invalid: [
    {
      name: "entries whose statement is gone, each at its line",
      files: baseline(entry, { ...entry, function: null, table: null, services: [], file: "a.sql" }),
      findings: [
        `${file}:2:1 cross-service-read of billing finds nothing about orders in totals in services/billing/total.ts any more`,
        `${file}:3:1 cross-service-read finds nothing in a.sql any more`,
      ],
    },
    {
      name: "an entry of a rule that is no more",
      files: baseline({ ...entry, rule: "no-such-rule" }),
      findings: [`${file}:2:1 there is no rule called no-such-rule`],
    },
  ],
});
