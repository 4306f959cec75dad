import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { noHardcodedConnection } from "./no-hardcoded-connection.ts";

const lead = "a database address is written in code:";
const pool = (address: string) => ({
  "services/billing/pool.ts": `import postgres from "postgres";\nexport const pool = postgres(${address});\n`,
});

testRule(noHardcodedConnection, {
  valid: [
    {
      name: "a host that the options let be written",
      files: {
        ...pool('"postgres://app@localhost:5432/billing"'),
        "freehold.json": manifest({
          rules: { "no-hardcoded-connection": { options: { hosts: ["localhost"] } } },
        }),
      },
    },
    ["billing", 'const docs = "https://example.com/postgres"'],
    ["billing/code.test.ts", 'const url = "postgres://localhost/test"'],
    {
      name: "a name and a port say nothing of where, nor do they let anybody in",
      files: {
        "services/billing/pool.ts": `import pg from "pg";
const { BILLING_DB_HOST, BILLING_DB_USER = "billing", BILLING_DB_PORT } = process.env;
export const pool = new pg.Pool({ host: BILLING_DB_HOST, user: BILLING_DB_USER, port: Number(BILLING_DB_PORT ?? "5432"), database: "billing" });
`,
      },
    },
    {
      name: "a default for a variable: that is no-database-url-default",
      files: pool('process.env.BILLING_DATABASE_URL ?? "postgres://localhost/billing"'),
    },
  ],
  invalid: [
    {
      name: "a URL, whose password is not shown",
      files: pool('"postgres://app:secret@db:5432/billing"'),
      findings: [`services/billing/pool.ts:2:30 ${lead} postgres://app:***@db:5432/billing`],
    },
    {
      name: "a host and a password that stand in for variables",
      files: {
        "services/billing/pool.ts": `import pg from "pg";
const { BILLING_DB_HOST = "db.internal", BILLING_DB_PASSWORD = "secret" } = process.env;
export const pool = new pg.Pool({ host: BILLING_DB_HOST, user: "billing", password: BILLING_DB_PASSWORD });
`,
      },
      findings: [
        `services/billing/pool.ts:2:27 ${lead} db.internal`,
        `services/billing/pool.ts:2:64 ${lead} a password`,
      ],
    },
    [
      "billing",
      'const url = "postgresql://app@db.internal/billing"',
      `1:13 ${lead} postgresql://app@db.internal/billing`,
    ],
  ],
});
