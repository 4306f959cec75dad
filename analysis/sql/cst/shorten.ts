/**
 * Text made easier for sql-parser-cst, at equal length: rows of literals in VALUES, which cost it the
 * most and name nothing, become blanks, comments and marks too, and SQLite's names in single quotes,
 * which it does not know, get double ones.
 */
import { isToken, NUMBER, PARAMETER, STRING, type Tokens, tokenText } from "../lexer.ts";
import type { Stretch } from "./splitter.ts";

/** Shorter statements are parsed as they are. */
const LONG = 4096;

const PLAIN = /^(?:[,+-]|null|true|false|current_timestamp|current_date|current_time|default)$/i;

/** Words before a name, where SQLite takes a string for one. */
const BEFORE_NAME = /^(?:from|join|into|update|table|exists|references|in|\.)$/i;

/** Blanks rows and quotes names. `tokens` are those of `sql`. */
export function shorten(sql: string, tokens: Tokens): string {
  const quoted = sql.includes("'") ? withQuotedNames(sql, tokens) : sql;
  return sql.length > LONG ? blank(quoted, plainRows(tokens)) : quoted;
}

/** Replaces stretches by spaces; they are in order and do not overlap. */
export function blank(sql: string, stretches: readonly Stretch[]): string {
  if (stretches.length === 0) return sql;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of stretches) {
    parts.push(sql.slice(at, start), " ".repeat(end - start));
    at = end;
  }
  parts.push(sql.slice(at));
  return parts.join("");
}

/** `(1, 'a', NULL),` behind VALUES, each with its comma; the last row has none and stays. */
function plainRows(tokens: Tokens): Stretch[] {
  const rows: Stretch[] = [];
  const { kinds, starts, ends } = tokens;
  let from = -1;
  for (let i = 0; i < kinds.length; i++) {
    if (isToken(tokens, i, "values")) from = i;
    if (from < 0 || !isToken(tokens, i, "(")) continue;
    let at = i + 1;
    while (at < kinds.length && isPlain(tokens, at)) at++;
    if (isToken(tokens, at, ")") && isToken(tokens, at + 1, ",") && isToken(tokens, at + 2, "(")) {
      rows.push({ start: starts[i]!, end: ends[at + 1]! });
      i = at + 1;
    } else i = Math.max(i, at - 1);
  }
  return rows;
}

function isPlain(tokens: Tokens, index: number): boolean {
  const kind = tokens.kinds[index];
  return kind === NUMBER || kind === STRING || kind === PARAMETER || PLAIN.test(tokenText(tokens, index));
}

function withQuotedNames(sql: string, tokens: Tokens): string {
  let out = "";
  let at = 0;
  for (let i = 1; i < tokens.kinds.length; i++) {
    const start = tokens.starts[i]!;
    if (tokens.kinds[i] !== STRING || sql[start] !== "'" || !BEFORE_NAME.test(tokenText(tokens, i - 1)))
      continue;
    const written = tokenText(tokens, i);
    if (written.includes('"')) continue;
    out += `${sql.slice(at, start)}"${written.slice(1, -1)}"`;
    at = start + written.length;
  }
  return out + sql.slice(at);
}
