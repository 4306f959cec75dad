import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { crossServiceWrite } from "./cross-service-write.ts";

testRule(crossServiceWrite, {
  valid: [
    ["orders", "sql`update orders set total = 0`"],
    ["billing", "sql`insert into invoices (id) select id from customers`"],
    ["billing", "sql`select * from orders`"],
    ["billing", "sql`drop table orders`"],
    {
      name: "a write that a use names",
      files: {
        "freehold.json": manifest({
          uses: [
            { service: "orders", table: "orders", access: "write", reason: "GRV-112", until: "2999-12-31" },
          ],
        }),
        "services/billing/code.sql": "update orders set total = 0;\n",
      },
    },
  ],
  invalid: [
    [
      "billing",
      "sql`insert into orders (id) values (${1})`",
      "1:17 billing inserts into orders, which orders owns",
    ],
    ["billing", "sql`update orders set total = 0`", "1:12 billing updates orders, which orders owns"],
    [
      "billing",
      "sql`delete from orders using invoices`",
      "1:17 billing deletes from orders, which orders owns",
    ],
    ["billing", "sql`truncate invoices, orders`", "1:24 billing truncates orders, which orders owns"],
    [
      "billing",
      "sql`merge into orders o using invoices i on o.id = i.id when matched then delete`",
      "1:16 billing merges into orders, which orders owns",
    ],
    [
      "billing",
      "sql`with gone as (delete from orders returning id) select id from gone`",
      "1:31 billing deletes from orders, which orders owns",
    ],
    [
      "billing",
      "sql`with orders as (select 1) delete from orders`",
      "1:43 billing deletes from orders, which orders owns",
    ],
    [
      "billing/code.sql",
      "copy orders from stdin;\n1\t2\n\\.\n",
      "1:6 billing copies into orders, which orders owns",
    ],
    [
      "billing/migrations/002_purge.sql",
      "do $$ begin delete from orders; end $$;\n",
      "1:25 billing deletes from orders, which orders owns",
    ],
    // Published is published to be read.
    ["billing", "sql`update customers set name = ''`", "1:12 billing updates customers, which orders owns"],
    [
      "billing/__tests__/seed.sql",
      "delete from orders;\n",
      "1:13 warn billing deletes from orders, which orders owns",
    ],
  ],
});
