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
    {
      name: "entities that migrations in code make, of SQL and of builders",
      files: {
        "services/billing/migrations/1700000000001-bills.ts":
          'import type { QueryRunner } from "typeorm";\nexport class Bills1700000000001 { async up(runner: QueryRunner) { await runner.query(`create table "bill" ("id" int, "sum" int)`); await runner.addColumn("bill", new TableColumn({ name: "paidAt", type: "date" })); await runner.renameColumn("bill", "sum", "total"); } async down(runner: QueryRunner) { await runner.dropTable("bill"); } }\n',
        "services/billing/bill.ts":
          'import { Column, Entity, PrimaryColumn } from "typeorm";\n@Entity() export class Bill { @PrimaryColumn() id: number; @Column() total: number; @Column() paidAt: Date }\n',
      },
    },
    {
      name: "migrations in code of which a part is not known",
      files: {
        "services/billing/migrations/1700000000001-bills.ts":
          'import type { QueryRunner } from "typeorm";\nimport { name } from "elsewhere";\nexport class Bills1700000000001 { async up(runner: QueryRunner) { await runner.query(`create table bill (id int)`); await runner.renameTable("bill", name); } }\n',
        "services/billing/bill.ts":
          'import { Column, Entity, PrimaryColumn } from "typeorm";\n@Entity() export class Bill { @PrimaryColumn() id: number; @Column() more: number }\n',
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
    {
      name: "an entity that migrations in code make otherwise",
      files: {
        "services/billing/migrations/Migration20260101.ts":
          'import { Migration } from "@mikro-orm/migrations";\nexport class Migration20260101 extends Migration { up() { this.addSql("create table bill (id int, sum int)"); } down() { this.addSql("drop table bill"); } }\n',
        "services/billing/bill.ts":
          'import { Entity, PrimaryKey, Property } from "@mikro-orm/core";\n@Entity() export class Bill { @PrimaryKey() id: number; @Property() total: number }\n',
      },
      findings: [
        "services/billing/bill.ts:2:24 billing's model of bill has total, which no migration makes, and lacks sum",
      ],
    },
    {
      name: "a model that a query interface makes otherwise",
      files: {
        "services/billing/migrations/001-bills.js":
          'module.exports = { up: async (queryInterface, Sequelize) => { await queryInterface.createTable("Bills", { id: { type: Sequelize.INTEGER, primaryKey: true }, sum: Sequelize.INTEGER, createdAt: Sequelize.DATE, updatedAt: Sequelize.DATE }); await queryInterface.renameColumn("Bills", "sum", "total"); }, down: (queryInterface) => queryInterface.dropTable("Bills") };\n',
        "services/billing/bill.js":
          'const { DataTypes, Sequelize } = require("sequelize");\nconst sequelize = new Sequelize(process.env.BILLING_DATABASE_URL);\nsequelize.define("Bill", { id: { type: DataTypes.INTEGER, primaryKey: true }, sum: DataTypes.INTEGER });\n',
      },
      findings: [
        "services/billing/bill.js:3:18 billing's model of Bills has sum, which no migration makes, and lacks total",
      ],
    },
  ],
});
