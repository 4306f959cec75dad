/** `freehold drift`: the live databases of a deployment against the manifest and the migrations. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { analyse } from "../analysis/mod.ts";
import {
  asAdministrator,
  type DeployedDatabase,
  type DriftOptions,
  type Fault,
  findDrift,
  observe,
  shadows,
} from "../deploy/mod.ts";
import { deployedDatabases, isMendable, titleOf } from "./deployment.ts";
import { exitCodes, type Io } from "./io.ts";
import { progressOf } from "./progress.ts";
import { openWorkspace } from "./workspace.ts";

export interface DriftCommandOptions {
  deployment: string;
  config?: string;
  format: "pretty" | "json";
}

interface Outcome {
  database: DeployedDatabase;
  faults: Fault[];
  /** Why it could not be looked at; null where it was. */
  obstacle: string | null;
}

/** @returns 1 where something drifted; 2 where a database could not be looked at */
export async function run(options: DriftCommandOptions, io: Io): Promise<number> {
  const workspace = openWorkspace(io, options.config);
  const { root, manifest } = workspace;
  const databases = await deployedDatabases(workspace, options.deployment, io);
  const foldersOf = (name: string) => {
    const { migrations = [] } = manifest.services.find((service) => service.name === name) ?? {};
    return migrations.filter(
      (path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false,
    );
  };
  const model = await analyse({ root, manifest, onProgress: progressOf(io), signal: io.signal });
  await using shadow = shadows({ root, foldersOf, onProgress: (message) => io.status(message) });
  const drift: DriftOptions = {
    env: io.env,
    observed: observe(model),
    today: model.today,
    passwords: new Map(),
    system: manifest.system,
    shadows: shadow,
    folderOf(service) {
      const [folder] = foldersOf(service);
      return folder === undefined ? null : join(root, folder);
    },
  };
  const outcomes: Outcome[] = [];
  for (const [index, database] of databases.entries()) {
    io.signal.throwIfAborted();
    io.status(`${index + 1} of ${databases.length}: ${titleOf(database)}`);
    const outcome = await one(database, drift);
    io.status(null);
    outcomes.push(outcome);
    if (options.format === "pretty") print(outcome, io);
  }
  if (options.format === "json") io.out(json(outcomes));
  if (outcomes.some(({ obstacle }) => obstacle !== null)) return exitCodes.failed;
  return outcomes.some(({ faults }) => faults.length > 0) ? exitCodes.findings : exitCodes.clean;
}

/** One database that is out of reach keeps no other from being looked at. */
async function one(database: DeployedDatabase, drift: DriftOptions): Promise<Outcome> {
  try {
    const faults = await asAdministrator(database, drift.env, (sql) => findDrift(sql, database, drift));
    return { database, faults, obstacle: null };
  } catch (error) {
    if (!isMendable(error)) throw error;
    return { database, faults: [], obstacle: error.message };
  }
}

function print({ database, faults, obstacle }: Outcome, { out, err, color }: Io): void {
  const title = titleOf(database);
  if (obstacle !== null) {
    err(`${color.red("✗")} ${title}\n  ${obstacle}\n`);
    return;
  }
  if (faults.length === 0) {
    out(`${color.green("✓")} ${title}  nothing has drifted\n`);
    return;
  }
  out(`${color.red("✗")} ${title}  ${faults.length} ${faults.length === 1 ? "thing" : "things"} drifted\n`);
  const width = Math.max(...faults.map(({ kind }) => kind.length));
  for (const { kind, message } of faults) out(`  ${color.yellow(kind.padEnd(width))}  ${message}\n`);
}

function json(outcomes: readonly Outcome[]): string {
  const databases = outcomes.map(({ database, faults, obstacle }) => ({
    variable: database.variable,
    tenant: database.tenant,
    services: database.services.map(({ service }) => service.name),
    faults,
    obstacle,
  }));
  return `${JSON.stringify({ version: 1, command: "drift", databases }, null, 2)}\n`;
}
