/** The reader of SQLite, MySQL and MariaDB: statement by statement, each broken one lost alone. */

import type { Span, SqlFacts, SqlStatement } from "../../model.ts";
import { append } from "../append.ts";
import type { DialectReader, ReadOptions } from "../dialect-reader.ts";
import { holesBetween, oneLine, type SqlText } from "../text.ts";
import { clientCommand } from "./client.ts";
import { colonVariables } from "./colon-variables.ts";
import { type Flavour, isMysql } from "./flavour.ts";
import { readFragment } from "./fragment.ts";
import { loadCst } from "./grammar.ts";
import { beforeForgottenSemicolon, resynchronise } from "./resynchronise.ts";
import type { Context, Session } from "./session.ts";
import { nextStatement, type RawStatement, type Splitting, type Stretch } from "./splitter.ts";
import { type Outcome, parseStatement, slowTries } from "./statement.ts";

const TOP: Context = { stored: null, conditional: false };

/**
 * What broken statements may cost, in characters, beside twice of what is read well: text that is no SQL
 * at all must not take for ever. Beyond it MySQL's own reader, which is fast, goes on alone, up to a
 * multiple; SQLite has no other reader than the slow one.
 */
const MOST_SPENT = 600_000;
const FAST_MULTIPLE = 20;
/** A refusal costs no less than this: sql-parser-cst takes a millisecond or two for the shortest text. */
const LEAST_SPENT = 250;

/** The reader of one of the dialects that sql-parser-cst knows. */
export function cstReader(flavour: Flavour): DialectReader {
  return {
    load: () => loadCst(flavour),
    variables: (text) => colonVariables(text, flavour),
    read(text: SqlText, options: ReadOptions): SqlFacts {
      const facts: SqlFacts = { statements: [], problems: [], comments: [] };
      const session: Session = {
        flavour,
        temporary: new Set(),
        variables: new Map(),
        assigned: 0,
        problems: facts.problems,
        depth: 0,
        read: (inner, context, emit) => void readText(inner, 0, splitting(false), session, context, emit),
      };
      const splitting = (file: boolean): Splitting => ({ flavour, file, delimiter: ";" });
      if (!options.whole && readFragment(text, splitting(false), session, facts)) return facts;
      const start = options.file && text.text.charCodeAt(0) === 0xfeff ? 1 : 0;
      const emit = (statement: SqlStatement) => void facts.statements.push(statement);
      for (const comment of readText(text, start, splitting(options.file), session, TOP, emit)) {
        const { start: from, end } = comment;
        facts.comments.push({ text: commentText(text.text.slice(from, end)), at: text.span(from, end) });
      }
      return facts;
    },
  };
}

/** Reads every statement of a text. Returns its comments. */
function readText(
  text: SqlText,
  start: number,
  how: Splitting,
  session: Session,
  context: Context,
  emit: (statement: SqlStatement) => void,
): Stretch[] {
  const comments: Stretch[] = [];
  let position = start;
  let spent = 0;
  let allowed = MOST_SPENT;
  const parse = (raw: RawStatement): Outcome => {
    const outcome = parseStatement(text, raw, how.flavour, { slow: spent <= allowed });
    const length = raw.end - raw.start;
    if (outcome.ok) allowed += 2 * length;
    else spent += (LEAST_SPENT + length) * slowTries(holesBetween(text, raw.start, raw.end).length);
    return outcome;
  };
  for (;;) {
    const raw = nextStatement(text.text, position, how, comments);
    if (!raw) break;
    const next = Math.max(raw.next, raw.end, raw.start + 1);
    position = next;
    if (raw.kind === "client") {
      append(comments, raw.comments);
      emit(clientCommand(text, raw, how));
      continue;
    }
    const parsed = parse(raw);
    if (parsed.ok) {
      append(comments, raw.comments);
      emit(parsed.read(session, context));
      continue;
    }
    const before = beforeForgottenSemicolon(raw, parsed.offset);
    const alone = before && parse(before);
    if (before && alone?.ok) {
      append(comments, before.comments);
      emit(alone.read(session, context));
      const at = errorSpan(text, raw, before.next, raw.end);
      session.problems.push({ message: "no semicolon before this statement", at });
      position = before.next;
      continue;
    }
    const cut = resynchronise(text.text, raw, how, (other) => parse(other).ok);
    const end = cut ?? raw.end;
    position = cut ?? next;
    append(
      comments,
      raw.comments.filter((comment) => comment.end <= end),
    );
    const at = errorSpan(text, raw, parsed.offset, end);
    session.problems.push({ message: oneLine(parsed.message), at });
    if (spent > allowed * (isMysql(how.flavour) ? FAST_MULTIPLE : 1) && position < text.text.length) {
      const rest = text.span(position, text.text.length);
      session.problems.push({ message: "the rest is not read: too much before it is broken", at: rest });
      break;
    }
  }
  return comments;
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
  if (comment.startsWith("#")) return comment.slice(1).trim();
  return (comment.startsWith("--") ? comment.slice(2) : comment.slice(2).replace(/\*\/$/, "")).trim();
}
