import type { Rule } from "../analysis/model.ts";
import { subjectAndVerb, trespasses } from "./parts/access.ts";
import { list } from "./parts/words.ts";

/** A stored object is code that the owner cannot see, kept where it cannot be reviewed. */
export const crossServiceDependency: Rule = {
  id: "cross-service-dependency",
  severity: "error",
  summary:
    "Disallow views, triggers, functions, policies, rules, inheritance and partitions that stand on another service's table.",
  why: "The database refuses to drop or alter a table on which such an object stands: its owner is no longer free to change it.",
  fix: "Let the owner publish a view of its own, or fill a table of your own from its events.",
  examples: {
    bad: {
      "services/billing/migrations/002_noted.sql":
        "create trigger noted after insert on orders execute function note();\n",
    },
    good: {
      "services/billing/migrations/002_noted.sql":
        "create trigger noted after insert on invoices execute function note();\n",
    },
  },

  check: (model) =>
    trespasses(model, "dependency", {
      does: (services, { dependency, operation }) =>
        dependency === null
          ? subjectAndVerb(services, operation)
          : `${kindOf(dependency)} ${dependency.name} of ${list(services)} stands on`,
      help: ({ owners, table }) =>
        `let ${list(owners, "or")} publish a view of ${table}, or keep what you need in a table of your own`,
    }),
};

/** What inherits is a table. */
function kindOf({ kind }: { kind: string }): string {
  return kind === "inheritance" ? "table" : kind.replaceAll("-", " ");
}
