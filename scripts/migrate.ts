/** `freehold migrate`: every service's schema up to head, back, or looked at. */
import { statSync } from "node:fs";
import { join } from "node:path";
import {
  DeployError,
  findDeployment,
  type MigrationAction,
  type MigrationOutcome,
  migrateServices,
  migrationTargets,
  readTenants,
} from "../deploy/mod.ts";
import { judgeTable } from "../manifest/mod.ts";
import { checkFormats } from "../report/mod.ts";
import { MigrationError, type MigrationEvent } from "../runtime/migrate/mod.ts";
import { mendable } from "./deployment.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { type Guard, guard, only } from "./migrate-guard.ts";
import { bar, describe, isExpected, leadOf, outcomeJson, TenantCount } from "./migrate-report.ts";
import { openWorkspace, reportContext, sourceReader, type Workspace } from "./workspace.ts";

export interface MigrateOptions {
  service?: string;
  deployment?: string;
  config?: string;
  format?: "pretty" | "json";
  to?: number;
  steps?: number;
  as?: "applied" | "pending";
  acceptChanges?: boolean;
  lockWaitMs?: number;
  lockTimeoutMs?: number;
  statementTimeoutMs?: number;
  tenant?: string;
  canary?: number;
  atOnce?: number;
}

/** 0 if all is well; 1 if a migration or a history is wrong or fails; 2 if a database could not be reached, or may not be changed. */
export async function run(kind: MigrationAction["kind"], options: MigrateOptions, io: Io): Promise<number> {
  const workspace = openWorkspace(io, options.config);
  const { root, manifest } = workspace;
  const isFolder = (path: string) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  const tenants = await tenantsOf(workspace, options, io);
  const targets = targetsOf(() => migrationTargets(manifest, { ...options, tenants }, isFolder));
  const services = new Set(targets.flatMap(({ kind, service }) => (kind === "migrate" ? [service] : [])));
  if ((options.to !== undefined || kind === "down") && services.size > 1) {
    throw new ExpectedError("numbers are each service's own: name the service with --service");
  }
  const watch = kind === "up" || kind === "down" ? await guard(workspace, io) : null;
  const { env, signal } = io;
  const { lockWaitMs, lockTimeoutMs, statementTimeoutMs, canary, atOnce } = options;
  const count = new TenantCount(tenants);
  const outcomes = migrateServices(targets, {
    root,
    env,
    signal,
    action: actionOf(kind, options),
    owns: (service, schema, table) => judgeTable(manifest, service, schema, table).verdict === "own",
    ...(watch ? { against: watch.against } : {}),
    ...given({ lockWaitMs, lockTimeoutMs, statementTimeoutMs, canary, atOnce }),
    // Of several tenants at once, only how many are done makes a line that can be read.
    onEvent: (event) => io.status(count.total > 0 ? count.line(io.width) : progress(event, io.width)),
  });

  const width = Math.max(...targets.map((target) => leadOf(target).length));
  const all: MigrationOutcome[] = [];
  let code: number = exitCodes.clean;
  for await (const outcome of outcomes) {
    io.status(null);
    code = Math.max(code, codeOf(outcome));
    if (outcome.kind === "failed" && !isExpected(outcome.error)) throw outcome.error;
    all.push(outcome);
    count.add(outcome, targets);
    if (options.format !== "json") print(outcome, width, watch, root, io);
  }
  if (options.format !== "json") {
    if (count.total > 0) io.out(`${count.summary()}\n`);
  } else {
    all.sort((a, b) => tenants.indexOf(a.tenant ?? "") - tenants.indexOf(b.tenant ?? ""));
    io.out(`${JSON.stringify({ version: 1, command: kind, services: all.map(outcomeJson) }, null, 2)}\n`);
  }
  return code;
}

function print(
  outcome: MigrationOutcome,
  width: number,
  watch: Guard | null,
  root: string,
  { color, out, err, width: columns }: Io,
): void {
  if (outcome.kind === "guarded" && watch) {
    err(`${color.red("✗")} ${leadOf(outcome)}: the database was not touched\n\n`);
    const context = reportContext(root, { color, width: columns });
    err(checkFormats.pretty(only(watch.result, outcome.findings), context));
    return;
  }
  const good = codeOf(outcome) === exitCodes.clean;
  (good ? out : err)(`${describe(outcome, width, color)}\n`);
}

function actionOf(kind: MigrationAction["kind"], options: MigrateOptions): MigrationAction {
  const { to, steps, as, acceptChanges } = options;
  if (to !== undefined && steps !== undefined) throw new ExpectedError("give --to or --steps, not both");
  return { kind, ...given({ to, steps, as, acceptChanges }) };
}

/** Without the entries that were left out. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Problems that lie in the migrations or the history; anything else lies with the database. */
const wrong = ["folder", "history", "statement", "behind", "unfinished"];

function codeOf(outcome: MigrationOutcome): number {
  if (outcome.kind === "refused" || outcome.kind === "held-back") return exitCodes.failed;
  if (outcome.kind === "guarded") return exitCodes.findings;
  if (outcome.kind !== "failed") return exitCodes.clean;
  const { error } = outcome;
  return error instanceof MigrationError && wrong.includes(error.problem)
    ? exitCodes.findings
    : exitCodes.failed;
}

function progress(event: MigrationEvent, columns: number): string {
  const { service, kind } = event;
  switch (kind) {
    case "waiting":
      return `${service}: waiting for another run`;
    case "retrying":
      return `${service}: ${event.name} did not get its locks; again in ${event.pauseMs} ms`;
    case "repaired":
      return `${service}: ${event.name}: ${event.what}`;
    default: {
      const name = kind === "applied" ? event.row.name : event.name;
      return `${bar(event.done, event.total, columns)} ${service}: ${name}, ${event.done} of ${event.total} done`;
    }
  }
}

/** The tenants of the deployment, or the one that was asked for; none where there are none. */
export async function tenantsOf(
  { manifest, root }: Workspace,
  { deployment, tenant }: { deployment?: string; tenant?: string },
  { env }: Io,
): Promise<string[]> {
  const tenants =
    deployment === undefined
      ? []
      : await mendable(() =>
          readTenants(findDeployment(manifest, deployment), { env, read: sourceReader(root) }),
        );
  if (tenant === undefined) return tenants;
  if (tenants.includes(tenant)) return [tenant];
  const where =
    deployment === undefined ? "no deployment is named" : `the deployment "${deployment}" has no such tenant`;
  throw new ExpectedError(`--tenant ${tenant}: ${where}`);
}

/** Does what looks for databases. @throws ExpectedError where that cannot be, in place of deploy's own error */
export function targetsOf<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (error instanceof DeployError) throw new ExpectedError(error.message);
    throw error;
  }
}
