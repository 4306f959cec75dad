/**
 * A chain as one message: for one of many databases, where what counts is how little each of them takes. The server reads
 * all of it before it runs anything, and keeps its answers until the end, or until they fill a packet.
 *
 * It runs statement by statement, and each transaction's settings answer with a row, as does each migration's own row in
 * the history: which of them came tells where a failure belongs. As many beginnings as rows: a COMMIT failed, and the
 * migration before it is undone. One more: the migration that had begun. None: the opening, which another run may have
 * been faster with. What cannot be read has run nothing, and goes again with a message for each, which then tells which it
 * is. Only texts whose quotes and comments certainly end in them stand side by side (`isClosed`).
 *
 * It needs a pool that nobody else uses: its transactions are not the driver's, which would be two round trips more.
 *
 * A crash of this process leaves the server with the whole message, as it would with many.
 */
import type { Sql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { anotherRun, begins } from "./apply.ts";
import type { Migration } from "./folder.ts";
import type { AppliedMigration } from "./history.ts";
import { appliedRow, markOf, type Told } from "./history-rows.ts";

/** A migration within a chain. */
export interface Link {
  migration: Migration;
  /** What stands before the migration's own text. */
  lead: string;
  /** All of it, up to its COMMIT; whoever sends it begins its transaction. */
  text: string;
}

export interface Chain {
  /** What goes first, in the first one's transaction; null where nothing needs to. */
  opening: string | null;
  links: readonly Link[];
  onOpen: (() => void) | undefined;
  onApplied: (row: AppliedMigration) => void;
}

/** What became of a chain. */
export interface Sent {
  applied: AppliedMigration[];
  /** The opening was refused. */
  closed: boolean;
  /** Where it stopped: `error` is null where the migration ended its own transaction. */
  failure: { migration: Migration; error: unknown; lead: number } | null;
}

/** Sends it; the opening takes part. */
export async function sendJoined(sql: Sql, { opening, links, onOpen, onApplied }: Chain): Promise<Sent> {
  const rows: Told[] = [];
  let begun = 0;
  let failed: { error: unknown } | null = null;
  /** A migration may answer with rows of its own. */
  const isNext = (row: object): row is Told => {
    const link = links[rows.length];
    return link !== undefined && markOf(link.migration) in row;
  };
  const last = links.length - 1;
  // START TRANSACTION, since the driver takes BEGIN for a transaction on a connection that it may hand on; and nobody else
  // has this pool.
  const next = "start transaction;";
  const parts = [`${next}${opening ?? ""}`, ...links.map(({ text }, at) => (at < last ? text + next : text))];
  try {
    await sql
      .unsafe<(Told | { [begins]: number })[]>(parts.join("\n"))
      .simple()
      .forEach((row) => {
        if (begins in row) begun += 1;
        else if (isNext(row)) rows.push(row);
      });
  } catch (error) {
    requireOpened(sql, error);
    failed = { error };
    const rollback = sql.unsafe("rollback").simple();
    await rollback.catch(() => {});
  }
  const error: unknown = (failed as { error: unknown } | null)?.error ?? null;
  const whole = error === null || begun > rows.length || isAnotherRun(error);
  const applied = rows
    .slice(0, whole ? rows.length : -1)
    .map((row, at) => appliedRow(links[at]!.migration, row));
  if (begun > 0) onOpen?.();
  applied.forEach(onApplied);
  const broken = links[applied.length];
  if (!broken) return { applied, closed: false, failure: null };
  const before = [...parts.slice(0, applied.length + 1), broken.lead].join("\n");
  const failure = { migration: broken.migration, error, lead: Array.from(before).length };
  return { applied, closed: begun === 0, failure };
}

/** @throws the error where the pool had no connection yet: whoever opened it says what there is to it */
export function requireOpened(sql: Sql, error: unknown): void {
  const { server_version: version }: Record<string, unknown> = sql.parameters;
  if (version === undefined) throw error;
}

/** Nothing of it has run, because some of it cannot be read. */
export function isUnread({ applied, closed, failure }: Sent): boolean {
  return closed && applied.length === 0 && failure !== null && errorCode(failure.error) === "42601";
}

/** Where the lock was refused, the transaction before it is committed. */
export function isAnotherRun(error: unknown): boolean {
  return error instanceof Error && error.message.includes(anotherRun);
}
