/**
 * A migration that PostgreSQL refuses within a transaction (`-- freehold: no-transaction`): one statement, alone.
 *
 * States: its row is committed, unfinished → the statement runs → the row is finished. A crash in between leaves the
 * unfinished row, and with it one of three: the statement still runs on the server, which finds nobody to tell; it was
 * broken off, and an index that it was building stays behind INVALID; or it came to its end. {@link recover} tells them
 * apart and clears up. Behind PgBouncer, too: nothing here belongs to a session.
 */
import { setTimeout as pause } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import type { ApplyOptions } from "./apply.ts";
import { statements } from "./bare.ts";
import { MigrationError } from "./errors.ts";
import { explain } from "./explain.ts";
import type { Migration } from "./folder.ts";
import { type AppliedMigration, deleteRow, finishRow, insertRow, quoteName } from "./history.ts";

/** Milliseconds between two looks at a statement that runs on without its client. */
const pollMs = 100;

/**
 * @returns its row, or null where another run turned out to have begun it in the meantime.
 * @throws {MigrationError} `statement` or `connection`; where it says so, nothing of it is left.
 */
export async function applyAlone(
  sql: Sql,
  migration: Migration,
  options: ApplyOptions,
): Promise<AppliedMigration | null> {
  const { service, at } = options;
  try {
    await insertRow(sql, at, migration, false);
  } catch (error) {
    if (errorCode(error) === "23505") return null;
    throw explain(error, migration, service);
  }
  const lead = mark(service, migration);
  try {
    await inSchema(sql, options, (line) => line.unsafe(`${lead}${migration.text}`).simple());
  } catch (error) {
    if (error instanceof MigrationError) {
      // Nothing was sent.
      await deleteRow(sql, at, migration.version);
      throw error;
    }
    const told = explain(error, migration, service, {
      lead: Array.from(lead).length,
      after: "nothing of it is left",
    });
    if (told instanceof MigrationError && told.problem === "connection") throw told;
    await dropInvalid(sql, migration, options);
    await deleteRow(sql, at, migration.version);
    throw told;
  }
  // IF NOT EXISTS takes an INVALID index of the same name for the one that is wanted.
  const index = indexOf(migration);
  if (index && (await stateOf(sql, index, options)) === "invalid") {
    await deleteRow(sql, at, migration.version);
    throw new MigrationError(
      service,
      "statement",
      `${migration.file}: an INVALID index ${index.name} was there already, and IF NOT EXISTS let it be; drop it, then run again.`,
      { place: { file: migration.file } },
    );
  }
  return (await finishRow(sql, at, migration.version)) ?? null;
}

/**
 * Clears up after a run that broke off, under the lock.
 * @returns one line that says what was done; the migration is then applied, or pending again.
 * @throws {MigrationError} `unfinished` where only a person can tell whether it came to its end.
 */
export async function recover(
  sql: Sql,
  migration: Migration,
  options: ApplyOptions,
  waitMs: number,
): Promise<string> {
  const { service, at } = options;
  await waitForStray(sql, migration, service, waitMs);
  const index = indexOf(migration);
  if (index) {
    const state = await stateOf(sql, index, options);
    if (state === "valid") {
      await finishRow(sql, at, migration.version);
      return `its index ${index.name} was built to the end; noted as applied`;
    }
    if (state === "invalid") await dropInvalid(sql, migration, options);
    await deleteRow(sql, at, migration.version);
    return state === "invalid"
      ? `its INVALID index ${index.name} was dropped; to be applied again`
      : `its index ${index.name} was never there; to be applied again`;
  }
  if (repeatable.test(statements(migration.text)[0] ?? "")) {
    await deleteRow(sql, at, migration.version);
    return "its statement may be repeated; to be applied again";
  }
  throw new MigrationError(
    service,
    "unfinished",
    `${migration.file}: was begun outside of a transaction, and its run broke off; see whether it came to its end, ` +
      `then say so: freehold migrate repair --service ${service} --as applied (or --as pending).`,
    { place: { file: migration.file } },
  );
}

/** Statements that may be run twice: the second time does what the first did not. */
const repeatable =
  /^(?:vacuum|analyze|reindex|cluster|refresh\s+materialized\s+view|drop\s+index\s+concurrently\s+if\s+exists|alter\s+type\s[\s\S]*add\s+value\s+if\s+not\s+exists|create\s+[\s\S]*if\s+not\s+exists)\b/i;

/** Stands in front of the statement, so that it can be found in pg_stat_activity. */
function mark(service: string, { name }: Migration): string {
  return `/* freehold ${service.replaceAll("*/", "")} ${name} */ `;
}

async function waitForStray(sql: Sql, migration: Migration, service: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const [stray] = await sql`
      select pid from pg_catalog.pg_stat_activity
      where datname = current_database() and pid <> pg_catalog.pg_backend_pid() and state = 'active'
        and starts_with(query, ${mark(service, migration)})`;
    if (!stray) return;
    if (performance.now() >= deadline) {
      throw new MigrationError(
        service,
        "lock",
        `${migration.file}: the server is still at it (process ${stray["pid"]}), though its run broke off; wait for it, then run again.`,
        { place: { file: migration.file } },
      );
    }
    await pause(pollMs);
  }
}

interface Index {
  /** As it is written. */
  name: string;
  /** The table, as it is written: the index lives in its schema. */
  table: string;
}

const name = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const createIndex = new RegExp(
  String.raw`^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(?<name>${name})\s+on\s+(?:only\s+)?(?<table>${name}(?:\s*\.\s*${name})?)`,
  "i",
);

/** The index that the migration builds, where it builds one under a name. */
function indexOf({ text }: Migration): Index | null {
  const groups = createIndex.exec(statements(text)[0] ?? "")?.groups;
  return groups ? { name: groups["name"] ?? "", table: groups["table"] ?? "" } : null;
}

/** The index's name with its schema, which is its table's; null where there is no such table. */
async function placeOf(line: Sql, { name, table }: Index): Promise<string | null> {
  const [row] = await line`
    select n.nspname as schema from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.oid = to_regclass(${table})`;
  return row ? `${quoteName(String(row["schema"]))}.${name}` : null;
}

async function stateOf(sql: Sql, index: Index, options: ApplyOptions): Promise<"valid" | "invalid" | "none"> {
  return inSchema(sql, options, async (line) => {
    const place = await placeOf(line, index);
    const [row] = await line`
      select indisvalid as valid from pg_catalog.pg_index where indexrelid = to_regclass(${place})`;
    return row ? (row["valid"] ? "valid" : "invalid") : "none";
  });
}

async function dropInvalid(sql: Sql, migration: Migration, options: ApplyOptions): Promise<void> {
  const index = indexOf(migration);
  if (!index || (await stateOf(sql, index, options)) !== "invalid") return;
  await inSchema(sql, options, async (line) => {
    const place = await placeOf(line, index);
    if (place !== null) await line.unsafe(`drop index concurrently if exists ${place}`).simple();
  });
}

/**
 * Where unqualified names stand in the schema. There is no transaction that could hold the setting, and a session's would
 * stay behind for whoever is next on it, so a connection of its own starts with it.
 * @throws {MigrationError} `server` where a pooler refuses that.
 */
async function inSchema<T>(
  sql: Sql,
  { service, schema }: ApplyOptions,
  work: (line: Sql) => PromiseLike<T>,
): Promise<T> {
  if (schema === null) return work(sql);
  const [row] = await sql.unsafe("select pg_catalog.current_schema() as name").simple();
  if (row?.["name"] === schema) return work(sql);
  const { connection } = sql.options;
  const path = { search_path: `${quoteName(schema)}, public` };
  const line = postgres({
    ...sql.options,
    max: 1,
    connection: { ...connection, ...path },
  } as unknown as Options);
  try {
    return await work(line);
  } catch (error) {
    if (!/startup parameter: search_path/.test(String(error))) throw error;
    const message =
      `${service}: a pooler stands in between and refuses search_path, which a migration outside of a transaction needs ` +
      `in schema ${schema}; name the server itself, or let the project set it: ALTER ROLE … SET search_path.`;
    throw new MigrationError(service, "server", message, { cause: error });
  } finally {
    await line.end({ timeout: 5 });
  }
}

type Options = Parameters<typeof postgres>[0] & object;
