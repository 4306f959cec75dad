import type { Rule } from "../analysis/model.ts";
import { trespasses } from "./parts/access.ts";
import { list, possessive } from "./parts/words.ts";

export const crossServiceSchemaChange: Rule = {
  id: "cross-service-schema-change",
  severity: "error",
  summary: "Disallow changing the shape, the indexes or the grants of a table that another service owns.",
  why: "Migrations live with the owner: a shape that others change is a shape that the owner's own migrations no longer produce.",
  fix: "Move the statement into the owner's migrations.",
  examples: {
    bad: { "services/billing/migrations/002_flag.sql": "alter table orders add column billed boolean;\n" },
    good: { "services/orders/migrations/002_flag.sql": "alter table orders add column billed boolean;\n" },
  },

  check: (model) =>
    trespasses(model, "schema-change", {
      help: ({ owners }) => `move this statement into ${list(owners.map(possessive), "or")} migrations`,
    }),
};
