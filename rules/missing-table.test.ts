import { expect, test } from "bun:test";
import { baseFiles, findingsOf, testRule } from "../fixtures/rule-tester.ts";
import { missingTable } from "./missing-table.ts";

const owning = (...tables: string[]) => ({
  "freehold.json": baseFiles["freehold.json"]!.replace('["invoices"]', JSON.stringify(tables)),
});

testRule(missingTable, {
  valid: [
    { name: "every table has its migration", files: {} },
    {
      name: "a table that a migration renames, under its new name",
      files: {
        ...owning("bills"),
        "services/billing/migrations/002_rename.sql": "alter table invoices rename to bills;\n",
      },
    },
    {
      name: "a down migration is not the head",
      files: { "services/billing/migrations/001_create_invoices.down.sql": "drop table invoices;\n" },
    },
    { name: "a pattern that a table fits", files: owning("inv*") },
    {
      name: "a view",
      files: {
        ...owning("invoices", "open_invoices"),
        "services/billing/migrations/002_view.sql": "create view open_invoices as select * from invoices;\n",
      },
    },
  ],
  invalid: [
    {
      name: "no migration creates it",
      files: owning("invoices", "refunds"),
      findings: ["freehold.json:12:27 billing owns refunds, but no migration of it makes that table"],
    },
    {
      name: "no table fits the pattern",
      files: owning("invoices", "refunds_*"),
      findings: ["freehold.json:12:27 billing owns refunds_*, but none of its tables is called so"],
    },
    {
      name: "another service's migration creates it",
      files: {
        ...owning("invoices", "refunds"),
        "services/orders/migrations/002_refunds.sql": "create table refunds (id bigint);\n",
      },
      findings: ["freehold.json:12:27 billing owns refunds, but no migration of it makes that table"],
    },
    {
      name: "a later migration drops it",
      files: { "services/billing/migrations/002_drop.sql": "drop table invoices;\n" },
      findings: ["freehold.json:12:16 billing owns invoices, which its migrations drop or rename"],
    },
    {
      name: "a comment cannot suppress what the manifest says",
      files: {
        ...owning("invoices", "refunds"),
        "services/billing/code.sql": "-- freehold-ignore missing-table -- soon\nselect 1;\n",
      },
      findings: ["freehold.json:12:27 billing owns refunds, but no migration of it makes that table"],
    },
  ],
});

test("the migration that dropped the table is a related place", async () => {
  const [finding] = await findingsOf(missingTable, {
    "services/billing/migrations/002_drop.sql": "drop table\n  invoices;\n",
  });
  expect(finding?.related).toEqual([
    {
      at: { file: "services/billing/migrations/002_drop.sql", line: 2, column: 3, endLine: 2, endColumn: 11 },
      message: "invoices is gone from here on",
    },
  ]);
});
