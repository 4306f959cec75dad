import { testRule } from "../fixtures/rule-tester.ts";
import { crossServiceDependency } from "./cross-service-dependency.ts";

const change = "billing/migrations/002_change.sql";

testRule(crossServiceDependency, {
  valid: [
    [
      "orders/migrations/002_change.sql",
      "create trigger t after insert on orders execute function noted();\n",
    ],
    [change, "create policy p on invoices using (true);\n"],
    [change, "select total from orders;\n"],
    [change, "do $$ begin delete from orders; end $$;\n"],
  ],
  invalid: [
    [
      change,
      "create trigger t after insert on orders execute function noted();\n",
      "1:34 trigger t of billing stands on orders, which orders owns",
    ],
    [
      change,
      "create policy p on orders using (true);\n",
      "1:20 policy p of billing stands on orders, which orders owns",
    ],
    [
      change,
      "create rule r as on delete to orders do instead nothing;\n",
      "1:31 rule r of billing stands on orders, which orders owns",
    ],
    [
      change,
      "create or replace view owed as\nselect total from orders;\n",
      "2:19 view owed of billing stands on orders, which orders owns",
    ],
    [
      change,
      "create function f() returns void language plpgsql as $$\nbegin\n  delete from orders;\nend $$;\n",
      "3:15 function f of billing stands on orders, which orders owns",
    ],
    [
      change,
      "create table orders_2027 partition of orders for values in (1);\n",
      "1:39 partition orders_2027 of billing stands on orders, which orders owns",
    ],
    [
      change,
      "create table big_orders () inherits (orders);\n",
      "1:38 table big_orders of billing stands on orders, which orders owns",
    ],
  ],
});
