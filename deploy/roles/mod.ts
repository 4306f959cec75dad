/** Least-privilege roles from the manifest: who owns, who migrates, who may do what to which table. */
export { applyRights, asAdministrator, lookAs, planRights, type RightsOptions } from "./apply.ts";
export { type Observed, observe, unobserved } from "./observed.ts";
export { type PasswordSources, readPasswords } from "./passwords.ts";
export { passwordVariable } from "./plan.ts";
export type { Plan, Step, StepKind } from "./step.ts";
