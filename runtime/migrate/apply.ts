/**
 * One migration, in a transaction of its own.
 *
 * States: its row is inserted → its file has run → the row is finished → committed. A crash before the commit leaves
 * nothing of it; one after leaves all of it; one *during* is decided by the server alone, and the next run reads the
 * history to learn how. Two runs at once: the second waits at the row's primary key and is then refused by it.
 *
 * The way back is the same: its row is deleted → its file has run → committed.
 */
import type { Sql, TransactionSql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { MigrationError } from "./errors.ts";
import { explain, type Script } from "./explain.ts";
import type { Migration } from "./folder.ts";
import { type AppliedMigration, type HistoryTable, literal, quoted, quoteName } from "./history.ts";
import { appliedRow, began, rowAsText, secondsText, type Told } from "./history-rows.ts";

export interface ApplyOptions {
  service: string;
  at: HistoryTable;
  /** The schema in which unqualified names stand; the role's own search path where it is null. */
  schema: string | null;
  lockTimeoutMs: number;
  statementTimeoutMs: number;
}

/** What PostgreSQL then repeats in its refusal. */
export const anotherRun = "freehold: another run is at work";

/** The only column of the row that {@link settingsText} answers with: a migration's own rows have another. */
export const begins = "freehold begins";

/**
 * The settings of a migration's transaction. They answer with a row of one short column: what it says to a run that sends
 * many at once is that this transaction has begun, and the one before is committed. Most are SET, which the server does
 * without looking anything up.
 * @param followed a later commit waits for the disk on behalf of this one, too
 * @param lock a condition without which they are refused, with {@link anotherRun}; when it was had is kept as the setting
 * {@link began} then
 * @param column what the row's column is called
 */
export function settingsText(
  { schema, lockTimeoutMs, statementTimeoutMs }: ApplyOptions,
  followed = false,
  lock?: string,
  column = begins,
): string {
  const settings = [
    `statement_timeout = ${statementTimeoutMs}`,
    ...(followed ? ["synchronous_commit = off"] : []),
    ...(schema === null ? [] : [`search_path = ${quoteName(schema)}, public`]),
    ...(lock ? [] : [`lock_timeout = ${lockTimeoutMs}`]),
  ].map((setting) => `set local ${setting};`);
  if (!lock) return `${settings.join("")}select 1 as "${column}";`;
  const patience = `case when ${lock} then ${literal(String(lockTimeoutMs))} else ${literal(anotherRun)} end`;
  const now = `${secondsText("pg_catalog.clock_timestamp()")}::text`;
  const calls = [
    ["lock_timeout", patience],
    [began, now],
  ].map(([name = "", value = ""]) => `pg_catalog.set_config(${literal(name)}, ${value}, true)`);
  return `${settings.join("")}select ${calls[0]} as "${column}", ${calls[1]} as "${began}";`;
}

/**
 * Applies one migration.
 * @returns its row, or null where another run turned out to have applied it in the meantime.
 * @throws {MigrationError} `statement`, with the place where PostgreSQL gives one, `busy` or `connection`.
 */
export async function apply(
  sql: Sql,
  migration: Migration,
  options: ApplyOptions,
): Promise<AppliedMigration | null> {
  let row: Told | undefined;
  let inserted = false;
  try {
    await sql.begin(async (tx) => {
      const [first, final] = rowAsText(options.at, migration, null);
      await tx.unsafe(`${first}${settingsText(options)}`).simple();
      inserted = true;
      await runScript(tx, migration, options);
      [row] = await tx.unsafe<Told[]>(final).simple();
      if (row === undefined) throw endsItself(migration, options);
    });
  } catch (error) {
    if (!inserted && errorCode(error) === "23505") return null;
    throw explain(error, migration, options.service);
  }
  return appliedRow(migration, row!);
}

/**
 * Takes one migration back.
 * @returns false where another run turned out to have done so in the meantime.
 * @throws {MigrationError} as {@link apply}.
 */
export async function undo(
  sql: Sql,
  version: number,
  script: Script,
  options: ApplyOptions,
): Promise<boolean> {
  let there = false;
  try {
    await sql.begin(async (tx) => {
      const answers: unknown = await tx
        .unsafe(
          `delete from ${quoted(options.at)} where version = ${version} returning version;${settingsText(options)}`,
        )
        .simple();
      there = (answers as unknown[][])[0]?.length === 1;
      if (!there) return;
      const before = await transactionId(tx);
      await runScript(tx, script, options);
      if ((await transactionId(tx)) !== before) throw endsItself(script, options);
    });
  } catch (error) {
    throw explain(error, script, options.service, {
      after: `${script.name} was not taken back, and is as it was`,
    });
  }
  return there;
}

async function runScript(tx: TransactionSql, { file, name, text }: Script, { service }: ApplyOptions) {
  const result: unknown = await tx.unsafe(text).simple();
  if (!isStream(result)) return;
  result.on("error", () => {});
  result.destroy(new Error("refused"));
  const message = `${file}: COPY … FROM STDIN and TO STDOUT need a program at the other end; write INSERT. ${name} was rolled back.`;
  throw new MigrationError(service, "statement", message, { place: { file } });
}

/** The transaction that it was given is gone, and another is there, or none. */
export function endsItself({ file }: Script, { service }: ApplyOptions): MigrationError {
  const message =
    `${file}: ends its own transaction (COMMIT or ROLLBACK); each migration is one transaction, so take that out. ` +
    "What stood before it may have been committed: look before you run it again.";
  return new MigrationError(service, "statement", message, { place: { file } });
}

async function transactionId(tx: TransactionSql): Promise<unknown> {
  const [row] = await tx.unsafe("select pg_catalog.txid_current_if_assigned()::text as id").simple();
  return row?.["id"];
}

/** What the driver answers to COPY: a stream, where a result is expected. */
interface Stream {
  on(event: "error", listener: () => void): unknown;
  destroy(error: Error): unknown;
}

function isStream(result: unknown): result is Stream {
  return typeof result === "object" && result !== null && "destroy" in result && "on" in result;
}
