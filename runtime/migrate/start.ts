/** What a service does about its schema when it starts, and what a pipeline asks before it. */
import type { Sql, TransactionSql } from "postgres";
import { type Environment, ready } from "../connect/mod.ts";
import { compare, type MigrationEntry, requireSound } from "./compare.ts";
import type { InvalidIndex } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import { readMigrationsInTurns } from "./folder.ts";
import { historyTable, readHistory } from "./history.ts";
import type { MigrateResult, MigrationTarget, Subject } from "./options.ts";
import { filesAndHistory, summarise } from "./run.ts";
import { withEngine } from "./target.ts";
import { up } from "./up.ts";

/** What a service hands over when it starts. */
export type StartOptions = Subject & {
  /** The migrator's variable. Where it is set, the service migrates; else it makes sure that somebody did. */
  migrator: string;
  schema?: string;
  /** Where the variables are read; `process.env` unless given. */
  env?: Environment;
  /** Where the line about service and version goes; `console.info` unless given. */
  log?: (line: string) => void;
} & (
    | {
        /** The pool that the service works with, on PostgreSQL. */
        sql: Sql;
      }
    | {
        /** The variable of the service's own connection URL, on any engine. */
        database: string;
      }
  );

/** What is looked at; `schema` as a change is given it, since on MariaDB the history stands there, too. */
export type LookOptions = Subject & MigrationTarget & { schema?: string };

/**
 * Every migration that the folder or the database knows, with its state. Changes nothing and takes no lock.
 * @throws as `migrate`, but a history that does not fit the files is told, not thrown.
 */
export async function status(options: LookOptions): Promise<MigrationEntry[]> {
  return withEngine(options, async (engine) => {
    const { migrations, history } = await filesAndHistory(engine, options);
    return compare(migrations, history ?? []);
  });
}

/** The same, from within a transaction of PostgreSQL's, which ends with it where there is no history. */
export async function statusWithin(
  tx: TransactionSql,
  { service, folder, versionTable }: Pick<Subject, "service" | "folder" | "versionTable">,
): Promise<MigrationEntry[]> {
  const at = historyTable(service, versionTable);
  const migrations = await readMigrationsInTurns(service, folder);
  const { rows } = await readHistory(tx, service, at);
  return compare(migrations, rows ?? []);
}

/**
 * The same, with the indexes in the database that are INVALID, but for those of unfinished migrations: whoever else's they
 * are. On engines that know no such, there are none.
 */
export async function survey(
  options: LookOptions,
): Promise<{ entries: MigrationEntry[]; invalidIndexes: InvalidIndex[] }> {
  return withEngine(options, async (engine) => {
    const { migrations, history } = await filesAndHistory(engine, options);
    const entries = compare(migrations, history ?? []);
    const open = entries.flatMap(({ state, file }) => (state === "unfinished" && file ? [file.text] : []));
    const all = (await engine.invalidIndexes?.()) ?? [];
    return { entries, invalidIndexes: all.filter(({ name }) => !open.some((text) => text.includes(name))) };
  });
}

/**
 * Makes sure that the database is at head, and that its history fits the files. Changes nothing.
 * @param remedy what to do about a schema that is behind
 * @throws {MigrationError} `behind`, `history` or `unfinished`.
 */
export async function verify(
  options: LookOptions,
  remedy = `run "freehold migrate --service ${options.service}"`,
): Promise<MigrateResult> {
  const { service } = options;
  const entries = await status(options);
  requireSound(service, entries);
  const pending = entries.filter(({ state }) => state === "pending").map(({ name }) => name);
  const result = summarise(service, entries, []);
  if (pending.length > 0) {
    throw new MigrationError(
      service,
      "behind",
      `${service}: the schema is at version ${result.version}, and this code needs ${pending.join(", ")}; ${remedy}.`,
    );
  }
  return result;
}

/** Migrates where the migrator's variable is set, verifies where it is not; says either in one line. */
export async function atStart(options: StartOptions): Promise<MigrateResult> {
  const { service, folder, versionTable, dialect, migrator, env = process.env, log = console.info } = options;
  const subject = {
    service,
    folder,
    ...(versionTable === undefined ? {} : { versionTable }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(options.schema === undefined ? {} : { schema: options.schema }),
  };
  const migrates = env[migrator] !== undefined && env[migrator] !== "";
  let result: MigrateResult;
  if (migrates) {
    result = await up({ ...subject, variable: migrator, env });
  } else {
    if ("sql" in options) await ready(options.sql);
    const remedy = `run "freehold migrate --service ${service}", or set ${migrator} so that the service migrates when it starts`;
    const where = "sql" in options ? { sql: options.sql } : { variable: options.database, env };
    result = await verify({ ...subject, ...where }, remedy);
  }
  const what = migrates
    ? `${result.applied.length} applied`
    : `verified; ${migrator} is not set, so nothing was applied`;
  const ahead = result.ahead.length > 0 ? `; newer than this code by ${result.ahead.join(", ")}` : "";
  log(`${service}: schema at version ${result.version} (${what}${ahead})`);
  return result;
}
