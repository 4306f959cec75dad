import { testRule } from "../fixtures/rule-tester.ts";
import { noSchemaInCode } from "./no-schema-in-code.ts";

const lead = "billing changes the schema outside of migrations:";

testRule(noSchemaInCode, {
  valid: [
    ["billing/migrations/002_note.sql", "alter table invoices add column memo text;\n"],
    ["billing", "sql`create temporary table batch (id bigint)`"],
    ["billing", "sql`truncate invoices`"],
    ["billing", "sql`refresh materialized view concurrently invoices`"],
    ["billing/code.test.ts", "sql`create table invoices (id bigint)`"],
    ["billing/tests/schema.sql", "create table invoices (id bigint);\n"],
    {
      name: "a function that only migrations call",
      files: {
        "services/billing/tables.ts":
          'import { sql } from "bun";\nexport const createNotes = () => sql`create table notes (id bigint)`;\n',
        "services/billing/migrations/002_notes.ts":
          'import { createNotes } from "../tables.ts";\nexport const up = () => createNotes();\n',
      },
    },
    { name: "a script of no service", files: { "tools/schema.sql": "create table invoices (id bigint);\n" } },
  ],
  invalid: [
    ["billing", "sql`create table if not exists invoices (id bigint)`", `1:5 ${lead} CREATE TABLE invoices`],
    ["billing", "sql`alter table invoices add column memo text`", `1:5 ${lead} ALTER TABLE invoices`],
    ["billing", "sql`drop table invoices`", `1:5 ${lead} DROP TABLE invoices`],
    ["billing", "sql`create index on invoices (amount)`", `1:5 ${lead} CREATE INDEX invoices`],
    ["billing/schema.sql", "create view open as select * from invoices;\n", `1:1 ${lead} CREATE VIEW open`],
    ["billing", "sql`create schema if not exists billing`", `1:5 ${lead} CREATE SCHEMA billing`],
    {
      name: "a function that a migration calls, and the service when it starts",
      files: {
        "services/billing/tables.ts":
          'import { sql } from "bun";\nexport const createNotes = () => sql`create table notes (id bigint)`;\n',
        "services/billing/migrations/002_notes.ts":
          'import { createNotes } from "../tables.ts";\nexport const up = () => createNotes();\n',
        "services/billing/start.ts": 'import { createNotes } from "./tables.ts";\nawait createNotes();\n',
      },
      findings: [`services/billing/tables.ts:2:38 ${lead} CREATE TABLE notes`],
    },
  ],
});
