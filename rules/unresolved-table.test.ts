import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { unresolvedTable } from "./unresolved-table.ts";

const dynamic = {
  "services/billing/code.ts":
    'import { sql } from "./database.ts";\nexport const all = (table: string) => sql`select * from ${sql(table)}`;\n',
};

testRule(unresolvedTable, {
  valid: [
    ["billing", 'const t = "invoices"; sql`select * from ${sql(t)}`'],
    ["billing", "sql`select * from invoices where id = ${Number(1)}`"],
    {
      name: "a rule that is off",
      files: { "freehold.json": manifest({ rules: { "unresolved-table": "off" } }), ...dynamic },
    },
  ],
  invalid: [
    {
      name: "a table that a parameter names",
      files: dynamic,
      findings: [
        "services/billing/code.ts:2:59 billing reads a table whose name is not known: `table` is a parameter of all",
      ],
    },
    {
      name: "a rule that only warns",
      files: { "freehold.json": manifest({ rules: { "unresolved-table": "warn" } }), ...dynamic },
      findings: [
        "services/billing/code.ts:2:59 warn billing reads a table whose name is not known: `table` is a parameter of all",
      ],
    },
    [
      "billing",
      "export const run = (text: string) => sql.unsafe(text)",
      "1:49 billing runs SQL of which nothing is known: `text` is a parameter of run",
    ],
    [
      "billing",
      "sql`select * from audit_${process.argv[2]}`",
      "1:19 billing reads a table whose name is not known: name glued from `audit_` and ${…}",
    ],
  ],
});
