/**
 * Where reading goes on after a broken statement. An open quote or bracket swallows what follows;
 * a semicolon, a line's end and a statement's first word say where the next statement most likely
 * begins, and the grammar must agree.
 */
import { DOLLAR, QUOTED, STRING } from "../lexer.ts";
import { nextStatement, type RawStatement } from "../splitter.ts";
import { last } from "../text.ts";

const RESTART =
  /;[ \t\r]*(?:--[^\n]*)?\n\s*(?:--[^\n]*\n\s*)*(?=(?:select|insert|update|delete|merge|with|values|table|truncate|copy|lock|create|alter|drop|comment|grant|revoke|refresh|reindex|vacuum|analyze|cluster|explain|prepare|declare|set|reset|begin|start|commit|rollback|end|do|call|security|import|reassign)\b)/gi;

/** Candidates that are tried for one broken statement. */
const MOST_CANDIDATES = 40;

/** A candidate must end within this many characters: one that swallows the file proves nothing, and costs the most. */
const LONGEST = 16_384;

/**
 * Offset of a quoted string or name that holds the end of one statement and the beginning of another:
 * its quote was most likely left open, and a later one closed it. -1 where there is none.
 */
export function tornQuote({ tokens }: RawStatement): number {
  for (let i = 0; i < tokens.kinds.length; i++) {
    if (tokens.kinds[i] !== STRING && tokens.kinds[i] !== QUOTED) continue;
    const written = tokens.text.slice(tokens.starts[i], tokens.ends[i]);
    if (written.includes("\n") && written.search(RESTART) >= 0) return tokens.starts[i]!;
  }
  return -1;
}

const KEYWORD =
  /^(?:select|insert|update|delete|merge|with|truncate|copy|lock|create|alter|drop|comment|grant|revoke|refresh|set|begin|commit|rollback|do|call)$/i;

/**
 * A forgotten semicolon: the error stands at a statement's first word or right after it, and that word begins a line.
 *
 * @param offset The error's, in the whole text.
 * @returns The statement before it, or null where this is no such error.
 */
export function beforeForgottenSemicolon(raw: RawStatement, offset: number): RawStatement | null {
  const { text, kinds, starts, ends } = raw.tokens;
  const error = starts.indexOf(offset);
  // `from a\ninsert into b`: insert may be an alias, so the error stands one word later.
  const token = [error, error - 1].find((index) => index > 0 && beginsLine(raw, index));
  if (token === undefined) return null;
  const begin = starts[token]!;
  return {
    ...raw,
    end: ends[token - 1]!,
    next: begin,
    open: null,
    tokens: {
      text,
      kinds: kinds.slice(0, token),
      starts: starts.slice(0, token),
      ends: ends.slice(0, token),
    },
    comments: raw.comments.filter((comment) => comment.end <= begin),
    blanks: raw.blanks.filter((blank) => blank.end <= begin),
  };
}

function beginsLine({ start, tokens }: RawStatement, index: number): boolean {
  const from = tokens.starts[index]!;
  if (!KEYWORD.test(tokens.text.slice(from, tokens.ends[index]))) return false;
  const line = tokens.text.lastIndexOf("\n", from) + 1;
  return line > start && tokens.text.slice(line, from).trim() === "";
}

/**
 * @param limit Only semicolons before this offset are looked at.
 * @param parses Whether the grammar accepts a statement.
 * @returns The offset at which the next statement begins, or null where the broken one ends by itself.
 */
export function resynchronise(
  text: string,
  raw: RawStatement,
  psql: boolean,
  limit: number,
  parses: (statement: RawStatement) => boolean,
): number | null {
  const swallowed = text.slice(raw.start, raw.end);
  let candidates = 0;
  let followed: boolean | null = null;
  for (const match of swallowed.matchAll(RESTART)) {
    const semicolon = raw.start + match.index;
    const at = semicolon + match[0].length;
    if (semicolon >= limit) return null;
    // Too many in a row are broken, too: an open end has to be cut somewhere.
    if (candidates++ >= MOST_CANDIDATES) return raw.open ? at : null;
    const token = last(raw.tokens.starts, semicolon);
    const openEnded = raw.open !== null;
    const blanked = raw.blanks.some(({ start, end }) => start <= semicolon && semicolon < end);
    const quoted = token >= 0 && raw.tokens.ends[token]! > semicolon && raw.tokens.kinds[token] !== DOLLAR;
    if (!openEnded && !quoted && !blanked) {
      // A closed body holds statements of its own: only a broken sequel is a reason to look inside.
      followed ??= parsesAt(text, Math.max(raw.next, raw.end), psql, parses) ?? true;
      if (followed) continue;
    }
    if (parsesAt(text, at, psql, parses)) return at;
  }
  return null;
}

/** Null where no statement follows. */
function parsesAt(
  text: string,
  position: number,
  psql: boolean,
  parses: (statement: RawStatement) => boolean,
): boolean | null {
  const next = nextStatement(text.slice(0, position + LONGEST), position, psql, []);
  return next ? next.end < position + LONGEST && parses(next) : null;
}
