import { expect, test } from "bun:test";
import { findingsOf, manifest, testRule } from "../fixtures/rule-tester.ts";
import { crossServiceRead } from "./cross-service-read.ts";

const use = { service: "orders", table: "orders", access: "read", reason: "GRV-112", until: "2999-12-31" };
const reads = {
  "services/billing/reads.sql": "select total from orders;\n",
  "services/billing/reports/reads.sql": "select 1 from invoices;\n",
};
const god = 'needs tables of orders and billing: it is the "god object" of RFC-003';

testRule(crossServiceRead, {
  valid: [
    ["orders", "sql`select * from orders`"],
    ["billing", "sql`select name from customers`"],
    ["billing", "sql`with orders as (select 1) select * from orders`"],
    ["billing", "sql`select orders from invoices as orders`"],
    ["billing", "sql`insert into orders (id) values (1)`"],
    ["billing", "sql`select relname from pg_class`"],
    ["billing/code.test.ts", "sql`select 'orders'`"],
    ["billing/code.sql", "-- select * from orders\nselect 'from orders' from invoices;\n"],
    {
      name: "a dated use that still holds",
      files: { "freehold.json": manifest({ uses: [{ ...use, until: "2026-11-21" }] }), ...reads },
    },
    {
      name: "a use that has expired: that is expired-use, and not both",
      files: { "freehold.json": manifest({ uses: [{ ...use, until: "2026-11-20" }] }), ...reads },
    },
    {
      name: "a comment with a reason",
      files: {
        "services/billing/code.sql":
          "-- freehold-ignore cross-service-read -- until GRV-112\nselect 1 from orders;\n",
      },
    },
    {
      name: "test files, where the manifest turns them off",
      files: {
        "freehold.json": manifest({ tests: "off" }),
        "services/billing/e2e/total.sql": "select total from orders;\n",
      },
    },
  ],
  invalid: [
    ["billing", "sql`select total from orders`", "1:23 billing reads orders, which orders owns"],
    ["billing", 'sql`select total from "orders" o`', "1:23 billing reads orders, which orders owns"],
    [
      "billing",
      "sql`select total from public.orders`",
      "1:23 billing reads public.orders, which orders owns",
    ],
    [
      "billing",
      "sql`select 'naïve 🧾', o.total from invoices i join orders o using (id)`",
      "1:53 billing reads orders, which orders owns",
    ],
    [
      "billing",
      "sql`select 1 from invoices where exists (select 1 from orders)`",
      "1:56 billing reads orders, which orders owns",
    ],
    [
      "billing",
      "sql`select * from orders, orders as again`",
      "1:19 billing reads orders, which orders owns",
      "1:27 billing reads orders, which orders owns",
    ],
    [
      "billing",
      "sql`insert into invoices (id) select id from orders`",
      "1:46 billing reads orders, which orders owns",
    ],
    ["billing/code.sql", "copy orders to stdout;\n", "1:6 billing copies from orders, which orders owns"],
    ["billing/code.sql", "lock table orders;\n", "1:12 billing locks orders, which orders owns"],
    [
      "billing/migrations/002_copy.sql",
      "insert into invoices (id)\nselect id from orders;\n",
      "2:16 billing reads orders, which orders owns",
    ],
    [
      "billing/code.test.ts",
      "sql`select total from orders`",
      "1:23 warn billing reads orders, which orders owns",
    ],
    {
      name: "test files, where the manifest wants errors",
      files: {
        "freehold.json": manifest({ tests: "error" }),
        "services/billing/e2e/total.sql": "select total from orders;\n",
      },
      findings: ["services/billing/e2e/total.sql:1:19 billing reads orders, which orders owns"],
    },
    {
      name: "a use of another service's code",
      files: {
        "freehold.json": manifest({ uses: [{ ...use, via: "services/billing/reports/**" }] }),
        ...reads,
      },
      findings: ["services/billing/reads.sql:1:19 billing reads orders, which orders owns"],
    },
    {
      name: "a comment without a reason",
      files: {
        "services/billing/code.sql": "-- freehold-ignore cross-service-read\nselect 1 from orders;\n",
      },
      findings: ["services/billing/code.sql:2:15 billing reads orders, which orders owns"],
    },
    {
      name: "the statement after the one that a comment covers",
      files: {
        "services/billing/code.sql":
          "-- freehold-ignore cross-service-read -- until GRV-112\nselect 1 from orders;\nselect 2 from orders;\n",
      },
      findings: ["services/billing/code.sql:3:15 billing reads orders, which orders owns"],
    },
    {
      name: "code that a service imports",
      files: {
        "libs/total.ts":
          'import type { Sql } from "postgres";\n\nexport const total = (sql: Sql) => sql`select total from orders`;\n',
        "services/billing/report.ts": 'import { total } from "./totals.ts";\n\nconsole.log(total);\n',
        "services/billing/totals.ts": 'export { total } from "../../libs/total.ts";\n',
        "services/orders/report.ts": 'import { total } from "../../libs/total.ts";\n\nconsole.log(total);\n',
      },
      findings: [
        "libs/total.ts:3:58 billing reads orders, which orders owns, through services/billing/totals.ts → libs/total.ts",
      ],
    },
    {
      name: "a shared module that needs tables of several owners in several statements",
      files: {
        "shared/database.ts":
          'import type { Sql } from "postgres";\n\nexport const first = (sql: Sql) => sql`select 1 from orders`;\nexport const second = (sql: Sql) => sql`select 1 from invoices`;\n',
        "services/billing/main.ts": 'import "../../shared/database.ts";\n',
        "services/orders/main.ts": 'import "../../shared/database.ts";\n',
      },
      findings: [
        `shared/database.ts:3:54 billing reads orders, which orders owns; orders reads invoices, which billing owns, through services/billing/main.ts → shared/database.ts and services/orders/main.ts → shared/database.ts; shared/database.ts ${god}`,
      ],
    },
    {
      name: "shared code that needs tables of several owners",
      files: {
        "shared/database.ts":
          'import type { Sql } from "postgres";\n\nexport const all = (sql: Sql) => sql`select 1 from orders, invoices`;\n',
        "services/billing/main.ts": 'import "../../shared/database.ts";\n',
        "services/orders/main.ts": 'import "../../shared/database.ts";\n',
      },
      findings: [
        `shared/database.ts:3:52 billing reads orders, which orders owns; orders reads invoices, which billing owns, through services/billing/main.ts → shared/database.ts and services/orders/main.ts → shared/database.ts; shared/database.ts ${god}`,
      ],
    },
  ],
});

test("a finding carries who, whose, the owner's migration and the way out", async () => {
  const files = { "services/billing/total.sql": "select total\nfrom orders;\n" };
  expect(await findingsOf(crossServiceRead, files)).toEqual([
    {
      rule: "cross-service-read",
      severity: "error",
      status: "new",
      message: "billing reads orders, which orders owns",
      help: 'ask orders (its API or its events), or let orders publish orders and name the read under "uses"',
      at: { file: "services/billing/total.sql", line: 2, column: 6, endLine: 2, endColumn: 12 },
      services: ["billing"],
      owners: ["orders"],
      table: "orders",
      access: "read",
      related: [
        {
          at: {
            file: "services/orders/migrations/001_create_orders.sql",
            line: 1,
            column: 14,
            endLine: 1,
            endColumn: 20,
          },
          message: "created in services/orders/migrations/001_create_orders.sql:1",
        },
      ],
      identity: { operation: "select", enclosing: null, statement: "select total from orders" },
      fingerprint: "8fd189bdc8f26423",
      reason: null,
    },
  ]);
});

test("an entry that names the table, but not this access, is a related place", async () => {
  const files = {
    "freehold.json": manifest({ uses: [{ ...use, via: "services/billing/reports/**" }] }),
    ...reads,
  };
  const [finding] = await findingsOf(crossServiceRead, files);
  expect(finding?.related.map(({ at, message }) => `${at.file}:${at.line} ${message}`)).toEqual([
    "services/orders/migrations/001_create_orders.sql:1 created in services/orders/migrations/001_create_orders.sql:1",
    "freehold.json:15 this entry lets billing read orders, through services/billing/reports/** alone",
  ]);
});

test("a table that several services own is asked of any of them", async () => {
  const [finding] = await findingsOf(crossServiceRead, {
    "freehold.json": manifest()
      .replace('["orders", "customers"]', '["orders", "customers", "dlq"]')
      .replace('["invoices"]', '["invoices", "dlq"]')
      .replace('"services": {', '"services": { "mailer": { "path": "services/mailer" },'),
    "services/mailer/retry.sql": "select * from dlq;\n",
  });
  expect(finding).toMatchObject({
    message: "mailer reads dlq, which orders and billing own",
    help: 'ask orders or billing (its API or its events), or let orders or billing publish dlq and name the read under "uses"',
    services: ["mailer"],
    owners: ["orders", "billing"],
  });
});
