/**
 * MariaDB and MySQL as an engine: one connection, one statement after the other, each counted.
 *
 * The server commits around every change of the schema, so a migration is no transaction here. States: its row is there,
 * unfinished → its statements run, and the row says how many are done (steps.ts) → the row is finished. A crash leaves an
 * unfinished row; `status` shows it with its count, `repair` tells what is done and what is not, and the next `up` goes on
 * with the first statement that is not. A statement that fails leaves those before it: mended, it goes on there, too.
 *
 * The lock is GET_LOCK, for service and database, on the connection that does the work: the server keeps it until that
 * connection's statement has ended. So what the statement of a killed run still does is waited for, which a lock on a
 * connection of its own, gone with the process, would not do.
 */
import type { Changes, Engine } from "../engine.ts";
import { MigrationError } from "../errors.ts";
import type { Script } from "../explain.ts";
import type { Migration } from "../folder.ts";
import type { AppliedMigration } from "../history.ts";
import type { Means, Subject } from "../options.ts";
import { toolVersion } from "../version.ts";
import { told } from "./explain.ts";
import { historyTable, literal, quote, readHistory, readProgress, tableText } from "./history.ts";
import { type Address, describe, type Line, open, readUrl, type ServerError } from "./open.ts";
import { prepare } from "./server.ts";
import { type Context, runFrom, settled, statementsOf } from "./steps.ts";

/**
 * Opens a connection, and closes it after the work.
 * @throws {DatabaseConfigError} and {DatabaseUnavailableError}
 */
export async function withMariaDb<T>(
  options: Subject & Means,
  variable: string,
  url: string,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const { service, schema } = options;
  const address = readUrl(variable, url);
  const table = historyTable(service, options.versionTable);
  const opening = reach(address, options, variable);
  // Nobody waits for it where the files are faulty, which are read meanwhile.
  let asked: Promise<unknown> = opening;
  let opened = false;
  opening.then(
    () => {
      opened = true;
    },
    () => {},
  );
  try {
    return await work({
      history() {
        const history = opening.then((line) => readHistory(line, service, table));
        asked = history;
        return history;
      },
      requireFit: (scripts) => requireFit(service, scripts),
      async exclusively(waiting, act) {
        const line = await opening;
        const place = `${schema ?? address.database}.${table}`;
        await prepare(line, options, { place, waiting });
        if (waiting.fresh) await createHistory(line, service, table);
        return act(changes({ service, line, table, retry: waiting.retry }));
      },
    });
  } catch (error) {
    throw told(error, `${service}: ${describe(address)}`, service);
  } finally {
    const closed = asked.catch(() => {}).then(async () => (await opening).close());
    if (opened) await closed;
    else closed.catch(() => {});
  }
}

async function reach(
  address: Address,
  { service, schema }: Subject & Means,
  variable: string,
): Promise<Line> {
  const line = await open(address, service, variable);
  if (schema === undefined) return line;
  try {
    await line.all(`use ${quote(schema)}`);
    return line;
  } catch (error) {
    await line.close();
    throw error;
  }
}

function requireFit(service: string, scripts: readonly Script[]): void {
  const odd = scripts.find(({ transaction }) => !transaction);
  if (!odd) return;
  throw new MigrationError(
    service,
    "folder",
    `${odd.file}: says "-- freehold: no-transaction", and MariaDB has no transactions for changes of the schema anyway; take the line out`,
    { place: { file: odd.file } },
  );
}

async function createHistory(line: Line, service: string, table: string): Promise<void> {
  try {
    await line.all(tableText(table));
  } catch (error) {
    const { errno, message } = error as ServerError;
    if (errno !== 1142 && errno !== 1044) throw error;
    throw new MigrationError(
      service,
      "permission",
      `${service}: the user may not create ${table}, ${service}'s history of migrations (${message}); the project grants it.`,
      { cause: error },
    );
  }
}

function changes(context: Context): Changes {
  const { line, table, service } = context;
  return {
    // The lock is lost with the connection, and then no step can be made.
    stillHeld: () => {},
    async apply([next], _before, onApplied) {
      try {
        const statements = await statementsOf(context, next!);
        const { name, checksum, version } = next!;
        await line.all(
          `insert into ${table} (version, name, checksum, applied_at, applied_by, tool_version, finished)
           values (${version}, ${[name, checksum].map(literal).join(", ")}, utc_timestamp(3), current_user(), ${literal(toolVersion)}, false)`,
        );
        onApplied(await goOn(context, next!, statements, 0));
        return { error: null };
      } catch (error) {
        return { error };
      }
    },
    undo: (version, script) => undo(context, version, script),
    async recover(migration, going) {
      const { file, version } = migration;
      const progress = (await readProgress(line, table, version))!;
      if (progress.way === "down") {
        throw new MigrationError(
          service,
          "unfinished",
          `${file}: was being taken back when the run broke off; run "freehold migrate down --service ${service}", which goes on there.`,
          { place: { file } },
        );
      }
      const statements = await statementsOf(context, migration);
      const done = await settled(context, migration, statements, progress);
      const total = statements.length;
      if (done === 0) {
        await remove(context, version);
        return { what: "none of its statements was done; to be applied again", row: null };
      }
      if (done < total && !going) {
        return {
          what: `${done} of its ${total} statements ${done === 1 ? "is" : "are"} done, and no more; up goes on there`,
          row: null,
        };
      }
      const row = await goOn(context, migration, statements, done);
      const what =
        done === total
          ? `all of its statements were done; noted as applied`
          : `${done} of its ${total} statements ${done === 1 ? "was" : "were"} done; the rest is now, too`;
      return { what, row };
    },
    async note(migrations) {
      const rows = migrations.map(
        ({ version, name, checksum }) =>
          `(${version}, ${[name, checksum].map(literal).join(", ")}, utc_timestamp(3), current_user(), ${literal(toolVersion)})`,
      );
      if (rows.length === 0) return;
      await line.all(
        `insert into ${table} (version, name, checksum, applied_at, applied_by, tool_version) values ${rows.join(", ")}`,
      );
    },
    async settle(version, as) {
      if (as === "applied") await line.rows(`update ${table} set ${finished} where version = ?`, [version]);
      else await remove(context, version);
    },
    async accept({ version, name, checksum }) {
      await line.rows(`update ${table} set name = ?, checksum = ? where version = ?`, [
        name,
        checksum,
        version,
      ]);
    },
  };
}

const finished = "finished = true, way = 'up', begun = null";

async function remove({ line, table }: Context, version: number): Promise<void> {
  await line.rows(`delete from ${table} where version = ?`, [version]);
}

/** Runs what is left of a migration, and finishes its row. */
async function goOn(
  context: Context,
  migration: Migration,
  statements: Awaited<ReturnType<typeof statementsOf>>,
  done: number,
): Promise<AppliedMigration> {
  const { line, table, service } = context;
  const { version, name, checksum } = migration;
  const begun = performance.now();
  try {
    await runFrom(context, migration, version, statements, done);
  } catch (error) {
    const progress = await readProgress(line, table, version).catch(() => null);
    if (progress?.statements === 0 && progress.begun === null) await remove(context, version);
    throw error;
  }
  await line.rows(
    `update ${table} set name = ?, checksum = ?, ${finished}, duration_ms = duration_ms + ? where version = ?`,
    [name, checksum, Math.round(performance.now() - begun), version],
  );
  const rows = await readHistory(line, service, table);
  return rows!.find((row) => row.version === version)!;
}

async function undo(context: Context, version: number, script: Script): Promise<boolean> {
  const { line, table } = context;
  const statements = await statementsOf(context, script);
  const progress = await readProgress(line, table, version);
  let done = 0;
  if (progress?.way === "down") {
    done = await settled(context, script, statements, progress);
  } else {
    await line.rows(
      `update ${table} set finished = false, way = 'down', statements = 0, statements_checksum = '', begun = null
       where version = ?`,
      [version],
    );
  }
  try {
    await runFrom(context, script, version, statements, done);
  } catch (error) {
    const left = await readProgress(line, table, version).catch(() => null);
    if (left?.statements === 0 && left.begun === null)
      await line.rows(`update ${table} set ${finished} where version = ?`, [version]);
    throw error;
  }
  await remove(context, version);
  return true;
}
