/** `freehold provision`: what the project sets up and no service may, printed. */
import { findDeployment, provision, provisionFormats } from "../deploy/mod.ts";
import { deployedDatabases, mendable } from "./deployment.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { openWorkspace } from "./workspace.ts";

export interface ProvisionOptions {
  deployment: string;
  config?: string;
  /** Only this tenant's databases. */
  tenant?: string;
  format: keyof typeof provisionFormats;
}

/**
 * `freehold provision`.
 * @returns the exit code
 * @throws ExpectedError for a deployment or a tenant that there is not
 */
export async function run({ deployment, config, format, tenant }: ProvisionOptions, io: Io): Promise<number> {
  const workspace = openWorkspace(io, config);
  const all = await deployedDatabases(workspace, deployment, io);
  const databases = tenant === undefined ? all : all.filter((database) => database.tenant === tenant);
  if (databases.length === 0)
    throw new ExpectedError(`the deployment "${deployment}" has no tenant "${tenant}"`);
  const { manifest } = workspace;
  const text = await mendable(async () =>
    provisionFormats[format](provision(manifest, findDeployment(manifest, deployment), databases)),
  );
  io.out(text);
  return exitCodes.clean;
}
