import type { Rule } from "../analysis/model.ts";
import { subjectAndVerb } from "./parts/access.ts";
import { tableName, whoseTables } from "./parts/words.ts";

export const unattributedAccess: Rule = {
  id: "unattributed-access",
  severity: "warn",
  summary: "Warn of code that uses tables and that no service owns or imports.",
  why: "Whether an access is lawful depends on whose it is: code that nobody runs as a service is judged as nobody's.",
  fix: 'Move the file into the service that it serves, or leave it out by "ignore".',
  examples: {
    bad: {
      "tools/report.ts":
        'import { sql } from "bun";\n\nconsole.log(await sql`select count(*) from orders`);\n',
    },
    good: {
      "services/orders/report.ts":
        'import { sql } from "./database.ts";\n\nconsole.log(await sql`select count(*) from orders`);\n',
    },
  },

  *check(model) {
    for (const reference of model.references) {
      if (reference.services.length > 0 || reference.verdict === "engine") continue;
      const { at, operation, table, owners, access, origin, reason } = reference;
      const name = tableName(reference);
      const what = owners.length > 0 ? whoseTables([name], owners) : name;
      yield {
        at,
        message: `${subjectAndVerb(["code of no service"], operation)} ${what}${reason === null ? "" : `: ${reason}`}`,
        help: 'move the file into the service that it serves, let that service import it, or leave it out by "ignore"',
        subject: { owners, table, access },
        related: origin ? [origin] : [],
        test: reference.test,
      };
    }
  },
};
