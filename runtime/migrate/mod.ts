/**
 * A service's migrations: plain SQL, `NNN_name.sql` with `NNN_name.down.sql`, brought up to head.
 *
 * What the database remembers lives in a table for each service, `freehold_<service>.migration` (history.ts says why).
 * One run at a time for each service and database (lock.ts), one transaction for each migration (apply.ts).
 *
 * States of a run: files read and judged → history read → nothing to do, or: lock held → history created and read
 * again → one migration after the other → released. A crash at any point leaves each migration either done or not done,
 * and the history says which; the next run goes on from there.
 *
 * Stands on `postgres` and `node:` modules alone, so that services on Node can use it, too. No analyser is loaded here:
 * in production the migrator's role is what keeps a migration within its own service.
 */
import type { Sql } from "postgres";
import { connect, type Environment, ready } from "../connect/mod.ts";
import { apply } from "./apply.ts";
import { compare, type MigrationEntry, requireSound } from "./compare.ts";
import { MigrationError } from "./errors.ts";
import { readMigrations } from "./folder.ts";
import { type AppliedMigration, createHistory, createSchema, historyTable, readHistory } from "./history.ts";
import { withLock } from "./lock.ts";

export type { MigrationEntry, MigrationState } from "./compare.ts";
export { MigrationError, type MigrationErrorPlace, type MigrationProblem } from "./errors.ts";
export type { AppliedMigration } from "./history.ts";

/** The database to migrate: by the migrator's variable, by URL, or through a pool of at least two connections. */
export type MigrationTarget = { variable: string; env?: Environment } | { url: string } | { sql: Sql };

/** What the folder and the history have in common. */
interface Subject {
  /** The service's name, as in the manifest. */
  service: string;
  /** The folder with its migrations: a path, or a `file:` URL such as `new URL("./migrations", import.meta.url)`. */
  folder: string | URL;
  /** Overrides where the history lives: `schema.table`. */
  versionTable?: string;
}

export type MigrateOptions = Subject &
  MigrationTarget & {
    /** The schema in which unqualified names stand, created if missing; the role's own search path unless given. */
    schema?: string;
    /** How long to wait for another run (60 s). */
    lockWaitMs?: number;
    /** Called as things happen, for progress. */
    onEvent?: (event: MigrationEvent) => void;
  };

export type MigrationEvent =
  | { kind: "waiting"; service: string }
  | { kind: "applying"; service: string; name: string; done: number; total: number }
  | { kind: "applied"; service: string; row: AppliedMigration; done: number; total: number };

export interface MigrateResult {
  service: string;
  /** The highest number that is in the database now; 0 where there is none. */
  version: number;
  /** What this run applied, in order. */
  applied: AppliedMigration[];
  /** Names of migrations in the database that are newer than the folder. */
  ahead: string[];
}

/**
 * Brings a service's schema up to head.
 *
 * At a service's start it is handed the service's own pool and the migrator's variable: with the variable set it
 * migrates, without it verifies that somebody did. Either way it logs one line with service and version. A schema that is
 * newer than the code is said, and is no error: that is what the old version sees while a new one is rolled out.
 *
 * @example
 * await migrate({ service: "lobby", folder: new URL("./migrations", import.meta.url), sql, migrator: "LOBBY_MIGRATOR_URL" });
 * @throws {MigrationError} one clear error; whatever it is about was not done, what came before it stays.
 * @throws {DatabaseConfigError} and {DatabaseUnavailableError} as `freehold/connect` does.
 */
export async function migrate(options: MigrateOptions | StartOptions): Promise<MigrateResult> {
  return "migrator" in options ? atStart(options) : up(options);
}

async function up(options: MigrateOptions): Promise<MigrateResult> {
  const { service, onEvent } = options;
  const migrations = readMigrations(service, options.folder);
  const at = historyTable(service, options.versionTable);
  return withTarget(options, async (sql) => {
    const look = async () => compare(migrations, (await readHistory(sql, service, at)) ?? []);
    const pending = (entries: MigrationEntry[]) => entries.filter(({ state }) => state === "pending");
    const entries = await look();
    requireSound(service, entries);
    if (pending(entries).length === 0) return summarise(service, entries, []);

    const lock = {
      service,
      key: `freehold migrate ${at.schema}.${at.table}`,
      waitMs: options.lockWaitMs ?? 60_000,
      onWait: () => onEvent?.({ kind: "waiting", service }),
    };
    return withLock(sql, lock, async (stillHeld) => {
      await createHistory(sql, service, at);
      if (options.schema !== undefined) await createSchema(sql, options.schema);
      // Another run may have done some of it while this one waited.
      const current = await look();
      requireSound(service, current);
      const todo = pending(current);
      const applied: AppliedMigration[] = [];
      for (const [done, { file, name }] of todo.entries()) {
        stillHeld();
        onEvent?.({ kind: "applying", service, name, done, total: todo.length });
        const row = await apply(sql, file!, { service, at, schema: options.schema ?? null });
        if (!row) continue;
        applied.push(row);
        onEvent?.({ kind: "applied", service, row, done: done + 1, total: todo.length });
      }
      return summarise(service, await look(), applied);
    });
  });
}

/**
 * Every migration that the folder or the database knows, with its state. Changes nothing and takes no lock.
 * @throws as {@link migrate}, but a history that does not fit the files is told, not thrown.
 */
export async function status(options: Subject & MigrationTarget): Promise<MigrationEntry[]> {
  const { service } = options;
  const migrations = readMigrations(service, options.folder);
  const at = historyTable(service, options.versionTable);
  return withTarget(options, async (sql) => compare(migrations, (await readHistory(sql, service, at)) ?? []));
}

/** What a service hands over when it starts. */
export type StartOptions = Subject & {
  /** The pool that the service works with. */
  sql: Sql;
  /** The migrator's variable. Where it is set, the service migrates; else it makes sure that somebody did. */
  migrator: string;
  schema?: string;
  /** Where the variable is read; `process.env` unless given. */
  env?: Environment;
  /** Where the line about service and version goes; `console.info` unless given. */
  log?: (line: string) => void;
};

async function atStart(options: StartOptions): Promise<MigrateResult> {
  const { service, sql, migrator, env = process.env, log = console.info, ...subject } = options;
  const migrates = env[migrator] !== undefined && env[migrator] !== "";
  const result = migrates
    ? await up({ service, variable: migrator, env, ...subject })
    : await verify({ service, sql, migrator, ...subject });
  const what = migrates
    ? `${result.applied.length} applied`
    : `verified; ${migrator} is not set, so nothing was applied`;
  const ahead = result.ahead.length > 0 ? `; newer than this code by ${result.ahead.join(", ")}` : "";
  log(`${service}: schema at version ${result.version} (${what}${ahead})`);
  return result;
}

async function verify({
  service,
  sql,
  migrator,
  ...options
}: Subject & { sql: Sql; migrator: string }): Promise<MigrateResult> {
  await ready(sql);
  const entries = await status({ service, sql, ...options });
  requireSound(service, entries);
  const pending = entries.filter(({ state }) => state === "pending").map(({ name }) => name);
  if (pending.length > 0) {
    const { version } = summarise(service, entries, []);
    throw new MigrationError(
      service,
      "behind",
      `${service}: the schema is at version ${version}, and this code needs ${pending.join(", ")}; ` +
        `run "freehold migrate --service ${service}", or set ${migrator} so that the service migrates when it starts.`,
    );
  }
  return summarise(service, entries, []);
}

function summarise(service: string, entries: MigrationEntry[], applied: AppliedMigration[]): MigrateResult {
  const present = entries.filter((entry) => entry.applied !== null);
  return {
    service,
    version: present.at(-1)?.version ?? 0,
    applied,
    ahead: present.filter(({ state }) => state === "ahead").map(({ name }) => name),
  };
}

/** Opens the target where it is not open yet, makes sure that it answers, and closes it again. */
async function withTarget<T>(target: Subject & MigrationTarget, work: (sql: Sql) => Promise<T>): Promise<T> {
  if ("sql" in target) {
    if (target.sql.options.max < 2) {
      throw new RangeError("migrate() needs a pool of two connections: one holds the lock, the other works");
    }
    return work(target.sql);
  }
  const [variable, url] =
    "url" in target
      ? ["the URL", target.url]
      : [target.variable, (target.env ?? process.env)[target.variable]];
  // As if behind a pooler, which then may be there; and no variable may make the pool smaller than two.
  const sql = connect({
    service: target.service,
    variable,
    env: { [variable]: url },
    poolSize: 2,
    pooler: true,
  });
  try {
    await ready(sql);
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
