/** What a project sets up, and no service may: in the forms in which projects keep it. Pure functions from the manifest to text. */

import { DeployError } from "../error.ts";
import { provisionCompose } from "./compose.ts";
import { provisionEnv } from "./env.ts";
import { provisionKubernetes } from "./kubernetes.ts";
import type { Provision } from "./plan.ts";
import { provisionSql } from "./sql.ts";

export { type Provision, provision } from "./plan.ts";

export const provisionFormats = {
  sql: provisionSql,
  compose: ofOneTenant(provisionCompose),
  kubernetes: ofOneTenant(provisionKubernetes),
  env: provisionEnv,
} satisfies Record<string, (provision: Provision) => string>;

/** A process serves one tenant: what describes processes describes one tenant's. */
function ofOneTenant(print: (provision: Provision) => string): (provision: Provision) => string {
  return (given) => {
    const tenants = [...new Set(given.databases.map(({ database }) => database.tenant))];
    if (tenants.length > 1)
      throw new DeployError(`a process serves one tenant: say whose, such as --tenant ${tenants[0]}`);
    return print(given);
  };
}
