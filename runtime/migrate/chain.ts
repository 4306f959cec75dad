/**
 * Many migrations in one round trip, each in its own transaction.
 *
 * Within a transaction that the driver guards (connect/transactions.ts), one message a migration: its row, its file, the
 * row finished, COMMIT, and BEGIN for the next. All messages are written before the first answer is read. A message that
 * fails, whether as it runs or because it cannot be read, leaves its transaction broken, and PostgreSQL refuses all that
 * follow until the ROLLBACK at the end; one whose COMMIT fails leaves none, and then the next one's row, which needs the
 * row before it, is refused. So nothing is ever applied on top of what failed. The connection always ends up within a
 * transaction, so that neither the pool nor a pooler hands it on before the driver is done with it.
 *
 * Most runs need nothing else, and then nobody waits for a lock on a second connection: each message takes the lock for
 * its own transaction, before anything else, and is refused where another run has it, and with it all that follow. The lock
 * is held until the COMMIT, so the row need not stand in for it: it comes last, in one piece. What such a run knows of the
 * history is from before it had the lock, so where a migration fails, the history is asked whether another run was faster.
 * A message ahead of them takes the first one's lock, and creates the history where there is none, in its transaction.
 * Where nobody watches one database, all of it is one message (chain-joined.ts). Behind a database that was new, the next
 * one gets it without a look at its history: one that is there refuses to be created, which comes first, and is looked at
 * then (many.ts).
 *
 * The disk is waited for once: the write-ahead log is written in order, so the last commit makes all before it durable, and
 * they do without (`synchronous_commit`). Where the chain breaks off, a write of its own does that. A server that crashes
 * in between has forgotten the last of them wholly, each with its row.
 *
 * A crash of this process leaves the messages that the server has received already, and it goes on with them; the next
 * run waits at the row's primary key, and takes the server's word. What may end its own transaction never comes here.
 */
import type { Sql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { type ApplyOptions, begins as begun, endsItself, settingsText } from "./apply.ts";
import { begins, isClosed, standsAlone } from "./bare.ts";
import {
  type Chain,
  isAnotherRun,
  isUnread,
  type Link,
  requireOpened,
  type Sent,
  sendJoined,
} from "./chain-joined.ts";
import { explain } from "./explain.ts";
import type { Migration } from "./folder.ts";
import { type AppliedMigration, type HistoryTable, literal, quoted } from "./history.ts";
import { appliedRow, openingText, rowAsText, type Told, wholeRowText } from "./history-rows.ts";

/** Text that is under way at once. */
const largestBytes = 4 * 1024 * 1024;

/** How many of these, from the first on, may travel together; 0 where the first must travel alone. */
export function chainLength(sql: Sql, migrations: readonly Migration[]): number {
  // The driver writes as many messages at once as it is allowed to, and then waits for an answer to each.
  const { max_pipeline: most = 100 } = sql.options as { max_pipeline?: number };
  const longest = Math.max(1, most - 10);
  let bytes = 0;
  let length = 0;
  for (const { text, transaction } of migrations) {
    bytes += Buffer.byteLength(text);
    if (length === longest || bytes > largestBytes || !transaction || standsAlone(text)) break;
    length += 1;
  }
  return length;
}

export interface ChainOptions extends ApplyOptions {
  /** The number that must be there already; null where the first is the lowest of all. */
  before: number | null;
  /** Called as each lands. */
  onApplied: (row: AppliedMigration) => void;
  /** For a chain that does not run under the service's lock: it takes it along, once for each migration. */
  unlocked?: {
    /** The lock, as a condition that takes it for the transaction. */
    lock: string;
    /** Schemas to create, of which none is there. */
    schemas: readonly string[];
    /** There is no history yet. */
    fresh: boolean;
    /** The version that the server must have; null where it is known to fit. */
    server: string | null;
    /** Called once nobody else is at work, and the history is there. */
    onOpen: () => void;
    /** All of it is to be one message where that is safe: it takes less, and tells nothing before its end. */
    joined: boolean;
  };
}

export interface ChainOutcome {
  /** What was applied by this run, in order. */
  applied: AppliedMigration[];
  /** Why it stopped; null where it came to its end, or met another run. */
  error: unknown;
}

/** Applies migrations that may travel together. */
export async function applyChain(
  sql: Sql,
  migrations: readonly Migration[],
  options: ChainOptions,
): Promise<ChainOutcome> {
  const { at, service, before, unlocked } = options;
  const opening = unlocked ? openingOf(migrations, options) : null;
  const { onApplied } = options;
  const chain = (joined: boolean): Chain => ({
    opening,
    links: linksOf(migrations, options, joined),
    onOpen: unlocked?.onOpen,
    onApplied,
  });
  const joined = unlocked?.joined === true && migrations.every(({ text }) => isClosed(text) && !begins(text));
  let sent = joined ? await sendJoined(sql, chain(true)) : await sendEach(sql, chain(false));
  if (isUnread(sent)) sent = await sendEach(sql, chain(false));
  const { applied, closed, failure } = sent;
  if (failure && applied.length > 0) await flush(sql, options, applied.at(-1)!);
  if (closed || !failure) return { applied, error: null };
  const reason = failure.error ?? endsItself(failure.migration, options);
  if (isAnothers(reason, options)) return { applied, error: null };
  const error = explain(reason, failure.migration, service, failure);
  if (unlocked && !(await isAsKnown(sql, at, failure.migration, applied.at(-1)?.version ?? before)))
    return { applied, error: null };
  return { applied, error };
}

/** What goes first, in the first one's transaction: the lock, and the history where there is none. */
function openingOf(migrations: readonly Migration[], options: ChainOptions): string {
  const { lock, server, ...missing } = options.unlocked!;
  const { statementTimeoutMs } = options;
  const version = `pg_catalog.current_setting('server_version') = ${literal(server ?? "")}`;
  const condition = server === null ? lock : `${version} and ${lock}`;
  // The history is made in its own time: what the migrations' statements may take is set behind it.
  const patient = { ...options, statementTimeoutMs: 0 };
  const settings = settingsText(patient, migrations.length > 1, condition, "freehold opens");
  const hurried = statementTimeoutMs === 0 ? "" : `set local statement_timeout = ${statementTimeoutMs};`;
  return `${settings}${openingText(options.at, missing)}${hurried}select 1 as "${begun}";`;
}

/** @param joined they are one message, of which nothing runs behind what fails: the row before it need not be asked for */
function linksOf(migrations: readonly Migration[], options: ChainOptions, joined: boolean): Link[] {
  const { at, before, unlocked } = options;
  return migrations.map((migration, number) => {
    const followed = number < migrations.length - 1;
    const predecessor = migrations[number - 1]?.version ?? before;
    let [first, final] = ["", ""];
    if (unlocked) final = wholeRowText(at, migration, joined && number > 0 ? null : predecessor);
    else [first, final] = rowAsText(at, migration, predecessor);
    const lead =
      unlocked && number === 0 ? "" : `${first}${settingsText(options, followed, unlocked?.lock)}\n`;
    // A line end for a comment at the end, a semicolon for a statement without one.
    return { migration, lead, text: `${lead}${migration.text}\n;${final}commit;` };
  });
}

/** Sends a message for each, so that each is told of as it lands. */
async function sendEach(sql: Sql, { opening, links, onOpen, onApplied }: Chain): Promise<Sent> {
  const applied: AppliedMigration[] = [];
  const failures: NonNullable<Sent["failure"]>[] = [];
  let closed = false;
  try {
    await sql.begin(async (tx) => {
      const opened =
        opening !== null &&
        tx
          .unsafe(opening)
          .simple()
          .then(onOpen, () => {
            closed = true;
          });
      const answers = links.map(({ migration, lead, text }) =>
        tx
          .unsafe(`${text}begin`)
          .simple()
          .then(
            (results) => {
              // The driver gives one list for each statement that answers with rows.
              const row = (results as unknown as Told[][]).at(-1)?.[0];
              if (row === undefined) {
                // No known way leads here.
                failures.push({ migration, error: null, lead: 0 });
                return;
              }
              applied.push(appliedRow(migration, row));
              onApplied(applied.at(-1)!);
            },
            (error: unknown) => failures.push({ migration, error, lead: Array.from(lead).length }),
          ),
      );
      await Promise.all([
        opened,
        ...answers,
        tx
          .unsafe("begin")
          .simple()
          .catch(() => {}),
      ]);
    });
  } catch (error) {
    requireOpened(sql, error);
    // Where the connection broke off, some of the answers never come.
    const next = links[applied.length];
    if (next) failures.push({ migration: next.migration, error, lead: 0 });
  }
  return { applied, closed, failure: failures[0] ?? null };
}

/** Waits until what has landed is on the disk. Where the connection broke off, the next run will see how it stands. */
async function flush(sql: Sql, { at }: ApplyOptions, { version }: AppliedMigration): Promise<void> {
  const text = `update ${quoted(at)} set version = version where version = ${version}`;
  await sql
    .unsafe(text)
    .simple()
    .catch(() => {});
}

/** Another run's row stands where this one's should, or, where the lock is not held, another run is at work. */
function isAnothers(error: unknown, { at, unlocked }: ChainOptions): boolean {
  if (unlocked && isAnotherRun(error)) return true;
  const codes = ["23505", ...(unlocked ? ["23502"] : [])];
  if (!codes.includes(errorCode(error))) return false;
  const { schema_name, table_name } = error as Record<string, unknown>;
  return schema_name === at.schema && table_name === at.table;
}

/** Whether the history is as it was when the migration was chosen. Where it cannot be asked, nothing speaks against it. */
async function isAsKnown(
  sql: Sql,
  at: HistoryTable,
  { version }: Migration,
  before: number | null,
): Promise<boolean> {
  const numbers = [version, ...(before === null ? [] : [before])].join(", ");
  try {
    const rows = await sql
      .unsafe<{ version: number }[]>(`select version from ${quoted(at)} where version in (${numbers})`)
      .simple();
    return rows.length === (before === null ? 0 : 1) && rows.every((row) => row.version === before);
  } catch {
    return true;
  }
}
