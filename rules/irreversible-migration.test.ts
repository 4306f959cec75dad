import { testRule } from "../fixtures/rule-tester.ts";
import { irreversibleMigration } from "./irreversible-migration.ts";

const folder = "services/billing/migrations";
const up = "alter table invoices add a int;\n";
const back = { [`${folder}/001_create_invoices.down.sql`]: "drop table invoices;\n" };

testRule(irreversibleMigration, {
  valid: [
    { name: "a service that writes no ways back", files: { [`${folder}/002_a.sql`]: up } },
    { name: "Prisma, which knows none", files: { [`${folder}/20240101000000_a/migration.sql`]: up } },
    {
      name: "both ways in one file",
      files: {
        ...back,
        [`${folder}/002_a.sql`]: `-- migrate:up\n${up}-- migrate:down\nalter table invoices drop a;\n`,
      },
    },
    {
      name: "what runs whenever it has changed",
      files: { ...back, [`${folder}/R__view.sql`]: "create or replace view v as select 1 as x;\n" },
    },
  ],
  invalid: [
    {
      name: "one file without another",
      files: { ...back, [`${folder}/002_a.sql`]: up },
      findings: [`${folder}/002_a.sql:1:1 billing's 002_a.sql has no way back, and others of ${folder} have`],
    },
    {
      name: "a part that takes back, and is empty",
      files: { ...back, [`${folder}/002_a.sql`]: `-- +goose Up\n${up}-- +goose Down\n` },
      findings: [`${folder}/002_a.sql:1:1 billing's 002_a.sql has no way back, and others of ${folder} have`],
    },
    {
      name: "a folder for each migration",
      files: {
        [`${folder}/2024-01-01-000000_a/up.sql`]: up,
        [`${folder}/2024-01-01-000000_a/down.sql`]: "alter table invoices drop a;\n",
        [`${folder}/2024-01-02-000000_b/up.sql`]: "alter table invoices add b int;\n",
      },
      findings: [
        `${folder}/001_create_invoices.sql:1:1 billing's 001_create_invoices.sql has no way back, and others of ${folder} have`,
        `${folder}/2024-01-02-000000_b/up.sql:1:1 billing's 2024-01-02-000000_b/up.sql has no way back, and others of ${folder} have`,
      ],
    },
  ],
});
