import { expect, test } from "bun:test";
import { loadManifest } from "./load.ts";
import type { Manifest, Place } from "./model.ts";
import { memorySource } from "./source.ts";
import { knownSystemTables } from "./system.ts";

const code = {
  "services/gatekeeper/main.ts": "",
  "services/gatekeeper/badge-cache.ts": "",
  "services/gatekeeper-worker/main.ts": "",
  "services/guardian/main.ts": "",
  "db/guardian/001_badges.sql": "",
};

function load(manifest: string, files: Record<string, string> = {}): Manifest {
  const result = loadManifest(memorySource({ ...code, ...files, "freehold.json": manifest }));
  expect(result.problems).toEqual([]);
  return result.manifest!;
}

/** A place on one line: `12:3-9` covers columns 3 to 8. */
function at(text: string, file = "freehold.json"): Place {
  const [line, column, endColumn] = text.split(/[:-]/).map(Number) as [number, number, number];
  return { file, line, column, endLine: line, endColumn };
}

test("a manifest is read with its comments, its defaults filled in, each entry knowing its place", () => {
  const manifest = load(
    `{
  // who owns what
  "services": {
    "gatekeeper": {
      "path": ["./services/gatekeeper/", "services/gatekeeper-worker"],
      "database": "GATEKEEPER_DATABASE_URL",
      "migrate": "GATEKEEPER_MIGRATOR_URL",
      "owns": ["audit_log", "audit.log_*"],
      "publishes": ["audit_log", { "table": "audit.log_2026", "columns": ["at"] }],
      "uses": [{ "service": "guardian", "table": "badges", "access": "read", "via": "./services/gatekeeper/*.ts", "reason": "until GET /badges", "until": "2027-03-31" }],
      "serverVersion": ">=15", "extensions": ["pgcrypto"], "versionTable": "gatekeeper.versions",
    },
    "guardian": {
      "path": "services/guardian", "migrations": "db/guardian", "owns": ["badges"], "schema": "guard",
      "database": { "host": "DB_HOST", "name": "DB_NAME" },
    },
    "billing": { "external": true, "owns": ["invoices"] },
  },
  "deployments": {
    "dev": { "layout": "shared", "database": "DATABASE_URL" },
    "saas": { "layout": "per-tenant", "database": "{SERVICE}_{TENANT}_DATABASE_URL", "tenants": "tenants.json", "schemas": "per-service" },
  },
  "system": ["pgaudit.*"],
  "rules": { "unresolved-table": "warn" },
  "tests": "off",
  "ignore": ["**/*-cache.ts"],
}
`,
  );
  const { system, ...rest } = manifest;
  expect(system[0]).toEqual({ schema: "pgaudit", table: "*", at: at("23:14-25") });
  expect(system).toHaveLength(knownSystemTables.length + 1);
  expect(rest).toEqual({
    file: "freehold.json",
    queryFunctions: [],
    project: null,
    dialect: "postgresql",
    services: [
      {
        name: "gatekeeper",
        external: false,
        paths: ["services/gatekeeper", "services/gatekeeper-worker"],
        migrations: ["services/gatekeeper/migrations", "services/gatekeeper-worker/migrations"],
        dialect: "postgresql",
        schema: "public",
        schemas: ["public", "gatekeeper"],
        database: ["GATEKEEPER_DATABASE_URL"],
        migrate: ["GATEKEEPER_MIGRATOR_URL"],
        databaseParts: null,
        migrateParts: null,
        owns: [
          { schema: null, table: "audit_log", at: at("8:16-27") },
          { schema: "audit", table: "log_*", at: at("8:29-42") },
        ],
        publishes: [
          { schema: null, table: "audit_log", columns: null, at: at("9:21-32") },
          { schema: "audit", table: "log_2026", columns: ["at"], at: at("9:34-82") },
        ],
        uses: [
          {
            service: "guardian",
            schema: null,
            table: "badges",
            access: "read",
            via: "services/gatekeeper/*.ts",
            reason: "until GET /badges",
            until: "2027-03-31",
            at: at("10:16-169"),
          },
        ],
        extensions: ["pgcrypto"],
        serverVersion: ">=15",
        versionTable: "gatekeeper.versions",
        rules: {},
        at: at("4:5-17"),
      },
      {
        name: "guardian",
        external: false,
        paths: ["services/guardian"],
        migrations: ["db/guardian"],
        dialect: "postgresql",
        schema: "guard",
        schemas: ["guard", "guardian"],
        database: ["DB_HOST", "DB_NAME"],
        migrate: ["DB_HOST", "DB_NAME"],
        databaseParts: { host: "DB_HOST", name: "DB_NAME" },
        migrateParts: { host: "DB_HOST", name: "DB_NAME" },
        owns: [{ schema: null, table: "badges", at: at("14:74-82") }],
        publishes: [],
        uses: [],
        extensions: [],
        serverVersion: null,
        versionTable: null,
        rules: {},
        at: at("13:5-15"),
      },
      {
        name: "billing",
        external: true,
        paths: [],
        migrations: [],
        dialect: "postgresql",
        schema: "public",
        schemas: ["public", "billing"],
        database: [],
        migrate: [],
        databaseParts: null,
        migrateParts: null,
        owns: [{ schema: null, table: "invoices", at: at("17:45-55") }],
        publishes: [],
        uses: [],
        extensions: [],
        serverVersion: null,
        versionTable: null,
        rules: {},
        at: at("17:5-14"),
      },
    ],
    deployments: [
      {
        name: "dev",
        layout: "shared",
        database: "DATABASE_URL",
        schemas: "shared",
        tenants: null,
        roles: { owner: "{service}_owner", migrator: "{service}_migrator", app: "{service}_app" },
        at: at("20:5-10"),
      },
      {
        name: "saas",
        layout: "per-tenant",
        database: "{SERVICE}_{TENANT}_DATABASE_URL",
        schemas: "per-service",
        tenants: { file: "tenants.json" },
        roles: { owner: "{service}_owner", migrator: "{service}_migrator", app: "{service}_app" },
        at: at("21:5-11"),
      },
    ],
    rules: { "unresolved-table": { level: "warn", tests: null, options: {} } },
    since: null,
    transfers: [],
    tests: "off",
    ignore: ["**/*-cache.ts"],
  });
});

test("a service may stand in a file of its own, whose paths are the workspace's, too", () => {
  const { services } = load(`{ "services": { "guardian": "./services/guardian/freehold.json" } }`, {
    "services/guardian/freehold.json": `{ "path": "services/guardian",\n  "owns": ["badges"] }`,
  });
  const file = "services/guardian/freehold.json";
  expect(services.map(({ name, paths, owns, at }) => ({ name, paths, owns, at }))).toEqual([
    {
      name: "guardian",
      paths: ["services/guardian"],
      owns: [{ schema: null, table: "badges", at: at("2:12-20", file) }],
      at: at("1:1-2", file),
    },
  ]);
});

test("a path with a star stands for the outermost folders that it matches", () => {
  const { services } = load(`{ "services": { "gate": { "path": "services/gate*", "migrations": [] } } }`, {
    "services/gatekeeper/gate/main.ts": "",
  });
  expect(services.map(({ paths }) => paths)).toEqual([["services/gatekeeper", "services/gatekeeper-worker"]]);
});

test("a service whose path is the workspace has its migrations at the root", () => {
  const { services } = load(`{ "services": { "all": { "path": "." } } }`);
  expect(services.map(({ paths, migrations }) => ({ paths, migrations }))).toEqual([
    { paths: [""], migrations: ["migrations"] },
  ]);
});

test("the dialect is the service's, else the manifest's, and only PostgreSQL has a default schema", () => {
  const { services } = load(
    `{ "dialect": "sqlite", "services": {
      "gatekeeper": { "path": "services/gatekeeper" },
      "guardian": { "path": "services/guardian", "dialect": "postgresql" } } }`,
  );
  expect(services.map(({ name, dialect, schema }) => [name, dialect, schema])).toEqual([
    ["gatekeeper", "sqlite", ""],
    ["guardian", "postgresql", "public"],
  ]);
});

test("a well-known tool's schema is the service's where a service has that schema or that name", () => {
  const schemasOf = ({ system }: Manifest) => new Set(system.map(({ schema }) => schema));
  expect(schemasOf(load(`{ "services": {} }`)).has("auth")).toBe(true);
  const named = load(`{ "services": { "auth": { "path": "services/guardian" } } }`);
  const owned = load(
    `{ "services": { "guardian": { "path": "services/guardian", "owns": ["auth.users"] } } }`,
  );
  const schema = load(`{ "services": { "guardian": { "path": "services/guardian", "schema": "auth" } } }`);
  expect([named, owned, schema].map((manifest) => schemasOf(manifest).has("auth"))).toEqual([
    false,
    false,
    false,
  ]);
});

test("two services may each own a table of one name in databases of their own, or in schemas of their own", () => {
  const { services } = load(
    `{ "services": {
      "gatekeeper": { "path": "services/gatekeeper", "database": "A", "owns": ["dlq"] },
      "guardian": { "path": "services/guardian", "database": "B", "owns": ["dlq"] },
      "worker": { "path": "services/gatekeeper-worker", "database": "B", "owns": ["dlq"], "schema": "worker" } } }`,
  );
  expect(services.map(({ name }) => name)).toEqual(["gatekeeper", "guardian", "worker"]);
});

test("a road to a published table needs no last day", () => {
  const { services } = load(
    `{ "services": {
      "gatekeeper": { "path": "services/gatekeeper", "uses": [{ "service": "guardian", "table": "public.badges", "reason": "r" }] },
      "guardian": { "path": "services/guardian", "owns": ["badges"], "publishes": ["badges"] } } }`,
  );
  expect(services[0]?.uses.map(({ until, access, via }) => ({ until, access, via }))).toEqual([
    { until: null, access: "read", via: null },
  ]);
});

test("a thousand services load, and each one's road leads to its neighbour", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `s${index}`);
  const services = names.map((name, index) => {
    const next = names[(index + 1) % names.length];
    return `"${name}": { "path": "services/${name}", "database": "DATABASE_URL", "owns": ["${name}_*", "t_${name}"],
      "uses": [{ "service": "${next}", "table": "t_${next}", "reason": "r", "until": "2027-01-01" }] }`;
  });
  const manifest = load(
    `{ "services": { ${services.join(",")} } }`,
    Object.fromEntries(names.map((name) => [`services/${name}/main.ts`, ""])),
  );
  expect(manifest.services.map(({ name, uses }) => [name, uses[0]?.service])).toEqual(
    names.map((name, index) => [name, names[(index + 1) % names.length]]),
  );
});

test("roles are named by the manifest's template, or by the deployment's own; tenants come from where it says", () => {
  const { deployments } = load(`{
    "project": "gravitas",
    "services": {},
    "roles": "{project}_{service}_{kind}",
    "deployments": {
      "dev": { "layout": "shared", "database": "DATABASE_URL" },
      "saas": { "layout": "per-tenant", "database": "{TENANT}_URL", "tenants": { "variable": "TENANTS" },
        "roles": { "owner": "{tenant}_{service}_owner", "migrator": "{service}_migrator", "app": "{project}_{service}" } },
      "asked": { "layout": "per-tenant", "database": "{TENANT}_URL",
        "tenants": { "query": "select name from tenant", "database": "CONTROL_URL" } }
    }
  }`);
  expect(deployments.map(({ name, roles, tenants }) => ({ name, roles, tenants }))).toEqual([
    {
      name: "dev",
      roles: {
        owner: "{project}_{service}_owner",
        migrator: "{project}_{service}_migrator",
        app: "{project}_{service}_app",
      },
      tenants: null,
    },
    {
      name: "saas",
      roles: {
        owner: "{tenant}_{service}_owner",
        migrator: "{service}_migrator",
        app: "{project}_{service}",
      },
      tenants: { variable: "TENANTS" },
    },
    {
      name: "asked",
      roles: {
        owner: "{project}_{service}_owner",
        migrator: "{project}_{service}_migrator",
        app: "{project}_{service}_app",
      },
      tenants: { query: "select name from tenant", database: "CONTROL_URL" },
    },
  ]);
});
