/**
 * A script for MariaDB, statement by statement, so that it can go on where it broke off.
 *
 * States of a statement of rows (INSERT and its like): in a transaction with its own counting, so it is done and counted
 * or neither. Of a change of the schema, which the server commits by itself: what it names is written down → it is made →
 * it is counted. A crash before the last leaves it open which of the first two it is, and {@link settled} asks the
 * database. Only a procedure, or several objects dropped at once, may stop half way: then a person has to look.
 */

import { caretAt } from "../caret.ts";
import { MigrationError } from "../errors.ts";
import type { Script } from "../explain.ts";
import { explain } from "./explain.ts";
import { literal, type Progress } from "./history.ts";
import { beforehand, checksumOf, outcomeOf } from "./objects.ts";
import type { Line, ServerError } from "./open.ts";
import { endsTransaction, isOfRows, type Statement, split } from "./split.ts";

export interface Context {
  service: string;
  line: Line;
  /** The history's table, quoted. */
  table: string;
  /** Pauses before another attempt; false where there is to be none. */
  retry: (name: string, attempt: number) => Promise<boolean>;
}

/**
 * The statements of a script, as the server itself tells them apart. Runs nothing.
 * @throws {MigrationError} `statement` where one would end the transaction in which it is counted.
 */
export async function statementsOf({ line, service }: Context, script: Script): Promise<Statement[]> {
  const { file, text } = script;
  const [mode] = await line.rows<{ mode: string }>("select @@sql_mode as mode", []);
  const statements = await split(text, !mode?.mode.includes("NO_BACKSLASH_ESCAPES"), (part) =>
    isWhole(line, part),
  );
  const bad = statements.find(endsTransaction);
  if (!bad) return statements;
  const place = caretAt(text, Array.from(text.slice(0, bad.start)).length + 1);
  throw new MigrationError(
    service,
    "statement",
    `${file}:${place.line}:${place.column}: begins or ends a transaction or a lock, which are the runner's; take it out. ` +
      `Nothing was done.\n${place.frame}`,
    { place: { file, line: place.line, column: place.column } },
  );
}

async function isWhole(line: Line, text: string): Promise<boolean> {
  try {
    await line.all(
      `set @freehold_probe = ${literal(text)}; prepare freehold_probe from @freehold_probe; deallocate prepare freehold_probe`,
    );
    return true;
  } catch (error) {
    const { errno, message } = error as ServerError;
    if (errno === undefined) throw error;
    return errno !== 1064 || !message.includes("near ''");
  }
}

/** The checksum of the first statements; empty for none. */
const prefix = (statements: readonly Statement[], count: number): string =>
  count === 0 ? "" : checksumOf(JSON.stringify(statements.slice(0, count).map(({ text }) => text)));

/**
 * Runs the statements from the given one on, and counts each.
 * @throws {MigrationError} `statement`, `busy`, `connection`; the row then says how far it got.
 */
export async function runFrom(
  context: Context,
  script: Script,
  version: number,
  statements: readonly Statement[],
  from: number,
): Promise<void> {
  const { line, table } = context;
  const total = statements.length;
  for (let at = from; at < total; at += 1) {
    const statement = statements[at]!;
    const counting = `update ${table} set statements = ${at + 1}, begun = null,
      statements_checksum = ${literal(prefix(statements, at + 1))} where version = ${version}`;
    for (let attempt = 1; ; attempt += 1) {
      const begun = isOfRows(statement) ? null : await beforehand(line, statement);
      if (begun !== null)
        await line.rows(`update ${table} set begun = ? where version = ?`, [begun, version]);
      try {
        await line.all(`start transaction;\n${statement.text}\n;${counting};commit`);
        break;
      } catch (error) {
        const after = await failed(context, version, begun, error, at, total, script);
        const told = explain(error, script, statement, context.service, after);
        const busy = told instanceof MigrationError && told.problem === "busy";
        if (!busy || !(await context.retry(script.name, attempt))) throw told;
      }
    }
  }
}

/** Puts in order what a refused statement left. @returns how things stand now, in words */
async function failed(
  { line, table }: Context,
  version: number,
  begun: string | null,
  error: unknown,
  at: number,
  total: number,
  { name }: Script,
): Promise<string> {
  // Without a number it is the connection that failed, and nothing more can be asked.
  if ((error as ServerError).errno === undefined) return "";
  await line.all("rollback");
  const outcome = begun === null ? "not done" : (await outcomeOf(line, begun)).outcome;
  if (outcome !== "not done") {
    const odd = JSON.stringify({ ...JSON.parse(begun!), verb: "?" });
    await line.rows(`update ${table} set begun = ? where version = ?`, [odd, version]);
    return `this statement is half done, though it failed; look at what it names, then say what is there with "freehold migrate repair --as"`;
  }
  await line.rows(`update ${table} set begun = null where version = ?`, [version]);
  if (at === 0) return `nothing of ${name} was done`;
  const which = at === 1 ? "statement 1" : `statements 1 to ${at}`;
  return `${which} of ${total} stay${at === 1 ? "s" : ""}, for the server commits each change of the schema; mend this one and run again, it goes on here`;
}

/**
 * How many statements of a script that broke off are done. Asks the database where the count leaves it open.
 * @throws {MigrationError} `unfinished` where only a person can tell; `history` where the file says other than was done.
 */
export async function settled(
  { line, table, service }: Context,
  { file, name }: Script,
  statements: readonly Statement[],
  progress: Progress,
): Promise<number> {
  const fail = (problem: "unfinished" | "history", message: string): never => {
    throw new MigrationError(service, problem, `${file}: ${message}`, { place: { file } });
  };
  const { version, begun } = progress;
  const changed = "are done, and the file does not begin with them any more; put them back as they were";
  let count = progress.statements;
  if (prefix(statements, count) !== progress.checksum)
    fail("history", `its first ${count} statements ${changed}.`);
  if (begun === null) return count;
  const { outcome, statement } = await outcomeOf(line, begun);
  if (outcome === "half done" || outcome === "unknown") {
    fail(
      "unfinished",
      `statement ${count + 1} of ${statements.length} ${outcome === "half done" ? "is" : "may be"} half done, since the run of ${name} broke off; ` +
        `see what is there, make it all or nothing, then say so: freehold migrate repair --service ${service} --as applied (or --as pending).`,
    );
  }
  if (outcome === "done") {
    if (checksumOf(statements[count]?.text ?? "") !== statement)
      fail("history", `its first ${count + 1} statements ${changed}.`);
    count += 1;
  }
  await line.rows(
    `update ${table} set statements = ?, statements_checksum = ?, begun = null where version = ?`,
    [count, prefix(statements, count), version],
  );
  return count;
}
