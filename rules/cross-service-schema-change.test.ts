import { testRule } from "../fixtures/rule-tester.ts";
import { crossServiceSchemaChange } from "./cross-service-schema-change.ts";

const change = "billing/migrations/002_change.sql";

testRule(crossServiceSchemaChange, {
  valid: [
    ["orders/migrations/002_change.sql", "alter table orders add column note text;\n"],
    [change, "create temporary table orders (id bigint);\nalter table orders add column note text;\n"],
    [change, "create index on invoices (id);\n"],
    [change, "alter table invoices add column order_id bigint references orders (id);\n"],
    [change, "create trigger t after insert on orders execute function noted();\n"],
  ],
  invalid: [
    [change, "alter table orders add column note text;\n", "1:13 billing alters orders, which orders owns"],
    [
      change,
      "alter table if exists orders rename to old_orders;\n",
      "1:23 billing alters orders, which orders owns",
    ],
    {
      files: {
        "services/orders/migrations/002_index.sql": "create index orders_by_state on orders (state);\n",
        [`services/${change}`]: "drop index orders_by_state;\n",
      },
      findings: [`services/${change}:1:12 billing alters orders, which orders owns`],
    },
    [change, "drop table invoices, orders;\n", "1:22 billing drops orders, which orders owns"],
    [change, "create table orders (id bigint);\n", "1:14 billing creates orders, which orders owns"],
    [
      change,
      "create index concurrently on orders (state);\n",
      "1:30 billing indexes orders, which orders owns",
    ],
    [
      change,
      "grant select on orders to billing_app;\n",
      "1:17 billing changes the grants of orders, which orders owns",
    ],
    [change, "comment on table orders is 'ours';\n", "1:18 billing comments on orders, which orders owns"],
    [
      change,
      "comment on column orders.total is 'ours';\n",
      "1:19 billing comments on orders, which orders owns",
    ],
    [
      "billing/migrations/002_change.down.sql",
      "drop table orders;\n",
      "1:12 billing drops orders, which orders owns",
    ],
    [
      "billing",
      "sql`alter table orders add column note text`",
      "1:17 billing alters orders, which orders owns",
    ],
  ],
});
