import type { Rule } from "../analysis/model.ts";
import { trespasses } from "./parts/access.ts";
import { list, possessive } from "./parts/words.ts";

export const crossServiceForeignKey: Rule = {
  id: "cross-service-foreign-key",
  severity: "error",
  summary: "Disallow foreign keys to a table that another service owns.",
  why: "A foreign key ties two databases into one: neither table can move, be restored or be deleted from without the other, and a cascade deletes rows behind an owner's back.",
  fix: "Keep the id as a plain column, and ask the owner whether it exists.",
  examples: {
    bad: {
      "services/billing/migrations/002_refunds.sql":
        "alter table invoices add column order_id bigint references orders (id);\n",
    },
    good: {
      "services/billing/migrations/002_refunds.sql": "alter table invoices add column order_id bigint;\n",
    },
  },

  check: (model) =>
    trespasses(model, "foreign-key", {
      help: ({ owners }) =>
        `keep the id as a plain column; whether it exists, ${list(owners.map(possessive), "or")} API says`,
    }),
};
