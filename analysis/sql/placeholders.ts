/**
 * Whole files that something fills in before the server sees them: psql's `:variables`, Flyway's
 * `${…}`, templates' `{{…}}`, extensions' `@extschema@`. Each becomes a hole.
 */

import type { HoleType, SqlPiece } from "../model.ts";
import { append } from "./append.ts";
import { DOLLAR, END, Lexer, PUNCTUATION, QUOTED, STRING, WORD } from "./lexer.ts";
import { assemble, fileText, type SqlText } from "./text.ts";

export interface Placeholder {
  start: number;
  end: number;
  type: HoleType;
}

/** Filled in as text, wherever it stands, in quotes too. */
const TEXTUAL = /\$\{[^{}\n]{1,200}\}|\{\{-?[^{}\n]{1,200}\}\}|@[A-Za-z_][A-Za-z0-9_.:]{2,60}@/g;

/** A quick look before the reading that psql's variables need. */
const PSQL = /(?:^|[^:\w])(?::["']?[A-Za-z_]|:\{\?)/m;

/**
 * The file's text with its placeholders as holes; the plain text where it has none.
 *
 * @param variables those of psql's form
 */
export function templated(file: string, text: string, variables: readonly Placeholder[]): SqlText {
  const found = textual(text);
  append(found, variables);
  if (found.length === 0) return fileText(file, text);
  found.sort((a, b) => a.start - b.start);

  const pieces: SqlPiece[] = [];
  let at = 0;
  const plain = (end: number) => {
    if (end > at) pieces.push({ kind: "text", text: text.slice(at, end), at: { file, start: at, end } });
  };
  for (const { start, end, type } of found) {
    if (start < at) continue;
    plain(start);
    const reason = `${text.slice(start, end)} is filled in before the statement runs`;
    pieces.push({ kind: "hole", hole: type, reason, at: { file, start, end } });
    at = end;
  }
  plain(text.length);
  return assemble(pieces);
}

/** `${…}`, `{{…}}` and `@name@`. */
export function textual(text: string): Placeholder[] {
  const found: Placeholder[] = [];
  for (const match of text.matchAll(TEXTUAL)) {
    // An array literal is no template.
    if (/^\{\{[\s\d,.'"-]*\}\}$/.test(match[0])) continue;
    found.push({ start: match.index, end: match.index + match[0].length, type: "unknown" });
  }
  return found;
}

/** pgtyped's mark of a value that must be there: `:name!`. */
export function isBang(text: string, at: number): boolean {
  return text.charCodeAt(at) === 33 && text.charCodeAt(at + 1) !== 61;
}

/**
 * `:name`, `:'name'`, `:"name"`, pgtyped's `:name!` and knex's `:name:` outside quotes; in dollar-quoted bodies, too, since
 * runners that borrow psql's form fill them in there. In brackets a colon makes a slice, unless an
 * ARRAY begins there.
 */
export function colonVariables(text: string, psql: boolean, offset = 0): Placeholder[] {
  const found: Placeholder[] = [];
  if (!PSQL.test(text)) return found;
  const lexer = new Lexer(text, 0, psql);
  const brackets: boolean[] = [];
  let before = "";
  const add = (start: number, end: number, type: HoleType) =>
    found.push({ start: start + offset, end: end + offset, type });
  for (let kind = lexer.next(); kind !== END; kind = lexer.next()) {
    const start = lexer.start;
    if (kind === DOLLAR) {
      const tag = text.indexOf("$", start + 1) + 1;
      const body = text.slice(tag, lexer.end - (lexer.open ? 0 : tag - start));
      append(found, colonVariables(body, false, offset + tag));
    }
    const code = kind === PUNCTUATION && lexer.end === start + 1 ? text.charCodeAt(start) : 0;
    if (code === 91) brackets.push(/^array$/i.test(before) || (before === "[" && (brackets.at(-1) ?? false)));
    else if (code === 93) brackets.pop();
    else if (code === 59) brackets.length = 0;
    before = kind === WORD ? text.slice(start, lexer.end) : code === 91 || code === 44 ? "[" : "";
    if (code !== 58 || brackets.at(-1) === false) continue;
    const test = /^:\{\?\w+\}/.exec(text.slice(start, start + 80));
    if (test) {
      add(start, start + test[0].length, "value");
      continue;
    }
    const next = lexer.next();
    if (next === END) break;
    if (lexer.start !== start + 1 || lexer.open) continue;
    if (next === WORD && text.charCodeAt(lexer.end) === 58 && !/[:=]/.test(text[lexer.end + 1] ?? "")) {
      add(start, lexer.end + 1, "identifier");
      lexer.next();
    } else if (next === WORD) add(start, lexer.end + (isBang(text, lexer.end) ? 1 : 0), "unknown");
    else if (next === STRING) add(start, lexer.end, "value");
    else if (next === QUOTED) add(start, lexer.end, "identifier");
  }
  return found;
}
