import { testRule } from "../fixtures/rule-tester.ts";
import { noDatabaseCreation } from "./no-database-creation.ts";

const tail = ": databases and roles are the project's";

testRule(noDatabaseCreation, {
  valid: [
    ["billing", "sql`select 'create database billing'`"],
    ["billing/migrations/002_schema.sql", "create schema reports;\n"],
    ["billing/migrations/002_grant.sql", "grant select on invoices to reporting;\n"],
    { name: "a script of no service", files: { "tools/provision.sql": "create database billing;\n" } },
  ],
  invalid: [
    ["billing", "sql`create database billing`", `1:5 billing runs CREATE DATABASE billing${tail}`],
    [
      "billing",
      'const name = process.argv[2];\nsql.unsafe(`create database "${name}"`)',
      `2:13 billing runs CREATE DATABASE \${…}${tail}`,
    ],
    [
      "billing/code.sql",
      "drop database if exists billing;\n",
      `1:1 billing runs DROP DATABASE billing${tail}`,
    ],
    [
      "billing/migrations/002_role.sql",
      "create role app login;\n",
      `1:1 billing runs CREATE ROLE app${tail}`,
    ],
    [
      "billing/migrations/002_role.sql",
      "alter role app set role x;\n",
      `1:1 billing runs ALTER ROLE app${tail}`,
    ],
    ["billing/migrations/002_role.sql", "create user app;\n", `1:1 billing runs CREATE USER app${tail}`],
    [
      "billing/code.sql",
      "create tablespace fast location '/fast';\n",
      `1:1 billing runs CREATE TABLESPACE fast${tail}`,
    ],
    [
      "billing/code.test.ts",
      "sql`create database billing`",
      `1:5 warn billing runs CREATE DATABASE billing${tail}`,
    ],
  ],
});
