import type { Connection, Manifest, Rule } from "../analysis/model.ts";
import { ownVariables } from "./parts/variables.ts";
import { list, placeKey } from "./parts/words.ts";

export const undeclaredDatabaseUrl: Rule = {
  id: "undeclared-database-url",
  severity: "error",
  summary: "Disallow opening a client with a variable that the manifest does not name for the service.",
  why: "Each service receives its own connection: one that the manifest does not know can lead to anyone's database.",
  fix: 'Open the client with the service\'s own variable, or name the variable as its "database" in the manifest.',
  examples: {
    bad: {
      "services/billing/pool.ts":
        'import postgres from "postgres";\n\nconst url = process.env.REPORTS_URL;\nif (!url) throw new Error("REPORTS_URL is not set");\nexport const pool = postgres(url);\n',
    },
    good: {
      "services/billing/pool.ts":
        'import postgres from "postgres";\n\nconst url = process.env.BILLING_DATABASE_URL;\nif (!url) throw new Error("BILLING_DATABASE_URL is not set");\nexport const pool = postgres(url);\n',
    },
  },

  *check({ connections, manifest }) {
    const told = new Set<string>();
    for (const { sources, services, test } of connections) {
      if (test) continue;
      for (const source of sources) {
        const lacking = services.filter((service) => lacks(manifest, service, source));
        if (lacking.length === 0 || told.has(placeKey(source.at))) continue;
        told.add(placeKey(source.at));
        const own = ownVariables(manifest, lacking);
        yield {
          at: source.at,
          message: `${list(lacking)} ${lacking.length === 1 ? "opens" : "open"} a client ${addressed(source)}`,
          help:
            own.length > 0
              ? `open it with ${list(own)}`
              : `name the variable as "database" of ${list(lacking)} in the manifest`,
          subject: { services: lacking },
        };
      }
    }
  },
};

type Source = Connection["sources"][number];

/** A variable that another service owns is cross-service-connection, and that alone. */
function lacks(manifest: Manifest, name: string, source: Source): boolean {
  if (source.kind === "variable") return source.owners.length === 0;
  if (source.kind !== "implicit") return false;
  const service = manifest.services.find((one) => one.name === name);
  const declared = [...(service?.database ?? []), ...(service?.migrate ?? [])];
  return !source.variables.some((variable) => declared.includes(variable));
}

function addressed(source: Source): string {
  if (source.kind === "variable") return `with ${source.variable}, which the manifest does not name for it`;
  const variables = source.kind === "implicit" ? list(source.variables, "or") : "";
  return `without an address: the driver takes ${variables === "" ? "its own default" : variables}`;
}
