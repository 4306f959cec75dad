import type { Rule } from "../analysis/model.ts";
import { subjectAndVerb } from "./parts/access.ts";
import { list } from "./parts/words.ts";

/** What could not be proven is said, never dropped: silence would pass for a clean bill. */
export const unresolvedTable: Rule = {
  id: "unresolved-table",
  severity: "error",
  summary: "Disallow SQL whose table cannot be told from the code.",
  why: "Whose table it is cannot be proven: the statement may reach any table of any service.",
  fix: "Name the table by a literal or by a constant, or by a parameter whose type lists the tables that it may be.",
  examples: {
    bad: {
      "services/billing/count.ts":
        'import { sql } from "./database.ts";\n\nexport const count = (table: string) => sql`select count(*) from ${sql(table)}`;\n',
    },
    good: {
      "services/billing/count.ts":
        'import { sql } from "./database.ts";\n\nconst table = "invoices";\nexport const count = () => sql`select count(*) from ${sql(table)}`;\n',
    },
  },

  *check(model) {
    for (const { judgements, operation, reason, at, access, test } of model.references) {
      const services = judgements
        .filter(({ verdict }) => verdict === "unresolved")
        .map(({ service }) => service);
      if (services.length === 0) continue;
      const what =
        operation === null
          ? `${list(services)} ${services.length === 1 ? "runs" : "run"} SQL of which nothing is known`
          : `${subjectAndVerb(services, operation)} a table whose name is not known`;
      yield {
        at,
        message: reason === null ? what : `${what}: ${reason}`,
        help: reason?.startsWith("every table of")
          ? "name the tables, each of them; where it is really all that there are, say so with an ignore and its reason"
          : "name the table by a literal, a constant, or a parameter whose type lists the tables that it may be",
        subject: { services, access },
        test,
      };
    }
  },
};
