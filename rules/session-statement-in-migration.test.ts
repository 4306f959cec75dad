import { expect, test } from "bun:test";
import { findingsOf, manifest, testRule } from "../fixtures/rule-tester.ts";
import { sessionStatementInMigration } from "./session-statement-in-migration.ts";

const file = "billing/migrations/002_change.sql";
const runners = ", and its transaction is the runner's";
const projects = ", and who it runs as is the project's";
const next = ", which the next one in the session would meet";
const locks = ", which ends the transaction, and its locks outlive the migration";
const servers = ", and how the server is set is the project's";

testRule(sessionStatementInMigration, {
  valid: [
    [file, "set local lock_timeout = '2s';\n"],
    [file, "select set_config('lock_timeout', '2s', true);\n"],
    [file, "create function f() returns int language plpgsql as $$ begin return 1; end $$;\n"],
    [file, "savepoint a; release a;\n"],
    ["billing/code.sql", "set role postgres; commit;\n"],
    {
      name: "what runs migrations, beside them",
      files: {
        "services/billing/migrations/run.ts": `import { readdir, readFile } from "node:fs/promises";
import { Client } from "pg";
export async function run(client: Client) {
  await client.query("SET search_path TO billing");
  for (const file of await readdir(import.meta.dirname)) {
    try {
      await client.query("BEGIN");
      await client.query(await readFile(file, "utf8"));
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
  }
}
`,
      },
    },
  ],
  invalid: [
    [file, "select 1; commit;\n", `1:11 a migration of billing says COMMIT${runners}`],
    {
      name: "migrations in code, by their numbers or by what they export",
      files: {
        "services/billing/migrations/002_note.ts": `import type { Client } from "pg";
export default async (client: Client) => {
  await client.query("alter table invoices add note text");
  await client.query("COMMIT");
};
`,
        "services/billing/migrations/due.ts": `import type { Client } from "pg";
const finish = (client: Client) => client.query("SET ROLE postgres");
export async function up(client: Client) {
  await finish(client);
}
`,
      },
      findings: [
        `services/billing/migrations/002_note.ts:4:23 a migration of billing says COMMIT${runners}`,
        `services/billing/migrations/due.ts:2:50 a migration of billing says SET ROLE postgres${projects}`,
      ],
    },
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
    [
      file,
      "alter system set work_mem = '1GB';\n",
      `1:1 a migration of billing says ALTER SYSTEM work_mem${servers}`,
    ],
    {
      name: "locks, and what reaches every database, on MariaDB",
      files: {
        "freehold.json": manifest({ dialect: "mariadb" }),
        [`services/${file}`]: [
          "lock tables invoices write;",
          "unlock tables;",
          "flush privileges;",
          "set global max_connections = 1;",
          "kill 7;",
          "shutdown;",
          "xa start 'x';",
          "use other;",
        ].join("\n"),
      },
      findings: [
        `services/${file}:1:1 a migration of billing says LOCK TABLES${locks}`,
        `services/${file}:2:1 a migration of billing says UNLOCK TABLES${locks}`,
        `services/${file}:3:1 a migration of billing says FLUSH privileges${servers}`,
        `services/${file}:4:1 a migration of billing says SET GLOBAL max_connections${servers}`,
        `services/${file}:5:1 a migration of billing says KILL${servers}`,
        `services/${file}:6:1 a migration of billing says SHUTDOWN${servers}`,
        `services/${file}:7:1 a migration of billing says XA${runners}`,
        `services/${file}:8:1 a migration of billing says USE other, and which database it works on is the project's`,
      ],
    },
    [file, "discard all;\n", `1:1 a migration of billing says DISCARD ALL${next}`],
    [
      "billing/migrations/001_create_invoices.down.sql",
      "drop table invoices; commit;\n",
      `1:22 a migration of billing says COMMIT${runners}`,
    ],
  ],
});

test.each([
  ["postgresql", "write SET LOCAL, which ends with the transaction"],
  ["mariadb", "write SET STATEMENT … FOR before the statement that needs it, which ends with that"],
  ["mysql", "take it out, or write the hint SET_VAR in the statement that needs it, which ends with that"],
])("a setting for one time has its own words on %s", async (dialect, help) => {
  const files = {
    "freehold.json": manifest({ dialect }),
    [`services/${file}`]: "set lock_timeout = 2;\n",
    "services/billing/migrations/003_local.sql":
      dialect === "postgresql" ? "select 1;\n" : "set local lock_wait_timeout = 2;\n",
  };
  const findings = await findingsOf(sessionStatementInMigration, files);
  expect(findings.map((finding) => finding.help)).toEqual(dialect === "postgresql" ? [help] : [help, help]);
});
