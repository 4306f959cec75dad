/** `freehold migrate plan`: what `up` would run, statement by statement, with the locks that each takes and on whose tables. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { loadSql, readSqlFile } from "../analysis/sql/mod.ts";
import { migrationTargets, type ServiceTarget, shownLocks } from "../deploy/mod.ts";
import { judgeTable, type Manifest } from "../manifest/mod.ts";
import { type Migration, migrationScript, readMigrations, status } from "../runtime/migrate/mod.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { targetsOf, tenantsOf } from "./migrate.ts";
import { isExpected, leadOf } from "./migrate-report.ts";
import { openWorkspace } from "./workspace.ts";

export interface PlanOptions {
  service?: string;
  deployment?: string;
  tenant?: string;
  config?: string;
  format: "pretty" | "json";
  /** As if each database were empty; none is asked. */
  all?: boolean;
  sql?: boolean;
}

interface PlannedStatement {
  /** From 1. */
  line: number;
  text: string;
  locks: { table: string; owners: string[]; mode: string; blocks: string }[];
}

type Planned = ServiceTarget & { kind: "migrate" };

interface PlannedService {
  target: Planned;
  /** The number that is there already; null where there is none. */
  before: number | null;
  migrations: Migration[];
}

/**
 * @returns 2 where a tenant's database cannot be asked
 * @throws ExpectedError where a database that is no tenant's cannot be asked, or its history does not fit
 */
export async function run(options: PlanOptions, io: Io): Promise<number> {
  const workspace = openWorkspace(io, options.config);
  const { root, manifest } = workspace;
  const isFolder = (path: string) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  const tenants = await tenantsOf(workspace, options, io);
  const targets = targetsOf(() => migrationTargets(manifest, { ...options, tenants }, isFolder));
  const planned: PlannedService[] = [];
  let code: number = exitCodes.clean;
  for (const target of targets) {
    if (target.kind !== "migrate") continue;
    try {
      planned.push(await pendingOf(target, root, options.all ?? false, io));
    } catch (error) {
      // One tenant keeps no other from being planned for.
      if (!(error instanceof ExpectedError) || target.tenant === null || options.sql) throw error;
      io.err(`${io.color.red("✗")} ${target.tenant}: ${error.message}\n`);
      code = exitCodes.failed;
    }
  }
  if (options.sql) {
    if (tenants.length > 1)
      throw new ExpectedError("one SQL file is for one tenant: say whose with --tenant");
    for (const { target, before, migrations } of planned) {
      const { service, dialect, schema, versionTable } = target;
      const table = versionTable === null ? {} : { versionTable };
      io.out(migrationScript({ service, dialect, migrations, before, schema, ...table }));
    }
    return exitCodes.clean;
  }
  await loadSql(new Set(planned.map(({ target }) => target.dialect)));
  const services = planned.map(({ target, migrations }) => ({
    ...(target.tenant === null ? {} : { tenant: target.tenant }),
    service: target.service,
    migrations: migrations.map((migration) => ({
      name: migration.name,
      transaction: migration.transaction,
      statements: statementsOf(manifest, target, migration),
    })),
  }));
  if (options.format === "json") {
    io.out(`${JSON.stringify({ version: 1, command: "plan", services }, null, 2)}\n`);
    return code;
  }
  for (const { tenant = null, service, migrations } of services) {
    io.out(
      `${io.color.bold(leadOf({ tenant, service }))}${migrations.length === 0 ? "  nothing to do" : ""}\n`,
    );
    for (const { name, transaction, statements } of migrations) {
      io.out(`  ${io.color.cyan(name)}${transaction ? "" : "  outside of a transaction"}\n`);
      for (const { line, text, locks } of statements) {
        io.out(`    ${String(line).padStart(3)}  ${shortened(text, io.width - 9)}\n`);
        for (const { table, owners, mode, blocks } of locks) {
          const whose = owners.length === 0 ? "nobody's" : `${owners.join(", ")}'s`;
          io.out(io.color.dim(`         locks ${table} (${whose}): ${mode}, ${blocks}\n`));
        }
      }
    }
  }
  return code;
}

async function pendingOf(target: Planned, root: string, all: boolean, { env }: Io): Promise<PlannedService> {
  const { service, dialect, variable, schema, versionTable } = target;
  const folder = join(root, target.folder);
  try {
    if (all) return { target, before: null, migrations: readMigrations(service, folder) };
    const table = {
      ...(versionTable === null ? {} : { versionTable }),
      ...(schema === null ? {} : { schema }),
    };
    const entries = await status({ service, folder, dialect, variable, env, ...table });
    const odd = entries.find(({ state }) => !["applied", "pending", "ahead"].includes(state));
    if (odd) {
      throw new ExpectedError(
        `${service}: ${odd.name} is ${odd.state}; mend that first (freehold migrate verify --service ${service})`,
      );
    }
    const migrations = entries.flatMap(({ state, file }) => (state === "pending" && file ? [file] : []));
    const before = entries.findLast(({ state }) => state === "applied")?.version ?? null;
    return { target, before, migrations };
  } catch (error) {
    if (isExpected(error)) throw new ExpectedError(error.message);
    throw error;
  }
}

function statementsOf(
  manifest: Manifest,
  { service, dialect }: Planned,
  { file, text }: Migration,
): PlannedStatement[] {
  const { statements } = readSqlFile(file, text, { dialect });
  return statements.map((statement) => ({
    line: text.slice(0, statement.at.start).split("\n").length,
    text: text.slice(statement.at.start, statement.at.end),
    locks: shownLocks(dialect, statement).map(({ schema, table, mode, blocks }) => ({
      table: schema === null ? table : `${schema}.${table}`,
      owners: [...judgeTable(manifest, service, schema, table).owners],
      mode,
      blocks,
    })),
  }));
}

function shortened(text: string, columns: number): string {
  const line = text.replaceAll(/\s+/g, " ").replaceAll(/\p{Cc}/gu, "·");
  return line.length > columns ? `${line.slice(0, Math.max(10, columns - 1))}…` : line;
}
