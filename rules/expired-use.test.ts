import { expect, test } from "bun:test";
import { findingsOf, manifest, testRule } from "../fixtures/rule-tester.ts";
import { expiredUse } from "./expired-use.ts";

const use = { service: "orders", table: "orders", access: "read", reason: "GRV-112" };
const until = (day: string) => ({
  "freehold.json": manifest({ uses: [{ ...use, until: day }] }),
  "services/billing/total.sql": "select total from orders;\n",
});

testRule(expiredUse, {
  valid: [
    { name: "an entry without a day", files: {} },
    { name: "an entry on its last day", files: until("2026-11-21") },
  ],
  invalid: [
    {
      name: "an entry on the day after",
      files: until("2026-11-20"),
      findings: ["freehold.json:15:9 the last day on which billing may read orders of orders was 2026-11-20"],
    },
  ],
});

test("the accesses that still stand on the entry are related places", async () => {
  const [finding] = await findingsOf(expiredUse, until("2026-11-20"));
  expect(finding?.related).toEqual([
    {
      at: { file: "services/billing/total.sql", line: 1, column: 19, endLine: 1, endColumn: 25 },
      message: "still stands on it",
    },
  ]);
});
