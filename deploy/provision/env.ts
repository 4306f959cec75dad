/** Provisioning as the list of variables, in the form of a .env file to be filled in. */
import type { Provision, ProvisionedVariable } from "./plan.ts";

/** The variables as lines of NAME=value, placeholders in the places of passwords. */
export function provisionEnv({ deployment, variables }: Provision): string {
  const lines = [
    `# The variables of the deployment ${deployment.name}. What stands in <angle brackets> is to be filled in; keep the passwords`,
    "# in your secret store. Written by freehold provision.",
  ];
  const groups = Map.groupBy(variables, headingOf);
  for (const [heading, group] of groups) {
    lines.push("", `# ${heading}`);
    for (const { name, value } of group) lines.push(`${name}=${value}`);
  }
  return `${lines.join("\n")}\n`;
}

function headingOf({ use, service, tenant }: ProvisionedVariable): string {
  const whose = tenant === null ? "" : `, for the tenant ${tenant}`;
  if (use === "project") return "The project's own, as the administrator: no service reads it";
  if (use === "service") return `${service}, as its app role${whose}`;
  return `${service}'s migrations, as its migrator role${whose}`;
}
