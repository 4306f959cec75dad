import { testRule } from "../fixtures/rule-tester.ts";
import { crossServiceConnection } from "./cross-service-connection.ts";

testRule(crossServiceConnection, {
  valid: [
    ["billing", "process.env.BILLING_DATABASE_URL"],
    ["billing", "process.env.LOG_LEVEL"],
    ["billing/code.test.ts", "process.env.ORDERS_DATABASE_URL"],
    {
      name: "a script of no service",
      files: { "tools/start.ts": "console.log(process.env.ORDERS_DATABASE_URL);\n" },
    },
  ],
  invalid: [
    [
      "billing",
      "process.env.ORDERS_DATABASE_URL",
      "1:1 billing reads ORDERS_DATABASE_URL, the database variable of orders",
    ],
    [
      "billing",
      'process.env["ORDERS_DATABASE_URL"]',
      "1:1 billing reads ORDERS_DATABASE_URL, the database variable of orders",
    ],
    [
      "billing",
      "const { ORDERS_DATABASE_URL } = process.env",
      "1:9 billing reads ORDERS_DATABASE_URL, the database variable of orders",
    ],
    [
      "billing",
      "Bun.env.ORDERS_DATABASE_URL",
      "1:1 billing reads ORDERS_DATABASE_URL, the database variable of orders",
    ],
    {
      name: "a variable that opens a client, once",
      files: {
        "services/billing/pool.ts":
          'import postgres from "postgres";\n\nconst url = process.env.ORDERS_DATABASE_URL;\nif (!url) throw new Error("not set");\nexport const pool = postgres(url);\n',
      },
      findings: [
        "services/billing/pool.ts:3:13 billing reads ORDERS_DATABASE_URL, the database variable of orders",
      ],
    },
    {
      name: "shared code that reads every service's variable",
      files: {
        "shared/urls.ts":
          "export const urls = [process.env.ORDERS_DATABASE_URL, process.env.BILLING_DATABASE_URL];\n",
        "services/billing/urls.ts": 'export { urls } from "../../shared/urls.ts";\n',
        "services/orders/urls.ts": 'export { urls } from "../../shared/urls.ts";\n',
      },
      findings: [
        "shared/urls.ts:1:22 billing reads ORDERS_DATABASE_URL, the database variable of orders",
        "shared/urls.ts:1:55 orders reads BILLING_DATABASE_URL, the database variable of billing",
      ],
    },
  ],
});
