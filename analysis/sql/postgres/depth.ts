/** A bound on nesting, by tokens: what goes deeper would overflow the grammar's stack, or ours. */
import { COMMENT, END, Lexer, OPERATOR, PUNCTUATION, WORD } from "../lexer.ts";

/** Levels of the tree; real statements have a few dozen. */
export const DEEPEST = 4000;

/** Words that make one more level of an expression, as operators do. */
const OPERATING = new Set([
  "not",
  "collate",
  "zone",
  "is",
  "isnull",
  "notnull",
  "like",
  "ilike",
  "between",
  "in",
]);
/** Words after which a new expression begins. */
const PARTING = new Set(
  "and or select from where when then else on using set group having order by limit offset values returning end".split(
    " ",
  ),
);
const SETS = new Set(["union", "intersect", "except"]);

/** Chains within one pair of brackets. */
interface Level {
  operators: number;
  joins: number;
  sets: number;
  cases: number;
}

/** Offset of the token at which {@link DEEPEST} is passed, or -1. */
export function tooDeep(text: string): number {
  const lexer = new Lexer(text);
  const outer: Level[] = [];
  let level: Level = { operators: 0, joins: 0, sets: 0, cases: 0 };
  let below = 0;
  for (let kind = lexer.next(); kind !== END; kind = lexer.next()) {
    if (kind === COMMENT) {
      if (lexer.end - lexer.start > DEEPEST && opens(text, lexer.start, lexer.end) > DEEPEST)
        return lexer.start;
      continue;
    }
    const code = text.charCodeAt(lexer.start);
    if (kind === OPERATOR) {
      // A run of signs may be that many unary operators.
      const length = lexer.end - lexer.start;
      level.operators += length > 8 ? length : 1;
    } else if (kind === PUNCTUATION && code === 58) level.operators++;
    else if (kind === WORD && lexer.end - lexer.start < 10) {
      const word = text.slice(lexer.start, lexer.end).toLowerCase();
      if (OPERATING.has(word)) level.operators++;
      else if (PARTING.has(word)) {
        level.operators = 0;
        if (word === "select") level.joins = 0;
        else if (word === "end") level.cases = Math.max(0, level.cases - 1);
      } else if (word === "join") level.joins++;
      else if (word === "case") level.cases++;
      else if (SETS.has(word)) level.sets++;
    } else if (kind === PUNCTUATION) {
      if (code === 40 || code === 91) {
        below += deepest(level) + 1;
        outer.push(level);
        level = { operators: 0, joins: 0, sets: 0, cases: 0 };
      } else if (code === 41 || code === 93) {
        const closed = outer.pop();
        if (closed) {
          level = closed;
          below -= deepest(level) + 1;
        }
      } else if (code === 44 || code === 59) {
        level.operators = 0;
        level.joins = 0;
      }
    }
    if (below + deepest(level) > DEEPEST) return lexer.start;
  }
  return -1;
}

/** How often a comment opens within itself. The grammar's lexer takes the square of it. */
function opens(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("/*", start + 2); at >= 0 && at < end; at = text.indexOf("/*", at + 2)) count++;
  return count;
}

function deepest({ operators, joins, sets, cases }: Level): number {
  return operators + joins + sets + cases;
}
