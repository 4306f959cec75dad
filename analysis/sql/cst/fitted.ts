/**
 * SQL made fit for sql-parser-cst, at equal length, so that offsets stay. Rows of literals in VALUES,
 * which cost it the most and name nothing, become blanks. What SQLite knows and the parser does not gets
 * a form that both know: names in single quotes, parameters in any script, RAISE with an expression.
 */
import { isToken, PARAMETER, QUOTED, STRING, type Tokens, tokenText, WORD } from "../lexer.ts";
import { type Flavour, isMysql } from "./flavour.ts";
import type { Stretch } from "./splitter.ts";

/** Shorter statements keep their rows. */
const LONG = 4096;

/** Words behind which a table may be named in an expression. */
const NAMING = /^(?:select|with|values|in|exists|table)$/i;

/** Words before a name, where SQLite takes a string for one. */
const BEFORE_NAME = /^(?:from|join|into|update|table|exists|references|in|\.)$/i;

interface Edit {
  start: number;
  text: string;
}

/** @param tokens those of `sql` */
export function fitted(sql: string, tokens: Tokens, flavour: Flavour): string {
  const edited = edit(sql, isMysql(flavour) ? minusSigns(tokens) : editsOf(tokens));
  return sql.length > LONG ? blank(edited, plainRows(tokens)) : edited;
}

/** MySQL's `5--1` holds no comment, but the parser sees one. */
function minusSigns(tokens: Tokens): Edit[] {
  return tokens.starts.flatMap((start, i) => {
    const second = isToken(tokens, i, "-") && isToken(tokens, i - 1, "-") && tokens.ends[i - 1] === start;
    return second ? [{ start, text: "+" }] : [];
  });
}

/** In the order of the text. */
function editsOf(tokens: Tokens): Edit[] {
  const edits: Edit[] = [];
  // VACUUM INTO names a file.
  const names = !isToken(tokens, 0, "vacuum");
  for (let i = 0; i < tokens.kinds.length; i++) {
    const kind = tokens.kinds[i];
    if (kind === STRING && names && i > 0 && BEFORE_NAME.test(tokenText(tokens, i - 1))) {
      const written = tokenText(tokens, i);
      if (written.startsWith("'") && !written.includes('"')) {
        edits.push({ start: tokens.starts[i]!, text: `"${written.slice(1, -1)}"` });
      }
    } else if (kind === PARAMETER && !/^[?:@$]\w*$/.test(tokenText(tokens, i))) {
      edits.push({ start: tokens.starts[i]!, text: "?".padEnd(tokens.ends[i]! - tokens.starts[i]!) });
    } else if (isToken(tokens, i, "raise") && isToken(tokens, i + 3, ",") && !isPlainRaise(tokens, i)) {
      edits.push(
        { start: tokens.starts[i]!, text: "iif  " },
        { start: tokens.starts[i + 2]!, text: "1".padEnd(width(tokens, i + 2)) },
      );
    }
  }
  if (isToken(tokens, 0, "pragma")) {
    for (let i = 1; i < tokens.kinds.length; i++) {
      if (isToken(tokens, i, "-") || isToken(tokens, i, "+"))
        edits.push({ start: tokens.starts[i]!, text: " " });
    }
  }
  // Values, which SQLite takes in any quotes.
  if (isToken(tokens, 0, "pragma") || isToken(tokens, 0, "vacuum")) {
    for (let i = 2; i < tokens.kinds.length; i++) {
      const written = tokenText(tokens, i);
      if (tokens.kinds[i] !== QUOTED || !/^(?:[(=]|into)$/i.test(tokenText(tokens, i - 1))) continue;
      if (!written.includes("'")) edits.push({ start: tokens.starts[i]!, text: `'${written.slice(1, -1)}'` });
    }
  }
  return edits.sort((a, b) => a.start - b.start);
}

function width(tokens: Tokens, index: number): number {
  return tokens.ends[index]! - tokens.starts[index]!;
}

/** RAISE(ABORT, 'text'), the form that the parser knows. */
function isPlainRaise(tokens: Tokens, index: number): boolean {
  return tokens.kinds[index + 4] === STRING && isToken(tokens, index + 5, ")");
}

function edit(sql: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return sql;
  const parts: string[] = [];
  let at = 0;
  for (const { start, text } of edits) {
    parts.push(sql.slice(at, start), text);
    at = start + text.length;
  }
  parts.push(sql.slice(at));
  return parts.join("");
}

/** Replaces stretches by spaces; they are in order and do not overlap. */
export function blank(sql: string, stretches: readonly Stretch[]): string {
  return edit(
    sql,
    stretches.map(({ start, end }) => ({ start, text: " ".repeat(end - start) })),
  );
}

/** `(1, 'a', now()),` behind VALUES, each with its comma, where no query can hide in it; the last row has no comma and stays. */
function plainRows(tokens: Tokens): Stretch[] {
  const rows: Stretch[] = [];
  const { kinds, starts, ends } = tokens;
  let inRows = false;
  for (let i = 0; i < kinds.length; i++) {
    inRows ||= isToken(tokens, i, "values");
    if (!inRows || !isToken(tokens, i, "(")) continue;
    const last = plainRow(tokens, i);
    if (last < 0 || !isToken(tokens, last + 1, ",") || !isToken(tokens, last + 2, "(")) continue;
    rows.push({ start: starts[i]!, end: ends[last + 1]! });
    i = last + 1;
  }
  return rows;
}

/** Index of the bracket that closes a row; -1 where a query or a name of a table may stand in it. */
function plainRow(tokens: Tokens, open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.kinds.length; i++) {
    if (isToken(tokens, i, "(")) depth++;
    else if (isToken(tokens, i, ")") && --depth === 0) return i;
    else if (tokens.kinds[i] === WORD && NAMING.test(tokenText(tokens, i))) return -1;
  }
  return -1;
}
