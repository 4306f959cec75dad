/**
 * A migration for MariaDB as its statements. The server commits around each change of the schema, so they are run one by
 * one and counted.
 *
 * Where a body may hold semicolons (BEGIN … END), it is the server's own parser that says where it ends: the text up to a
 * semicolon is prepared, which runs nothing, and "near ''" means that more is to come. DELIMITER, which is the command
 * line's and no SQL, is understood, too.
 */

export interface Statement {
  text: string;
  /** Where it begins in the migration's text, in UTF-16 code units. */
  start: number;
}

/** Says whether the server takes the text for a whole statement, right or wrong. */
export type IsWhole = (text: string) => Promise<boolean>;

const skipped = String.raw`--(?=[\s]|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`;
const withBackslash = String.raw`'(?:[^'\\]|\\[\s\S])*(?:'|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$)`;
const withoutBackslash = `'[^']*(?:'|$)|"[^"]*(?:"|$)`;
const quotedName = "`[^`]*(?:`|$)";

/** @param backslash whether it escapes in strings: false in the SQL mode NO_BACKSLASH_ESCAPES */
export async function split(text: string, backslash: boolean, isWhole: IsWhole): Promise<Statement[]> {
  const opaque = new RegExp(
    `(?<skip>${skipped})|${backslash ? withBackslash : withoutBackslash}|${quotedName}`,
    "y",
  );
  const found: Statement[] = [];
  let delimiter = ";";
  let start = -1;
  let at = 0;
  let body = false;
  const end = (next: number) => {
    if (start >= 0) found.push({ text: text.slice(start, at).trimEnd(), start });
    start = -1;
    body = false;
    at = next;
  };
  while (at < text.length) {
    const command = start < 0 ? delimiterCommand.exec(text.slice(at)) : null;
    if (command) {
      delimiter = command[1] ?? ";";
      at += command[0].length;
      continue;
    }
    opaque.lastIndex = at;
    const part = opaque.exec(text);
    if (part) {
      // An executable comment is a statement, or a part of one.
      const isSql = part.groups?.["skip"] === undefined || /^\/\*M?!/.test(part[0]);
      if (start < 0 && isSql) start = at;
      at += part[0].length;
      continue;
    }
    if (text.startsWith(delimiter, at)) {
      const open = delimiter === ";" && body && start >= 0 && !(await isWhole(text.slice(start, at)));
      if (open) at += 1;
      else end(at + delimiter.length);
      continue;
    }
    const word = /^[\p{L}_]+/u.exec(text.slice(at, at + 80))?.[0];
    if (start < 0 && /\S/.test(text[at]!)) start = at;
    if (word && /^(?:begin|case|do|if|loop|repeat|then|while)$/i.test(word)) body = true;
    at += word?.length ?? 1;
  }
  end(at);
  return found;
}

const delimiterCommand = /^\s*delimiter[ \t]+(\S+)[ \t]*(?=\r?\n|$)/i;

/** What a statement begins with, comments left out: `CREATE TRIGGER`. */
export function verb({ text }: Statement): string {
  const bare = text.replace(new RegExp(`^(?:\\s|${skipped})+`), "");
  return (/^[a-z]+(?:\s+[a-z]+)?/i.exec(bare)?.[0] ?? "").toUpperCase().replaceAll(/\s+/g, " ");
}

/** Rows alone: it takes part in a transaction, and none of it stays where that is rolled back. */
export function isOfRows(statement: Statement): boolean {
  return /^(?:INSERT|UPDATE|DELETE|REPLACE|SELECT|WITH|VALUES|DO|SET)\b/.test(verb(statement));
}

/** What it does is not to be read off it: it may do anything, and stop anywhere. */
export function isOpaque(statement: Statement): boolean {
  return /^(?:CALL|EXECUTE|BEGIN NOT|IF|LOOP|REPEAT|WHILE|FOR|CASE|LOAD)\b/.test(verb(statement));
}

/** It would end the transaction in which it is counted, or keep a lock beyond it. */
export function endsTransaction(statement: Statement): boolean {
  return (
    /^(?:COMMIT|ROLLBACK|START TRANSACTION|XA|SAVEPOINT|RELEASE|LOCK|UNLOCK|BEGIN$|BEGIN WORK)\b/.test(
      verb(statement),
    ) || /^\s*set\s+(?:(?:session|global)\s+|@@(?:session\.|global\.)?)?autocommit\b/i.test(statement.text)
  );
}
