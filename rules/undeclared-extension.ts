import type { Rule } from "../analysis/model.ts";
import { list } from "./parts/words.ts";

/** Every PostgreSQL has it from the start. */
const given = new Set(["plpgsql"]);

export const undeclaredExtension: Rule = {
  id: "undeclared-extension",
  severity: "error",
  summary: 'Disallow CREATE EXTENSION for what the manifest does not name under "extensions".',
  why: "An extension is installed on the server by whoever provides it: a service that needs one nobody knows of cannot be moved, and fails when it starts elsewhere.",
  fix: 'Name it under "extensions" of the service, so that the project provides a server that has it.',
  examples: {
    bad: { "services/billing/migrations/002_crypto.sql": "create extension if not exists pgcrypto;\n" },
    good: {
      "freehold.json": `{
  "services": {
    "orders": {
      "path": "services/orders",
      "database": "ORDERS_DATABASE_URL",
      "owns": ["orders", "customers"],
      "publishes": ["customers"]
    },
    "billing": {
      "path": "services/billing",
      "database": "BILLING_DATABASE_URL",
      "owns": ["invoices"],
      "extensions": ["pgcrypto"],
      "uses": [
        { "service": "orders", "table": "customers", "access": "read", "reason": "invoices carry the name" }
      ]
    }
  }
}
`,
      "services/billing/migrations/002_crypto.sql": "create extension if not exists pgcrypto;\n",
    },
  },

  *check({ acts, manifest }) {
    for (const { act, name, at, services, test } of acts) {
      if (act.toUpperCase() !== "CREATE EXTENSION" || name === null || test || given.has(name)) continue;
      const lacking = services.filter(
        (service) => !manifest.services.find((one) => one.name === service)?.extensions.includes(name),
      );
      if (lacking.length === 0) continue;
      yield {
        at,
        message: `${list(lacking)} ${lacking.length === 1 ? "installs" : "install"} ${name}, which the manifest does not name`,
        help: `name ${name} under "extensions" of ${list(lacking)}`,
        subject: { services: lacking },
      };
    }
  },
};
