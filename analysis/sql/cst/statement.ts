/**
 * One statement: its holes filled until a reader takes it.
 *
 * SQLite's are read by sql-parser-cst. MySQL's and MariaDB's are read by the reader in `mysql/`, whose
 * header says why, and by sql-parser-cst where that one refuses.
 */
import type { SqlReference, SqlStatement } from "../../model.ts";
import { FORMS, fill, nextForm, type OpenHole, onlyHoles, openHoles } from "../holes.ts";
import { isToken, QUOTED, type Tokens, tokenText } from "../lexer.ts";
import { normalize } from "../normalize.ts";
import { openJoins } from "../open-joins.ts";
import { openNames } from "../open-names.ts";
import { holesBetween, type SqlText } from "../text.ts";
import { readAlterConstraint } from "./alter-constraint.ts";
import { refusedBrackets } from "./brackets.ts";
import { blank, fitted } from "./fitted.ts";
import { FLAVOUR_NAMES, type Flavour, isMysql } from "./flavour.ts";
import { type Found, moved, type Read, type Stored } from "./found.ts";
import { MOST_TOKENS, parseCst } from "./grammar.ts";
import { tokenizeFlavour } from "./lexer.ts";
import { readMysql } from "./mysql/statement.ts";
import { recall, remember, shapeOf } from "./remember.ts";
import type { Context, Session } from "./session.ts";
import type { RawStatement } from "./splitter.ts";
import { readTree } from "./tree/mod.ts";
import { createsVirtualTable, readVirtualTable } from "./virtual-table.ts";
import { writeDown } from "./write-down.ts";

/** Forms that are tried for the holes of one statement: real templates need a handful. */
const MOST_TRIES = 96;
/** Tries that sql-parser-cst gets, which is the slower by far. */
const MOST_SLOW_TRIES = 48;

export type Outcome =
  /** `read` gives the facts, once the caller has decided that this is the statement. */
  | { ok: true; read(session: Session, context: Context): SqlStatement }
  /** `offset` is the error's, in the whole text. */
  | { ok: false; message: string; offset: number };

export interface Attempts {
  /** Ways to fill its holes that are tried at most. */
  tries?: number;
  /** sql-parser-cst is asked, too, where another reader refuses. Default true. */
  slow?: boolean;
}

/** Ways to fill so many holes that sql-parser-cst is asked about before it has refused. */
export function slowTries(holes: number): number {
  return Math.min(MOST_SLOW_TRIES, 1 + FORMS * holes);
}

/** Offers a statement to the readers. */
export function parseStatement(
  text: SqlText,
  raw: RawStatement,
  flavour: Flavour,
  { tries = MOST_TRIES, slow = true }: Attempts = {},
): Outcome {
  const refused = openEnd(raw) ?? withoutNul(raw, flavour);
  if (refused) return refused;
  const holes = openHoles(raw.tokens, holesBetween(text, raw.start, raw.end));
  if (onlyHoles(raw.tokens, holes)) {
    return { ok: true, read: (_, context) => unknownStatement(text, raw, holes, context) };
  }
  const own = isMysql(flavour) ? attempt(text, raw, flavour, tries, readMysqlText) : null;
  if (own && (own.ok || !slow)) return own;
  const other = attempt(text, raw, flavour, Math.min(tries, MOST_SLOW_TRIES), readCst);
  return other.ok || !own ? other : own;
}

/** Reads one statement's text. `tokens` are its own, in offsets of that text. */
type Reader = (sql: string, tokens: Tokens, flavour: Flavour) => Read;

const readMysqlText: Reader = (_, tokens, flavour) => readMysql(tokens, flavour);

const readCst: Reader = (sql, tokens, flavour) => {
  if (!isMysql(flavour) && createsVirtualTable(tokens)) return readVirtualTable(tokens);
  const shape = shapeOf(tokens, flavour);
  const known = shape === null ? null : recall(shape, tokens);
  if (known) return known;
  const fit = fitted(sql, tokens, flavour);
  const left = fit === sql ? tokens : tokenizeFlavour(fit, flavour);
  if (left.kinds.length > MOST_TOKENS) {
    return { ok: false, message: `longer than ${MOST_TOKENS} words and signs: not read`, offset: 0 };
  }
  const brackets = refusedBrackets(left);
  if (brackets) return { ok: false, ...brackets };
  const parsed = parseCst(fit, flavour);
  if (!parsed.ok) {
    const altered = isMysql(flavour) ? null : readAlterConstraint(tokens);
    return altered ? { ok: true, ...altered } : explained(parsed, tokens);
  }
  const tree = readTree(parsed.program, sql, flavour);
  if (!tree) {
    return {
      ok: false,
      message: `a statement of ${FLAVOUR_NAMES[flavour]} that is not known here`,
      offset: 0,
    };
  }
  const read = { ok: true, ...tree } as const;
  if (shape !== null) remember(shape, tokens, read);
  return read;
};

/** The parser names a character; a person looks for the word. */
function explained<T extends { message: string; offset: number }>(refusal: T, tokens: Tokens): T {
  if (refusal.message !== "") return refusal;
  const token = tokens.ends.findIndex((end) => end > refusal.offset);
  const written = token < 0 ? "end of the statement" : tokenText(tokens, token);
  const offset = tokens.starts[token] ?? refusal.offset;
  return {
    ...refusal,
    offset,
    message: `unexpected ${written.length > 40 ? `${written.slice(0, 40)}…` : written}`,
  };
}

function attempt(
  text: SqlText,
  raw: RawStatement,
  flavour: Flavour,
  mostTries: number,
  reader: Reader,
): Outcome {
  const holes = guessed(text, raw);
  let first: { message: string; offset: number } | null = null;
  for (let tries = 0; tries < mostTries; tries++) {
    const filled = fill(text.text, raw.start, raw.end, holes);
    const sql = bare(filled, raw);
    const tokens = holes.length === 0 ? ownTokens(raw, sql) : tokenizeFlavour(sql, flavour);
    const result = reader(sql, tokens, flavour);
    if (result.ok) {
      const { kind } = result;
      const shift = (offset: number) => offset + raw.start;
      const found = moved(result.found, shift, shift);
      return {
        ok: true,
        read: (session, context) => {
          const facts = writeDown(
            text,
            raw,
            [...found, ...hiddenQueries(text, raw, holes)],
            session,
            context,
          );
          const references = openNames(raw.tokens, holes).known(facts.references);
          return {
            kind,
            at: text.span(raw.start, raw.end),
            ...facts,
            references,
            normalized: normalized(text, raw),
          };
        },
      };
    }
    first ??= result;
    if (!nextForm(holes, raw.start + result.offset)) break;
  }
  return { ok: false, message: first?.message ?? "syntax error", offset: raw.start + (first?.offset ?? 0) };
}

/** The statement's holes with their first forms. Behind IN stands a list: a name there would be a table's. */
function guessed(text: SqlText, raw: RawStatement): OpenHole[] {
  const holes = openHoles(raw.tokens, holesBetween(text, raw.start, raw.end));
  for (const open of holes) {
    if (open.form === "value" && isToken(raw.tokens, open.token - 1, "in")) {
      open.form = "list";
      open.tried = ["list", "word"];
    }
  }
  return holes;
}

/** The statement's text without comments and without marks of executable ones, at equal length. */
function bare(sql: string, raw: RawStatement): string {
  const inside = [...raw.comments, ...raw.marks].filter(
    ({ start, end }) => start >= raw.start && end <= raw.end,
  );
  const own = inside.map(({ start, end }) => ({ start: start - raw.start, end: end - raw.start }));
  return blank(
    sql,
    own.sort((a, b) => a.start - b.start),
  );
}

/** A statement's tokens, counted from its own start. */
function ownTokens({ tokens, start }: RawStatement, sql: string): Tokens {
  if (start === 0) return { ...tokens, text: sql };
  const { kinds, starts, ends } = tokens;
  return { text: sql, kinds, starts: starts.map((at) => at - start), ends: ends.map((at) => at - start) };
}

/** Both grammars would read on to the end of the file: the lexer knows the outcome. */
function openEnd(raw: RawStatement): Outcome | null {
  if (raw.open === "comment") {
    return { ok: false, message: "unterminated /* comment", offset: raw.openComment };
  }
  if (raw.open === "block") {
    return { ok: false, message: "a BEGIN, IF, CASE or LOOP has no END", offset: raw.tokens.starts.at(-1)! };
  }
  if (raw.open !== "quote") return null;
  const { kinds, starts } = raw.tokens;
  const what = kinds.at(-1) === QUOTED ? "quoted identifier" : "quoted string";
  return { ok: false, message: `unterminated ${what}`, offset: starts.at(-1)! };
}

/** SQLite's text ends at a NUL, whatever stands behind it; MySQL's may hold one in quotes alone. */
function withoutNul(raw: RawStatement, flavour: Flavour): Outcome | null {
  const nul = raw.tokens.text.slice(raw.start, raw.end).indexOf("\0");
  if (nul < 0 || isMysql(flavour)) return null;
  return { ok: false, message: "NUL character: SQLite's text ends there", offset: raw.start + nul };
}

/** Holes that only a whole query fits, or a JOIN: their tables are not known. The rows of an INSERT are not among these. */
function hiddenQueries(text: SqlText, raw: RawStatement, holes: readonly OpenHole[]): Found[] {
  const hidden = holes.filter(({ form, token, hole }) => {
    if (form !== "query" || hole.type === "value") return false;
    if (isToken(raw.tokens, token - 1, "(") || token === 0) return true;
    return !raw.tokens.starts.some((_, i) => i < token && isToken(raw.tokens, i, "insert"));
  });
  const joins = openJoins(text, raw.tokens, holes).map(({ hole }) => ({
    ...hole,
    reason: `${hole.reason}, and may join more tables`,
  }));
  const named = openNames(raw.tokens, holes).hidden.map(({ hole, more }) => ({
    ...hole,
    reason: more ? `${hole.reason}, and ${more}` : hole.reason,
  }));
  return [...hidden.map(({ hole }) => hole), ...joins, ...named].map(({ start, end, reason }) => ({
    kind: "unknown",
    start,
    end,
    reason,
    operation: "select",
    stored: null,
  }));
}

/** A statement of which nothing is known but that holes stand for it. */
function unknownStatement(
  text: SqlText,
  raw: RawStatement,
  holes: readonly OpenHole[],
  { stored }: Context,
): SqlStatement {
  const references = holes.map(({ hole }): SqlReference => unknownQuery(text, hole, stored));
  const at = text.span(raw.start, raw.end);
  return { kind: "unknown", at, references, changes: [], acts: [], normalized: normalized(text, raw) };
}

function unknownQuery(
  text: SqlText,
  { start, end, reason }: { start: number; end: number; reason: string },
  stored: Stored | null,
): SqlReference {
  return {
    schema: null,
    table: null,
    reason,
    operation: stored?.operation ?? "select",
    access: "read",
    at: text.span(start, end),
    dependency: stored ? { kind: stored.kind, name: stored.name } : null,
  };
}

function normalized(text: SqlText, raw: RawStatement): string {
  return normalize(raw.tokens, holesBetween(text, raw.start, raw.end));
}
