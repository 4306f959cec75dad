import { baseFiles, testRule } from "../fixtures/rule-tester.ts";
import { undeclaredDatabaseUrl } from "./undeclared-database-url.ts";

const pool = (variable: string) => ({
  "services/billing/pool.ts": `import postgres from "postgres";
const url = process.env.${variable};
if (!url) throw new Error("${variable} is not set");
export const pool = postgres(url);
`,
});

testRule(undeclaredDatabaseUrl, {
  valid: [
    { name: "the service's own variable", files: pool("BILLING_DATABASE_URL") },
    { name: "another service's: that is cross-service-connection", files: pool("ORDERS_DATABASE_URL") },
    {
      name: "the migrator's variable",
      files: {
        ...pool("BILLING_MIGRATOR_URL"),
        "freehold.json": baseFiles["freehold.json"]!.replace(
          '"BILLING_DATABASE_URL",',
          '"BILLING_DATABASE_URL", "migrate": "BILLING_MIGRATOR_URL",',
        ),
      },
    },
    {
      name: "a driver's own variable that the manifest names",
      files: {
        "freehold.json": baseFiles["freehold.json"]!.replace('"BILLING_DATABASE_URL"', '"DATABASE_URL"'),
        "services/billing/database.ts": 'import { SQL } from "bun";\nexport const sql = new SQL();\n',
      },
    },
    {
      name: "a script of no service",
      files: { "tools/pool.ts": pool("ADMIN_URL")["services/billing/pool.ts"] },
    },
  ],
  invalid: [
    {
      name: "a variable that the manifest does not name",
      files: pool("REPORTS_URL"),
      findings: [
        "services/billing/pool.ts:2:13 billing opens a client with REPORTS_URL, which the manifest does not name for it",
      ],
    },
    {
      name: "the project's own variable",
      files: {
        ...pool("DATABASE_URL"),
        "freehold.json": baseFiles["freehold.json"]!.replace(
          '"services"',
          '"deployments": { "dev": { "layout": "shared", "database": "DATABASE_URL" } },\n  "services"',
        ),
      },
      findings: [
        "services/billing/pool.ts:2:13 billing opens a client with DATABASE_URL, which the manifest does not name for it",
      ],
    },
    {
      name: "no address at all",
      files: {
        "services/billing/pool.ts": 'import postgres from "postgres";\nexport const pool = postgres();\n',
      },
      findings: [
        "services/billing/pool.ts:2:21 billing opens a client without an address: the driver takes PGHOST or PGDATABASE",
      ],
    },
  ],
});
