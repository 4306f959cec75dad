import type { Rule } from "../analysis/model.ts";

export const noDatabaseUrlDefault: Rule = {
  id: "no-database-url-default",
  severity: "error",
  summary: "Disallow a default for a database variable.",
  why: "A service whose variable is missing must say so, not write to whichever database the default names.",
  fix: "Require the variable: throw an error that names it when it is not set.",
  examples: {
    bad: {
      "services/billing/url.ts":
        'export const url = process.env.BILLING_DATABASE_URL ?? "postgres://localhost/billing";\n',
    },
    good: {
      "services/billing/url.ts":
        'export const url = process.env.BILLING_DATABASE_URL;\nif (!url) throw new Error("BILLING_DATABASE_URL is not set");\n',
    },
  },

  *check({ variables }) {
    for (const { variable, defaultUrl, services, owners, test } of variables) {
      if (test || defaultUrl === null) continue;
      yield {
        at: defaultUrl,
        message: `a database address in code takes the place of ${variable} when it is not set`,
        help: `require ${variable}: throw an error that names it when it is not set`,
        subject: { services, owners },
      };
    }
  },
};
