import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { noDatabaseCreation } from "./no-database-creation.ts";

const tail = ": databases and roles are the project's";
const mariadb = manifest({ dialect: "mariadb" });
const file = "services/billing/migrations/002_rights.sql";

testRule(noDatabaseCreation, {
  valid: [
    ["billing", "sql`select 'create database billing'`"],
    ["billing/migrations/002_schema.sql", "create schema reports;\n"],
    ["billing/migrations/002_grant.sql", "grant select on invoices to reporting;\n"],
    ["billing/migrations/002_grant.sql", "grant all on schema reports to reporting;\n"],
    ["billing", "sql`select rolname from pg_authid`"],
    {
      name: "rights on one table, and a look at the server's, on MariaDB",
      files: {
        "freehold.json": mariadb,
        [file]: "grant select on invoices to reporting;\nselect user from mysql.user;\n",
      },
    },
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
      "billing/migrations/002_role.sql",
      "grant orders_owner to billing_app; revoke a from b; reassign owned by a to b; drop owned by a;\n",
      `1:1 billing runs GRANT ROLE orders_owner${tail}`,
      `1:36 billing runs REVOKE ROLE a${tail}`,
      `1:53 billing runs REASSIGN OWNED b${tail}`,
      `1:79 billing runs DROP OWNED${tail}`,
    ],
    [
      "billing",
      "sql`update pg_catalog.pg_database set datallowconn = false`",
      `1:12 billing changes pg_catalog.pg_database${tail}`,
    ],
    {
      name: "rights on whole databases, and the tables in which MariaDB keeps them",
      files: {
        "freehold.json": mariadb,
        [file]: [
          "grant all on *.* to app;",
          "revoke select on shop.* from app;",
          "grant select on * to app;",
          "grant boss to app;",
          "grant proxy on boss to app;",
          "rename user app to boss;",
          "set password for app = 'x';",
          "create schema other;",
          "insert into mysql.user (user) values ('x');",
          "delete from mysql.db;",
          "drop table mysql.global_priv;",
        ].join("\n"),
      },
      findings: [
        `${file}:1:1 billing runs GRANT *.*${tail}`,
        `${file}:2:1 billing runs REVOKE shop.*${tail}`,
        `${file}:3:1 billing runs GRANT *${tail}`,
        `${file}:4:1 billing runs GRANT ROLE boss${tail}`,
        `${file}:5:1 billing runs GRANT PROXY boss${tail}`,
        `${file}:6:1 billing runs RENAME USER app${tail}`,
        `${file}:7:1 billing runs SET PASSWORD${tail}`,
        `${file}:8:1 billing runs CREATE SCHEMA other${tail}`,
        `${file}:9:13 billing changes mysql.user${tail}`,
        `${file}:10:13 billing changes mysql.db${tail}`,
        `${file}:11:12 billing changes mysql.global_priv${tail}`,
      ],
    },
    [
      "billing/code.test.ts",
      "sql`create database billing`",
      `1:5 warn billing runs CREATE DATABASE billing${tail}`,
    ],
  ],
});
