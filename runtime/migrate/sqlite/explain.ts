/** What SQLite says of a failed migration, as one error with its place in the file. */
import { DatabaseUnavailableError, errorCode } from "../../connect/errors.ts";
import { caretAt } from "../caret.ts";
import { MigrationError, type MigrationProblem } from "../errors.ts";
import type { Script } from "../explain.ts";
import { isBusy } from "./open.ts";

/**
 * @param script what was sent
 * @param options.lead what was sent in front of the script's text
 * @param options.after how it stands now
 */
export function explain(
  error: unknown,
  script: Script,
  service: string,
  { lead = "", after = `${script.name} was rolled back` }: { lead?: string; after?: string } = {},
): unknown {
  const code = errorCode(error);
  if (error instanceof MigrationError || !(error instanceof Error) || !code.startsWith("SQLITE_"))
    return error;
  const { file, text } = script;
  const position = positionOf(error, lead, text);
  const caret = position === null ? null : caretAt(text, position);
  const place = caret ? { file, line: caret.line, column: caret.column } : { file };
  const at = caret ? `:${caret.line}:${caret.column}` : "";
  // An unclosed quote is told with all that stands behind it.
  const said = error.message.replace(/\n[\s\S]*/, "…");
  const message = `${file}${at}: ${said} (${code}); ${after}.${caret ? `\n${caret.frame}` : ""}`;
  return new MigrationError(service, problemOf(error, code), message, { place, cause: error });
}

/** An error that is about no file of ours in particular. @param where what to begin with */
export function told(error: unknown, where: string, service: string): unknown {
  const code = errorCode(error);
  const ours = error instanceof MigrationError || error instanceof DatabaseUnavailableError;
  if (ours || !(error instanceof Error) || !code.startsWith("SQLITE_")) return error;
  return new MigrationError(service, problemOf(error, code), `${where}: ${error.message} (${code}).`, {
    cause: error,
  });
}

/** In characters from 1. SQLite counts bytes from 0, and gives -1 where it has no place to name. */
function positionOf(error: Error, lead: string, text: string): number | null {
  if (/^incomplete input/.test(error.message)) return Array.from(text.trimEnd()).length + 1;
  const offset = "byteOffset" in error ? Number(error.byteOffset) - Buffer.byteLength(lead) : -1;
  if (offset < 0) return null;
  const before = Buffer.from(text).subarray(0, offset).toString();
  return Array.from(before).length + 1;
}

/** Codes that say nothing against the migration itself (SQLite manual, "Result and Error Codes"). */
function problemOf(error: unknown, code: string): MigrationProblem {
  if (isBusy(error)) return "busy";
  if (/^SQLITE_(?:FULL|IOERR|READONLY|NOMEM|CORRUPT|CANTOPEN)/.test(code)) return "server";
  if (/^SQLITE_(?:PERM|AUTH)/.test(code)) return "permission";
  return "statement";
}
