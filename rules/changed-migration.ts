import type { Rule } from "../analysis/model.ts";

export const changedMigration: Rule = {
  id: "changed-migration",
  severity: "error",
  summary: "Disallow editing a migration that has landed.",
  why: "Where it was applied it is not applied again: the databases that have it and those that will get it differ from then on, and the runner refuses a history that does not fit its files.",
  fix: "Put it back, and write a new migration for the change.",
  examples: {
    bad: {
      "services/billing/migrations/002_due.sql": "alter table invoices add due timestamptz;\n",
    },
    good: {
      "services/billing/migrations/002_due.sql": "alter table invoices add due date;\n",
      "services/billing/migrations/003_due_time.sql": "alter table invoices alter due type timestamptz;\n",
    },
    landed: {
      "services/billing/migrations/002_due.sql": "alter table invoices add due date;\n",
    },
  },

  *check({ migrations }) {
    for (const { at, service, file, changedSince } of migrations) {
      if (changedSince === null) continue;
      yield {
        at,
        message: `${service}'s ${file} is no longer what landed on ${changedSince}`,
        help: "put it back, and write a new migration for the change",
        subject: { services: [service] },
      };
    }
  },
};
