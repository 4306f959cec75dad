import type { Rule } from "../analysis/model.ts";
import { possessive } from "./parts/words.ts";

/** The way around every other rule: the statement stands in the owner's code, and someone else runs it. */
export const crossServiceImport: Rule = {
  id: "cross-service-import",
  severity: "error",
  summary: "Disallow importing another service's module that touches a table or a connection.",
  why: "An imported module runs in the importer's process, on the importer's connection: the owner's tables are used without the owner.",
  fix: "Call the owner's API. Code that both need, and that touches no table, belongs outside of both.",
  examples: {
    bad: {
      "services/orders/store.ts":
        'import { sql } from "./database.ts";\n\nexport const total = () => sql`select sum(total) from orders`;\n',
      "services/billing/report.ts":
        'import { total } from "../orders/store.ts";\n\nconsole.log(await total());\n',
    },
    good: {
      "services/orders/store.ts":
        'import { sql } from "./database.ts";\n\nexport type Total = { total: number };\nexport const total = () => sql`select sum(total) from orders`;\n',
      "services/billing/report.ts":
        '// Types alone run nothing.\nimport type { Total } from "../orders/store.ts";\n\nexport const show = ({ total }: Total) => console.log(total);\n',
    },
  },

  *check(model) {
    for (const { service, owner, at, chain, touches, table, test } of model.imports) {
      const road = chain.length > 2 ? `, through ${chain.join(" → ")}` : "";
      yield {
        at,
        message: `${service} imports ${chain.at(-1) ?? at.file} of ${owner}, which ${touches}${road}`,
        help: `call ${possessive(owner)} API; what both need and touches no table can move out of ${owner}`,
        subject: { services: [service], owners: [owner], table },
        test,
      };
    }
  },
};
