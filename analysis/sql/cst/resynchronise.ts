/**
 * Where reading goes on after a broken statement. An open quote or block swallows what follows; a
 * semicolon, a line's end and a statement's first word say where the next statement most likely
 * begins, and a reader must agree.
 */
import { last } from "../text.ts";
import { nextStatement, type RawStatement, type Splitting } from "./splitter.ts";

const FIRST =
  "select|insert|replace|update|delete|with|values|truncate|load|lock|unlock|create|alter|drop|rename|grant|revoke|set|use|begin|start|commit|rollback|call|do|prepare|execute|analyze|optimize|attach|detach|pragma|vacuum|reindex|savepoint|release|delimiter";
const RESTART = new RegExp(
  `;[ \\t\\r]*(?:(?:--|#)[^\\n]*)?\\n\\s*(?:(?:--|#)[^\\n]*\\n\\s*)*(?=(?:${FIRST})\\b)`,
  "gi",
);
const KEYWORD =
  /^(?:select|insert|update|delete|with|truncate|load|create|alter|drop|rename|grant|revoke|commit|rollback|call)$/i;

/** Candidates that are tried for one broken statement. */
const MOST_CANDIDATES = 40;

/** A candidate must end within this many characters: one that swallows the file proves nothing, and costs the most. */
const LONGEST = 16_384;

/**
 * A forgotten semicolon: the error stands at a statement's first word or right after it, and that word begins a line.
 *
 * @param offset The error's, in the whole text.
 * @returns The statement before it, or null where this is no such error.
 */
export function beforeForgottenSemicolon(raw: RawStatement, offset: number): RawStatement | null {
  const { text, kinds, starts, ends } = raw.tokens;
  const error = starts.indexOf(offset);
  const token = [error, error - 1].find((index) => index > 0 && beginsLine(raw, index));
  if (token === undefined) return null;
  const begin = starts[token]!;
  const before = <T extends { end: number }>(list: readonly T[]) => list.filter(({ end }) => end <= begin);
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
    comments: before(raw.comments),
    marks: before(raw.marks),
  };
}

function beginsLine({ start, tokens }: RawStatement, index: number): boolean {
  const from = tokens.starts[index]!;
  if (!KEYWORD.test(tokens.text.slice(from, tokens.ends[index]))) return false;
  const line = tokens.text.lastIndexOf("\n", from) + 1;
  return line > start && tokens.text.slice(line, from).trim() === "";
}

/**
 * @param parses Whether a reader takes a statement.
 * @returns The offset at which the next statement begins, or null where the broken one ends by itself.
 */
export function resynchronise(
  text: string,
  raw: RawStatement,
  how: Splitting,
  parses: (statement: RawStatement) => boolean,
): number | null {
  let candidates = 0;
  let followed: boolean | null = null;
  for (const match of text.slice(raw.start, raw.end).matchAll(RESTART)) {
    const semicolon = raw.start + match.index;
    const at = semicolon + match[0].length;
    // Too many in a row are broken, too: an open end has to be cut somewhere.
    if (candidates++ >= MOST_CANDIDATES) return raw.open ? at : null;
    const token = last(raw.tokens.starts, semicolon);
    const quoted = token >= 0 && raw.tokens.ends[token]! > semicolon + 1;
    if (raw.open === null && !quoted) {
      // A closed body holds statements of its own: only a broken sequel is a reason to look inside.
      followed ??= parsesAt(text, Math.max(raw.next, raw.end), how, parses) ?? true;
      if (followed) continue;
    }
    if (parsesAt(text, at, how, parses)) return at;
  }
  return null;
}

/** Null where no statement follows. */
function parsesAt(
  text: string,
  position: number,
  how: Splitting,
  parses: (statement: RawStatement) => boolean,
): boolean | null {
  const next = nextStatement(text.slice(0, position + LONGEST), position, how, []);
  if (!next) return null;
  return next.end < position + LONGEST && (next.kind === "client" || parses(next));
}
