/**
 * The lexical rules of SQLite and of MySQL (and MariaDB), without their grammar. Like PostgreSQL's
 * lexer it never throws and never stops: what nothing closes runs to the end of the text and says so.
 *
 * MySQL's double quotes are read as strings, its backslashes as escapes: the server's default, and
 * what `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES` would change.
 *
 * Rules: https://www.sqlite.org/draft/tokenreq.html and
 * https://dev.mysql.com/doc/refman/8.4/en/language-structure.html
 */
import {
  COMMENT,
  END,
  NUMBER,
  OPERATOR,
  PARAMETER,
  PUNCTUATION,
  push,
  QUOTED,
  STRING,
  type Tokens,
  WORD,
} from "../lexer.ts";
import { executableMarker } from "./executable.ts";
import { type Flavour, isMysql } from "./flavour.ts";

const SPACE = 1;
const LETTER = 2;
const DIGIT = 3;
const OPERATORS = 4;

const CLASSES = new Uint8Array(128);
for (const c of " \t\n\r\f\v") CLASSES[c.charCodeAt(0)] = SPACE;
for (const c of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$") CLASSES[c.charCodeAt(0)] = LETTER;
for (const c of "0123456789") CLASSES[c.charCodeAt(0)] = DIGIT;
for (const c of "+-*/<>=~!%^&|") CLASSES[c.charCodeAt(0)] = OPERATORS;

/** Of two and three characters, longest first; every other operator is one character. */
const LONG = ["->>", "<=>", "->", "<=", ">=", "<>", "!=", "==", "<<", ">>", "||", "&&"];

function classOf(code: number): number {
  return code >= 128 ? LETTER : (CLASSES[code] ?? 0);
}

function isWordPart(code: number): boolean {
  const kind = classOf(code);
  return kind === LETTER || kind === DIGIT;
}

/** Reads one token after the other; `kind`, `start` and `end` describe the present one. */
export class FlavourLexer {
  readonly text: string;
  readonly flavour: Flavour;
  kind = END;
  start = 0;
  end = 0;
  /** The present token is a quote or comment that nothing closes. */
  open = false;
  /** Marks of executable comments met so far: their content is code, they themselves are not. */
  readonly marks: { start: number; end: number }[] = [];
  /** Within an executable comment, which nothing has closed so far. */
  executing = false;
  private readonly mysql: boolean;

  constructor(text: string, position: number, flavour: Flavour) {
    this.text = text;
    this.end = position;
    this.flavour = flavour;
    this.mysql = isMysql(flavour);
  }

  /** Moves to the next token, comments included. Returns its kind, {@link END} at the end. */
  next(): number {
    const text = this.text;
    const length = text.length;
    this.open = false;
    for (;;) {
      let at = this.end;
      while (at < length && classOf(text.charCodeAt(at)) === SPACE) at++;
      this.start = at;
      if (at >= length) return this.close(END, at);
      if (!this.mysql || !this.mark(at)) break;
    }
    const at = this.start;
    const code = text.charCodeAt(at);
    const kind = classOf(code);
    if (kind === LETTER) return this.word(at, code);
    if (kind === DIGIT) return this.number(at);
    if (kind === OPERATORS) return this.operator(at, code);
    switch (code) {
      case 39:
        return this.quote(STRING, at, this.mysql);
      case 34:
        return this.mysql ? this.quote(STRING, at, true) : this.quote(QUOTED, at, false);
      case 96:
        return this.quote(QUOTED, at, false);
      case 91:
        return this.mysql ? this.close(PUNCTUATION, at + 1) : this.bracket(at);
      case 46:
        return this.dot(at);
      case 58:
        return this.colon(at);
      case 63:
        return this.close(PARAMETER, this.run(at + 1));
      case 64:
        return this.variable(at);
      case 35:
        if (this.mysql) return this.line(at);
        break;
      case 92:
        // \N is NULL.
        if (this.mysql && text[at + 1] === "N") return this.close(NUMBER, at + 2);
        break;
    }
    return this.close(
      code === 40 || code === 41 || code === 44 || code === 59 ? PUNCTUATION : OPERATOR,
      at + 1,
    );
  }

  private close(kind: number, end: number): number {
    this.kind = kind;
    this.end = end;
    return kind;
  }

  /** Steps over a mark of an executable comment, if one stands here. */
  private mark(at: number): boolean {
    const { text } = this;
    const code = text.charCodeAt(at);
    let width = 0;
    if (code === 47) {
      width = this.executing ? 0 : executableMarker(text, at, this.flavour);
      if (width > 0) this.executing = true;
    } else if (code === 42 && this.executing && text.charCodeAt(at + 1) === 47) {
      width = 2;
      this.executing = false;
    }
    if (width === 0) return false;
    this.marks.push({ start: at, end: at + width });
    this.end = at + width;
    return true;
  }

  /** End of the run of letters and digits from `at` on. */
  private run(at: number): number {
    let end = at;
    while (end < this.text.length && isWordPart(this.text.charCodeAt(end))) end++;
    return end;
  }

  private word(at: number, code: number): number {
    const { text } = this;
    const lower = code | 32;
    // x'…', b'…' and n'…' are strings.
    if ((lower === 120 || (this.mysql && (lower === 98 || lower === 110))) && text.charCodeAt(at + 1) === 39)
      return this.quote(STRING, at + 1, this.mysql && lower === 110, at);
    if (code === 36 && !this.mysql) return this.close(PARAMETER, this.run(at + 1));
    return this.close(WORD, this.run(at + 1));
  }

  private number(at: number): number {
    const { text } = this;
    let end = at;
    while (classOf(text.charCodeAt(end)) === DIGIT) end++;
    const afterDot = at > 0 && text.charCodeAt(at - 1) === 46;
    if (this.mysql && afterDot) return this.close(WORD, this.run(at));
    const run = this.run(end);
    if (/^0[xb]/i.test(text.slice(at, at + 2))) return this.close(NUMBER, run);
    // MySQL's names may begin with digits: 2fa_tokens, but 1e5 is a number.
    if (this.mysql && run > end && !/^e(?:\d+$|$)/i.test(text.slice(end, run))) return this.close(WORD, run);
    return this.fraction(end);
  }

  private fraction(from: number): number {
    const { text } = this;
    let end = from;
    if (text.charCodeAt(end) === 46) {
      end++;
      while (classOf(text.charCodeAt(end)) === DIGIT) end++;
    }
    const exponent = /e[+-]?\d+/iy;
    exponent.lastIndex = end;
    return this.close(NUMBER, exponent.test(text) ? exponent.lastIndex : end);
  }

  private dot(at: number): number {
    const { text } = this;
    const before = at > 0 ? text.charCodeAt(at - 1) : 0;
    const qualifies = isWordPart(before) || before === 96 || before === 34 || before === 93;
    if (!qualifies && classOf(text.charCodeAt(at + 1)) === DIGIT) return this.fraction(at);
    return this.close(PUNCTUATION, at + 1);
  }

  private colon(at: number): number {
    const { text } = this;
    if (text.charCodeAt(at + 1) === 61) return this.close(OPERATOR, at + 2);
    const before = at > 0 ? text.charCodeAt(at - 1) : 0;
    // `label:BEGIN` is no parameter.
    if (isWordPart(before) || before === 96) return this.close(PUNCTUATION, at + 1);
    const end = this.run(at + 1);
    return end === at + 1 ? this.close(PUNCTUATION, end) : this.close(PARAMETER, end);
  }

  /** `@name`, MySQL's `@'name'` and `@@global.name`. */
  private variable(at: number): number {
    const { text } = this;
    const from = text.charCodeAt(at + 1) === 64 ? at + 2 : at + 1;
    const code = text.charCodeAt(from);
    if (this.mysql && (code === 39 || code === 34 || code === 96))
      return this.quote(PARAMETER, from, code !== 96, at);
    let end = this.run(from);
    while (this.mysql && text.charCodeAt(end) === 46 && isWordPart(text.charCodeAt(end + 1)))
      end = this.run(end + 1);
    return this.close(end === from ? OPERATOR : PARAMETER, end);
  }

  /** A quote that its own mark closes; the mark doubled is part of the text. */
  private quote(kind: number, from: number, escapes: boolean, start = from): number {
    const { text } = this;
    const mark = text.charCodeAt(from);
    this.start = start;
    for (let at = from + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 92 && escapes) at++;
      else if (code === mark) {
        if (text.charCodeAt(at + 1) !== mark) return this.close(kind, at + 1);
        at++;
      }
    }
    this.open = true;
    return this.close(kind, text.length);
  }

  private bracket(at: number): number {
    const closing = this.text.indexOf("]", at);
    this.open = closing < 0;
    return this.close(QUOTED, closing < 0 ? this.text.length : closing + 1);
  }

  private operator(at: number, code: number): number {
    const { text } = this;
    const next = text.charCodeAt(at + 1);
    if (code === 45 && next === 45) {
      // MySQL's `5--1` is arithmetic: its comment needs a blank.
      const third = text.charCodeAt(at + 2);
      if (!this.mysql || Number.isNaN(third) || third <= 32) return this.line(at);
      return this.close(OPERATOR, at + 1);
    }
    if (code === 47 && next === 42) return this.block(at);
    const long = LONG.find((sign) => text.startsWith(sign, at));
    return this.close(OPERATOR, at + (long?.length ?? 1));
  }

  private line(at: number): number {
    const line = this.text.indexOf("\n", at);
    return this.close(COMMENT, line < 0 ? this.text.length : line);
  }

  /** Block comments do not nest. SQLite lets the end of the text close one. */
  private block(at: number): number {
    const closing = this.text.indexOf("*/", at + 2);
    this.open = closing < 0 && this.mysql;
    return this.close(COMMENT, closing < 0 ? this.text.length : closing + 2);
  }
}

/** All tokens of a text, comments left out. */
export function tokenizeFlavour(text: string, flavour: Flavour): Tokens {
  const tokens: Tokens = { text, kinds: [], starts: [], ends: [] };
  const lexer = new FlavourLexer(text, 0, flavour);
  while (lexer.next() !== END) if (lexer.kind !== COMMENT) push(tokens, lexer);
  return tokens;
}
