/** One statement: its holes filled until the grammar accepts it, its tree read. */
import type { Node } from "libpg-query";
import type { SqlStatement } from "../../model.ts";
import { fill, nextForm, type OpenHole, onlyHoles, openHoles, seenTokens } from "../holes.ts";
import { DOLLAR, isToken, QUOTED } from "../lexer.ts";
import { normalize } from "../normalize.ts";
import { openJoins } from "../open-joins.ts";
import { openNames } from "../open-names.ts";
import type { RawStatement } from "../splitter.ts";
import { holesBetween, type SqlText } from "../text.ts";
import { actHandlers } from "./acts.ts";
import { bodyHandlers } from "./bodies.ts";
import { callHandlers } from "./calls.ts";
import { byteOffsets, parse } from "./grammar.ts";
import { statementKind } from "./kinds.ts";
import { maintenanceHandlers } from "./maintenance.ts";
import { objectHandlers } from "./objects.ts";
import { queryHandlers } from "./queries.ts";
import { type Context, type Handler, type Reading, type Session, type Stored, walk } from "./reading.ts";
import { tableHandlers } from "./tables.ts";
import { typeHandlers } from "./types.ts";

const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  [
    queryHandlers,
    tableHandlers,
    objectHandlers,
    maintenanceHandlers,
    actHandlers,
    callHandlers,
    bodyHandlers,
    typeHandlers,
  ].flatMap((handlers) => Object.entries(handlers) as [string, Handler][]),
);

/** Forms that are tried for the holes of one statement: real templates need a handful. */
const MOST_TRIES = 96;

export type Outcome =
  /** `read` walks the tree, once the caller has decided that this is the statement. */
  | { ok: true; read(session: Session, context: Context): SqlStatement }
  /** `offset` is the error's, in the whole text. */
  | { ok: false; message: string; offset: number };

/** Offers a statement to the grammar, with up to `mostTries` ways to fill its holes. */
export function parseStatement(text: SqlText, raw: RawStatement, mostTries = MOST_TRIES): Outcome {
  const refused = openEnd(raw);
  if (refused) return refused;
  const holes = openHoles(raw.tokens, holesBetween(text, raw.start, raw.end));
  if (onlyHoles(raw.tokens, holes))
    return { ok: true, read: (_, context) => unknownStatement(text, raw, holes, context) };
  let first: { message: string; offset: number } | null = null;
  for (let tries = 0; tries < mostTries; tries++) {
    const sql = blank(fill(text.text, raw.start, raw.end, holes), raw);
    const parsed = parse(sql);
    if (parsed.ok) {
      const nodes = parsed.statements.flatMap(({ stmt }) => (stmt ? [stmt] : []));
      return { ok: true, read: (...where) => readStatement(text, raw, sql, nodes, holes, ...where) };
    }
    first ??= parsed;
    if (!nextForm(holes, raw.start + parsed.offset)) break;
  }
  return { ok: false, message: first?.message ?? "syntax error", offset: raw.start + (first?.offset ?? 0) };
}

/** The grammar would read on to the end of the file: the lexer knows the outcome. */
function openEnd(raw: RawStatement): Outcome | null {
  if (raw.open === "comment") {
    return { ok: false, message: "unterminated /* comment", offset: raw.comments.at(-1)?.start ?? raw.start };
  }
  if (raw.open !== "quote") return null;
  const { kinds, starts } = raw.tokens;
  const what =
    { [QUOTED]: "quoted identifier", [DOLLAR]: "dollar-quoted string" }[kinds.at(-1)!] ?? "quoted string";
  return { ok: false, message: `unterminated ${what}`, offset: starts.at(-1)! };
}

/**
 * The text without psql's commands, and without the comments that cost the grammar's lexer more than
 * they are worth: nested ones, and those in a row, each of which it takes for an operator as long as the rest.
 */
function blank(sql: string, raw: RawStatement): string {
  const { text } = raw.tokens;
  const costly = raw.comments.filter(
    ({ start, end }) =>
      start > raw.start && (text.startsWith("/*", end) || text.slice(start + 2, end).includes("/*")),
  );
  if (raw.blanks.length + costly.length === 0) return sql;
  let out = "";
  let at = 0;
  for (const { start, end } of [...raw.blanks, ...costly].sort((a, b) => a.start - b.start)) {
    out += sql.slice(at, start - raw.start) + " ".repeat(end - start);
    at = end - raw.start;
  }
  return out + sql.slice(at);
}

function readStatement(
  text: SqlText,
  raw: RawStatement,
  sql: string,
  nodes: Node[],
  holes: readonly OpenHole[],
  session: Session,
  context: Context,
): SqlStatement {
  const toOffset = byteOffsets(sql);
  const reading: Reading = {
    source: text,
    tokens: seenTokens(raw.tokens, holes),
    at: (byte = 0) => raw.start + (toOffset ? toOffset(byte) : byte),
    session,
    handlers: HANDLERS,
    ...context,
    made: null,
    references: [],
    changes: [],
    acts: [],
    types: [],
  };
  for (const node of nodes) walk(reading, node, null);
  for (const hole of holes) {
    if (hidesQuery(raw, hole)) reading.references.push(unknownQuery(text, hole, context.stored));
  }
  for (const hole of openJoins(text, raw.tokens, holes))
    reading.references.push(unknownQuery(text, hole, context.stored, "may join more tables"));
  const named = openNames(raw.tokens, holes);
  reading.references = named.known(reading.references);
  for (const { hole, more } of named.hidden)
    reading.references.push(unknownQuery(text, { hole }, context.stored, more));
  return {
    kind: statementKind(nodes[0]),
    at: text.span(raw.start, raw.end),
    references: inOrder(reading.references),
    changes: reading.changes,
    acts: reading.acts,
    ...(reading.types.length > 0 ? { types: reading.types } : {}),
    normalized: normalize(raw.tokens, holesBetween(text, raw.start, raw.end)),
  };
}

/** Each named place once, in the order of the text: the grammar doubles some sub-selects. */
function inOrder(references: SqlStatement["references"]): SqlStatement["references"] {
  if (references.length < 2) return references;
  const seen = new Set<string>();
  return references
    .filter(({ at, schema, table, operation }) => {
      // One template may have made several names, all at its place.
      const key = JSON.stringify([at.file, at.start, at.end, schema, table, operation]);
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .sort((a, b) => a.at.start - b.at.start || a.at.end - b.at.end);
}

/** A hole that only a whole query fits: its tables are not known. The rows of an INSERT are not among these. */
function hidesQuery(raw: RawStatement, { form, token, hole }: OpenHole): boolean {
  if (form !== "query" || hole.type === "value") return false;
  if (isToken(raw.tokens, token - 1, "(") || token === 0) return true;
  return !raw.tokens.starts.some((_, i) => i < token && isToken(raw.tokens, i, "insert"));
}

function unknownQuery(
  text: SqlText,
  { hole }: Pick<OpenHole, "hole">,
  stored: Stored | null,
  more = "",
): SqlStatement["references"][number] {
  return {
    schema: null,
    table: null,
    reason: more ? `${hole.reason}, and ${more}` : hole.reason,
    operation: stored?.operation ?? "select",
    access: "read",
    at: text.span(hole.start, hole.end),
    dependency: stored ? { kind: stored.kind, name: stored.name } : null,
  };
}

function unknownStatement(
  text: SqlText,
  raw: RawStatement,
  holes: readonly OpenHole[],
  { stored }: Context,
): SqlStatement {
  return {
    kind: "unknown",
    at: text.span(raw.start, raw.end),
    references: holes.map((hole) => unknownQuery(text, hole, stored)),
    changes: [],
    acts: [],
    normalized: normalize(raw.tokens, holesBetween(text, raw.start, raw.end)),
  };
}
