/** Finds names among tokens: the grammar gives a name's start at most, and often not even that. */
import { isToken, QUOTED, type Tokens, WORD } from "./lexer.ts";

export interface NamePart {
  start: number;
  end: number;
}

/** A possibly qualified name: `schema.table`, `"a"."b"."c"`. */
export interface Name {
  start: number;
  end: number;
  parts: NamePart[];
  /** Index of the token after it. */
  next: number;
}

/** The name that begins at a token: `part(.part)*`, at least that one token. */
export function nameAt(tokens: Tokens, index: number): Name {
  const start = tokens.starts[index] ?? 0;
  const parts: NamePart[] = [{ start, end: tokens.ends[index] ?? start }];
  let next = index + 1;
  while (isToken(tokens, next, ".") && isNamePart(tokens, next + 1)) {
    parts.push({ start: tokens.starts[next + 1]!, end: tokens.ends[next + 1]! });
    next += 2;
  }
  return { start, end: parts.at(-1)!.end, parts, next };
}

/** The names that stand in a list with commas from a token on. */
export function namesAt(tokens: Tokens, index: number): Name[] {
  const names: Name[] = [];
  let at = index;
  while (isNamePart(tokens, at)) {
    const name = nameAt(tokens, at);
    names.push(name);
    at = name.next;
    while (isToken(tokens, at, "*")) at++;
    if (!isToken(tokens, at, ",")) break;
    at++;
  }
  return names;
}

/**
 * A name's part as the database stores it: unquoted ones fold to lower case, ASCII letters alone; half a
 * surrogate pair reaches it as U+FFFD; what is longer than 63 bytes is cut.
 */
export function storedName(written: string): string {
  const name = written.startsWith('"')
    ? written.slice(1, -1).replaceAll('""', '"')
    : written.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return cutName(name.toWellFormed());
}

/** Bytes of a name that PostgreSQL keeps: https://www.postgresql.org/docs/current/limits.html */
const NAME_BYTES = 63;

/** A name as PostgreSQL stores it: cut at 63 bytes, before a character that would be cut in two. */
export function cutName(name: string): string {
  if (name.length * 3 <= NAME_BYTES) return name;
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= NAME_BYTES) return name;
  let end = NAME_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

/** A name without its last parts: of `s.t.column`, the table. */
export function withoutLast(name: Name, count: number): Name {
  const parts = name.parts.slice(0, Math.max(1, name.parts.length - count));
  return { ...name, end: parts.at(-1)!.end, parts };
}

/** Index of the first token from `from` on that is this keyword; -1 where there is none. */
export function find(tokens: Tokens, keyword: string, from = 0): number {
  for (let i = from; i < tokens.kinds.length; i++) if (isToken(tokens, i, keyword)) return i;
  return -1;
}

function isNamePart(tokens: Tokens, index: number): boolean {
  return tokens.kinds[index] === WORD || tokens.kinds[index] === QUOTED;
}
