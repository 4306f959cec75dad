import type { Connection, Model, Place, Rule } from "../analysis/model.ts";
import { holds, placeKey } from "./parts/words.ts";

export const uncheckedDatabaseUrl: Rule = {
  id: "unchecked-database-url",
  severity: "error",
  summary: "Disallow handing a database variable to a client without checking that it is set.",
  why: "Drivers take a missing address for their own default: the service starts, and fails later or, worse, reaches another database.",
  fix: "Check the variable first, and throw an error that names it.",
  examples: {
    bad: {
      "services/billing/pool.ts":
        'import postgres from "postgres";\n\nexport const pool = postgres(process.env.BILLING_DATABASE_URL!);\n',
    },
    good: {
      "services/billing/pool.ts":
        'import postgres from "postgres";\n\nconst url = process.env.BILLING_DATABASE_URL;\nif (!url) throw new Error("BILLING_DATABASE_URL is not set");\nexport const pool = postgres(url);\n',
    },
  },

  *check(model) {
    const told = new Set<string>();
    for (const connection of model.connections) {
      if (connection.test) continue;
      for (const source of connection.sources) {
        if (source.kind !== "variable" || source.checked || hasDefault(model, connection, source)) continue;
        const key = `${placeKey(source.at)} ${source.variable}`;
        if (told.has(key)) continue;
        told.add(key);
        yield {
          at: source.at,
          message: `${source.variable} reaches the client without a check that it is set`,
          help: `check it first, and throw an error that says: ${source.variable} is not set`,
          subject: { services: connection.services, owners: source.owners },
        };
      }
    }
  },
};

/** With a default the variable is never missing: that is no-database-url-default. */
function hasDefault(
  { variables }: Model,
  { sources }: Connection,
  { at, variable }: { at: Place; variable: string },
): boolean {
  const read = variables.find((one) => one.variable === variable && holds(one.at, at));
  return (read?.defaultUrl ?? null) !== null || sources.some(({ kind }) => kind === "literal");
}
