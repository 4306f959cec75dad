/** What PostgreSQL says of a failed migration, as one error with its place in the file. */
import { errorCode } from "../connect/errors.ts";
import { caretAt } from "./caret.ts";
import { MigrationError } from "./errors.ts";

/** A piece of SQL as it lies in a file, on its way into the database or back out of it. */
export interface Script {
  /** `001_create_audit_log`. */
  name: string;
  /** Path for messages. */
  file: string;
  text: string;
  /** False where it says `-- freehold: no-transaction`: it is one statement that the server wants to run by itself. */
  transaction: boolean;
}

/**
 * @param script what was sent
 * @param lead how many characters (code points) were sent in front of the script's text
 * @param after how it stands now: `001_a was rolled back`
 */
export function explain(
  error: unknown,
  script: Script,
  service: string,
  { lead = 0, after = `${script.name} was rolled back` }: { lead?: number; after?: string } = {},
): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  const { file, name, text } = script;
  const code = errorCode(error);
  if (!/^[0-9A-Z]{5}$/.test(code) || /^(?:57P0[1235]|58030|08)/.test(code)) {
    return new MigrationError(
      service,
      "connection",
      `${file}: the connection broke off (${error.message}); run again, and the history tells whether ${name} landed.`,
      { place: { file }, cause: error },
    );
  }
  const { position, detail, hint, where } = error as Error & Record<string, string | undefined>;
  const at = position === undefined ? 0 : Number(position) - lead;
  const caret = at > 0 && at <= text.length + 1 ? caretAt(text, at) : null;
  const place = caret ? { file, line: caret.line, column: caret.column } : { file };
  const lines = [
    `${file}${caret ? `:${caret.line}:${caret.column}` : ""}: ${error.message} (${code}); ${after}.`,
    ...(caret ? [caret.frame] : []),
    ...[detail && `  detail: ${detail}`, hint && `  hint: ${hint}`, where && `  where: ${where}`].filter(
      (line) => line !== undefined,
    ),
  ];
  return new MigrationError(service, problems[code] ?? "statement", lines.join("\n"), {
    place,
    cause: error,
  });
}

/** SQLSTATEs that say nothing against the migration itself (PostgreSQL manual, appendix A). */
const problems: Record<string, "busy" | "permission" | "server"> = {
  "55P03": "busy",
  "40P01": "busy",
  "40001": "busy",
  "42501": "permission",
  "25006": "server",
  "53100": "server",
  "53200": "server",
  "53300": "server",
};
