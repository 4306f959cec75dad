import type { Collision, Rule } from "../analysis/model.ts";
import { list, possessive } from "./parts/words.ts";

const manifest = (schemas: string) => `{
  "services": {
    "orders": {
      "path": "services/orders",
      "database": "ORDERS_DATABASE_URL",
      "owns": ["orders", "customers", "dlq"],
      "publishes": ["customers"]
    },
    "billing": {
      "path": "services/billing",
      "database": "BILLING_DATABASE_URL",
      "owns": ["invoices", "dlq"],
      "uses": [
        { "service": "orders", "table": "customers", "access": "read", "reason": "invoices carry the customer's name" }
      ]
    }
  },
  "deployments": {
    "dev": { "layout": "shared", "database": "DATABASE_URL"${schemas} }
  }
}
`;

const migrations = {
  "services/orders/migrations/002_dlq.sql": "create table dlq (id bigint primary key, message text);\n",
  "services/billing/migrations/002_dlq.sql": "create table dlq (id bigint primary key, job text);\n",
};

export const tableCollision: Rule = {
  id: "table-collision",
  severity: "error",
  summary: "Disallow tables of two services that would be one in a deployment.",
  why: "Each service may call its table as it likes; but a database that both share has room for one table of a name, and whichever migration comes second fails or, worse, takes the other's table for its own.",
  fix: 'Give each service a schema of its own in that deployment ("schemas": "per-service"), or rename one of the tables.',
  examples: {
    bad: { "freehold.json": manifest(""), ...migrations },
    good: { "freehold.json": manifest(', "schemas": "per-service"'), ...migrations },
  },

  *check({ collisions }) {
    for (const one of collisions) {
      const { service, table, history, at, deployments, others } = one;
      const where = `the deployment${deployments.length > 1 ? "s" : ""} ${list(deployments)}`;
      yield {
        at,
        message: `${thing(one)} and ${list(others.map(thing))} would be one table in ${where}`,
        help: history
          ? `name another "versionTable" for ${service}, or leave it out: its history then has a schema of its own`
          : 'give each service a schema of its own there ("schemas": "per-service"), or rename one of them',
        subject: { services: [service], owners: others.map((other) => other.service), table },
        related: others.map((other) => ({ at: other.at, message: `${thing(other)} comes from here` })),
      };
    }
  },
};

function thing({ service, table, history }: Collision["others"][number]): string {
  return `${possessive(service)} ${history ? `history of migrations ${table}` : table}`;
}
