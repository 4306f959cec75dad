import { testRule } from "../fixtures/rule-tester.ts";
import { modelMismatch } from "./model-mismatch.ts";

const drizzle = 'import { bigint, pgSchema, pgTable, text } from "drizzle-orm/pg-core";\n';
const file = "services/billing/schema.ts";

/** A service with a history and a schema for each of two engines. */
const engines = (mysql: string, sqlite: string) => ({
  "services/billing/db/mysql/schema.prisma": `datasource db {\n  provider = "mysql"\n  url = env("BILLING_DATABASE_URL")\n}\nmodel notes {\n  id Int @id\n  ${mysql} Int\n}\n`,
  "services/billing/db/sqlite/schema.prisma": `datasource db {\n  provider = "sqlite"\n  url = env("BILLING_DATABASE_URL")\n}\nmodel notes {\n  id Int @id\n  ${sqlite} Int\n}\n`,
  "services/billing/migrations/mysql/1/migration.sql": "create table `notes` (id int, a int);\n",
  "services/billing/migrations/sqlite/1/migration.sql": "create table notes (id int, b int);\n",
});

testRule(modelMismatch, {
  valid: [
    { name: "each engine's schema beside its own history", files: engines("a", "b") },
    {
      name: "an entity for every engine",
      files: {
        ...engines("a", "b"),
        "services/billing/migrations/mysql/2/migration.sql": "create table bill (id int);\n",
        "services/billing/migrations/sqlite/2/migration.sql": "create table bill (id int);\n",
        "services/billing/bill.ts":
          'import { Entity, PrimaryColumn } from "typeorm";\n@Entity() export class Bill { @PrimaryColumn() id: number }\n',
      },
    },
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
      name: "what Kysely's schema builder makes",
      files: {
        "services/billing/migrations/2026-01-bills.ts":
          'import type { Kysely } from "kysely";\nexport async function up(db: Kysely<unknown>) { await db.schema.createTable("draft").addColumn("id", "uuid", (col) => col.primaryKey()).addColumn("sum", "integer").addColumn("old", "text").execute(); await db.schema.alterTable("draft").renameTo("bill").execute(); await db.schema.alterTable("bill").renameColumn("sum", "total").dropColumn("old").addColumn("paid_at", "date").execute(); await db.schema.createView("paid").as(db.selectFrom("bill").selectAll()).execute(); }\nexport async function down(db: Kysely<unknown>) { await db.schema.dropTable("bill").execute(); }\n',
        "services/billing/bill.ts": `${drizzle}export const bill = pgTable("bill", { id: text("id"), total: bigint("total"), paidAt: text("paid_at") });\n`,
      },
    },
    {
      name: "what node-pg-migrate's builder makes",
      files: {
        "services/billing/migrations/1700000000001_bills.ts":
          'import type { MigrationBuilder } from "node-pg-migrate";\nexport const up = (pgm: MigrationBuilder) => { pgm.createTable("draft", { id: "id", sum: { type: "int" }, old: "text" }); pgm.renameTable("draft", "bill"); pgm.addColumns("bill", { paid_at: "date" }); pgm.dropColumns("bill", ["old"]); pgm.renameColumn("bill", "sum", "total"); pgm.createIndex("bill", "total"); };\nexport const down = (pgm: MigrationBuilder) => pgm.dropTable("bill");\n',
        "services/billing/bill.ts": `${drizzle}export const bill = pgTable("bill", { id: text("id"), total: bigint("total"), paidAt: text("paid_at") });\n`,
      },
    },
    {
      name: "columns that a function adds to what a builder makes",
      files: {
        "services/billing/migrations/2026-01-bills.ts":
          'import type { Kysely } from "kysely";\nimport { stamped } from "elsewhere";\nexport async function up(db: Kysely<unknown>) { await db.schema.createTable("bill").addColumn("id", "uuid").$call(stamped).execute(); }\n',
        "services/billing/bill.ts": `${drizzle}export const bill = pgTable("bill", { id: text("id"), at: text("at") });\n`,
      },
    },
    {
      name: "columns that are added to attributes which come from elsewhere",
      files: {
        "services/billing/migrations/001-bills.js":
          'const { base } = require("elsewhere");\nmodule.exports = { up: async (queryInterface, Sequelize) => { await queryInterface.createTable("Bills", { ...base }); await queryInterface.addColumn("Bills", "sum", Sequelize.INTEGER); } };\n',
        "services/billing/bill.js":
          'const { DataTypes, Sequelize } = require("sequelize");\nconst sequelize = new Sequelize(process.env.BILLING_DATABASE_URL);\nsequelize.define("Bill", { id: { type: DataTypes.INTEGER, primaryKey: true }, sum: DataTypes.INTEGER });\n',
      },
    },
    {
      name: "Prisma's model, with a column that a later migration adds",
      files: {
        "services/billing/migrations/002_due.sql": "alter table invoices add column due_at date;\n",
        "services/billing/prisma/schema.prisma":
          'datasource db {\n  provider = "postgresql"\n  url = env("BILLING_DATABASE_URL")\n}\nmodel Invoice {\n  id BigInt @id\n  amount BigInt\n  note String?\n  dueAt DateTime? @map("due_at")\n  @@map("invoices")\n}\n',
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
      name: "one engine's schema that is another's history",
      files: engines("b", "b"),
      findings: [
        "services/billing/db/mysql/schema.prisma:5:7 billing's model of notes has b, which no mysql migration makes, and lacks a",
      ],
    },
    {
      name: "an entity that one engine's history does not make",
      files: {
        ...engines("a", "b"),
        "services/billing/migrations/mysql/2/migration.sql": "create table bill (id int);\n",
        "services/billing/bill.ts":
          'import { Entity, PrimaryColumn } from "typeorm";\n@Entity() export class Bill { @PrimaryColumn() id: number }\n',
      },
      findings: [
        "services/billing/bill.ts:2:24 billing maps bill, which none of its sqlite migrations makes",
      ],
    },
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
      name: "a model that Kysely's schema builder makes otherwise",
      files: {
        "services/billing/migrations/2026-01-bills.ts":
          'import type { Kysely } from "kysely";\nexport async function up(db: Kysely<unknown>) { await db.schema.createTable("bill").addColumn("id", "uuid").addColumn("sum", "integer").execute(); }\nexport async function down(db: Kysely<unknown>) { await db.schema.dropTable("bill").execute(); }\n',
        "services/billing/bill.ts": `${drizzle}export const bill = pgTable("bill", { id: text("id"), total: bigint("total") });\nexport const gone = pgTable("gone", { id: text("id") });\n`,
      },
      findings: [
        "services/billing/bill.ts:2:29 billing's model of bill has total, which no migration makes, and lacks sum",
        "services/billing/bill.ts:3:29 billing maps gone, which none of its migrations makes",
      ],
    },
    {
      name: "a model that node-pg-migrate's builder makes otherwise",
      files: {
        "services/billing/migrations/1700000000001_bills.ts":
          'import type { MigrationBuilder } from "node-pg-migrate";\nexport const up = (pgm: MigrationBuilder) => { pgm.createTable("bill", { id: "id", sum: { type: "int" } }); pgm.dropTable("invoices"); };\n',
        "services/billing/bill.ts": `${drizzle}export const bill = pgTable("bill", { id: text("id"), total: bigint("total") });\nexport const invoices = pgTable("invoices", { id: text("id") });\n`,
      },
      findings: [
        "services/billing/bill.ts:2:29 billing's model of bill has total, which no migration makes, and lacks sum",
        "services/billing/bill.ts:3:33 billing maps invoices, which none of its migrations makes",
      ],
    },
    {
      name: "a model that Knex's schema builder makes otherwise",
      files: {
        "services/billing/migrations/001_bills.js":
          'exports.up = (knex) => knex.schema.createTable("bill", (table) => { table.increments(); table.integer("sum").notNullable(); });\nexports.down = (knex) => knex.schema.dropTable("bill");\n',
        "services/billing/bill.ts": `${drizzle}export const bill = pgTable("bill", { id: text("id"), total: bigint("total") });\n`,
      },
      findings: [
        "services/billing/bill.ts:2:29 billing's model of bill has total, which no migration makes, and lacks sum",
      ],
    },
    {
      name: "Prisma's model, with a column that no migration adds",
      files: {
        "services/billing/prisma/schema.prisma":
          'datasource db {\n  provider = "postgresql"\n  url = env("BILLING_DATABASE_URL")\n}\nmodel Invoice {\n  id BigInt @id\n  amount BigInt\n  note String?\n  dueAt DateTime? @map("due_at")\n  @@map("invoices")\n}\n',
      },
      findings: [
        "services/billing/prisma/schema.prisma:10:10 billing's model of invoices has due_at, which no migration makes",
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
