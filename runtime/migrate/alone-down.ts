/**
 * A way back that PostgreSQL refuses within a transaction (`-- freehold: no-transaction`): one statement, alone.
 *
 * States: the migration's row says that it is being taken back, unfinished → the statement runs → the row is gone. A crash
 * in between leaves that row: the statement still runs on the server, or was broken off, or came to its end. Of an index
 * that is built or dropped the database tells which; `down` goes on there, `up` and `repair` end it one way or the other.
 */
import type { Sql } from "postgres";
import { inSchema, mark, waitForStray } from "./alone-line.ts";
import type { ApplyOptions } from "./apply.ts";
import { statements } from "./bare.ts";
import { dropInvalid, droppedOf, indexOf, stateOf } from "./built-index.ts";
import { MigrationError } from "./errors.ts";
import { explain, type Script } from "./explain.ts";
import { deleteRow, finishRow, isUndoing, markUndoing } from "./history-rows.ts";

/**
 * Takes one migration back, or goes on with it where a run broke off.
 * @returns false where another run turned out to have done so in the meantime.
 * @throws {MigrationError} `statement`, `connection`; `lock` where the server is still at it; `unfinished` where only a
 * person can tell what became of it.
 */
export async function undoAlone(
  sql: Sql,
  version: number,
  script: Script,
  options: ApplyOptions,
  waitMs: number,
): Promise<boolean> {
  const { service, at } = options;
  const before = await isUndoing(sql, at, version);
  if (before === null) return false;
  const lead = mark(service, `${script.name}.down`);
  const built = indexOf(script);
  if (before) {
    await waitForStray(sql, script, lead, { service, waitMs });
    const outcome = await outcomeOf(sql, script, options);
    if (outcome === "unknown") throw onlyAPersonKnows(script, service);
    if (outcome === "done") return deleteRow(sql, at, version);
    if (built) await dropInvalid(sql, built, options);
  } else {
    await markUndoing(sql, at, version);
  }
  try {
    await inSchema(sql, options, (line) => line.unsafe(`${lead}${script.text}`).simple());
    if (built && (await stateOf(sql, built, options)) === "invalid") {
      const message = `${script.file}: an INVALID index ${built.name} was there already, and IF NOT EXISTS let it be; drop it, then run again.`;
      throw new MigrationError(service, "statement", message, { place: { file: script.file } });
    }
  } catch (error) {
    throw await leftBehind(error);
  }
  return deleteRow(sql, at, version);

  /** Puts right what can be, and says how it stands. */
  async function leftBehind(error: unknown): Promise<unknown> {
    const broken = explain(error, script, service);
    if (broken instanceof MigrationError && broken.problem === "connection") return broken;
    const dropped = droppedOf(script);
    const half = dropped !== null && (await stateOf(sql, dropped, options)) === "invalid";
    if (built && !(error instanceof MigrationError)) await dropInvalid(sql, built, options);
    if (!half) await finishRow(sql, at, version);
    return explain(error, script, service, {
      lead: Array.from(lead).length,
      after: half
        ? `its index ${dropped.name} is INVALID by now; run "freehold migrate down" again, which goes on there`
        : `${script.name} was not taken back, and is as it was`,
    });
  }
}

/**
 * Ends a way back that broke off, under the lock.
 * @returns one line that says what was done; the migration is then applied, or pending.
 * @throws {MigrationError} as {@link undoAlone}
 */
export async function recoverUndoing(
  sql: Sql,
  version: number,
  script: Script,
  options: ApplyOptions,
  waitMs: number,
): Promise<string> {
  const { service, at } = options;
  await waitForStray(sql, script, mark(service, `${script.name}.down`), { service, waitMs });
  const outcome = await outcomeOf(sql, script, options);
  const index = indexOf(script) ?? droppedOf(script);
  if (outcome === "unknown") throw onlyAPersonKnows(script, service);
  if (outcome === "half" && index) await dropInvalid(sql, index, options);
  if (outcome === "done" || (outcome === "half" && droppedOf(script))) {
    await deleteRow(sql, at, version);
    return outcome === "half"
      ? `its INVALID index ${index?.name} was dropped, which is its way back; to be applied again`
      : "its way back came to its end; to be applied again";
  }
  await finishRow(sql, at, version);
  return outcome === "half"
    ? `the INVALID index ${index?.name} of its way back was dropped; it is applied as it was`
    : "its way back did nothing; it is applied as it was";
}

/** How far the statement came, by what it left; `none` of it, too, where it leaves nothing. */
async function outcomeOf(
  sql: Sql,
  script: Script,
  options: ApplyOptions,
): Promise<"done" | "half" | "none" | "unknown"> {
  const built = indexOf(script);
  const index = built ?? droppedOf(script);
  if (!index) return harmless.test(statements(script.text)[0] ?? "") ? "none" : "unknown";
  const state = await stateOf(sql, index, options);
  if (state === "invalid") return "half";
  return (state === "valid") === (built !== null) ? "done" : "none";
}

/** Upkeep, which changes no schema: whether it was done once more makes no difference. */
const harmless = /^(?:vacuum|analyze|reindex|cluster|refresh\s+materialized\s+view)\b/i;

function onlyAPersonKnows({ file }: Script, service: string): MigrationError {
  const message =
    `${file}: was begun outside of a transaction, and its run broke off; see whether it came to its end, ` +
    `then say so: freehold migrate repair --service ${service} --as pending (or --as applied, if it did not).`;
  return new MigrationError(service, "unfinished", message, { place: { file } });
}
