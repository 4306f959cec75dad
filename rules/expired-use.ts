import type { Model, Related, Rule, Use } from "../analysis/model.ts";
import { placeKey } from "./parts/words.ts";

const access = {
  "services/billing/badge.ts":
    'import { sql } from "./database.ts";\n\nawait sql`select total from orders`;\n',
};

export const expiredUse: Rule = {
  id: "expired-use",
  severity: "error",
  summary: 'Disallow entries under "uses" whose last day has passed.',
  why: "A dated road into someone else's table is a promise to its owner; when the day has come, the owner counts on it.",
  fix: "End the access and delete the entry, or agree on a new day with the owner.",
  examples: {
    bad: { "freehold.json": manifestUntil("2020-01-01"), ...access },
    good: { "freehold.json": manifestUntil("2999-12-31"), ...access },
  },
  exceptions: true,

  *check(model) {
    for (const { name, uses } of model.manifest.services) {
      for (const use of uses) {
        if (use.until === null || use.until >= model.today) continue;
        yield {
          at: use.at,
          message: `the last day on which ${name} may ${use.access} ${use.table} of ${use.service} was ${use.until}`,
          help: "end the access and delete the entry, or agree on a new day with its owner",
          subject: { services: [name], owners: [use.service], table: use.table, access: use.access },
          related: standing(model, use),
        };
      }
    }
  },
};

function manifestUntil(day: string): string {
  return `{
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
        { "service": "orders", "table": "orders", "access": "read", "until": "${day}", "reason": "totals move to GET /totals" }
      ]
    }
  }
}
`;
}

const shown = 5;

/** Accesses that still stand on the entry. */
function standing({ references }: Model, use: Use): Related[] {
  return references
    .filter(({ judgements }) =>
      judgements.some((judgement) => judgement.use && placeKey(judgement.use.at) === placeKey(use.at)),
    )
    .slice(0, shown)
    .map(({ at }) => ({ at, message: "still stands on it" }));
}
