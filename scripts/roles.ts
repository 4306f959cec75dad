/** `freehold roles`: the rights that the manifest asks for, planned, applied, or held against the databases. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { analyse } from "../analysis/mod.ts";
import {
  applyRights,
  asAdministrator,
  type DeployedDatabase,
  observe,
  planRights,
  type RightsOptions,
  readPasswords,
  type Step,
} from "../deploy/mod.ts";
import { deployedDatabases, isMendable, mendable, titleOf } from "./deployment.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { progressOf } from "./progress.ts";
import { openWorkspace } from "./workspace.ts";

export interface RolesOptions {
  deployment: string;
  config?: string;
  format: "pretty" | "json";
  /** A file of passwords. */
  secrets?: string;
  takeOver?: boolean;
}

interface Outcome {
  database: DeployedDatabase;
  steps: Step[];
  notes: string[];
  /** What keeps it from being done, a line each. */
  obstacles: string[];
}

/**
 * `plan` shows what `apply` would run, `apply` runs it, `verify` fails where there is anything to run.
 * @returns 1 where verify finds a difference; 2 where a database could not be worked on
 */
export async function run(kind: "plan" | "apply" | "verify", options: RolesOptions, io: Io): Promise<number> {
  const workspace = openWorkspace(io, options.config);
  const databases = await deployedDatabases(workspace, options.deployment, io);
  const passwords = await mendable(async () =>
    readPasswords(databases, { env: io.env, ...secretsOf(options, io) }),
  );
  const model = await analyse({ ...workspace, onProgress: progressOf(io), signal: io.signal });
  io.status(null);
  const rights: RightsOptions = {
    env: io.env,
    observed: observe(model),
    today: model.today,
    passwords,
    system: workspace.manifest.system,
    takeOver: options.takeOver ?? false,
  };
  const outcomes: Outcome[] = [];
  for (const [index, database] of databases.entries()) {
    io.signal.throwIfAborted();
    io.status(`${index + 1} of ${databases.length}: ${titleOf(database)}`);
    const outcome = await one(kind, database, rights);
    io.status(null);
    outcomes.push(outcome);
    if (options.format === "pretty") print(kind, outcome, io);
  }
  if (options.format === "json") io.out(json(kind, outcomes));
  if (outcomes.some(({ obstacles }) => obstacles.length > 0)) return exitCodes.failed;
  const differs = outcomes.some(({ steps }) => steps.length > 0);
  return kind === "verify" && differs ? exitCodes.findings : exitCodes.clean;
}

/** One database's failure keeps no other from its turn. */
async function one(
  kind: "plan" | "apply" | "verify",
  database: DeployedDatabase,
  rights: RightsOptions,
): Promise<Outcome> {
  try {
    return await asAdministrator(database, rights.env, async (sql) =>
      kind === "apply"
        ? { database, obstacles: [], ...(await applyRights(sql, database, rights)) }
        : { database, ...(await planRights(sql, database, rights)) },
    );
  } catch (error) {
    if (!isMendable(error)) throw error;
    return { database, steps: [], notes: [], obstacles: error.message.split("\n") };
  }
}

function secretsOf({ secrets }: RolesOptions, { cwd }: Io): { secrets?: string } {
  if (secrets === undefined) return {};
  try {
    return { secrets: readFileSync(resolve(cwd, secrets), "utf8") };
  } catch {
    throw new ExpectedError(`${secrets} cannot be read: --secrets names a file of passwords`);
  }
}

function print(
  kind: "plan" | "apply" | "verify",
  { database, steps, notes, obstacles }: Outcome,
  { out, err, color }: Io,
): void {
  if (obstacles.length > 0) {
    err(`${color.red("✗")} ${titleOf(database)}\n`);
    for (const line of obstacles) err(`  ${line}\n`);
    return;
  }
  const mark = kind === "verify" && steps.length > 0 ? color.red("✗") : color.green("✓");
  const count = `${steps.length} ${steps.length === 1 ? "statement" : "statements"}`;
  const what = { plan: `${count} to run`, apply: `${count} run`, verify: `${count} missing` }[kind];
  out(`${mark} ${titleOf(database)}  ${steps.length === 0 ? "as the manifest says" : what}\n`);
  for (const { shown, fault } of steps) {
    if (kind === "verify") out(`  ${fault}\n`);
    else out(`  ${shown};\n`);
  }
  for (const note of notes) out(color.dim(`  note: ${note}\n`));
}

function json(kind: string, outcomes: readonly Outcome[]): string {
  const databases = outcomes.map(({ database, steps, notes, obstacles }) => ({
    variable: database.variable,
    tenant: database.tenant,
    services: database.services.map(({ service }) => service.name),
    statements: steps.map((step) => ({ kind: step.kind, sql: step.shown, fault: step.fault })),
    notes,
    obstacles,
  }));
  return `${JSON.stringify({ version: 1, command: `roles ${kind}`, databases }, null, 2)}\n`;
}
