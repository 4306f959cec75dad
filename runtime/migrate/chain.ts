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
 * A crash of this process leaves the messages that the server has received already, and it goes on with them; the next
 * run waits at the row's primary key, and takes the server's word. What may end its own transaction never comes here.
 */
import type { Sql } from "postgres";
import { errorCode } from "../connect/errors.ts";
import { type ApplyOptions, endsItself, settingsText } from "./apply.ts";
import { standsAlone } from "./bare.ts";
import { explain } from "./explain.ts";
import type { Migration } from "./folder.ts";
import { type AppliedMigration, rowAsText } from "./history.ts";

/** Messages that are under way at once: what the driver allows for. */
const longest = 90;
/** Text that is under way at once. */
const largestBytes = 4 * 1024 * 1024;

/** How many of these, from the first on, may travel together; 0 where the first must travel alone. */
export function chainLength(migrations: readonly Migration[]): number {
  let bytes = 0;
  let length = 0;
  for (const { text, transaction } of migrations) {
    bytes += Buffer.byteLength(text);
    if (length === longest || bytes > largestBytes || !transaction || standsAlone(text)) break;
    length += 1;
  }
  return length;
}

export interface ChainOutcome {
  /** What was applied by this run, in order. */
  applied: AppliedMigration[];
  /** Why it stopped; null where it came to its end, or met what another run had done. */
  error: unknown;
}

/**
 * Applies migrations that may travel together.
 * @param before the number that must be there already; null where the first is the lowest of all.
 * @param onApplied called as each lands.
 */
export async function applyChain(
  sql: Sql,
  migrations: readonly Migration[],
  before: number | null,
  options: ApplyOptions,
  onApplied: (row: AppliedMigration) => void,
): Promise<ChainOutcome> {
  const applied: AppliedMigration[] = [];
  const failures: { migration: Migration; error: unknown; lead: number }[] = [];
  const messages = migrations.map((migration, at) => {
    const [first, final] = rowAsText(options.at, migration, migrations[at - 1]?.version ?? before);
    const lead = `${first}${settingsText(options)}\n`;
    // A line end for a comment at the end, a semicolon for a statement without one.
    return { migration, lead, text: `${lead}${migration.text}\n;${final}commit;begin` };
  });
  try {
    await sql.begin(async (tx) => {
      const answers = messages.map(({ migration, lead, text }) =>
        tx
          .unsafe(text)
          .simple()
          .then(
            (results) => {
              // The driver gives one list for each statement that answers with rows.
              const row = (results as unknown as AppliedMigration[][]).at(-1)?.[0];
              if (row === undefined) {
                // No known way leads here.
                failures.push({ migration, error: endsItself(migration, options), lead: 0 });
                return;
              }
              applied.push({ ...row });
              onApplied(applied.at(-1)!);
            },
            (error: unknown) => failures.push({ migration, error, lead: Array.from(lead).length }),
          ),
      );
      await Promise.all([
        ...answers,
        tx
          .unsafe("begin")
          .simple()
          .catch(() => {}),
      ]);
    });
  } catch (error) {
    // Where the connection broke off, some of the answers never come.
    const next = migrations[applied.length];
    if (next) failures.push({ migration: next, error, lead: 0 });
  }
  const [failure] = failures;
  if (!failure || isDone(failure.error, options)) return { applied, error: null };
  return { applied, error: explain(failure.error, failure.migration, options.service, failure) };
}

/** Another run's row stands where this one's should: that migration is done. */
function isDone(error: unknown, { at }: ApplyOptions): boolean {
  if (errorCode(error) !== "23505") return false;
  const { schema_name, table_name } = error as Record<string, unknown>;
  return schema_name === at.schema && table_name === at.table;
}
