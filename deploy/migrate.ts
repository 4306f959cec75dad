/**
 * One action of the migration runner on the services of a workspace, one after the other. What fails in one service does
 * not keep the next from its turn: each has its own history, and the outcome says how each of them stands. Tenants are
 * worked on side by side.
 */
import { join, posix } from "node:path";
import type { Finding } from "../analysis/model.ts";
import {
  type DownResult,
  down,
  forMany,
  type InvalidIndex,
  type Many,
  type MigrateResult,
  type MigrationEntry,
  MigrationError,
  type MigrationEvent,
  migrate,
  type RepairResult,
  repair,
  type StampResult,
  stamp,
  survey,
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

export type MigrationOutcome = {
  service: string;
  /** Whose database it is, where each tenant has its own. */
  tenant: string | null;
} & (
  | { kind: "migrated" | "verified"; result: MigrateResult }
  | { kind: "undone"; result: DownResult }
  | { kind: "stamped"; result: StampResult }
  | { kind: "repaired"; result: RepairResult }
  | { kind: "status"; entries: MigrationEntry[]; invalidIndexes: InvalidIndex[] }
  | { kind: "nothing"; reason: string }
  /** Nothing was done, and something should have been. */
  | { kind: "refused"; reason: string }
  /** Nothing was done, because it had failed for a tenant that was to be tried first. */
  | { kind: "held-back" }
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
  /** Whether a table is a service's: `status` and `verify` then tell of INVALID indexes on its tables. */
  owns?: (service: string, schema: string, table: string) => boolean;
  /** How long to wait for another run of the same service. */
  lockWaitMs?: number;
  /** How long a statement waits for a lock on a table before its migration is tried again. */
  lockTimeoutMs?: number;
  /** How long one statement may run; 0 for as long as it takes. */
  statementTimeoutMs?: number;
  /** How many tenants are worked on at a time ({@link usualAtOnce}). */
  atOnce?: number;
  /** How many tenants are tried before all others, which are held back where one of them fails. */
  canary?: number;
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

/** More at a time gains nothing: the server is busy by then. */
export const usualAtOnce = 8;

/**
 * Does it for each target, and says how it came out as soon as it has: a tenant's services one after the other, several
 * tenants side by side. What fails for one tenant keeps no other from its turn, unless it was the canary.
 * @throws the signal's reason
 */
export async function* migrateServices(
  targets: readonly ServiceTarget[],
  options: MigrateServicesOptions,
): AsyncGenerator<MigrationOutcome> {
  const { atOnce = usualAtOnce, canary = 0 } = options;
  const tenants = [...Map.groupBy(targets, ({ tenant }) => tenant).values()];
  const files = tenants.length > 1 ? new Map<string, Many>() : null;
  const work = { ...options, files };
  let failed = false;
  for await (const outcome of sideBySide(tenants.slice(0, canary), atOnce, work)) {
    failed ||= !isGood(outcome);
    yield outcome;
  }
  const rest = tenants.slice(canary);
  if (!failed) yield* sideBySide(rest, atOnce, work);
  else for (const { service, tenant } of rest.flat()) yield { service, tenant, kind: "held-back" };
}

/** What is wrong with an index that none of the service's migrations is at, and what to do. */
export function describeInvalid({ schema, name, table }: InvalidIndex): string {
  return `the index ${name} of ${schema}.${table} is INVALID, which is written and never read; REINDEX INDEX CONCURRENTLY builds it anew, DROP INDEX CONCURRENTLY takes it away`;
}

/** Nothing is to be mended. */
export function isGood({ kind }: MigrationOutcome): boolean {
  return !["refused", "guarded", "failed", "held-back"].includes(kind);
}

/** With what has been read of the services' folders: once for all tenants, who all get the same; null for one alone. */
type Work = MigrateServicesOptions & { files: Map<string, Many> | null };

/** Works on several tenants at a time, and hands on what comes of each service when it comes. */
async function* sideBySide(
  tenants: readonly (readonly ServiceTarget[])[],
  atOnce: number,
  options: Work,
): AsyncGenerator<MigrationOutcome> {
  const waiting = [...tenants];
  const done: MigrationOutcome[] = [];
  let failure: { error: unknown } | null = null;
  let arrived = Promise.withResolvers<void>();
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined && !failure; next = waiting.shift()) {
      for (const target of next) {
        options.signal?.throwIfAborted();
        done.push(target.kind === "migrate" ? await one(target, options) : target);
        arrived.resolve();
      }
    }
  };
  let working = Math.min(atOnce, tenants.length);
  for (let count = working; count > 0; count -= 1) {
    void worker()
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        working -= 1;
        arrived.resolve();
      });
  }
  while (working > 0 || done.length > 0) {
    if (done.length === 0) await arrived.promise;
    arrived = Promise.withResolvers<void>();
    yield* done.splice(0);
  }
  if (failure) throw (failure as { error: unknown }).error;
}

async function one(
  { service, tenant, folder, dialect, variable, schema, ...target }: ServiceTarget & { kind: "migrate" },
  { root, env, action = { kind: "up" }, against, files, owns = () => false, ...options }: Work,
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
  const { signal: _signal, atOnce: _atOnce, canary: _canary, ...patience } = options;
  const inspect = (files: readonly string[]) => {
    const findings = files.flatMap((file) => against?.get(posix.join(folder, file)) ?? []);
    if (findings.length > 0) throw new Guarded(findings);
  };
  try {
    if (files && !files.has(at.folder)) files.set(at.folder, forMany(service, at.folder));
    const many = files?.get(at.folder);
    const subject = { ...at, ...(many && { many }) };
    const change = { ...subject, ...patience, inspect };
    switch (action.kind) {
      case "up":
        return { kind: "migrated", service, tenant, result: await migrate({ ...change, ...action }) };
      case "down": {
        const { to, steps = 1 } = action;
        const result = await down({ ...change, ...(to === undefined ? { steps } : { to }) });
        return { kind: "undone", service, tenant, result };
      }
      case "stamp":
        return { kind: "stamped", service, tenant, result: await stamp({ ...change, ...action }) };
      case "repair":
        return { kind: "repaired", service, tenant, result: await repair({ ...change, ...action }) };
      case "verify": {
        const result = await verify(subject);
        const [index] = (await survey(subject)).invalidIndexes.filter((one) =>
          owns(service, one.schema, one.table),
        );
        if (index) throw new MigrationError(service, "history", `${service}: ${describeInvalid(index)}.`);
        return { kind: "verified", service, tenant, result };
      }
      case "status": {
        const { entries, invalidIndexes } = await survey(subject);
        const own = invalidIndexes.filter((one) => owns(service, one.schema, one.table));
        return { kind: "status", service, tenant, entries, invalidIndexes: own };
      }
    }
  } catch (error) {
    if (error instanceof Guarded) return { kind: "guarded", service, tenant, findings: error.findings };
    return { kind: "failed", service, tenant, error };
  }
}
