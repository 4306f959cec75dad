import type { Rule } from "../analysis/model.ts";

export const missingTable: Rule = {
  id: "missing-table",
  severity: "error",
  summary: "Disallow owning a table that no migration makes.",
  why: "A table that is owned on paper alone is made by hand or by nobody: a fresh database will lack it.",
  fix: 'Write the migration that creates the table, or take it out of "owns".',
  examples: {
    bad: { "services/billing/migrations/002_drop.sql": "drop table invoices;\n" },
    good: {
      "services/billing/migrations/002_drop.sql": "alter table invoices drop column if exists note;\n",
    },
  },

  *check({ missing }) {
    for (const { service, schema, table, pattern, at, droppedAt } of missing) {
      const name = schema === null ? table : `${schema}.${table}`;
      const lack = droppedAt
        ? "which its migrations drop or rename"
        : pattern
          ? "but none of its tables is called so"
          : "but no migration of it makes that table";
      yield {
        at,
        message: `${service} owns ${name}, ${lack}`,
        help: `write the migration that creates ${pattern ? "such a table" : name}, or take ${name} out of "owns" of ${service}`,
        subject: { services: [service], owners: [service], table },
        related: droppedAt ? [{ at: droppedAt, message: `${name} is gone from here on` }] : [],
      };
    }
  },
};
