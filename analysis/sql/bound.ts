/**
 * Placeholders that a client binds before the server sees the text: `?`, knex's `??` and `:name:`,
 * `:name` of TypeORM, Sequelize and others, `$name`, `???` of home-made lists, `{{…}}` of templates, pg-promise's `$(name)`. PostgreSQL's grammar knows `$1` alone, so each becomes a hole.
 */
import type { Span, SqlPiece } from "../model.ts";
import { END, Lexer, OPERATOR } from "./lexer.ts";
import { PG_PROMISE, pgPromiseMark } from "./pg-promise.ts";
import { colonVariables, isBang, type Placeholder, textual } from "./placeholders.ts";

/**
 * The pieces with their placeholders as holes.
 *
 * @returns null where there are none.
 */
export function withBound(pieces: readonly SqlPiece[]): SqlPiece[] | null {
  // Quotes and brackets run from one piece into the next, around the holes.
  const whole = pieces.map((piece) => (piece.kind === "text" ? piece.text : "h")).join("");
  if (!/\?|[:$][A-Za-z_]|\{\{|@|\$(?:[({<[/]|\d+[:~^#])/.test(whole)) return null;
  const marks = placeholders(whole);
  const out: SqlPiece[] = [];
  let found = whole.includes("\\?");
  let from = 0;
  let next = 0;
  /** Where a placeholder ends that is put together of several pieces: `{{${name}}}`, `:id${index}`. */
  let read = 0;
  for (const piece of pieces) {
    const begin = from;
    from += piece.kind === "text" ? piece.text.length : 1;
    if (from <= read) continue;
    if (piece.kind === "hole") {
      out.push(piece);
      continue;
    }
    const { at } = piece;
    const text = piece.text.replaceAll("\\?", " ?");
    const linear = at.end - at.start === text.length;
    const span = (start: number, end: number): Span =>
      linear ? { ...at, start: at.start + start, end: at.start + end } : at;
    let last = Math.max(0, read - begin);
    for (; (marks[next]?.start ?? from) < from; next++) {
      const { type } = marks[next]!;
      const start = marks[next]!.start - begin;
      let end = marks[next]!.end - begin;
      if (start < last) continue;
      if (end > text.length) {
        read = marks[next]!.end;
        end = text.length;
      }
      found = true;
      if (start > last) out.push({ kind: "text", text: text.slice(last, start), at: span(last, start) });
      const reason = `${text.slice(start, end)} is bound when it runs`;
      out.push({ kind: "hole", hole: type, reason, at: span(start, end) });
      last = end;
    }
    if (last < text.length) out.push({ kind: "text", text: text.slice(last), at: span(last, text.length) });
  }
  return found ? out : null;
}

/** pgtyped's lists: `$$ids`, `$$rows(a!, b)`, and one row of named values, `$row(a, b!)`. */
const LISTS =
  /(?<![\w$])(?:\$\$[A-Za-z_]\w*(?:\(\s*\w+!?(?:\s*,\s*\w+!?)*\s*\))?|\$[A-Za-z_]\w*\(\s*\w+!?(?:\s*,\s*\w+!?)*\s*\))!?(?![\w$])/g;

function placeholders(given: string): Placeholder[] {
  const lists: Placeholder[] = [];
  // `$$` would open a quote.
  const text = given.replace(LISTS, (mark, start: number) => {
    lists.push({ start, end: start + mark.length, type: "unknown" });
    return "h".repeat(mark.length);
  });
  const templates = textual(text);
  const colons = colonVariables(text, false).filter(
    ({ start, end }) => !templates.some((other) => start < other.end && end > other.start),
  );
  const found = [...templates, ...colons, ...lists];
  for (const match of text.matchAll(PG_PROMISE)) {
    const { hole: type } = pgPromiseMark(match);
    found.push({ start: match.index, end: match.index + match[0].length, type });
  }
  const lexer = new Lexer(text);
  for (let kind = lexer.next(); kind !== END; kind = lexer.next()) {
    const { start, end } = lexer;
    const sign = kind === OPERATOR ? text.slice(start, end) : "";
    // knex: a backslash before it makes it the operator.
    if (text.charCodeAt(start - 1) === 92) continue;
    const name = sign === "$" ? (/^\w+/.exec(text.slice(end, end + 64))?.[0].length ?? 0) : 0;
    if (sign === "?") found.push({ start, end, type: "value" });
    else if (sign === "??") found.push({ start, end, type: "identifier" });
    else if (/^\?{3,}$/.test(sign)) found.push({ start, end, type: "unknown" });
    else if (name > 0)
      found.push({ start, end: end + name + (isBang(text, end + name) ? 1 : 0), type: "value" });
  }
  return found.sort((a, b) => a.start - b.start);
}
