import type { Rule } from "../analysis/model.ts";
import { placeKey } from "./parts/words.ts";

const manifest = `{
  "services": {
    "orders": {
      "path": "services/orders",
      "database": "ORDERS_DATABASE_URL",
      "owns": ["orders", "customers"],
      "publishes": ["customers"]
    },
    "billing": {
      "path": "services/billing",
      "database": "BILLING_DATABASE_URL",
      "owns": ["invoices"],
      "uses": [
        { "service": "orders", "table": "customers", "access": "read", "reason": "invoices carry the customer's name" },
        { "service": "orders", "table": "orders", "access": "read", "until": "2999-12-31", "reason": "totals move to GET /totals" }
      ]
    }
  }
}
`;

export const unusedUse: Rule = {
  id: "unused-use",
  severity: "error",
  summary: 'Disallow entries under "uses" by which nothing is used.',
  why: "A road that nobody takes is a hole for the next one who comes along; and the owner believes that it is needed.",
  fix: "Delete the entry.",
  examples: {
    bad: { "freehold.json": manifest },
    good: {
      "freehold.json": manifest,
      "services/billing/total.ts":
        'import { sql } from "./database.ts";\n\nawait sql`select total from orders`;\n',
    },
  },
  exceptions: true,

  *check({ manifest: { services }, references, today }) {
    const used = new Set<string>();
    for (const { judgements } of references)
      for (const { use } of judgements) if (use) used.add(placeKey(use.at));
    for (const { name, external, uses } of services) {
      // The code of an external service is not here to be seen.
      if (external) continue;
      for (const use of uses) {
        // An entry gives one finding: one that has expired is expired-use.
        if (used.has(placeKey(use.at)) || (use.until !== null && use.until < today)) continue;
        const through = use.via === null ? "" : ` through ${use.via}`;
        yield {
          at: use.at,
          message: `nothing in ${name} ${use.access}s ${use.table} of ${use.service}${through}`,
          help: "delete the entry",
          subject: { services: [name], owners: [use.service], table: use.table, access: use.access },
        };
      }
    }
  },
};
