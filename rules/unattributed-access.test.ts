import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { unattributedAccess } from "./unattributed-access.ts";

const script = 'import { sql } from "bun";\n\nawait sql`select * from orders, rates`;\n';

/** A model that no code imports: its client is generated. */
const schema = (of: string) =>
  `datasource db {
  provider = "postgresql"
  url = env("ORDERS_DATABASE_URL")
}
model ${of} {
  id Int @id
  order orders @relation(fields: [id], references: [id])
}
model orders {
  id Int @id
  ${of} ${of}?
}
`;

testRule(unattributedAccess, {
  valid: [
    ["billing", "sql`select * from orders`"],
    {
      name: "code that a service imports",
      files: { "libs/report.ts": script, "services/orders/main.ts": 'import "../../libs/report.ts";\n' },
    },
    {
      name: "a script that is left out",
      files: { "freehold.json": manifest({ ignore: ["tools/**"] }), "tools/report.ts": script },
    },
    {
      name: "a key between two tables of one owner",
      files: { "packages/db/schema.prisma": schema("customers") },
    },
    { name: "system tables", files: { "tools/report.sql": "select * from pg_class;\n" } },
  ],
  invalid: [
    {
      name: "a script that no service imports",
      files: { "tools/report.ts": script },
      findings: [
        "tools/report.ts:3:25 code of no service reads orders, which orders owns",
        "tools/report.ts:3:33 code of no service reads rates",
      ],
    },
    {
      name: "a script whose table is not known",
      files: {
        "tools/report.ts":
          'import { sql } from "bun";\n\nexport const all = (table: string) => sql`select * from ${sql(table)}`;\n',
      },
      findings: [
        "tools/report.ts:3:59 code of no service reads a table whose name is not known: `table` is a parameter of all",
      ],
    },
    {
      name: "a file that a service imports for its types alone",
      files: {
        "libs/report.ts": `${script}export type Report = string;\n`,
        "services/orders/main.ts":
          'import type { Report } from "../../libs/report.ts";\nexport const none: Report = "";\n',
      },
      findings: [
        "libs/report.ts:3:25 code of no service reads orders, which orders owns",
        "libs/report.ts:3:33 code of no service reads rates",
      ],
    },
  ],
});
