import { testRule } from "../fixtures/rule-tester.ts";
import { noDatabaseUrlDefault } from "./no-database-url-default.ts";

const takes = (variable: string) =>
  `a database address in code takes the place of ${variable} when it is not set`;

testRule(noDatabaseUrlDefault, {
  valid: [
    ["billing", "const url = process.env.BILLING_DATABASE_URL"],
    ["billing", 'const level = process.env.LOG_LEVEL ?? "info"'],
    [
      "billing/code.test.ts",
      'const url = process.env.BILLING_DATABASE_URL ?? "postgres://localhost/billing"',
    ],
  ],
  invalid: [
    [
      "billing",
      'const url = process.env.BILLING_DATABASE_URL ?? "postgres://localhost/billing"',
      `1:49 ${takes("BILLING_DATABASE_URL")}`,
    ],
    [
      "billing",
      'const url = process.env.BILLING_DATABASE_URL || "postgres://localhost/billing"',
      `1:49 ${takes("BILLING_DATABASE_URL")}`,
    ],
    [
      "billing",
      'const { BILLING_DATABASE_URL: url = "postgres://localhost/billing" } = process.env',
      `1:37 ${takes("BILLING_DATABASE_URL")}`,
    ],
    // Whoever's variable it is, and if nobody's.
    [
      "billing",
      'const url = process.env.REPORTS_URL ?? "postgres://localhost/reports"',
      `1:40 ${takes("REPORTS_URL")}`,
    ],
  ],
});
