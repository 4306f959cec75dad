/**
 * Pieces of statements: a statement is put around the piece so that the grammar reads it. Only what
 * the piece itself names counts.
 */
import { END, Lexer, WORD } from "./lexer.ts";

/** Text before and after a piece. */
export type Wrapper = readonly [before: string, after: string];

const AS_IT_IS: Wrapper = ["", ""];

/** In the order in which they are tried: the ones that read most kinds of pieces first. */
const WRAPPERS: readonly Wrapper[] = [
  ["select 1 from t where true ", ""],
  ["select ", ""],
  ["select 1 from t ", ""],
  ["select 1 from t where ", ""],
  ["select 1 from ", ""],
  ["insert into t ", ""],
  ["insert into t values (1) ", ""],
  ["insert ", ""],
  ["update t ", ""],
  ["update t set ", ""],
  ["delete from t ", ""],
  ["with ", " select 1"],
  ["merge into t ", ""],
  ["merge into t using s on true ", ""],
  ["select 1 order by ", ""],
  ["select 1 from t join ", ""],
  ["create table t (", ")"],
  ["create table t (c int ", ")"],
  ["alter table t ", ""],
  ["select (case ", " end)"],
  ["select 1 ", " select 1"],
];

/** SET x = 1 alone is a command of the session; in a piece it belongs to an UPDATE. */
const WHOLE =
  /^(?:select|insert|update|delete|merge|with|create|alter|drop|truncate|copy|grant|revoke|comment|lock|do|call|explain|refresh|begin|commit|rollback)$/i;

/** Words that name a table after them. */
const NAMING = /^(?:from|join|into|update|table|using|references)$/i;

/** The statements to try around a piece, in order. */
export function wrappersFor(text: string): readonly Wrapper[] {
  const lexer = new Lexer(text);
  const kind = lexer.next();
  const word = kind === WORD ? text.slice(lexer.start, lexer.end) : "";
  return WHOLE.test(word) ? [AS_IT_IS, ...WRAPPERS] : [...WRAPPERS, AS_IT_IS];
}

/** Whether a word stands in the text after which a table is named. */
export function namesTables(text: string): boolean {
  const lexer = new Lexer(text);
  for (let kind = lexer.next(); kind !== END; kind = lexer.next()) {
    if (kind === WORD && NAMING.test(text.slice(lexer.start, lexer.end))) return true;
  }
  return false;
}
