/**
 * What PostgreSQL's grammar accepts, found without the engine's splitter: PostgreSQL's own scanner
 * finds the semicolons outside parentheses, and what stands between two of them is offered to the
 * grammar as it is. A piece that is accepted must be one of the engine's statements, at the same place.
 */
import type { SqlFacts } from "../../analysis/model.ts";

type Grammar = typeof import("libpg-query");

export interface Coverage {
  /** Statements that the grammar accepts. */
  accepted: number;
  /** Those of them for which the engine gives no result of the same extent. */
  lost: { start: number; end: number; text: string }[];
  /** The scanner refused the text: nothing is known of this file. */
  unscanned: boolean;
}

/** Loads PostgreSQL's scanner and grammar for {@link coverage}. */
export async function loadGrammar(): Promise<Grammar> {
  const grammar = await import("libpg-query");
  await grammar.loadModule();
  return grammar;
}

/** Which tokens of a text no fact speaks of. */
export function coverage(grammar: Grammar, text: string, facts: SqlFacts): Coverage {
  const pieces = scan(grammar, text);
  if (!pieces) return { accepted: 0, lost: [], unscanned: true };
  const found = new Set(facts.statements.map(({ at }) => `${at.start}:${at.end}`));
  const out: Coverage = { accepted: 0, lost: [], unscanned: false };
  for (let i = 0; i < pieces.length; i++) {
    // A BEGIN ATOMIC body has semicolons of its own: a routine may be several pieces long.
    const longest = /^create\b/i.test(text.slice(pieces[i]!.start, pieces[i]!.start + 6)) ? 40 : 1;
    for (let last = i; last < Math.min(pieces.length, i + longest); last++) {
      const { start } = pieces[i]!;
      const { end } = pieces[last]!;
      const statement = text.slice(start, end);
      if (last > i && !/\batomic\b/i.test(statement)) break;
      if (!accepts(grammar, statement)) continue;
      out.accepted++;
      if (!found.has(`${start}:${end}`)) out.lost.push({ start, end, text: statement });
      i = last;
      break;
    }
  }
  return out;
}

function accepts(grammar: Grammar, statement: string): boolean {
  if (statement.includes("\0")) return false;
  try {
    return (grammar.parseSync(statement).stmts ?? []).length === 1;
  } catch {
    return false;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f]/g;

/** The stretches between semicolons, from their first token to their last one, in UTF-16 offsets. */
function scan(grammar: Grammar, text: string): { start: number; end: number }[] | null {
  let tokens: { start: number; end: number; tokenType: number }[];
  if (text.trim() === "") return [];
  const bytes = Buffer.from(text, "utf8");
  try {
    // The scanner's answer is JSON in which control characters are not escaped.
    tokens = grammar.scanSync(text.replace(CONTROL, " ")).tokens;
  } catch {
    return null;
  }
  const offset = offsets(bytes, text);
  const pieces: { start: number; end: number }[] = [];
  let first: number | null = null;
  let end = 0;
  let depth = 0;
  for (const token of tokens) {
    // Comments are tokens, too.
    const sign = bytes[token.start];
    const next = bytes[token.start + 1];
    if ((sign === 0x2d && next === 0x2d) || (sign === 0x2f && next === 0x2a)) continue;
    if (token.tokenType === 40) depth++;
    if (token.tokenType === 41) depth = Math.max(0, depth - 1);
    if (token.tokenType === 59 && depth === 0) {
      if (first !== null) pieces.push({ start: offset(first), end: offset(end) });
      first = null;
      continue;
    }
    first ??= token.start;
    end = token.end;
  }
  if (first !== null) pieces.push({ start: offset(first), end: offset(end) });
  return pieces;
}

function offsets(bytes: Buffer, text: string): (byte: number) => number {
  if (bytes.length === text.length) return (byte) => byte;
  const map = new Int32Array(bytes.length + 1);
  for (let byte = 0, at = 0; byte < bytes.length; byte++) {
    map[byte] = at;
    const next = bytes[byte + 1];
    // The last byte of a character moves on: by two code units where it took four bytes.
    if (next === undefined || (next & 0xc0) !== 0x80) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  map[bytes.length] = text.length;
  return (byte) => map[byte]!;
}
