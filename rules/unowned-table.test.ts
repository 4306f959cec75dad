import { expect, test } from "bun:test";
import { findingsOf, manifest, testRule } from "../fixtures/rule-tester.ts";
import { unownedTable } from "./unowned-table.ts";

testRule(unownedTable, {
  valid: [
    ["billing", "sql`select * from invoices`"],
    ["billing", "sql`select * from orders`"],
    ["billing", "sql`select * from information_schema.tables, pg_class, _prisma_migrations`"],
    ["billing/code.sql", "create temporary table batch (id bigint);\nselect * from batch;\n"],
    ["billing/migrations/002_rates.sql", "create table rates (rate int);\ndrop table rates;\n"],
    {
      name: "a table of a tool, named under system",
      files: {
        "freehold.json": manifest({ system: ["jobs.*"] }),
        "services/billing/code.sql": "select * from jobs.queue;\n",
      },
    },
  ],
  invalid: [
    ["billing", "sql`select rate from tax_rates`", "1:22 billing reads tax_rates, which nobody owns"],
    ["billing", 'sql`select * from "Invoices"`', "1:19 billing reads Invoices, which nobody owns"],
    [
      "billing",
      "sql`select * from archive.invoices`",
      "1:19 billing reads archive.invoices, which nobody owns",
    ],
    ["billing", "sql`delete from invoces`", "1:17 billing deletes from invoces, which nobody owns"],
    [
      "billing/migrations/002_rates.sql",
      "create table rates (rate int);\ncreate index on rates (rate);\n",
      "1:14 billing creates rates, which nobody owns",
    ],
    ["billing/tests/rates.sql", "select * from rates;\n", "1:15 warn billing reads rates, which nobody owns"],
    {
      name: "one finding for a table's migrations, one for each use in code",
      files: {
        "services/billing/migrations/002_rates.sql": "create table rates (rate int);\n",
        "services/billing/migrations/002_rates.down.sql": "drop table rates;\n",
        "services/billing/rates.sql": "select * from rates;\nselect 1 from rates;\n",
      },
      findings: [
        "services/billing/migrations/002_rates.sql:1:14 billing creates rates, which nobody owns",
        "services/billing/rates.sql:1:15 billing reads rates, which nobody owns",
        "services/billing/rates.sql:2:15 billing reads rates, which nobody owns",
      ],
    },
  ],
});

test("a name that is nearly an owned one is asked about", async () => {
  const files = { "services/billing/code.sql": "delete from invoces;\nselect * from rates, old.orders;\n" };
  expect((await findingsOf(unownedTable, files)).map(({ help }) => help)).toEqual([
    'did you mean invoices? If not, add invoces to "owns" of billing, or to "system" if a tool keeps it',
    'add rates to "owns" of billing, or to "system" if a tool keeps it',
    'orders owns a table orders in another schema; if that is not meant, add old.orders to "owns" of billing, or to "system" if a tool keeps it',
  ]);
});
