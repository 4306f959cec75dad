/** The project's side: which database each service lives in, and bringing their schemas there. */
export {
  type DeployedDatabase,
  databasesOf,
  findDeployment,
  type PlacedService,
} from "./databases.ts";
export { type DriftOptions, type Fault, type FaultKind, findDrift } from "./drift/mod.ts";
export { shadows } from "./drift/shadow.ts";
export { DeployError } from "./error.ts";
export { type LockMode, locksOf, type ShownLock, shownLocks, type TableLock } from "./locks.ts";
export {
  describeInvalid,
  isGood,
  type MigrateServicesOptions,
  type MigrationAction,
  type MigrationOutcome,
  migrateServices,
  usualAtOnce,
} from "./migrate.ts";
export { type Provision, provision, provisionFormats } from "./provision/mod.ts";
export {
  applyRights,
  asAdministrator,
  type Observed,
  observe,
  type Plan,
  passwordVariable,
  planRights,
  type RightsOptions,
  readPasswords,
  type Step,
  type StepKind,
  unobserved,
} from "./roles/mod.ts";
export { migrationTargets, type ServiceTarget, type TargetOptions } from "./targets.ts";
export { readTenants, type TenantSources } from "./tenants.ts";
