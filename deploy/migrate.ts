/**
 * One action of the migration runner on the services of a workspace, one after the other. What fails in one service does
 * not keep the next from its turn: each has its own history, and the outcome says how each of them stands.
 */
import { join, posix } from "node:path";
import type { Finding } from "../analysis/model.ts";
import {
  type DownResult,
  down,
  type MigrateResult,
  type MigrationEntry,
  type MigrationEvent,
  migrate,
  type RepairResult,
  repair,
  type StampResult,
  stamp,
  status,
  verify,
} from "../runtime/migrate/mod.ts";
import type { ServiceTarget } from "./targets.ts";

export type MigrationAction =
  | { kind: "up"; to?: number }
  | { kind: "down"; to?: number; steps?: number }
  | { kind: "status" }
  | { kind: "verify" }
  | { kind: "stamp"; to?: number }
  | { kind: "repair"; as?: "applied" | "pending"; acceptChanges?: boolean };

export type MigrationOutcome = { service: string } & (
  | { kind: "migrated" | "verified"; result: MigrateResult }
  | { kind: "undone"; result: DownResult }
  | { kind: "stamped"; result: StampResult }
  | { kind: "repaired"; result: RepairResult }
  | { kind: "status"; entries: MigrationEntry[] }
  | { kind: "nothing"; reason: string }
  /** Nothing was done, and something should have been. */
  | { kind: "refused"; reason: string }
  /** Nothing was done: this stands against what would have run. */
  | { kind: "guarded"; findings: Finding[] }
  | { kind: "failed"; error: unknown }
);

export interface MigrateServicesOptions {
  /** Absolute path of the workspace. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Brings up to head unless given. */
  action?: MigrationAction;
  /** What stands against migrations, by their file: none of these is run. */
  against?: ReadonlyMap<string, Finding[]>;
  /** How long to wait for another run of the same service. */
  lockWaitMs?: number;
  /** How long a statement waits for a lock on a table before its migration is tried again. */
  lockTimeoutMs?: number;
  /** How long one statement may run; 0 for as long as it takes. */
  statementTimeoutMs?: number;
  onEvent?: (event: MigrationEvent) => void;
  /** Stops before the next service; what is under way is finished. */
  signal?: AbortSignal;
}

/** Thrown into the runner, so that it stops before it changes anything. */
class Guarded extends Error {
  readonly findings: Finding[];

  constructor(findings: Finding[]) {
    super("the analyser has findings");
    this.findings = findings;
  }
}

/** Does it for each target, and says how it came out as soon as it has. @throws the signal's reason. */
export async function* migrateServices(
  targets: readonly ServiceTarget[],
  options: MigrateServicesOptions,
): AsyncGenerator<MigrationOutcome> {
  for (const target of targets) {
    options.signal?.throwIfAborted();
    yield target.kind === "migrate" ? await one(target, options) : target;
  }
}

async function one(
  { service, folder, dialect, variable, schema, ...target }: ServiceTarget & { kind: "migrate" },
  { root, env, action = { kind: "up" }, against, signal: _, ...patience }: MigrateServicesOptions,
): Promise<MigrationOutcome> {
  const at = {
    service,
    folder: join(root, folder),
    dialect,
    variable,
    env,
    ...(schema === null ? {} : { schema }),
    ...(target.versionTable === null ? {} : { versionTable: target.versionTable }),
    ...(target.serverVersion === null ? {} : { serverVersion: target.serverVersion }),
  };
  const inspect = (files: readonly string[]) => {
    const findings = files.flatMap((file) => against?.get(posix.join(folder, file)) ?? []);
    if (findings.length > 0) throw new Guarded(findings);
  };
  const change = { ...at, ...patience, inspect };
  try {
    switch (action.kind) {
      case "up":
        return { kind: "migrated", service, result: await migrate({ ...change, ...action }) };
      case "down": {
        const { to, steps = 1 } = action;
        const result = await down({ ...change, ...(to === undefined ? { steps } : { to }) });
        return { kind: "undone", service, result };
      }
      case "stamp":
        return { kind: "stamped", service, result: await stamp({ ...change, ...action }) };
      case "repair":
        return { kind: "repaired", service, result: await repair({ ...change, ...action }) };
      case "verify":
        return { kind: "verified", service, result: await verify(at) };
      case "status":
        return { kind: "status", service, entries: await status(at) };
    }
  } catch (error) {
    if (error instanceof Guarded) return { kind: "guarded", service, findings: error.findings };
    return { kind: "failed", service, error };
  }
}
