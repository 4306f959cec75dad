/**
 * What stands between a database and the rights that the manifest asks for, as SQL: roles first, then what is taken away,
 * then what is given. A second plan after the first was run is empty. Pure.
 */
import { variablePart } from "../../manifest/database-variable.ts";
import type { Catalog } from "./catalog.ts";
import { extensionSteps, ownerSteps, schemaSteps } from "./plan-objects.ts";
import { defaultSteps, grantSteps, revokeSteps } from "./plan-rights.ts";
import { membershipSteps, passwordSteps, roleSteps, settingSteps } from "./plan-roles.ts";
import type { Plan, PlanInput } from "./step.ts";

/**
 * The statements that bring a database's roles and rights to what the manifest asks for, in an order in which they
 * can run.
 */
export function planRoles(input: PlanInput): Plan {
  const { catalog, desired } = input;
  const obstacles: string[] = [];
  const steps = [
    ...roleSteps(input, obstacles),
    ...membershipSteps(input),
    ...extensionSteps(input),
    ...revokeSteps(input),
    ...schemaSteps(input, obstacles),
    // Who is to own a table needs the right to make one there.
    ...grantSteps(input, ({ on }) => on === "database" || on === "schema"),
    ...ownerSteps(input, obstacles),
    ...grantSteps(input, ({ on }) => on !== "database" && on !== "schema"),
    ...defaultSteps(input),
    ...settingSteps(input),
    ...passwordSteps(input),
  ];
  if (steps.some(({ kind }) => kind === "role") && !catalog.admin.superuser && !catalog.admin.createRole)
    obstacles.push(`${catalog.admin.name} may not create roles: it needs CREATEROLE`);
  const silent = desired.roles
    .filter(({ name, login }) => login && !input.passwords.has(name) && !hasPassword(catalog, name))
    .map(({ name }) => `${name} has no password here: set ${passwordVariable(name)}`);
  return { steps, obstacles, notes: [...desired.waiting, ...silent] };
}

/** The variable, or the key of a secrets file, that holds a role's password. */
export function passwordVariable(role: string): string {
  return `${variablePart(role)}_PASSWORD`;
}

/** Where it may not be seen whether a role has one, a role that is there has one. */
function hasPassword({ roles, admin }: Catalog, name: string): boolean {
  const role = roles.find((one) => one.name === name);
  return role !== undefined && (!admin.superuser || role.verifier !== null);
}
