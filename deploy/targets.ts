/**
 * Which database each service's migrations go to, as the manifest and one of its deployments say. Pure, apart from a look
 * at which migration folders exist.
 */
import type { Deployment, Dialect, Manifest, Service } from "../manifest/model.ts";
import { findDeployment, variableOf } from "./databases.ts";
import { DeployError } from "./error.ts";

/** One service's part of a run: where to, or why there is nothing to do. */
export type ServiceTarget = {
  /** Whose database it is, where each tenant has its own. */
  tenant: string | null;
} & (
  | {
      kind: "migrate";
      service: string;
      /** Workspace-relative path of its migrations. */
      folder: string;
      /** What it is on: a URL of another engine is refused. */
      dialect: Dialect;
      /** The variable that holds the connection URL. */
      variable: string;
      /** The schema in which its unqualified names stand; null for the role's own search path. */
      schema: string | null;
      /** Where its history lives, if not in the default place. */
      versionTable: string | null;
      /** The versions of the server that it works on; null for any. */
      serverVersion: string | null;
    }
  | { kind: "nothing"; service: string; reason: string }
  | { kind: "refused"; service: string; reason: string }
);

export interface TargetOptions {
  /** Only this service. */
  service?: string;
  /** As this deployment lays the databases out; by each service's own variable unless given. */
  deployment?: string;
  /** The tenants of a deployment that has a database for each. */
  tenants?: readonly string[];
}

/**
 * Where each service migrates to, in the manifest's order, tenant by tenant.
 * @param isFolder whether a workspace-relative path is a folder
 * @throws {DeployError}
 */
export function migrationTargets(
  manifest: Manifest,
  options: TargetOptions,
  isFolder: (path: string) => boolean,
): ServiceTarget[] {
  const services = manifest.services.filter(
    ({ name }) => options.service === undefined || name === options.service,
  );
  if (options.service !== undefined && services.length === 0) {
    const known = manifest.services.map(({ name }) => name).join(", ");
    throw new DeployError(`the manifest has no service "${options.service}"; it has ${known}`);
  }
  const deployment = options.deployment === undefined ? null : findDeployment(manifest, options.deployment);
  const tenants = deployment?.layout === "per-tenant" ? (options.tenants ?? []) : [null];
  return tenants.flatMap((tenant) =>
    services.map((service) => target(service, laidOut(service, manifest, deployment), tenant, isFolder)),
  );
}

/** A shared database is of one engine: a service on another keeps its own variable. */
function laidOut(service: Service, manifest: Manifest, deployment: Deployment | null): Deployment | null {
  const engineOf = (dialect: Dialect) => (dialect === "mysql" ? "mariadb" : dialect);
  const other = engineOf(service.dialect) !== engineOf(manifest.dialect);
  return deployment?.layout === "shared" && other ? null : deployment;
}

function target(
  service: Service,
  deployment: Deployment | null,
  tenant: string | null,
  isFolder: (path: string) => boolean,
): ServiceTarget {
  const { name } = service;
  const nothing = (reason: string): ServiceTarget => ({ tenant, kind: "nothing", service: name, reason });
  const refused = (reason: string): ServiceTarget => ({ tenant, kind: "refused", service: name, reason });
  if (service.external) return nothing("lives in another repository");
  const folders = service.migrations.filter(isFolder);
  const [folder] = folders;
  if (folder === undefined) return nothing("has no migrations");
  if (folders.length > 1)
    return refused(`has several folders of migrations (${folders.join(", ")}): one history needs one`);
  const { dialect } = service;
  if (dialect === "sqlite" && deployment?.schemas === "per-service") {
    return refused("is on SQLite, which has no schemas to give each service one");
  }

  const projects = deployment !== null && deployment.layout !== "per-service";
  const variable = projects
    ? variableOf(deployment, name, tenant)
    : service.migrate.length === 1
      ? service.migrate[0]
      : undefined;
  if (variable === undefined) {
    return refused('has no variable with its whole connection URL: name one under "migrate"');
  }
  const own = service.schema === "public" || service.schema === "" ? null : service.schema;
  const schema = deployment?.schemas === "per-service" ? name : own;
  const { versionTable, serverVersion } = service;
  return {
    tenant,
    kind: "migrate",
    service: name,
    folder,
    dialect,
    variable,
    schema,
    versionTable,
    serverVersion,
  };
}
