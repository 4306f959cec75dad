/** The SQL in a PL/pgSQL body, read where it stands. */
import { append } from "../append.ts";
import { isToken, type Tokens, tokenize, WORD } from "../lexer.ts";
import { storedName } from "../names.ts";
import { nested, type SqlText, surrounded } from "../text.ts";
import { readDynamic } from "./dynamic.ts";
import { type Segment, segments } from "./plpgsql.ts";
import { type Reading, readInside, referName } from "./reading.ts";
import { referRow } from "./row-types.ts";

/** Expressions without one of these words name no table, and most have none. */
const NAMING = new Set(["select", "from", "table", "values", "with", "regclass", "dblink", "dblink_exec"]);

/** A quoted name that nothing closes, which only the last of a body's names can be. */
const OPEN_QUOTE = /^"(?:[^"]|"")*$/;

/** First words of what RETURN QUERY, FOR and cursors may run in the place of an expression. */
const QUERY = /^(?:select|insert|update|delete|merge|with|values|table|explain|show)$/i;

/**
 * Reads a body into the reading of the statement that holds it.
 *
 * @param body The body's text, decoded.
 */
export function readPlpgsql(reading: Reading, body: SqlText): void {
  const tokens = tokenize(body.text);
  const found = segments(tokens);
  const assignments = new Map<string, Segment[]>();
  for (const segment of found) {
    if (segment.kind !== "assignment" || segment.variable === "") continue;
    const list = assignments.get(segment.variable);
    if (list) list.push(segment);
    else assignments.set(segment.variable, [segment]);
  }
  for (const segment of found) {
    if (segment.kind === "row" || segment.kind === "type") {
      const written = segment.name.parts.map(({ start, end }) => body.text.slice(start, end));
      if (OPEN_QUOTE.test(written.at(-1)!)) {
        const at = body.span(segment.name.parts.at(-1)!.start, segment.name.end);
        reading.session.problems.push({ message: "unterminated quoted identifier", at });
        continue;
      }
      const parts = written.map(storedName);
      const refer = segment.kind === "row" ? referName : referRow;
      const within = { ...reading, source: body, tokens };
      refer(within, segment.name, parts.at(-2) ?? null, parts.at(-1)!, "select");
      continue;
    }
    const start = tokens.starts[segment.from]!;
    const end = tokens.ends[segment.to - 1]!;
    if (segment.kind === "statement") {
      readInside(reading, blanked(body, tokens, start, end, segment.into));
    } else if (segment.kind === "perform") {
      const from = tokens.ends[segment.from]!;
      readInside(reading, surrounded(body, from, end, "select"));
    } else if (segment.kind === "dynamic") {
      readExpression(reading, body, tokens, segment.from, segment.to);
      readDynamic(reading, body, tokens, segment, assignments);
    } else {
      readExpression(reading, body, tokens, segment.from, segment.to);
    }
  }
}

/** The statement with its INTO targets as white space. */
function blanked(
  body: SqlText,
  tokens: Tokens,
  start: number,
  end: number,
  into: readonly { from: number; to: number }[],
): SqlText {
  if (into.length === 0) return surrounded(body, start, end, "");
  let text = "";
  let at = start;
  for (const { from, to } of into) {
    const first = tokens.starts[from]!;
    const last = tokens.ends[to - 1]!;
    text += body.text.slice(at, first) + " ".repeat(last - first);
    at = last;
  }
  text += body.text.slice(at, end);
  return nested(body, text, [{ start: 0, end: end - start, from: start, to: end }]);
}

/** An expression, or a query where one may stand instead. What is neither (RAISE's list, a range of numbers) is read for the queries in its brackets. */
function readExpression(reading: Reading, body: SqlText, tokens: Tokens, from: number, to: number): void {
  const isQuery = QUERY.test(tokens.text.slice(tokens.starts[from], tokens.ends[from]));
  if (!isQuery && naming(tokens, from, to) < 0) return;
  const start = tokens.starts[from]!;
  const end = tokens.ends[to - 1]!;
  const before = isQuery ? "" : "select ";
  const text = surrounded(body, start, end, before);
  const problems = reading.session.problems.length;
  const { references } = reading;
  const known = references.length;
  readInside(reading, text);
  // SELECT … INTO is refused where rows are asked for: it makes no table.
  if (isQuery)
    append(
      references,
      references.splice(known).filter(({ access }) => access !== "schema"),
    );
  if (reading.session.problems.length === problems) return;
  const groups = bracketed(tokens, from, to);
  if (groups.length === 0) return;
  reading.session.problems.length = problems;
  for (const group of groups) {
    readInside(reading, surrounded(body, tokens.starts[group.from]!, tokens.ends[group.to - 1]!, ""));
  }
}

/** Index of the first word in a stretch that can lead to a table, or -1. */
function naming(tokens: Tokens, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    if (tokens.kinds[i] !== WORD) continue;
    if (NAMING.has(tokens.text.slice(tokens.starts[i], tokens.ends[i]).toLowerCase())) return i;
  }
  return -1;
}

/** The outermost queries in brackets. */
function bracketed(tokens: Tokens, from: number, to: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let i = from; i < to; i++) {
    if (!isToken(tokens, i, "(") || naming(tokens, i + 1, i + 2) < 0) continue;
    let depth = 0;
    let end = i;
    for (; end < to; end++) {
      if (isToken(tokens, end, "(")) depth++;
      else if (isToken(tokens, end, ")") && --depth === 0) break;
    }
    found.push({ from: i + 1, to: end });
    i = end;
  }
  return found;
}
