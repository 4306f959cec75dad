/** What the commands of the project's side share: a deployment's databases, one after the other, and what is said of each. */
import {
  DeployError,
  type DeployedDatabase,
  databasesOf,
  findDeployment,
  readTenants,
} from "../deploy/mod.ts";
import { DatabaseConfigError, DatabaseUnavailableError } from "../runtime/connect/mod.ts";
import { ExpectedError, type Io } from "./io.ts";
import { sourceReader, type Workspace } from "./workspace.ts";

/** The databases that the manifest lays out for a deployment. @throws ExpectedError */
export async function deployedDatabases(
  { manifest, root }: Workspace,
  name: string,
  { env }: Io,
): Promise<DeployedDatabase[]> {
  return mendable(async () => {
    const deployment = findDeployment(manifest, name);
    const tenants = await readTenants(deployment, { env, read: sourceReader(root) });
    const databases = databasesOf(manifest, deployment, tenants);
    if (databases.length === 0) throw new DeployError("no service of the manifest has a PostgreSQL database");
    return databases;
  });
}

/** Work whose foreseen errors are one line for a person. */
export async function mendable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isMendable(error)) throw new ExpectedError(error.message);
    throw error;
  }
}

/** Whether an error is one that a person can mend, and one line is enough for it. */
export function isMendable(error: unknown): error is Error {
  return (
    error instanceof DeployError ||
    error instanceof DatabaseConfigError ||
    error instanceof DatabaseUnavailableError
  );
}

/** How a database is called in what is printed. */
export function titleOf({ variable, tenant, services }: DeployedDatabase): string {
  const who = services.map(({ service }) => service.name).join(", ");
  return `${variable}${tenant === null ? "" : ` (tenant ${tenant})`}: ${who}`;
}
