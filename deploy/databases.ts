/** The databases of a deployment, and which services live in each: the project's view of the manifest. Pure. */
import { databaseVariable, usualTemplate } from "../manifest/database-variable.ts";
import type { Deployment, Manifest, RoleKind, Service } from "../manifest/model.ts";
import { type HistoryTable, historyTable } from "../runtime/migrate/mod.ts";
import { DeployError } from "./error.ts";
import { roleName } from "./roles/names.ts";

/** A service in one of its databases. */
export interface PlacedService {
  service: Service;
  /** The schema in which its unqualified names stand. */
  schema: string;
  /** Where its migrations keep their history. */
  history: HistoryTable;
  roles: Record<RoleKind, string>;
}

/** One database of a deployment. */
export interface DeployedDatabase {
  /** The project's variable: it holds the URL by which an administrator opens the database. */
  variable: string;
  /** Whose it is, where each tenant has its own. */
  tenant: string | null;
  services: PlacedService[];
}

/** The deployment of that name. @throws {DeployError} */
export function findDeployment(manifest: Manifest, name: string): Deployment {
  const deployment = manifest.deployments.find((one) => one.name === name);
  if (deployment) return deployment;
  const known = manifest.deployments.map((one) => one.name).join(", ");
  throw new DeployError(`the manifest has no deployment "${name}"; it has ${known || "none"}`);
}

/**
 * The databases of a deployment in the manifest's order, tenant by tenant. Services of other engines, and those of other
 * repositories, have no roles here and are left out.
 *
 * @param tenants the tenants' names; ignored unless the layout is per-tenant
 * @throws {DeployError} where the manifest does not say which variable opens a database, or two roles have one name
 */
export function databasesOf(
  manifest: Manifest,
  deployment: Deployment,
  tenants: readonly string[] = [],
): DeployedDatabase[] {
  const services = manifest.services.filter(
    ({ external, dialect, database, owns }) =>
      !external && dialect === "postgresql" && (database.length > 0 || owns.length > 0),
  );
  const owners = deployment.layout === "per-tenant" ? tenants : [null];
  const databases = owners.flatMap((tenant) => {
    const byVariable = new Map<string, PlacedService[]>();
    for (const service of services) {
      const variable = variableOf(deployment, service.name, tenant);
      const placed = place(manifest, deployment, service, tenant);
      byVariable.set(variable, [...(byVariable.get(variable) ?? []), placed]);
    }
    return [...byVariable].map(([variable, placed]) => ({ variable, tenant, services: placed }));
  });
  requireDistinctRoles(databases);
  return databases;
}

/** The variable that opens a service's database in a deployment. @throws {DeployError} where one would open them all */
export function variableOf(deployment: Deployment, service: string, tenant: string | null): string {
  const { name, layout, database } = deployment;
  if (layout === "per-service" && database !== null && !database.includes("{SERVICE}")) {
    throw new DeployError(
      `the deployment "${name}" has a database for each service, and one variable for all (${database}): put {SERVICE} into it, such as ${usualTemplate}`,
    );
  }
  return databaseVariable(deployment, service, tenant);
}

function place(
  manifest: Manifest,
  deployment: Deployment,
  service: Service,
  tenant: string | null,
): PlacedService {
  const role = (kind: RoleKind) =>
    roleName(deployment.roles[kind], {
      service: service.name,
      project: manifest.project ?? "",
      deployment: deployment.name,
      tenant: tenant ?? "",
    });
  return {
    service,
    schema: deployment.schemas === "per-service" ? service.name : service.schema,
    history: historyTable(service.name, service.versionTable ?? undefined),
    roles: { owner: role("owner"), migrator: role("migrator"), app: role("app") },
  };
}

/** Within a database each role is one service's and of one kind; the databases of a cluster may share a service's roles. */
function requireDistinctRoles(databases: readonly DeployedDatabase[]): void {
  const holders = new Map<string, string>();
  for (const { service, roles } of databases.flatMap((database) => database.services)) {
    for (const [kind, role] of Object.entries(roles)) {
      const holder = `${service.name}'s ${kind}`;
      const other = holders.get(role);
      if (other !== undefined && other !== holder)
        throw new DeployError(`"roles" names ${other} and ${holder} alike: ${role}`);
      holders.set(role, holder);
    }
  }
}
