/** PostgreSQL's reader: statement by statement, each broken one lost alone. */

import type { Span, SqlFacts, SqlStatement } from "../../model.ts";
import { append } from "../append.ts";
import type { DialectReader, ReadOptions } from "../dialect-reader.ts";
import { nextStatement, type RawComment, type RawStatement } from "../splitter.ts";
import { oneLine, type SqlText } from "../text.ts";
import { readFragment } from "./fragment.ts";
import { loadGrammar } from "./grammar.ts";
import { psqlCommand } from "./psql.ts";
import type { Context, Session } from "./reading.ts";
import { beforeForgottenSemicolon, resynchronise, tornQuote } from "./resynchronise.ts";
import { type Outcome, parseStatement } from "./statement.ts";

const TOP: Context = { stored: null, conditional: false };

/** Characters that may be read twice for broken statements, beside a multiple of the text's length: text that is no SQL at all must not take for ever. */
const MOST_SPENT = 2_000_000;

export const postgresReader: DialectReader = {
  load: loadGrammar,
  read(text: SqlText, options: ReadOptions): SqlFacts {
    const facts: SqlFacts = { statements: [], problems: [], comments: [] };
    const session: Session = {
      temporary: new Set(),
      types: new Set(),
      transitions: new Map(),
      problems: facts.problems,
      // Comments in bodies stand before no statement of the file: they are the body's own affair.
      read: (inner, context, emit) => void readText(inner, 0, false, session, context, emit),
    };
    if (!options.whole && readFragment(text, session, facts)) return facts;
    const start = options.file && text.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    const emit = (statement: SqlStatement) => void facts.statements.push(statement);
    for (const comment of readText(text, start, options.file, session, TOP, emit)) {
      const { start: from, end } = comment;
      facts.comments.push({ text: commentText(text.text.slice(from, end)), at: text.span(from, end) });
    }
    if (session.transitions.size > 0) dropTransitionTables(facts.statements, session);
    return facts;
  },
};

/** Reads every statement of a text. Returns its comments. */
function readText(
  text: SqlText,
  start: number,
  psql: boolean,
  session: Session,
  context: Context,
  emit: (statement: SqlStatement) => void,
): RawComment[] {
  const comments: RawComment[] = [];
  let position = start;
  let spent = 0;
  const mostSpent = MOST_SPENT + 24 * text.text.length;
  for (;;) {
    const raw = nextStatement(text.text, position, psql, comments);
    if (!raw) break;
    const next = Math.max(raw.next, raw.end, raw.start + 1);
    position = next;
    if (raw.kind === "psql") {
      append(comments, raw.comments);
      emit(psqlCommand(text, raw));
      continue;
    }
    const parses = (other: RawStatement): boolean => {
      spent += other.end - other.start;
      return parseStatement(text, other).ok;
    };
    const parsed = parseStatement(text, raw);
    if (parsed.ok) {
      const torn = tornQuote(raw);
      const cut = torn < 0 ? null : afterTornQuote(text.text, raw, psql, parses);
      if (cut !== null) {
        append(
          comments,
          raw.comments.filter((comment) => comment.end <= cut),
        );
        const at = text.span(torn, Math.max(torn + 1, text.text.indexOf("\n", torn)));
        session.problems.push({ message: "a quote that nothing closes before the next statement", at });
        position = cut;
        continue;
      }
      append(comments, raw.comments);
      readTree(text, raw, parsed, session, context, emit);
      continue;
    }
    spent += raw.end - raw.start;
    // What was swallowed before the error is the likelier cause; then a forgotten semicolon at it.
    let cut = resynchronise(text.text, raw, psql, parsed.offset, parses);
    const before = cut === null ? beforeForgottenSemicolon(raw, parsed.offset) : null;
    const alone = before && parseStatement(text, before);
    if (before && alone?.ok) {
      append(comments, before.comments);
      readTree(text, before, alone, session, context, emit);
      const at = errorSpan(text, raw, before.next, raw.end);
      session.problems.push({ message: "no semicolon before this statement", at });
      position = before.next;
      continue;
    }
    cut ??= resynchronise(text.text, raw, psql, raw.end, parses);
    const end = cut ?? raw.end;
    position = cut ?? next;
    append(
      comments,
      raw.comments.filter((comment) => comment.end <= end),
    );
    session.problems.push({
      message: oneLine(parsed.message),
      at: errorSpan(text, raw, parsed.offset, end),
    });
    if (spent > mostSpent && position < text.text.length) {
      const rest = text.span(position, text.text.length);
      session.problems.push({ message: "the rest is not read: too much before it is broken", at: rest });
      break;
    }
  }
  return comments;
}

/** A statement with a torn quote stands only if what follows it does, too. Null where it stands. */
function afterTornQuote(
  text: string,
  raw: RawStatement,
  psql: boolean,
  parses: (statement: RawStatement) => boolean,
): number | null {
  const next = nextStatement(text, Math.max(raw.next, raw.end), psql, []);
  const stands = raw.blanks.length === 0 && (!next || (next.kind === "sql" && parses(next)));
  return stands ? null : resynchronise(text, raw, psql, raw.end, parses);
}

/** Walks a statement's tree. One that is deeper than the stack is a problem like any other. */
function readTree(
  text: SqlText,
  raw: RawStatement,
  parsed: Extract<Outcome, { ok: true }>,
  session: Session,
  context: Context,
  emit: (statement: SqlStatement) => void,
): void {
  try {
    emit(parsed.read(session, context));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const at = text.span(raw.start, raw.tokens.ends[0] ?? raw.end);
    session.problems.push({ message: "nested too deeply to be read", at });
  }
}

/** The place of an error: its token, or the last one where the end of the statement is to blame; never beyond `limit`. */
function errorSpan(text: SqlText, raw: RawStatement, offset: number, limit: number): Span {
  const { starts, ends } = raw.tokens;
  if (raw.open === "comment" && offset < limit) return text.span(offset, Math.min(offset + 2, limit));
  const at = ends.findIndex((end) => end > offset);
  const token = at < 0 ? ends.length - 1 : at;
  const start = starts[token] ?? raw.start;
  return text.span(start, Math.max(start + 1, Math.min(ends[token] ?? raw.end, limit)));
}

function commentText(comment: string): string {
  return (comment.startsWith("--") ? comment.slice(2) : comment.slice(2).replace(/\*\/$/, "")).trim();
}

/** A trigger's function sees its transition tables as tables: names that the trigger gives, which no schema holds. */
function dropTransitionTables(statements: SqlStatement[], { transitions }: Session): void {
  for (const statement of statements) {
    statement.references = statement.references.filter(({ schema, table, dependency }) => {
      if (schema !== null || table === null || dependency?.kind !== "function") return true;
      return !transitions.get(dependency.name)?.has(table);
    });
  }
}
