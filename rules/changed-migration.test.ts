import { testRule } from "../fixtures/rule-tester.ts";
import { changedMigration } from "./changed-migration.ts";

const file = "services/billing/migrations/002_due.sql";
const now = "alter table invoices add due date;\n";

testRule(changedMigration, {
  valid: [
    { name: "a migration that is new", files: { [file]: now } },
    { name: "one that is as it landed", files: { [file]: now }, landed: { [file]: now } },
  ],
  invalid: [
    {
      name: "one that was edited",
      files: { [file]: now },
      landed: { [file]: "alter table invoices add due timestamp;\n" },
      findings: [`${file}:1:1 billing's 002_due.sql is no longer what landed on origin/main`],
    },
  ],
});
