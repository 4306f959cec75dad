import type { Model, Place, Rule, RuleFinding } from "../analysis/model.ts";
import { list, placeKey } from "./parts/words.ts";

export const crossServiceConnection: Rule = {
  id: "cross-service-connection",
  severity: "error",
  summary: "Disallow reading the database variable of another service.",
  why: "Who holds a service's connection can reach all of its tables, by statements that no analysis will ever see.",
  fix: "Read the service's own variable, and ask the other service through its API.",
  examples: {
    bad: { "services/billing/report.ts": "export const url = process.env.ORDERS_DATABASE_URL;\n" },
    good: { "services/billing/report.ts": "export const url = process.env.BILLING_DATABASE_URL;\n" },
  },

  *check(model) {
    const told = new Set<string>();
    for (const read of reads(model)) {
      const strangers = read.services.filter((service) => !read.owners.includes(service));
      if (read.test || read.owners.length === 0 || strangers.length === 0) continue;
      // A client's source and the read of its variable are one place, told once.
      const key = placeKey(read.at);
      if (told.has(key)) continue;
      told.add(key);
      yield finding(strangers, read);
    }
  },
};

interface Read {
  variable: string;
  at: Place;
  services: string[];
  owners: string[];
  test: boolean;
}

function* reads({ variables, connections }: Model): Iterable<Read> {
  yield* variables;
  for (const { sources, services, test } of connections) {
    for (const source of sources) if (source.kind === "variable") yield { ...source, services, test };
  }
}

function finding(services: string[], { variable, at, owners }: Read): RuleFinding {
  return {
    at,
    message: `${list(services)} ${services.length === 1 ? "reads" : "read"} ${variable}, the database variable of ${list(owners)}`,
    help: `read ${list(services)}'s own variable, and ask ${list(owners)} through its API`,
    subject: { services, owners },
  };
}
