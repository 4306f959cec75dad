/**
 * One migration, in a transaction of its own.
 *
 * States: its row is inserted → its file has run → the row is finished → committed. A crash before the commit leaves
 * nothing of it; one after leaves all of it; one *during* is decided by the server alone, and the next run reads the
 * history to learn how. Two runs at once: the second waits at the row's primary key and is then refused by it.
 */
import type { Sql, TransactionSql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { caretAt } from "./caret.ts";
import { MigrationError } from "./errors.ts";
import type { Migration } from "./folder.ts";
import { type AppliedMigration, finishRow, type HistoryTable, insertRow, quoteName } from "./history.ts";

export interface ApplyOptions {
  service: string;
  at: HistoryTable;
  /** The schema in which unqualified names stand; the role's own search path where it is null. */
  schema: string | null;
}

/**
 * Applies one migration.
 * @returns its row, or null where another run turned out to have applied it in the meantime.
 * @throws {MigrationError} `statement`, with the place where PostgreSQL gives one, or `connection`.
 */
export async function apply(
  sql: Sql,
  migration: Migration,
  options: ApplyOptions,
): Promise<AppliedMigration | null> {
  let row: AppliedMigration | undefined;
  let inserted = false;
  try {
    await sql.begin(async (tx) => {
      await tx`select set_config('statement_timeout', '0', true)`;
      await insertRow(tx, options.at, migration);
      inserted = true;
      if (options.schema !== null) {
        const path = `${quoteName(options.schema)}, public`;
        await tx`select set_config('search_path', ${path}, true)`;
      }
      await runFile(tx, migration, options.service);
      row = await finishRow(tx, options.at, migration.version);
    });
  } catch (error) {
    if (!inserted && errorCode(error) === "23505") return null;
    throw explain(error, migration, options.service);
  }
  return row!;
}

async function runFile(tx: TransactionSql, migration: Migration, service: string): Promise<void> {
  const before = await transactionId(tx);
  const result: unknown = await tx.unsafe(migration.text).simple();
  if (isStream(result)) {
    result.on("error", () => {});
    result.destroy(new Error("refused"));
    throw new MigrationError(
      service,
      "statement",
      `${migration.file}: COPY … FROM STDIN and TO STDOUT need a program at the other end; write INSERT. ` +
        `${migration.name} was rolled back.`,
      { place: { file: migration.file } },
    );
  }
  if ((await transactionId(tx)) !== before) {
    throw new MigrationError(
      service,
      "statement",
      `${migration.file}: ends its own transaction (COMMIT or ROLLBACK); each migration is one transaction, so take ` +
        "that out. What stood before it may have been committed: look before you run it again.",
      { place: { file: migration.file } },
    );
  }
}

async function transactionId(tx: TransactionSql): Promise<unknown> {
  const [row] = await tx`select pg_catalog.txid_current_if_assigned()::text as id`;
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

function explain(error: unknown, migration: Migration, service: string): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  const { file, name, text } = migration;
  if (!/^[0-9A-Z]{5}$/.test(errorCode(error))) {
    return new MigrationError(
      service,
      "connection",
      `${file}: the connection broke off (${error.message}); run again, and the history tells whether ${name} landed.`,
      { place: { file }, cause: error },
    );
  }
  const { position, detail, hint, where } = error as Error & Record<string, string | undefined>;
  const caret = position === undefined ? null : caretAt(text, Number(position));
  const place = caret ? { file, line: caret.line, column: caret.column } : { file };
  const lines = [
    `${file}${caret ? `:${caret.line}:${caret.column}` : ""}: ${error.message} (${errorCode(error)}); ` +
      `${name} was rolled back.`,
    ...(caret ? [caret.frame] : []),
    ...[detail && `  detail: ${detail}`, hint && `  hint: ${hint}`, where && `  where: ${where}`].filter(
      (line) => line !== undefined,
    ),
  ];
  return new MigrationError(service, "statement", lines.join("\n"), { place, cause: error });
}
