/** What MariaDB says of a failed statement, as one error with its place in the file. */
import { DatabaseUnavailableError } from "../../connect/errors.ts";
import { caretAt } from "../caret.ts";
import { MigrationError, type MigrationProblem } from "../errors.ts";
import type { Script } from "../explain.ts";
import type { ServerError } from "./open.ts";
import type { Statement } from "./split.ts";

/** @param after how it stands now */
export function explain(
  error: unknown,
  { file, name, text }: Script,
  statement: Statement,
  service: string,
  after: string,
): unknown {
  if (error instanceof MigrationError || !isServerError(error)) return error;
  const { errno, message } = error;
  if (errno === undefined) {
    return new MigrationError(
      service,
      "connection",
      `${file}: the connection broke off (${message}); run again, and the history tells how far ${name} got.`,
      { place: { file }, cause: error },
    );
  }
  // The server names a place only where it cannot read; else it is the statement.
  const unread = offsetIn(statement.text, message);
  const offset = statement.start + (unread ?? 0);
  const { line, column, frame } = caretAt(text, Array.from(text.slice(0, offset)).length + 1);
  const near = unread === null ? "" : statement.text.slice(unread, unread + 80).replace(/\n[\s\S]*/, "");
  const said =
    unread === null
      ? message.replace(/\n[\s\S]*/, "…")
      : `syntax error ${near === "" ? "at the end of the statement" : `near ${near}`}`;
  return new MigrationError(
    service,
    problemOf(errno),
    `${file}:${line}:${column}: ${said} (${errno}); ${after}.\n${frame}`,
    { place: { file, line, column }, cause: error },
  );
}

/** An error that is about no statement of ours, unless it says all there is to say already. */
export function told(error: unknown, where: string, service: string): unknown {
  const said = error instanceof MigrationError || error instanceof DatabaseUnavailableError;
  if (said || !isServerError(error)) return error;
  const { errno, message, code } = error;
  const problem = errno === undefined ? "connection" : problemOf(errno);
  return new MigrationError(service, problem, `${where}: ${message} (${errno ?? code}).`, { cause: error });
}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_MYSQL_");
}

/** `near 'selct 1' at line 2`: the first 80 characters of what was sent from there on, which was more than the statement. */
function offsetIn(text: string, message: string): number | null {
  const found = /near '(?<rest>[\s\S]*)' at line (?<line>\d+)$/.exec(message)?.groups;
  if (!found) return null;
  const rest = found["rest"] ?? "";
  const lines = text.split("\n");
  let at = lines.slice(0, Number(found["line"]) - 1).reduce((sum, one) => sum + one.length + 1, 0);
  while (at < text.length && !text.startsWith(rest, at) && !rest.startsWith(text.slice(at))) at += 1;
  return at;
}

/** Numbers that say nothing against the migration itself (MariaDB manual, "Error Codes"). */
function problemOf(errno: number): MigrationProblem {
  if ([1205, 1213].includes(errno)) return "busy";
  if ([1044, 1045, 1142, 1143, 1227, 1370].includes(errno)) return "permission";
  if ([1021, 1030, 1114, 1290, 1792, 1836, 3, 28].includes(errno)) return "server";
  return "statement";
}
