import { expect, test } from "bun:test";
import { loadManifest } from "./load.ts";
import {
  judgeTable,
  migrationOwner,
  ownersElsewhere,
  serviceByName,
  serviceOfFile,
  servicesOfVariable,
  usesOfTable,
} from "./lookup.ts";
import type { Manifest } from "./model.ts";
import { memorySource } from "./source.ts";

const text = `{
  "services": {
    "orders": { "path": ["services/orders", "services/orders-worker"], "database": "ORDERS_URL", "migrate": "ORDERS_ADMIN_URL",
      "owns": ["orders", "order_*", "archive.orders", "dlq"], "publishes": ["orders"] },
    "refunds": { "path": "services/orders/refunds", "migrations": "db/refunds", "database": { "host": "DB_HOST", "name": "REFUNDS_DB" },
      "owns": ["refunds", "dlq", "order_refunds"],
      "uses": [
        { "service": "orders", "table": "orders", "via": "services/orders/refunds/*.ts", "reason": "r" },
        { "service": "orders", "table": "public.order_*", "access": "write", "reason": "r", "until": "2027-01-01" }
      ] },
    "mail": { "path": "services/mail", "schema": "mail", "database": { "host": "DB_HOST", "name": "MAIL_DB" }, "owns": ["outbox", "Jobs"] },
    "ledger": { "external": true, "owns": ["ledger.*", "schema_migrations"] },
    "local": { "path": "services/local", "dialect": "sqlite", "owns": ["drafts"] },
    "shop": { "path": "services/shop", "dialect": "mysql", "owns": ["carts"] }
  },
  "system": ["legacy_*"]
}`;

const files = {
  "freehold.json": text,
  ...Object.fromEntries(
    ["orders", "orders-worker", "orders/refunds", "mail", "local", "shop"].map((name) => [
      `services/${name}/main.ts`,
      "",
    ]),
  ),
  "db/refunds/001.sql": "",
};

function manifestOf(changed: (text: string) => string = (same) => same): Manifest {
  const { manifest, problems } = loadManifest(memorySource({ ...files, "freehold.json": changed(text) }));
  expect(problems).toEqual([]);
  return manifest!;
}

const manifest = manifestOf();

/** `verdict owner, owner` of `schema.table`, as `service` names it. */
function judged(service: string, name: string, by = manifest): string {
  const [table, schema = null] = name.split(".").reverse() as [string, string?];
  const { verdict, owners } = judgeTable(by, service, schema, table);
  return [verdict, ...owners].join(" ");
}

test.each([
  ["orders", "orders", "own orders"],
  ["orders", "public.orders", "own orders"],
  ["orders", "archive.orders", "own orders"],
  ["orders", "sales.orders", "unowned"],
  ["orders", "Orders", "unowned"],
  ["refunds", "orders", "foreign orders"],
  ["refunds", "order_lines", "foreign orders"],
  ["refunds", "dlq", "own refunds"],
  ["orders", "dlq", "own orders"],
  ["shop", "dlq", "unowned"],
  ["nobody", "dlq", "foreign orders refunds"],
  ["", "orders", "foreign orders"],
  // A pattern of one's own is as good as another's full name.
  ["orders", "order_refunds", "own orders"],
  ["refunds", "order_refunds", "own refunds"],
  ["nobody", "order_refunds", "foreign refunds orders"],
  // An unqualified name stands in the service's schema.
  ["mail", "outbox", "own mail"],
  ["mail", "mail.outbox", "own mail"],
  ["mail", "public.outbox", "unowned"],
  ["mail", "Jobs", "own mail"],
  ["mail", "jobs", "unowned"],
  ["mail", "orders", "unowned"],
  ["mail", "public.orders", "foreign orders"],
  ["orders", "outbox", "unowned"],
  ["orders", "mail.outbox", "foreign mail"],
  ["orders", "ledger.entries", "foreign ledger"],
  ["orders", "entries", "unowned"],
  // The server's and the tools' tables are nobody's, unless someone owns them by name.
  ["orders", "pg_catalog.pg_class", "engine"],
  ["orders", "information_schema.tables", "engine"],
  ["orders", "pg_class", "engine"],
  ["orders", "pg_stat_activity", "engine"],
  ["orders", "public.pg_class", "unowned"],
  ["orders", "pg_notes", "unowned"],
  ["local", "sqlite_master", "engine"],
  ["orders", "_prisma_migrations", "engine"],
  ["orders", "pgboss.job", "engine"],
  ["orders", "schema_migrations", "foreign ledger"],
  ["orders", "legacy_orders", "engine"],
  // Dialects without schemas.
  ["local", "drafts", "own local"],
  ["local", "main.drafts", "own local"],
  ["shop", "carts", "own shop"],
  ["shop", "performance_schema.threads", "engine"],
  ["orders", "performance_schema.threads", "unowned"],
  ["orders", "carts", "unowned"],
  // Names that objects have of themselves.
  ["orders", "constructor", "unowned"],
  ["orders", "__proto__.toString", "unowned"],
])("to %s, %s is %s", (service, name, expected) => {
  expect(judged(service, name)).toBe(expected);
});

test("a schema that a deployment gives a service is that service's, too", () => {
  const deployed = manifestOf((text) =>
    text.replace(
      '"system"',
      '"deployments": { "staging": { "layout": "shared", "database": "URL", "schemas": "per-service" } }, "system"',
    ),
  );
  const names = ["orders.orders", "orders.dlq", "refunds.dlq", "orders.archive", "outbox"];
  expect(names.map((name) => judged("mail", name, deployed))).toEqual([
    "foreign orders",
    "foreign orders",
    "foreign refunds",
    "unowned",
    "own mail",
  ]);
});

test("an owner of everything in its schema does not own the tools' and the server's tables", () => {
  const greedy = manifestOf((text) =>
    text.replace('["outbox", "Jobs"]', '["*"]').replace(', "schema": "mail"', ""),
  );
  const names = ["anything", "orders", "pg_class", "_prisma_migrations", "legacy_orders"];
  expect(names.map((name) => judged("shop", `public.${name}`, greedy))).toEqual([
    "foreign mail",
    "foreign orders mail",
    "foreign mail",
    "engine",
    "engine",
  ]);
  expect(names.map((name) => judged("mail", name, greedy))).toEqual([
    "own mail",
    "own mail",
    "engine",
    "engine",
    "engine",
  ]);
});

test("a judgement names the entry that it stands on", () => {
  const [orders] = manifest.services;
  expect(judgeTable(manifest, "refunds", null, "order_lines")).toEqual({
    verdict: "foreign",
    owners: ["orders"],
    pattern: orders!.owns[1]!,
  });
  expect(judgeTable(manifest, "refunds", null, "legacy_x").pattern).toEqual(manifest.system[0]!);
});

test.each([
  ["services/orders/main.ts", "orders", null],
  ["services/orders-worker/deep/down/main.ts", "orders", null],
  ["services/orders/refunds/main.ts", "refunds", null],
  ["services/orders/refunds.ts", "orders", null],
  ["services/orders/migrations/001.sql", "orders", "orders"],
  ["services/orders/refunds/migrations/001.sql", "refunds", null],
  ["db/refunds/001.sql", "refunds", "refunds"],
  ["db/001.sql", null, null],
  ["services/orders2/main.ts", null, null],
  ["shared/sql.ts", null, null],
  ["main.ts", null, null],
])("%s is the code of %s and the migration of %s", (file, code, migrations) => {
  expect([serviceOfFile(manifest, file), migrationOwner(manifest, file)]).toEqual([code, migrations]);
});

test("a variable is every service's that names it, for its database or its migrator", () => {
  const variables = ["ORDERS_URL", "ORDERS_ADMIN_URL", "DB_HOST", "MAIL_DB", "DATABASE_URL"];
  expect(variables.map((name) => servicesOfVariable(manifest, name))).toEqual([
    ["orders"],
    ["orders"],
    ["refunds", "mail"],
    ["mail"],
    [],
  ]);
});

test("a road is found by service, owner, table and the file that takes it", () => {
  const found = (owner: string, schema: string | null, table: string, file: string) =>
    usesOfTable(manifest, "refunds", owner, schema, table, file).map(
      ({ table, access }) => `${access} ${table}`,
    );
  expect([
    found("orders", null, "orders", "services/orders/refunds/main.ts"),
    found("orders", null, "orders", "shared/orders.ts"),
    found("orders", "public", "orders", "services/orders/refunds/main.ts"),
    found("orders", "archive", "orders", "services/orders/refunds/main.ts"),
    found("orders", null, "order_lines", "shared/orders.ts"),
    found("mail", null, "orders", "services/orders/refunds/main.ts"),
    usesOfTable(manifest, "nobody", "orders", null, "orders", "main.ts"),
  ]).toEqual([["read orders"], [], ["read orders"], [], ["write order_*"], [], []]);
});

test("a service is found by its name, and a name's owners in other schemas", () => {
  expect([serviceByName(manifest, "mail")?.schema, serviceByName(manifest, "toString")]).toEqual([
    "mail",
    null,
  ]);
  expect([ownersElsewhere(manifest, "outbox"), ownersElsewhere(manifest, "nothing")]).toEqual([["mail"], []]);
});

test("services may be named like what every object has", () => {
  const odd = ["constructor", "toString", "hasOwnProperty"];
  const { manifest, problems } = loadManifest(
    memorySource({
      "freehold.json": `{ "services": { ${odd.map((name) => `"${name}": { "path": "${name}", "owns": ["${name}"] }`)} } }`,
      ...Object.fromEntries(odd.map((name) => [`${name}/main.ts`, ""])),
    }),
  );
  expect(problems).toEqual([]);
  expect(odd.map((name) => judged("toString", name, manifest!))).toEqual([
    "foreign constructor",
    "own toString",
    "foreign hasOwnProperty",
  ]);
});
