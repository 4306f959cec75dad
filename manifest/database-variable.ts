/** The project's variables: which one opens a service's database in a deployment. */
import type { Deployment } from "./model.ts";

/** The project's variable for a service's own database, where the deployment names none. */
export const usualTemplate = "{SERVICE}_ADMIN_URL";

/** The variable that opens a service's database. Services with one and the same variable share a database. */
export function databaseVariable(
  { database }: Pick<Deployment, "database">,
  service: string,
  tenant: string | null,
): string {
  return (database ?? usualTemplate)
    .replaceAll("{SERVICE}", variablePart(service))
    .replaceAll("{TENANT}", variablePart(tenant ?? ""));
}

/** A name as a part of a variable's name: `north-west` is `NORTH_WEST`. */
export function variablePart(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
}
