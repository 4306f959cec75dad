import { testRule } from "../fixtures/rule-tester.ts";
import { migrationOrder } from "./migration-order.ts";

const folder = "services/billing/migrations";
/** Further migrations of billing's, which add columns; its first one is 001_create_invoices.sql. */
const adding = (...names: string[]) =>
  Object.fromEntries(
    names.map((name, at) => [`${folder}/${name}`, `alter table invoices add c${at} int;\n`]),
  );
const goose = "-- +goose Up\nalter table invoices add a int;\n-- +goose Down\nalter table invoices drop a;\n";

testRule(migrationOrder, {
  valid: [
    { name: "one after the other", files: adding("002_a.sql", "003_b.sql") },
    { name: "ways back with the same number", files: adding("002_a.sql", "002_a.down.sql") },
    { name: "times for numbers", files: adding("20240101000000_a.sql", "20240301000000_b.sql") },
    { name: "golang-migrate, which lets numbers out", files: adding("000004_a.up.sql", "000009_b.up.sql") },
    { name: "goose, which lets numbers out", files: { [`${folder}/00004_a.sql`]: goose } },
    {
      name: "Flyway's baseline, which has the number of what it stands for",
      files: adding("V2__a.sql", "B2__a.sql", "R__view.sql", "R__other.sql"),
    },
    {
      name: "room that is left on purpose",
      files: {
        "freehold.json": `{ "services": { "billing": { "path": "services/billing", "owns": ["invoices"], "migrations": "db" } } }`,
        "db/010_a.sql": "create table invoices (id int);\n",
        "db/020_b.sql": "alter table invoices add b int;\n",
        "db/040_c.sql": "alter table invoices add c int;\n",
      },
    },
  ],
  invalid: [
    {
      name: "the same number twice, however it is written",
      files: adding("002_b.sql", "0002_a.sql"),
      findings: [
        `${folder}/002_b.sql:1:1 billing has two migrations with the number 002: 0002_a.sql and 002_b.sql`,
      ],
    },
    {
      name: "the same time twice",
      files: adding("20240101000000_a.sql", "20240101000000_b.sql"),
      findings: [
        `${folder}/20240101000000_b.sql:1:1 billing has two migrations with the number 20240101000000: 20240101000000_a.sql and 20240101000000_b.sql`,
      ],
    },
    {
      name: "Flyway's versions, which end in zeros or not",
      files: adding("V2.0__a.sql", "V2__b.sql"),
      findings: [
        `${folder}/V2__b.sql:1:1 billing has two migrations with the number 2: V2.0__a.sql and V2__b.sql`,
      ],
    },
    {
      name: "a number that is left out",
      files: adding("003_b.sql", "006_c.sql"),
      findings: [
        `${folder}/003_b.sql:1:1 billing has no migration 002, between 001_create_invoices.sql and 003_b.sql`,
        `${folder}/006_c.sql:1:1 billing has no migration 004 to 005, between 003_b.sql and 006_c.sql`,
      ],
    },
  ],
});
