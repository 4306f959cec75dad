/** `freehold migrate`: every service's schema up to head. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { DeployError, type MigrationOutcome, migrateServices, migrationTargets } from "../deploy/mod.ts";
import { DatabaseConfigError, DatabaseUnavailableError } from "../runtime/connect/mod.ts";
import { MigrationError, type MigrationEvent } from "../runtime/migrate/mod.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { openWorkspace } from "./workspace.ts";

export interface MigrateOptions {
  service?: string;
  deployment?: string;
  config?: string;
}

/** 0 if all is at head; 1 if a migration is wrong or fails; 2 if a database could not be reached, or may not be changed. */
export async function run(options: MigrateOptions, io: Io): Promise<number> {
  const { root, manifest } = openWorkspace(io, options.config);
  const isFolder = (path: string) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  const targets = targetsOf(() => migrationTargets(manifest, options, isFolder));
  const width = Math.max(...targets.map(({ service }) => service.length));
  const { env, signal } = io;
  let code: number = exitCodes.clean;
  const outcomes = migrateServices(targets, {
    root,
    env,
    signal,
    onEvent: (event) => io.status(progress(event)),
  });
  for await (const outcome of outcomes) {
    io.status(null);
    code = Math.max(code, codeOf(outcome));
    const good = outcome.kind === "migrated" || outcome.kind === "nothing";
    (good ? io.out : io.err)(`${describe(outcome, width, io.color)}\n`);
  }
  return code;
}

/** One outcome as it is printed. */
export function describe(outcome: MigrationOutcome, width: number, color: Io["color"]): string {
  const lead = outcome.service.padEnd(width);
  switch (outcome.kind) {
    case "migrated": {
      const { version, applied, ahead } = outcome.result;
      const what = applied.map(({ name, durationMs }) => `${name} (${durationMs} ms)`).join(", ");
      const newer = ahead.length > 0 ? `, newer than its folder by ${ahead.join(", ")}` : "";
      return `${color.green("✓")} ${lead}  version ${version}  ${what ? `applied ${what}` : "nothing to do"}${newer}`;
    }
    case "nothing":
      return color.dim(`– ${lead}  ${outcome.reason}`);
    case "refused":
      return `${color.red("✗")} ${lead}  ${outcome.reason}`;
    case "failed":
      // The message names the service, or its file, itself.
      return `${color.red("✗")} ${messageOf(outcome.error)}`;
  }
}

/** What a person can mend is one message; anything else is a fault of the tool, and goes up as it is. */
function messageOf(error: unknown): string {
  if (isExpected(error)) return error.message;
  throw error;
}

function codeOf(outcome: MigrationOutcome): number {
  if (outcome.kind === "refused") return exitCodes.failed;
  if (outcome.kind !== "failed") return exitCodes.clean;
  const { error } = outcome;
  const wrong = error instanceof MigrationError && ["folder", "history", "statement"].includes(error.problem);
  return wrong ? exitCodes.findings : exitCodes.failed;
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof MigrationError ||
    error instanceof DatabaseConfigError ||
    error instanceof DatabaseUnavailableError
  );
}

function progress(event: MigrationEvent): string {
  const { service, kind } = event;
  switch (kind) {
    case "waiting":
      return `${service}: waiting for another run`;
    case "retrying":
      return `${service}: ${event.name} did not get its locks; again in ${event.pauseMs} ms`;
    case "repaired":
      return `${service}: ${event.name}: ${event.what}`;
    default:
      return `${service}: ${kind === "applied" ? event.row.name : event.name}, ${event.done} of ${event.total} done`;
  }
}

function targetsOf<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (error instanceof DeployError) throw new ExpectedError(error.message);
    throw error;
  }
}
