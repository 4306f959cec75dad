import { testRule } from "../fixtures/rule-tester.ts";
import { sessionStatementInMigration } from "./session-statement-in-migration.ts";

const file = "billing/migrations/002_change.sql";
const runners = ", and its transaction is the runner's";
const projects = ", and who it runs as is the project's";
const next = ", which the next one in the session would meet";

testRule(sessionStatementInMigration, {
  valid: [
    [file, "set local lock_timeout = '2s';\n"],
    [file, "select set_config('lock_timeout', '2s', true);\n"],
    [file, "create function f() returns int language plpgsql as $$ begin return 1; end $$;\n"],
    [file, "savepoint a; release a;\n"],
    ["billing/code.sql", "set role postgres; commit;\n"],
  ],
  invalid: [
    [file, "select 1; commit;\n", `1:11 a migration of billing says COMMIT${runners}`],
    [file, "begin;\n", `1:1 a migration of billing says BEGIN${runners}`],
    [file, "rollback;\n", `1:1 a migration of billing says ROLLBACK${runners}`],
    [file, "set role postgres;\n", `1:1 a migration of billing says SET ROLE postgres${projects}`],
    [file, "reset role;\n", `1:1 a migration of billing says RESET ROLE${projects}`],
    [
      file,
      "set session authorization app;\n",
      `1:1 a migration of billing says SET SESSION AUTHORIZATION app${projects}`,
    ],
    [file, "set search_path = x;\n", `1:1 a migration of billing says SET search_path${next}`],
    [file, "discard all;\n", `1:1 a migration of billing says DISCARD ALL${next}`],
    [
      "billing/migrations/001_create_invoices.down.sql",
      "drop table invoices; commit;\n",
      `1:22 a migration of billing says COMMIT${runners}`,
    ],
  ],
});
