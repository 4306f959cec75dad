import { testRule } from "../fixtures/rule-tester.ts";
import { modelMismatch } from "./model-mismatch.ts";

const drizzle = 'import { bigint, pgSchema, pgTable, text } from "drizzle-orm/pg-core";\n';
const file = "services/billing/schema.ts";

testRule(modelMismatch, {
  valid: [
    {
      name: "the same columns, in another order and under other properties",
      files: {
        [file]: `${drizzle}export const invoices = pgTable("invoices", { remark: text("note"), id: bigint("id"), amount: bigint("amount") });\n`,
      },
    },
    {
      name: "a column that a later migration adds",
      files: {
        "services/billing/migrations/002_due.sql": "alter table invoices add column due date;\n",
        [file]: `${drizzle}export const invoices = pgTable("invoices", { id: bigint("id"), amount: bigint("amount"), note: text("note"), due: text("due") });\n`,
      },
    },
    {
      name: "a service without migrations",
      files: {
        "services/billing/migrations/001_create_invoices.sql": "",
        [file]: `${drizzle}export const invoices = pgTable("invoices", { id: bigint("id") });\n`,
      },
    },
    {
      name: "a model in a test",
      files: {
        "services/billing/schema.test.ts": `${drizzle}export const t = pgTable("invoices", { id: bigint("id") });\n`,
      },
    },
  ],
  invalid: [
    {
      name: "a column that no migration makes",
      files: {
        [file]: `${drizzle}export const invoices = pgTable("invoices", { id: bigint("id"), amount: bigint("amount"), note: text("note"), colour: text("colour") });\n`,
      },
      findings: [`${file}:2:33 billing's model of invoices has colour, which no migration makes`],
    },
    {
      name: "columns that the model lacks",
      files: { [file]: `${drizzle}export const invoices = pgTable("invoices", { id: bigint("id") });\n` },
      findings: [`${file}:2:33 billing's model of invoices lacks amount and note`],
    },
    {
      name: "a table that no migration makes",
      files: { [file]: `${drizzle}export const refunds = pgTable("refunds", { id: bigint("id") });\n` },
      findings: [`${file}:2:32 billing maps refunds, which none of its migrations makes`],
    },
    {
      name: "a table of another schema",
      files: {
        [file]: `${drizzle}const shop = pgSchema("shop");\nexport const invoices = shop.table("invoices", { id: bigint("id") });\n`,
      },
      findings: [`${file}:3:36 billing maps invoices, which none of its migrations makes`],
    },
  ],
});
