import type { Rule } from "../analysis/model.ts";

export const unparsedSql: Rule = {
  id: "unparsed-sql",
  severity: "error",
  summary: "Disallow SQL that the database's own grammar refuses.",
  why: "No table can be told from a statement that is no statement; the database would refuse it as well.",
  fix: "Mend the statement. One that is put together from parts is better written whole.",
  examples: {
    bad: {
      "services/billing/total.ts":
        'import { sql } from "./database.ts";\n\nawait sql`select sum(amount from invoices`;\n',
    },
    good: {
      "services/billing/total.ts":
        'import { sql } from "./database.ts";\n\nawait sql`select sum(amount) from invoices`;\n',
    },
  },

  *check(model) {
    for (const { message, at, services, test } of model.unparsed) {
      yield {
        at,
        message: `this SQL cannot be read: ${message}`,
        help: "mend the statement; one that is put together from parts is better written whole",
        subject: { services },
        test,
      };
    }
  },
};
