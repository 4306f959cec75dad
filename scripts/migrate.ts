/** `freehold migrate`: every service's schema up to head, back, or looked at. */
import { statSync } from "node:fs";
import { join } from "node:path";
import {
  DeployError,
  type MigrationAction,
  type MigrationOutcome,
  migrateServices,
  migrationTargets,
} from "../deploy/mod.ts";
import { checkFormats } from "../report/mod.ts";
import { MigrationError, type MigrationEvent } from "../runtime/migrate/mod.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { type Guard, guard, only } from "./migrate-guard.ts";
import { describe, isExpected, outcomeJson } from "./migrate-report.ts";
import { openWorkspace, reportContext } from "./workspace.ts";

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
}

/** 0 if all is well; 1 if a migration or a history is wrong or fails; 2 if a database could not be reached, or may not be changed. */
export async function run(kind: MigrationAction["kind"], options: MigrateOptions, io: Io): Promise<number> {
  const workspace = openWorkspace(io, options.config);
  const { root, manifest } = workspace;
  const isFolder = (path: string) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  const targets = targetsOf(() => migrationTargets(manifest, options, isFolder));
  const only = targets.filter((target) => target.kind === "migrate");
  if ((options.to !== undefined || kind === "down") && only.length > 1) {
    throw new ExpectedError("numbers are each service's own: name the service with --service");
  }
  const watch = kind === "up" || kind === "down" ? await guard(workspace, io) : null;
  const { env, signal } = io;
  const { lockWaitMs, lockTimeoutMs, statementTimeoutMs } = options;
  const outcomes = migrateServices(targets, {
    root,
    env,
    signal,
    action: actionOf(kind, options),
    ...(watch ? { against: watch.against } : {}),
    ...given({ lockWaitMs, lockTimeoutMs, statementTimeoutMs }),
    onEvent: (event) => io.status(progress(event, io.width)),
  });

  const width = Math.max(...targets.map(({ service }) => service.length));
  const all: MigrationOutcome[] = [];
  let code: number = exitCodes.clean;
  for await (const outcome of outcomes) {
    io.status(null);
    code = Math.max(code, codeOf(outcome));
    if (outcome.kind === "failed" && !isExpected(outcome.error)) throw outcome.error;
    all.push(outcome);
    if (options.format !== "json") print(outcome, width, watch, root, io);
  }
  if (options.format === "json") {
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
    err(`${color.red("✗")} ${outcome.service}: the database was not touched\n\n`);
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
  if (outcome.kind === "refused") return exitCodes.failed;
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

/** A bar of a fifth of the line. */
function bar(done: number, total: number, columns: number): string {
  const size = Math.max(5, Math.floor(columns / 5));
  const full = total === 0 ? size : Math.floor((done / total) * size);
  return "█".repeat(full) + "░".repeat(size - full);
}

export function targetsOf<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (error instanceof DeployError) throw new ExpectedError(error.message);
    throw error;
  }
}
