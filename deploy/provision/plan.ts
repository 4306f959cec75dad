/**
 * What a project sets up before any service runs, as data: databases with their roles and rights, and the variables by
 * which everybody finds them. The rights are those that `roles apply` would give to databases that are still empty.
 */
import type { ConnectionParts, Deployment, Manifest } from "../../manifest/model.ts";
import type { DeployedDatabase, PlacedService } from "../databases.ts";
import type { Catalog } from "../roles/catalog.ts";
import { desiredRights } from "../roles/desired.ts";
import { unobserved } from "../roles/observed.ts";
import { passwordVariable, planRoles } from "../roles/plan.ts";
import type { Step } from "../roles/step.ts";

export interface ProvisionedDatabase {
  name: string;
  database: DeployedDatabase;
  /** In the order in which they are run. */
  steps: Step[];
}

/** Who reads a variable: the project's tools, a service, or what migrates it. */
export type VariableUse = "project" | "service" | "migrator";

export interface ProvisionedVariable {
  name: string;
  use: VariableUse;
  /** The service that reads it; null for the project's own. */
  service: string | null;
  /** Whose process reads it, where each tenant has its own; null elsewhere. */
  tenant: string | null;
  /** The value with placeholders in angle brackets; never a password. */
  value: string;
  /** The part of the value that is secret, by the name under which a secret store keeps it; null for a plain value. */
  secret: string | null;
}

export interface Provision {
  manifest: Manifest;
  deployment: Deployment;
  databases: ProvisionedDatabase[];
  variables: ProvisionedVariable[];
}

/** @param databases of the deployment, as databasesOf() lays them out */
export function provision(
  manifest: Manifest,
  deployment: Deployment,
  databases: readonly DeployedDatabase[],
): Provision {
  const provisioned = databases.map((database) => {
    const name = databaseName(manifest, deployment, database);
    const catalog = emptyCatalog(name);
    // Roads into tables are granted by `roles apply`, once the migrations have made them.
    const desired = desiredRights(database, catalog, unobserved, "9999-12-31");
    const passwords = new Map<string, string>();
    const { steps } = planRoles({ database, catalog, desired, passwords, system: manifest.system });
    return { name, database, steps };
  });
  return {
    manifest,
    deployment,
    databases: provisioned,
    variables: provisioned.flatMap(({ name, database }) => variablesOf(name, database)),
  };
}

/** A database is named after the project, after its service, after its tenant, or after both. */
function databaseName(
  { project }: Manifest,
  { layout, database: template }: Deployment,
  { tenant, services }: DeployedDatabase,
): string {
  const service = services[0]?.service.name ?? "app";
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  if (layout === "shared") return plain(project ?? "app");
  if (layout === "per-service") return plain(service);
  return template?.includes("{SERVICE}") ? plain(`${service}_${tenant}`) : plain(tenant ?? "");
}

/** What PostgreSQL 16 and later grant in a new database (manual, "Privileges", table of defaults). */
function emptyCatalog(name: string): Catalog {
  const everybody = { schema: null, column: null, to: "PUBLIC", grantable: false };
  return {
    version: 160_000,
    database: { name, owner: "postgres" },
    admin: { name: "postgres", superuser: true, createRole: true },
    roles: [],
    makers: [],
    memberships: [],
    schemas: [{ name: "public", owner: "pg_database_owner" }],
    relations: [],
    functions: [],
    grants: [
      { ...everybody, on: "database", name, privilege: "CONNECT" },
      { ...everybody, on: "database", name, privilege: "TEMPORARY" },
      { ...everybody, on: "schema", schema: "public", name: "public", privilege: "USAGE" },
    ],
    defaults: [],
    settings: [],
    extensions: ["plpgsql"],
  };
}

function variablesOf(name: string, database: DeployedDatabase): ProvisionedVariable[] {
  const url = (user: string, password: string) => `postgres://${user}:<${password}>@<HOST>:5432/${name}`;
  const admin: ProvisionedVariable = {
    name: database.variable,
    use: "project",
    service: null,
    tenant: database.tenant,
    value: url("<ADMIN>", "ADMIN_PASSWORD"),
    secret: "ADMIN_PASSWORD",
  };
  return [
    admin,
    ...database.services.flatMap((placed) => serviceVariables(placed, name, database.tenant, url)),
  ];
}

function serviceVariables(
  { service, roles }: PlacedService,
  database: string,
  tenant: string | null,
  url: (user: string, password: string) => string,
): ProvisionedVariable[] {
  const of = (
    use: "service" | "migrator",
    variables: readonly string[],
    parts: ConnectionParts | null,
    role: string,
  ): ProvisionedVariable[] => {
    const secret = passwordVariable(role);
    const common = { use, service: service.name, tenant };
    if (parts === null)
      return variables.map((name) => ({ ...common, name, value: url(role, secret), secret }));
    const values = { host: "<HOST>", port: "5432", name: database, user: role, password: `<${secret}>` };
    return Object.entries(parts).map(([part, name]) => ({
      ...common,
      name,
      value: values[part as keyof ConnectionParts],
      secret: part === "password" ? secret : null,
    }));
  };
  return [
    ...of("service", service.database, service.databaseParts, roles.app),
    ...of("migrator", service.migrate, service.migrateParts, roles.migrator),
  ].filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);
}
