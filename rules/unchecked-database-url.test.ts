import { testRule } from "../fixtures/rule-tester.ts";
import { uncheckedDatabaseUrl } from "./unchecked-database-url.ts";

const reaches = (variable: string) => `${variable} reaches the client without a check that it is set`;
const pool = (...lines: string[]) => ({
  "services/billing/pool.ts": ['import postgres from "postgres";', ...lines, ""].join("\n"),
});

testRule(uncheckedDatabaseUrl, {
  valid: [
    {
      name: "a guard that throws",
      files: pool(
        "const url = process.env.BILLING_DATABASE_URL;",
        'if (!url) throw new Error("BILLING_DATABASE_URL is not set");',
        "export const pool = postgres(url);",
      ),
    },
    {
      name: "a default: that is no-database-url-default",
      files: pool(
        'export const pool = postgres(process.env.BILLING_DATABASE_URL ?? "postgres://localhost/b");',
      ),
    },
    {
      name: "a test file",
      files: {
        "services/billing/pool.test.ts":
          'import postgres from "postgres";\nexport const pool = postgres(process.env.BILLING_DATABASE_URL!);\n',
      },
    },
  ],
  invalid: [
    {
      name: "the variable itself",
      files: pool("export const pool = postgres(process.env.BILLING_DATABASE_URL!);"),
      findings: [`services/billing/pool.ts:2:30 ${reaches("BILLING_DATABASE_URL")}`],
    },
    {
      name: "a constant that nothing checks",
      files: pool(
        "const url = process.env.BILLING_DATABASE_URL as string;",
        "export const pool = postgres(url);",
      ),
      findings: [`services/billing/pool.ts:2:13 ${reaches("BILLING_DATABASE_URL")}`],
    },
  ],
});
