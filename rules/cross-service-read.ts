import type { Rule } from "../analysis/model.ts";
import { trespasses } from "./parts/access.ts";
import { list } from "./parts/words.ts";

/** The heart of the toolkit: a table has one owner, and others ask the owner. */
export const crossServiceRead: Rule = {
  id: "cross-service-read",
  severity: "error",
  summary: "Disallow reading a table that another service owns.",
  why: "An owner cannot change a table's shape while code that it cannot see depends on it.",
  fix: 'Ask the owner: its API or its events. Or let the owner publish the table, and name the read under "uses".',
  examples: {
    bad: {
      "services/billing/total.ts":
        'import { sql } from "./database.ts";\n\nawait sql`select total from orders`;\n',
    },
    good: {
      "services/billing/names.ts":
        '// orders publishes customers, and billing names the read under "uses".\nimport { sql } from "./database.ts";\n\nawait sql`select name from customers`;\n',
    },
  },

  check: (model) =>
    trespasses(model, "read", {
      help: ({ owners, table, published }) => {
        const owner = list(owners, "or");
        const ask = `ask ${owner} (its API or its events), or`;
        return published
          ? `${ask} name the read under "uses": ${owner} publishes ${table}`
          : `${ask} let ${owner} publish ${table} and name the read under "uses"`;
      },
    }),
};
