import type { Rule } from "../analysis/model.ts";

export const ignoreWithoutReason: Rule = {
  id: "ignore-without-reason",
  severity: "error",
  summary: "Disallow freehold-ignore comments that give no reason.",
  why: "An exception that says why can be judged and, one day, taken back. One without a reason suppresses nothing.",
  fix: "Write the reason behind two dashes: freehold-ignore RULE -- reason.",
  examples: {
    bad: {
      "services/orders/total.ts":
        'import { sql } from "./database.ts";\n\n// freehold-ignore cross-service-read\nawait sql`select total from orders`;\n',
    },
    good: {
      "services/orders/amount.ts":
        'import { sql } from "./database.ts";\n\n// freehold-ignore cross-service-read -- GRV-112 moves this to the API of billing\nawait sql`select amount from invoices`;\n',
    },
  },
  exceptions: true,

  *check({ ignores }) {
    for (const { rules, reason, at } of ignores) {
      if (reason !== null) continue;
      yield {
        at,
        message: "this comment gives no reason, so it suppresses nothing",
        help: `write the reason behind two dashes: freehold-ignore ${rules.length === 0 ? "RULE" : rules.join(", ")} -- reason`,
      };
    }
  },
};
