/**
 * SQLite as an engine: one file, one connection, one transaction a migration.
 *
 * States of a migration: nobody writes but this run (BEGIN IMMEDIATE) → its row is there → its file has run → no foreign
 * key is broken that was not broken before → committed. A crash anywhere before the end leaves nothing of it: SQLite's
 * journal takes it back when the file is next opened. So there is no state between done and not done, unless a migration
 * ends its transaction by itself (COMMIT): its row then says that it is unfinished, and a person has to look.
 *
 * There is no lock for a whole run. Each migration takes the file's only write lock, and looks under it whether another
 * run has been there; runs that meet take turns. Foreign keys are not enforced while a migration runs, as SQLite's own
 * procedure for changing a table has it ("Making Other Kinds Of Table Schema Changes"), and are checked at its end.
 */
import type { Changes, Engine } from "../engine.ts";
import { MigrationError } from "../errors.ts";
import type { Script } from "../explain.ts";
import type { Migration } from "../folder.ts";
import type { AppliedMigration } from "../history.ts";
import type { Means, Subject } from "../options.ts";
import { requireVersion } from "../server-version.ts";
import { explain, told } from "./explain.ts";
import { finishText, historyTable, readHistory, rowText, tableText } from "./history.ts";
import { exists, isBusy, type Line, open, patiently, readUrl } from "./open.ts";
import { type Context, runScript, together, within } from "./transaction.ts";

/**
 * Opens the file where there is something to open, and closes it after the work.
 * @throws {DatabaseConfigError} and {DatabaseUnavailableError}
 */
export async function withSqlite<T>(
  options: Subject & Means,
  variable: string,
  url: string,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const { service, lockTimeoutMs = 5_000 } = options;
  const file = readUrl(service, variable, url);
  const context = {
    service,
    file,
    table: historyTable(service, options.versionTable),
    lockTimeoutMs,
    serverVersion: options.serverVersion,
  };
  if (options.schema !== undefined) {
    throw new MigrationError(
      service,
      "server",
      `${service}: SQLite has no schemas, and ${options.schema} is asked for.`,
    );
  }
  const opened: Line[] = [];
  const reach = async (create: boolean): Promise<Line> => {
    if (opened.length === 0) opened.push(await open(file, create));
    return opened[0]!;
  };
  try {
    return await work({
      async history() {
        // To look changes nothing: a file that is not there stays so.
        if (opened.length === 0 && !exists(file)) return null;
        const line = await reach(false);
        return patiently(() => readHistory(line, context.table), lockTimeoutMs);
      },
      requireFit: (scripts) => requireFit(service, scripts),
      async exclusively({ waitMs, onWait }, act) {
        const line = await reach(true);
        await prepare(line, context, waitMs, onWait);
        return act(changes(line, context));
      },
    });
  } catch (error) {
    throw told(error, `${service}: ${file.path}`, service);
  } finally {
    await opened[0]?.close();
  }
}

/** What SQLite refuses in a transaction, and what may be done twice: a run that breaks off leaves it pending. */
const alone = /^\s*(?:--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*(?:vacuum|pragma)\b/i;

function requireFit(service: string, scripts: readonly Script[]): void {
  const odd = scripts.find(({ transaction, text }) => !transaction && !alone.test(text));
  if (!odd) return;
  throw new MigrationError(
    service,
    "folder",
    `${odd.file}: says "-- freehold: no-transaction", and on SQLite only VACUUM and PRAGMA run outside of one; take the line out`,
    { place: { file: odd.file } },
  );
}

/** The first writing: whether it may be done at all is known after it. */
async function prepare(
  line: Line,
  { service, file, table, serverVersion }: Context,
  waitMs: number,
  onWait: () => void,
) {
  if (file.readOnly) {
    throw new MigrationError(
      service,
      "server",
      `${service}: the connection is read-only (mode=ro); let the migrator write.`,
    );
  }
  const [row] = await line.rows<{ version: string }>("select sqlite_version() as version");
  requireVersion(service, "SQLite", row!.version, serverVersion);
  try {
    await line.run("pragma foreign_keys = off");
    await patiently(() => line.run("begin immediate"), waitMs, onWait);
    await line.run(tableText(table));
    await patiently(() => line.run("commit"), waitMs, onWait);
  } catch (error) {
    await line.run("rollback").catch(() => {});
    if (isBusy(error)) {
      throw new MigrationError(
        service,
        "lock",
        `${service}: somebody else has been writing to ${file.path} for longer than ${waitMs} ms; wait for it, then run again.`,
        { cause: error },
      );
    }
    throw error;
  }
}

function changes(line: Line, context: Context): Changes {
  const { table, service } = context;
  return {
    stillHeld: () => {},
    async apply(migrations, before, onApplied) {
      const [next] = migrations;
      try {
        const row = next!.transaction
          ? await applyOne(line, context, next!, before)
          : await applyAlone(line, context, next!);
        if (row) onApplied(row);
        return { error: null };
      } catch (error) {
        return { error: explain(error, next!, service) };
      }
    },
    async undo(version, script) {
      if (!script.transaction) return undoAlone(line, context, version, script);
      const lead = `delete from ${table} where version = ${version};`;
      const after = `${script.name} was not taken back, and is as it was`;
      return within(line, context, script, after, async () => {
        if (!(await isThere(line, table, version))) return false;
        await runScript(line, context, script, lead, after);
        return true;
      });
    },
    async note(migrations) {
      await together(line, context, migrations.map((migration) => rowText(table, migration)).join("\n"));
    },
    async accept({ version, name, checksum }) {
      await patiently(
        () =>
          line.rows(`update ${table} set name = ?, checksum = ? where version = ?`, [
            name,
            checksum,
            version,
          ]),
        context.lockTimeoutMs,
      );
    },
    async recover({ file }) {
      throw new MigrationError(
        service,
        "unfinished",
        `${file}: ended its own transaction, and then broke off; see what of it is there, then say so: ` +
          `freehold migrate repair --service ${service} --as applied (or --as pending).`,
        { place: { file } },
      );
    },
    async settle(version, as) {
      const change = as === "applied" ? `update ${table} set finished = 1` : `delete from ${table}`;
      await patiently(() => line.run(`${change} where version = ${version}`), context.lockTimeoutMs);
    },
  };
}

async function applyOne(
  line: Line,
  context: Context,
  migration: Migration,
  before: number | null,
): Promise<AppliedMigration | null> {
  const { table } = context;
  const { version } = migration;
  return within(line, context, migration, undefined, async () => {
    if (await isThere(line, table, version)) return null;
    if (before !== null && !(await isThere(line, table, before))) return null;
    await runScript(line, context, migration, rowText(table, migration, false));
    await line.run(finishText(table, version));
    return rowOf(line, table, version);
  });
}

/** Outside of a transaction: what may be done twice is done before its row is written. */
async function applyAlone(
  line: Line,
  { table, lockTimeoutMs }: Context,
  migration: Migration,
): Promise<AppliedMigration | null> {
  const begun = performance.now();
  await patiently(() => line.rows(migration.text), lockTimeoutMs);
  const row = rowText(table, migration).replace(/^insert/, "insert or ignore");
  await patiently(() => line.run(row), lockTimeoutMs);
  const tookMs = Math.round(performance.now() - begun);
  await patiently(
    () => line.rows(`update ${table} set duration_ms = ? where version = ?`, [tookMs, migration.version]),
    lockTimeoutMs,
  );
  return rowOf(line, table, migration.version);
}

/** Outside of a transaction: what may be done twice is done before its row is gone. */
async function undoAlone(
  line: Line,
  { table, service, lockTimeoutMs }: Context,
  version: number,
  script: Script,
): Promise<boolean> {
  if (!(await isThere(line, table, version))) return false;
  try {
    await patiently(() => line.rows(script.text), lockTimeoutMs);
    await patiently(() => line.run(`delete from ${table} where version = ${version}`), lockTimeoutMs);
  } catch (error) {
    throw explain(error, script, service, { after: `${script.name} was not taken back, and is as it was` });
  }
  return true;
}

async function rowOf(line: Line, table: string, version: number): Promise<AppliedMigration> {
  const rows = await readHistory(line, table);
  return rows!.find((row) => row.version === version)!;
}

async function isThere(line: Line, table: string, version: number): Promise<boolean> {
  return (await line.rows(`select 1 from ${table} where version = ?`, [version])).length > 0;
}
