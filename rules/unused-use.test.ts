import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { unusedUse } from "./unused-use.ts";

const use = { service: "orders", table: "orders", access: "read", reason: "GRV-112", until: "2999-12-31" };
const total = { "services/billing/total.sql": "select total from orders;\n" };

testRule(unusedUse, {
  valid: [
    {
      name: "an entry that names an access",
      files: { "freehold.json": manifest({ uses: [use] }), ...total },
    },
    {
      name: "one that has expired: that is expired-use, and not both",
      files: { "freehold.json": manifest({ uses: [{ ...use, until: "2020-01-01" }] }) },
    },
  ],
  invalid: [
    {
      name: "an entry by which nothing is read",
      files: { "freehold.json": manifest({ uses: [use] }) },
      findings: ["freehold.json:15:9 nothing in billing reads orders of orders"],
    },
    {
      name: "an entry for code that reads nothing",
      files: {
        "freehold.json": manifest({ uses: [{ ...use, via: "services/billing/database.ts" }] }),
        ...total,
      },
      findings: [
        "freehold.json:15:9 nothing in billing reads orders of orders through services/billing/database.ts",
      ],
    },
    {
      name: "an entry for a write, where the table is read",
      files: { "freehold.json": manifest({ uses: [{ ...use, access: "write" }] }), ...total },
      findings: ["freehold.json:15:9 nothing in billing writes orders of orders"],
    },
  ],
});
