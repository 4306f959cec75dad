import { testRule } from "../fixtures/rule-tester.ts";
import { crossServiceImport } from "./cross-service-import.ts";

const store =
  'import { sql } from "./database.ts";\n\nexport const total = () => sql`select sum(total) from orders`;\n';

testRule(crossServiceImport, {
  valid: [
    {
      name: "a module that describes tables and touches none",
      files: {
        "services/orders/schema.ts":
          'import { bigint, pgTable } from "drizzle-orm/pg-core";\n\nexport const customers = pgTable("customers", { id: bigint("id") });\nexport const orders = pgTable("orders", { customer: bigint("customer").references(() => customers.id) });\n',
        "services/billing/report.ts":
          'import { orders } from "../orders/schema.ts";\n\nexport const keys = Object.keys(orders);\n',
      },
    },
    {
      name: "types alone",
      files: {
        "services/orders/store.ts": `${store}export type Total = number;\n`,
        "services/billing/report.ts":
          'import type { Total } from "../orders/store.ts";\n\nexport const zero: Total = 0;\n',
      },
    },
    {
      name: "a module that touches no table",
      files: {
        "services/orders/money.ts": "export const cents = (amount: number) => amount * 100;\n",
        "services/billing/report.ts":
          'import { cents } from "../orders/money.ts";\n\nexport const one = cents(1);\n',
      },
    },
    {
      name: "code outside of every service",
      files: {
        "libs/total.ts": "export const total = (amounts: number[]) => amounts.length;\n",
        "services/billing/report.ts":
          'import { total } from "../../libs/total.ts";\n\nexport const none = total([]);\n',
      },
    },
  ],
  invalid: [
    {
      name: "a module that reads a table",
      files: {
        "services/orders/store.ts": store,
        "services/billing/report.ts":
          'import { total } from "../orders/store.ts";\n\nexport const report = total;\n',
      },
      findings: [
        "services/billing/report.ts:1:23 billing imports services/orders/store.ts of orders, which reads orders",
      ],
    },
    {
      name: "a module that opens a connection",
      files: { "services/billing/report.ts": 'export { sql } from "../orders/database.ts";\n' },
      findings: [
        "services/billing/report.ts:1:21 billing imports services/orders/database.ts of orders, which opens a connection",
      ],
    },
    {
      name: "a module behind another one",
      files: {
        "services/orders/store.ts": store,
        "services/orders/mod.ts": 'export * from "./store.ts";\n',
        "services/billing/report.ts":
          'const { total } = await import("../orders/mod.ts");\nconsole.log(total);\n',
      },
      findings: [
        "services/billing/report.ts:1:32 billing imports services/orders/store.ts of orders, which reads orders, through services/billing/report.ts → services/orders/mod.ts → services/orders/store.ts",
      ],
    },
  ],
});
