import type { Rule } from "../analysis/model.ts";
import { trespasses } from "./parts/access.ts";
import { list } from "./parts/words.ts";

/** Rows have one writer: whoever else wants a change asks for it. */
export const crossServiceWrite: Rule = {
  id: "cross-service-write",
  severity: "error",
  summary: "Disallow writing to a table that another service owns.",
  why: "An owner answers for what its rows mean: a row that it did not write has passed none of its checks.",
  fix: 'Let the owner write: call its API, or send it an event. A road that must stay for a while is named under "uses", with its last day.',
  examples: {
    bad: {
      "services/billing/cancel.ts":
        "import { sql } from \"./database.ts\";\n\nawait sql`update orders set state = 'cancelled' where id = ${1}`;\n",
    },
    good: {
      "services/billing/cancel.ts": 'await fetch("http://orders/orders/1/cancel", { method: "POST" });\n',
    },
  },

  check: (model) =>
    trespasses(model, "write", {
      help: ({ owners, table }) =>
        `let ${list(owners, "or")} write it (its API or an event), or name the write of ${table} under "uses", with its last day`,
    }),
};
