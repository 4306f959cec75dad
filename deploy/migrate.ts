/**
 * Brings the services of a workspace up to head, one after the other. What fails in one service does not keep the next
 * from being migrated: each has its own history, and the outcome says how each of them stands.
 */
import { join } from "node:path";
import { type MigrateResult, type MigrationEvent, migrate } from "../runtime/migrate/mod.ts";
import type { ServiceTarget } from "./targets.ts";

export type MigrationOutcome = { service: string } & (
  | { kind: "migrated"; result: MigrateResult }
  | { kind: "nothing"; reason: string }
  /** Nothing was done, and something should have been. */
  | { kind: "refused"; reason: string }
  | { kind: "failed"; error: unknown }
);

export interface MigrateServicesOptions {
  /** Absolute path of the workspace. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  /** How long to wait for another run of the same service. */
  lockWaitMs?: number;
  onEvent?: (event: MigrationEvent) => void;
  /** Stops before the next service; what is under way is finished. */
  signal?: AbortSignal;
}

/** Migrates each target, and says how it came out as soon as it has. @throws the signal's reason. */
export async function* migrateServices(
  targets: readonly ServiceTarget[],
  options: MigrateServicesOptions,
): AsyncGenerator<MigrationOutcome> {
  for (const target of targets) {
    options.signal?.throwIfAborted();
    yield target.kind === "migrate" ? await migrateOne(target, options) : target;
  }
}

async function migrateOne(
  { service, folder, variable, schema, versionTable }: ServiceTarget & { kind: "migrate" },
  { root, env, lockWaitMs, onEvent }: MigrateServicesOptions,
): Promise<MigrationOutcome> {
  try {
    const result = await migrate({
      service,
      folder: join(root, folder),
      variable,
      env,
      ...(schema === null ? {} : { schema }),
      ...(versionTable === null ? {} : { versionTable }),
      ...(lockWaitMs === undefined ? {} : { lockWaitMs }),
      ...(onEvent ? { onEvent } : {}),
    });
    return { kind: "migrated", service, result };
  } catch (error) {
    return { kind: "failed", service, error };
  }
}
