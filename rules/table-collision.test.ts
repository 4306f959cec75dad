import { baseFiles, manifest, testRule } from "../fixtures/rule-tester.ts";
import { tableCollision } from "./table-collision.ts";

const ordersDlq = { "services/orders/migrations/002_dlq.sql": "create table dlq (id bigint primary key);\n" };
const billingDlq = {
  "services/billing/migrations/002_dlq.sql": "create table dlq (id bigint primary key);\n",
};
const both = { ...ordersDlq, ...billingDlq };

/** Both own a dlq; `changes` are made in the text. */
const owning = (deployments: Record<string, object>, ...changes: [string, string][]) => ({
  "freehold.json": [
    ['["orders", "customers"]', '["orders", "customers", "dlq"]'],
    ['["invoices"]', '["invoices", "dlq"]'],
    ...changes,
  ].reduce((text, [from, to]) => text.replace(from!, to!), manifest({ deployments })),
});

const shared = { layout: "shared", database: "DATABASE_URL" };
const message = "billing's dlq and orders' dlq would be one table in the deployment dev";

testRule(tableCollision, {
  valid: [
    { name: "no deployment is declared", files: { ...owning({}), ...both } },
    {
      name: "a schema for each service",
      files: { ...owning({ dev: { ...shared, schemas: "per-service" } }), ...both },
    },
    {
      name: "a database for each service",
      files: { ...owning({ prod: { layout: "per-service" } }), ...both },
    },
    {
      name: "databases for each service and tenant",
      files: {
        ...owning({
          saas: {
            layout: "per-tenant",
            tenants: { variable: "TENANTS" },
            database: "{SERVICE}_{TENANT}_URL",
          },
        }),
        ...both,
      },
    },
    {
      name: "another schema, of its own",
      files: {
        ...owning({ dev: shared }, [
          '"path": "services/billing",',
          '"path": "services/billing", "schema": "billing",',
        ]),
        ...both,
      },
    },
    {
      name: "another engine, which is another server",
      files: {
        ...owning({ dev: shared }, [
          '"path": "services/billing",',
          '"path": "services/billing", "dialect": "sqlite",',
        ]),
        ...both,
      },
    },
    {
      name: "one of them is gone at head",
      files: {
        ...owning({ dev: shared }),
        ...both,
        "services/orders/migrations/003_gone.sql": "drop table dlq;\n",
      },
    },
    {
      name: "a table that the service does not own is another rule's",
      files: {
        "freehold.json": manifest({ deployments: { dev: shared } }),
        "services/billing/migrations/002_orders.sql": "create table orders (id bigint);\n",
      },
    },
    {
      name: "histories of migrations, each in a schema of its own",
      files: { "freehold.json": manifest({ deployments: { dev: shared } }) },
    },
  ],
  invalid: [
    {
      name: "one database for all",
      files: { ...owning({ dev: shared }), ...both },
      findings: [`services/billing/migrations/002_dlq.sql:1:14 ${message}`],
    },
    {
      name: "a database for each tenant, which its services share; in several deployments",
      files: {
        ...owning({
          dev: shared,
          prod: { layout: "per-service" },
          saas: { layout: "per-tenant", tenants: { variable: "TENANTS" }, database: "{TENANT}_URL" },
        }),
        ...both,
      },
      findings: [
        "services/billing/migrations/002_dlq.sql:1:14 billing's dlq and orders' dlq would be one table in the deployments dev and saas",
      ],
    },
    {
      name: "under the name that a later migration gives it",
      files: {
        ...owning({ dev: shared }),
        ...ordersDlq,
        "services/billing/migrations/002_dlq.sql":
          "create table dead (id bigint primary key);\nalter table dead rename to dlq;\n",
      },
      findings: [`services/billing/migrations/002_dlq.sql:1:14 ${message}`],
    },
    {
      name: "a schema for each service, and one that names the other's",
      files: {
        ...owning({ dev: { ...shared, schemas: "per-service" } }, [
          '"invoices", "dlq"',
          '"invoices", "orders.dlq"',
        ]),
        ...ordersDlq,
        "services/billing/migrations/002_dlq.sql": "create table orders.dlq (id bigint primary key);\n",
      },
      findings: [
        "services/billing/migrations/002_dlq.sql:1:14 billing's orders.dlq and orders' dlq would be one table in the deployment dev",
      ],
    },
    {
      name: "one table for two histories of migrations",
      files: {
        "freehold.json": manifest({ deployments: { dev: shared } }).replaceAll(
          /"path": "services\/(\w+)",/g,
          '$& "versionTable": "schema_version",',
        ),
      },
      findings: [
        "freehold.json:10:5 billing's history of migrations schema_version and orders' history of migrations schema_version would be one table in the deployment dev",
      ],
    },
    {
      name: "a history of migrations where another has a table",
      files: {
        "freehold.json": manifest({ deployments: { dev: shared } }).replace(
          '"path": "services/billing",',
          '$& "versionTable": "orders",',
        ),
        "services/billing/customers.ts": baseFiles["services/billing/customers.ts"]!,
      },
      findings: [
        "freehold.json:10:5 billing's history of migrations orders and orders' orders would be one table in the deployment dev",
      ],
    },
  ],
});
