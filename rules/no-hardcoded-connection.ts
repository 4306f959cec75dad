import type { Model, Place, Rule } from "../analysis/model.ts";
import { ownVariables } from "./parts/variables.ts";
import { holds, list, placeKey } from "./parts/words.ts";

/** Loaded where somebody sets an option, or asks for them. */
const options = () =>
  (require("./parts/host-options.ts") as typeof import("./parts/host-options.ts")).hostOptions;

export const noHardcodedConnection: Rule = {
  id: "no-hardcoded-connection",
  severity: "error",
  summary: "Disallow database addresses and credentials written in code.",
  why: "Such code runs against one database alone, and everyone who reads it can open that database.",
  fix: "Read the address from the service's own variable.",
  examples: {
    bad: {
      "services/billing/pool.ts":
        'import postgres from "postgres";\n\nexport const pool = postgres("postgres://billing@db.internal/billing");\n',
    },
    good: {
      "services/billing/pool.ts":
        'import postgres from "postgres";\n\nconst url = process.env.BILLING_DATABASE_URL;\nif (!url) throw new Error("BILLING_DATABASE_URL is not set");\nexport const pool = postgres(url);\n',
    },
  },

  get options() {
    return options();
  },

  *check(model, given) {
    const { hosts } = isSet(given) ? options().parse(given) : { hosts: [] };
    const told = new Set<string>();
    for (const { text, at, services, test } of addresses(model)) {
      if (test || told.has(placeKey(at)) || standsInForVariable(model, at)) continue;
      if (hosts.includes(hostOf(text))) continue;
      told.add(placeKey(at));
      const own = ownVariables(model.manifest, services);
      yield {
        at,
        message: `a database address is written in code: ${text}`,
        help: own.length > 0 ? `read it from ${list(own, "or")}` : "read it from a variable",
        subject: { services },
      };
    }
  },
};

function isSet(given: unknown): boolean {
  return typeof given !== "object" || given === null || Object.keys(given).length > 0;
}

interface Written {
  text: string;
  at: Place;
  services: string[];
  test: boolean;
}

function* addresses(model: Model): Iterable<Written> {
  yield* model.addresses;
  for (const { sources, services, test } of model.connections) {
    for (const source of sources) if (source.kind === "literal") yield { ...source, services, test };
  }
}

/** `db.internal` of `postgres://app@db.internal:5432/app`; the whole text where it is no URL. */
function hostOf(address: string): string {
  return /^[\w+.-]+:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/.exec(address)?.[1] ?? address;
}

/** An address that takes an unset variable's place is no-database-url-default, and that alone. */
function standsInForVariable({ variables }: Model, at: Place): boolean {
  return variables.some(({ defaultUrl }) => defaultUrl !== null && holds(defaultUrl, at));
}
