/**
 * A migration that PostgreSQL refuses within a transaction (`-- freehold: no-transaction`): one statement, alone.
 *
 * States: its row is committed, unfinished → the statement runs → the row is finished. A crash in between leaves the
 * unfinished row, and with it one of three: the statement still runs on the server, which finds nobody to tell; it was
 * broken off, and an index that it was building stays behind INVALID; or it came to its end. {@link recover} tells them
 * apart and clears up. Behind PgBouncer, too: nothing here belongs to a session. The way back is in alone-down.ts.
 */
import type { Sql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { inSchema, mark, waitForStray } from "./alone-line.ts";
import type { ApplyOptions } from "./apply.ts";
import { statements } from "./bare.ts";
import { dropInvalid, indexOf, stateOf } from "./built-index.ts";
import { MigrationError } from "./errors.ts";
import { explain } from "./explain.ts";
import type { Migration } from "./folder.ts";
import type { AppliedMigration } from "./history.ts";
import { deleteRow, finishRow, insertRow } from "./history-rows.ts";

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
  const lead = mark(service, migration.name);
  const index = indexOf(migration);
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
    if (index) await dropInvalid(sql, index, options);
    await deleteRow(sql, at, migration.version);
    throw told;
  }
  // IF NOT EXISTS takes an INVALID index of the same name for the one that is wanted.
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
  await waitForStray(sql, migration, mark(service, migration.name), { service, waitMs });
  const index = indexOf(migration);
  if (index) {
    const state = await stateOf(sql, index, options);
    if (state === "valid") {
      await finishRow(sql, at, migration.version);
      return `its index ${index.name} was built to the end; noted as applied`;
    }
    if (state === "invalid") await dropInvalid(sql, index, options);
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
