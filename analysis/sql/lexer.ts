/**
 * PostgreSQL's lexical rules, without its grammar: what is quoted, what is a comment, what is a word.
 * It never throws and never stops: an unterminated quote runs to the end of the text and says so.
 *
 * Rules: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

export const WORD = 1;
export const QUOTED = 2;
export const STRING = 3;
export const DOLLAR = 4;
export const NUMBER = 5;
export const PARAMETER = 6;
export const OPERATOR = 7;
export const PUNCTUATION = 8;
export const COMMENT = 9;
/** A psql command: a backslash and the rest of its line. */
export const META = 10;
export const END = 0;

/** The tokens of one stretch of text, comments left out, as parallel lists. */
export interface Tokens {
  text: string;
  kinds: number[];
  starts: number[];
  ends: number[];
}

const SPACE = 1;
const LETTER = 2;
const DIGIT = 3;
const OPERATORS = 4;
const SINGLE = 5;

const CLASSES = new Uint8Array(128);
for (const c of " \t\n\r\f\v") CLASSES[c.charCodeAt(0)] = SPACE;
for (const c of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") CLASSES[c.charCodeAt(0)] = LETTER;
for (const c of "0123456789") CLASSES[c.charCodeAt(0)] = DIGIT;
for (const c of "+-*/<>=~!@#%^&|`?") CLASSES[c.charCodeAt(0)] = OPERATORS;
for (const c of "()[],;.:{}") CLASSES[c.charCodeAt(0)] = SINGLE;

function isWordPart(code: number): boolean {
  if (code >= 128) return true;
  const kind = CLASSES[code];
  return kind === LETTER || kind === DIGIT || code === 36;
}

/** Reads one token after the other; `kind`, `start` and `end` describe the present one. */
export class Lexer {
  readonly text: string;
  readonly psql: boolean;
  kind = END;
  start = 0;
  end = 0;
  /** The present token is a quote or comment that nothing closes. */
  open = false;

  /** `psql`: a backslash outside quotes begins a psql command. */
  constructor(text: string, position = 0, psql = false) {
    this.text = text;
    this.end = position;
    this.psql = psql;
  }

  /** Moves to the next token, comments included. Returns its kind, {@link END} at the end. */
  next(): number {
    const text = this.text;
    const length = text.length;
    let at = this.end;
    let code = 0;
    while (at < length) {
      code = text.charCodeAt(at);
      if (code > 32 || CLASSES[code] !== SPACE) break;
      at++;
    }
    this.start = at;
    this.open = false;
    if (at >= length) {
      this.end = at;
      this.kind = END;
      return END;
    }
    const kind = code < 128 ? CLASSES[code] : LETTER;
    if (kind === LETTER) return this.word(at, code);
    if (kind === DIGIT) return this.number(at);
    if (kind === SINGLE) {
      if (code === 46 && CLASSES[text.charCodeAt(at + 1)] === DIGIT) return this.number(at);
      const double = code === 58 && (text.charCodeAt(at + 1) === 58 || text.charCodeAt(at + 1) === 61);
      return this.close(PUNCTUATION, at + (double ? 2 : 1));
    }
    if (code === 39) return this.quote(STRING, at + 1, 39, false);
    if (code === 34) return this.quote(QUOTED, at + 1, 34, false);
    if (code === 36) return this.dollar(at);
    if (code === 92 && this.psql) {
      // `\\;` keeps two statements in one message: it ends a statement all the same.
      if (text.charCodeAt(at + 1) === 59) return this.close(PUNCTUATION, at + 2);
      const line = text.indexOf("\n", at);
      return this.close(META, line < 0 ? length : line);
    }
    if (kind === OPERATORS) return this.operator(at, code);
    return this.close(OPERATOR, at + 1);
  }

  private close(kind: number, end: number): number {
    this.kind = kind;
    this.end = end;
    return kind;
  }

  private word(at: number, code: number): number {
    const text = this.text;
    const next = text.charCodeAt(at + 1);
    if (next === 39) {
      const lower = code | 32;
      // e'…' is the one in which a backslash escapes; b, x and n change the meaning, not the end.
      if (lower === 101) return this.quote(STRING, at + 2, 39, true);
      if (lower === 98 || lower === 120 || lower === 110) return this.quote(STRING, at + 2, 39, false);
    } else if (next === 38 && (code | 32) === 117) {
      const third = text.charCodeAt(at + 2);
      if (third === 39) return this.quote(STRING, at + 3, 39, false);
      if (third === 34) return this.quote(QUOTED, at + 3, 34, false);
    }
    let end = at + 1;
    while (end < text.length && isWordPart(text.charCodeAt(end))) end++;
    return this.close(WORD, end);
  }

  private number(at: number): number {
    const text = this.text;
    let end = at;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code < 128 && (CLASSES[code] === DIGIT || CLASSES[code] === LETTER)) continue;
      // 1..10 is a range of PL/pgSQL, not the number `1.`.
      if (code === 46 && text.charCodeAt(end + 1) !== 46) continue;
      const before = text.charCodeAt(end - 1) | 32;
      const sign = code === 43 || code === 45;
      if (
        sign &&
        before === 101 &&
        CLASSES[text.charCodeAt(end + 1)] === DIGIT &&
        !/^0x/i.test(text.slice(at, at + 2))
      )
        continue;
      break;
    }
    return this.close(NUMBER, end);
  }

  private quote(kind: number, from: number, mark: number, escapes: boolean): number {
    const text = this.text;
    const sign = mark === 39 ? "'" : '"';
    let at = from;
    for (;;) {
      if (escapes) {
        for (; at < text.length; at++) {
          const code = text.charCodeAt(at);
          if (code === 92) at++;
          else if (code === mark) break;
        }
        if (at >= text.length) at = -1;
      } else {
        at = text.indexOf(sign, at);
      }
      if (at < 0) {
        this.open = true;
        return this.close(kind, text.length);
      }
      if (text.charCodeAt(at + 1) !== mark) return this.close(kind, at + 1);
      at += 2;
    }
  }

  private dollar(at: number): number {
    const text = this.text;
    let end = at + 1;
    if (CLASSES[text.charCodeAt(end)] === DIGIT) {
      while (CLASSES[text.charCodeAt(end)] === DIGIT) end++;
      return this.close(PARAMETER, end);
    }
    while (end < text.length && text.charCodeAt(end) !== 36 && isWordPart(text.charCodeAt(end))) end++;
    if (text.charCodeAt(end) !== 36) return this.close(OPERATOR, at + 1);
    const tag = text.slice(at, end + 1);
    const closing = text.indexOf(tag, end + 1);
    this.open = closing < 0;
    return this.close(DOLLAR, closing < 0 ? text.length : closing + tag.length);
  }

  private operator(at: number, code: number): number {
    const text = this.text;
    const next = text.charCodeAt(at + 1);
    if (code === 45 && next === 45) {
      const line = text.indexOf("\n", at);
      return this.close(COMMENT, line < 0 ? text.length : line);
    }
    if (code === 47 && next === 42) return this.block(at);
    let end = at + 1;
    for (; end < text.length; end++) {
      const sign = text.charCodeAt(end);
      if (sign >= 128 || CLASSES[sign] !== OPERATORS) break;
      const after = text.charCodeAt(end + 1);
      if ((sign === 45 && after === 45) || (sign === 47 && after === 42)) break;
    }
    return this.close(OPERATOR, end);
  }

  /** Block comments nest in PostgreSQL. */
  private block(from: number): number {
    const text = this.text;
    let depth = 1;
    let at = from + 2;
    for (; at < text.length && depth > 0; at++) {
      const code = text.charCodeAt(at);
      if (code === 42 && text.charCodeAt(at + 1) === 47) {
        depth--;
        at++;
      } else if (code === 47 && text.charCodeAt(at + 1) === 42) {
        depth++;
        at++;
      }
    }
    this.open = depth > 0;
    return this.close(COMMENT, Math.min(at, text.length));
  }
}

/** All tokens of a text, comments left out. */
export function tokenize(text: string): Tokens {
  const tokens: Tokens = { text, kinds: [], starts: [], ends: [] };
  const lexer = new Lexer(text);
  while (lexer.next() !== END) {
    if (lexer.kind !== COMMENT) push(tokens, lexer);
  }
  return tokens;
}

/** Adds the token at which a lexer of whichever dialect stands. */
export function push(tokens: Tokens, lexer: Pick<Lexer, "kind" | "start" | "end">): void {
  tokens.kinds.push(lexer.kind);
  tokens.starts.push(lexer.start);
  tokens.ends.push(lexer.end);
}

/** Text of a token as written; the empty string beyond the end. */
export function tokenText(tokens: Tokens, index: number): string {
  if (index < 0 || index >= tokens.kinds.length) return "";
  return tokens.text.slice(tokens.starts[index], tokens.ends[index]);
}

/** Whether a token is this keyword or punctuation (given in lower case). */
export function isToken(tokens: Tokens, index: number, lower: string): boolean {
  const start = tokens.starts[index];
  if (start === undefined || tokens.ends[index]! - start !== lower.length) return false;
  const kind = tokens.kinds[index];
  if (kind !== WORD && kind !== PUNCTUATION && kind !== OPERATOR) return false;
  return tokens.text.slice(start, start + lower.length).toLowerCase() === lower;
}
