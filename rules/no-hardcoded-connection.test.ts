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
    [
      "billing",
      'const url = "postgresql://app@db.internal/billing"',
      `1:13 ${lead} postgresql://app@db.internal/billing`,
    ],
  ],
});
