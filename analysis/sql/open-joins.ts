/**
 * Holes in which a JOIN may hide: text that nobody knows behind tables that are named, before the next
 * part of the statement begins (`select 1 from orders ${rest}`).
 *
 * Behind WHERE, in a list of columns or in a comparison a hole could hold a sub-select, too, and next to
 * never does: of some 3,000 such holes in 25 public repositories nearly all are values and conditions,
 * while of 140 behind tables all but one did hold a JOIN.
 */
import { BEFORE_NAME, type OpenHole } from "./holes.ts";
import { isToken, QUOTED, type Tokens, tokenText, WORD } from "./lexer.ts";
import type { SqlText } from "./text.ts";

/** Words that begin a part of a statement; JOIN, ON and USING go on with FROM's. */
const PART =
  /^(?:from|update|into|where|group|having|window|order|limit|offset|fetch|for|union|intersect|except|returning|set|values|select|insert|delete|merge|when|conflict|duplicate)$/i;

/** The holes of a statement behind which the list of its tables may go on. */
export function openJoins(text: SqlText, tokens: Tokens, holes: readonly OpenHole[]): OpenHole[] {
  const qualifiers = holes.filter(({ hole }) => tokens.text[hole.end] === ".").map(({ hole }) => hole.reason);
  return holes.filter(({ hole, form, token }, index) => {
    if (hole.type !== "unknown" || token === 0) return false;
    // One place that is put together of several.
    if (holes[index - 1]?.hole.end === hole.start) return false;
    // Another name of the table is what its columns are called by.
    const alias =
      /^(?:word|value)$/.test(form) && isAlias(tokens, token) && !qualifiers.includes(hole.reason);
    const behindColumn = /^(?:value|string|word|list)$/.test(form) && isBehindColumn(tokens, token);
    if (form !== "empty" && !alias && !behindColumn) return false;
    // What stands before a piece of a statement is no part of it.
    const { start, end } = text.span(tokens.starts[token - 1]!, tokens.ends[token - 1]!);
    return end > start && standsBehindTables(tokens, token);
  });
}

/** A grammar takes it for another name of the table; to MySQL `$1` is a name, too. */
function isAlias(tokens: Tokens, token: number): boolean {
  const { kinds } = tokens;
  if (isToken(tokens, token + 1, ".") || isToken(tokens, token + 1, "(")) return false;
  let at = token - 1;
  while (at > 0 && !(kinds[at] === WORD && /^(?:from|join|update|on|using)$/i.test(tokenText(tokens, at))))
    at--;
  // Behind ON stand conditions.
  if (/^(?:on|using)$/i.test(tokenText(tokens, at))) return false;
  const before = tokenText(tokens, token - 1).toLowerCase();
  if (before === ")" || kinds[token - 1] === QUOTED) return true;
  return kinds[token - 1] === WORD && !BEFORE_NAME.has(before) && !/^(?:as|lateral)$/.test(before);
}

/** `on a.id = b.id ${rest}`: the grammars take it for a text of the type `b.id`, or for what a function `b.id` is given. */
function isBehindColumn({ kinds, text, starts }: Tokens, token: number): boolean {
  return kinds[token - 1] === QUOTED || (kinds[token - 1] === WORD && text[starts[token - 1]! - 1] === ".");
}

/** Whether the part of the statement in which a token stands is FROM or an UPDATE's tables. */
function standsBehindTables(tokens: Tokens, token: number): boolean {
  let depth = 0;
  for (let i = token - 1; i >= 0; i--) {
    if (isToken(tokens, i, ")")) depth++;
    else if (isToken(tokens, i, "(") && --depth < 0) return false;
    if (depth > 0 || tokens.kinds[i] !== WORD) continue;
    const word = tokenText(tokens, i);
    if (!PART.test(word)) continue;
    // Triggers stand before an update ON a table.
    return /^from$/i.test(word) || (/^update$/i.test(word) && (i === 0 || isToken(tokens, i - 1, ")")));
  }
  return false;
}
