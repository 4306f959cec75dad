/** PostgreSQL's reader: statement by statement, each broken one lost alone. */
import type { Span, SqlFacts } from "../../model.ts";
import type { DialectReader, ReadOptions } from "../dialect-reader.ts";
import { nextStatement, type RawComment, type RawStatement } from "../splitter.ts";
import { type SqlText, showHoles } from "../text.ts";
import { readFragment } from "./fragment.ts";
import { loadGrammar } from "./grammar.ts";
import { psqlCommand } from "./psql.ts";
import type { Session } from "./reading.ts";
import { resynchronise } from "./resynchronise.ts";
import { parseStatement } from "./statement.ts";

export const postgresReader: DialectReader = {
  load: loadGrammar,
  read(text: SqlText, options: ReadOptions): SqlFacts {
    const facts: SqlFacts = { statements: [], problems: [], comments: [] };
    const session: Session = { temporary: new Set() };
    const comments: RawComment[] = [];
    if (!options.whole && readFragment(text, session, facts)) return facts;
    let position = options.file && text.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    for (;;) {
      const raw = nextStatement(text.text, position, options.file, comments);
      if (!raw) break;
      position = readRaw(text, raw, options, session, facts, comments);
    }
    for (const { start, end } of comments) {
      facts.comments.push({ text: commentText(text.text.slice(start, end)), at: text.span(start, end) });
    }
    return facts;
  },
};

/** Reads one statement into `facts`. Returns where the next one begins. */
function readRaw(
  text: SqlText,
  raw: RawStatement,
  options: ReadOptions,
  session: Session,
  facts: SqlFacts,
  comments: RawComment[],
): number {
  const next = Math.max(raw.next, raw.end, raw.start + 1);
  if (raw.kind === "psql") {
    comments.push(...raw.comments);
    const command = psqlCommand(text, raw);
    if (command) facts.statements.push(command);
    return next;
  }
  const parsed = parseStatement(text, raw);
  if (parsed.ok) {
    comments.push(...raw.comments);
    facts.statements.push(parsed.read(session));
    return next;
  }
  const cut = resynchronise(text.text, raw, options.file, (other) => parseStatement(text, other).ok);
  const end = cut ?? raw.end;
  comments.push(...raw.comments.filter((comment) => comment.end <= end));
  const at = errorSpan(text, raw, parsed.offset, end);
  facts.problems.push({ message: oneLine(parsed.message), at });
  return cut ?? next;
}

/** The place of an error: its token, or the last one where the end of the statement is to blame; never beyond `limit`. */
function errorSpan(text: SqlText, raw: RawStatement, offset: number, limit: number): Span {
  const { starts, ends } = raw.tokens;
  const at = ends.findIndex((end) => end > offset);
  const token = at < 0 ? ends.length - 1 : at;
  const start = starts[token] ?? raw.start;
  return text.span(start, Math.max(start + 1, Math.min(ends[token] ?? raw.end, limit)));
}

/** PostgreSQL quotes all that follows an open quote: the first line is enough. */
function oneLine(message: string): string {
  const line = showHoles(message).split(/\r?\n/, 1)[0]!;
  const cut = line.length > 160 ? `${line.slice(0, 160)}…` : line;
  return cut === message || cut.endsWith('"') ? cut : `${cut}…"`.replace('……"', '…"');
}

function commentText(comment: string): string {
  return (comment.startsWith("--") ? comment.slice(2) : comment.slice(2).replace(/\*\/$/, "")).trim();
}
