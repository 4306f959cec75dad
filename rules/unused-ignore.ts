import type { Ignore, Rule } from "../analysis/model.ts";
import { list } from "./parts/words.ts";

export const unusedIgnore: Rule = {
  id: "unused-ignore",
  severity: "error",
  summary: "Disallow freehold-ignore comments that suppress nothing.",
  why: "A comment that outlived its cause hides the next finding on that statement, and nobody has agreed to that one.",
  fix: "Delete the comment, or the rule's name from it.",
  examples: {
    bad: {
      "services/orders/total.ts":
        'import { sql } from "./database.ts";\n\n// freehold-ignore cross-service-read -- GRV-112 moves this to the API of billing\nawait sql`select total from orders`;\n',
    },
    good: {
      "services/orders/amount.ts":
        'import { sql } from "./database.ts";\n\n// freehold-ignore cross-service-read -- GRV-112 moves this to the API of billing\nawait sql`select amount from invoices`;\n',
    },
  },
  exceptions: true,

  *check({ ignores }) {
    for (const ignore of ignores) {
      // One without a reason is ignore-without-reason, and that alone.
      if (ignore.reason === null) continue;
      const message = idle(ignore);
      if (message !== null)
        yield { at: ignore.at, message, help: "delete the comment, or the rule's name from it" };
    }
  },
};

function idle({ rules, outcomes = {} }: Ignore): string | null {
  if (rules.length === 0) return "this comment names no rule, so it suppresses nothing";
  const named = (outcome: string) => rules.filter((rule) => outcomes[rule] === outcome);
  const unknown = named("unknown");
  if (unknown.length > 0) return `there is no rule called ${list(unknown, "or")}`;
  const unused = named("unused");
  if (unused.length > 0) return `${list(unused, "or")} finds nothing in the statement below`;
  return null;
}
