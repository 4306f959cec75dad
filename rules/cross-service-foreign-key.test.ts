import { testRule } from "../fixtures/rule-tester.ts";
import { crossServiceForeignKey } from "./cross-service-foreign-key.ts";

const change = "billing/migrations/002_change.sql";

testRule(crossServiceForeignKey, {
  valid: [
    ["orders/migrations/002_change.sql", "alter table orders add foreign key (id) references customers;\n"],
    [change, "alter table invoices add column order_id bigint;\n"],
    [change, "alter table invoices add column parent bigint references invoices (id);\n"],
  ],
  invalid: [
    [
      change,
      "alter table invoices add column order_id bigint references orders (id);\n",
      "1:60 billing references orders, which orders owns",
    ],
    [
      change,
      "alter table invoices add constraint o foreign key (id) references public.orders on delete cascade;\n",
      "1:67 billing references public.orders, which orders owns",
    ],
    [
      change,
      "create temporary table batch (order_id bigint references orders);\n",
      "1:58 billing references orders, which orders owns",
    ],
    // Published is published to be read.
    [
      change,
      "alter table invoices add column customer_id bigint references customers (id);\n",
      "1:63 billing references customers, which orders owns",
    ],
    {
      name: "a model that no code imports, in its table's owner's name",
      files: {
        "packages/db/schema.prisma": `datasource db {
  provider = "postgresql"
  url = env("ORDERS_DATABASE_URL")
}
model invoices {
  id Int @id
  order orders @relation(fields: [id], references: [id])
}
model orders {
  id Int @id
  invoices invoices?
}
`,
      },
      findings: ["packages/db/schema.prisma:7:9 billing references orders, which orders owns"],
    },
  ],
});
