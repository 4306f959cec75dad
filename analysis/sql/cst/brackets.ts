/**
 * Brackets that sql-parser-cst must not see: where it refuses a text in the end, each bracket that stands
 * directly in another one doubles its time.
 */
import { isToken, type Tokens } from "../lexer.ts";

/** Opening brackets in a row: joins of as many tables, each pair in brackets, are written so. */
const MOST_IN_A_ROW = 12;

/** So few cost nothing: the parser's own words for what is wrong are better. */
const FEW_IN_A_ROW = 4;

/** What is wrong with a text's brackets, or null. */
export function refusedBrackets(tokens: Tokens): { message: string; offset: number } | null {
  const { kinds, starts, ends } = tokens;
  let depth = 0;
  let row = 0;
  let longest = 0;
  for (let i = 0; i < kinds.length; i++) {
    const opens = isToken(tokens, i, "(");
    row = opens ? row + 1 : 0;
    longest = Math.max(longest, row);
    if (row > MOST_IN_A_ROW) {
      return { message: `more than ${MOST_IN_A_ROW} brackets in a row: not read`, offset: starts[i]! };
    }
    if (opens) depth++;
    else if (isToken(tokens, i, ")")) depth--;
  }
  return depth > 0 && longest > FEW_IN_A_ROW
    ? { message: "unexpected end of the statement", offset: ends.at(-1)! }
    : null;
}
