/** The project's side: which database each service lives in, and bringing their schemas there. */
export { blocks, type LockMode, locksOf, type TableLock } from "./locks.ts";
export {
  type MigrateServicesOptions,
  type MigrationAction,
  type MigrationOutcome,
  migrateServices,
} from "./migrate.ts";
export { DeployError, migrationTargets, type ServiceTarget, type TargetOptions } from "./targets.ts";
