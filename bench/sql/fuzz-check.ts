/** What must hold of the engine's answer to any input at all. */

import type { HoleType, SqlFacts, SqlPiece } from "../../analysis/model.ts";
import { looksLikeSql, readSql, readSqlFile } from "../../analysis/sql/mod.ts";
import type { Dialect } from "../../manifest/model.ts";
import { type FuzzInput, HOLE } from "./fuzz-inputs.ts";
import { inexact } from "./ranges.ts";

/** What is wrong with the engine's answer, in one line; null where nothing is. */
export function check(input: FuzzInput, dialect: Dialect): string | null {
  let facts: SqlFacts;
  try {
    looksLikeSql(input.text.slice(0, 100_000));
    facts = read(input, dialect);
  } catch (error) {
    return `throws ${error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error)}`;
  }
  return emptiness(input, facts, dialect) ?? places(input, facts, dialect) ?? words(facts) ?? canary(dialect);
}

function read(input: FuzzInput, dialect: Dialect): SqlFacts {
  if (input.mode === "file") return readSqlFile("fuzz.sql", input.text, { dialect });
  return readSql(pieces(input.text, input.holes), { dialect, whole: input.whole });
}

function pieces(text: string, holes: readonly HoleType[]): SqlPiece[] {
  const out: SqlPiece[] = [];
  let at = 0;
  let hole = 0;
  const span = (start: number, end: number) => ({ file: "fuzz.ts", start, end });
  for (let next = text.indexOf(HOLE); next >= 0; next = text.indexOf(HOLE, at)) {
    if (next > at) out.push({ kind: "text", text: text.slice(at, next), at: span(at, next) });
    out.push({ kind: "hole", hole: holes[hole++] ?? "unknown", reason: "a hole", at: span(next, next + 1) });
    at = next + 1;
  }
  if (at < text.length) out.push({ kind: "text", text: text.slice(at), at: span(at, text.length) });
  return out;
}

/** Text that is neither blank nor comment must leave a statement or a problem. A fragment may name nothing. */
function emptiness(input: FuzzInput, facts: SqlFacts, dialect: Dialect): string | null {
  if (facts.statements.length + facts.problems.length > 0) return null;
  if (input.mode === "template" && !input.whole) return null;
  const isFile = input.mode === "file";
  const text = isFile ? input.text.replace(/^\ufeff/, "") : input.text;
  return isBlank(text, dialect, isFile) ? null : "passes for empty";
}

/**
 * White space, semicolons and closed comments, read by no code of the engine's. In PostgreSQL comments nest, and in a file psql
 * sends `\;` as a semicolon.
 */
export function isBlank(text: string, dialect: Dialect, isFile = false): boolean {
  const nests = dialect === "postgresql";
  const hash = dialect === "mysql" || dialect === "mariadb";
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    if ((nests || depth === 0) && text.startsWith("/*", at)) {
      depth++;
      at += 2;
    } else if (depth > 0) {
      const closes = text.startsWith("*/", at);
      if (closes) depth--;
      at += closes ? 2 : 1;
    } else if (text.startsWith("--", at) || (hash && text[at] === "#")) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end + 1;
    } else if (" \t\r\n\f\v;".includes(text[at]!)) at++;
    else if (isFile && nests && text.startsWith("\\;", at)) at += 2;
    else return false;
  }
  // SQLite closes what is left open at the end.
  return depth === 0 || dialect === "sqlite";
}

/** Every range lies in the text, statements follow each other, and names stand where the ranges say. */
function places(input: FuzzInput, facts: SqlFacts, dialect: Dialect): string | null {
  const { length } = input.text;
  const inside = ({ start, end }: { start: number; end: number }) =>
    Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= length;
  let before = 0;
  for (const { at, references, changes, acts, kind } of facts.statements) {
    const all = [at, ...[...references, ...changes, ...acts].map((one) => one.at)];
    const bad = all.find((one) => !inside(one));
    if (bad) return `range ${bad.start}–${bad.end} of ${length} in a ${kind}`;
    if (at.start < before) return `statement at ${at.start} begins before ${before}, the end of the last`;
    before = at.end;
    for (const reference of references) {
      if (reference.at.start < at.start || reference.at.end > at.end)
        return `reference ${reference.table} at ${reference.at.start}–${reference.at.end} outside its statement ${at.start}–${at.end}`;
      // The other dialects quote and fold in ways of their own; a name that EXECUTE glues stands in several places.
      const named = input.mode === "file" && dialect === "postgresql" && !/execute/i.test(input.text);
      const found = named ? inexact(reference, input.text) : null;
      if (found !== null) return `not the name ${reference.table}: ${JSON.stringify(found.slice(0, 60))}`;
    }
  }
  const bad = [...facts.problems, ...facts.comments].find(({ at }) => !inside(at));
  return bad ? `range ${bad.at.start}–${bad.at.end} of ${length}` : null;
}

/** An unknown table has a reason; a message is one line. */
function words({ statements, problems }: SqlFacts): string | null {
  for (const { references } of statements) {
    const silent = references.find(({ table, reason }) => table === null && !reason);
    if (silent) return "a table is not known, and no reason is given";
    const empty = references.find(({ table }) => table === "");
    if (empty) return "a table without a name";
  }
  const long = problems.find(({ message }) => message === "" || /[\r\n]/.test(message));
  return long ? `a message that is not one line: ${JSON.stringify(long.message.slice(0, 80))}` : null;
}

/** The engine still answers: no input spoils the grammar for the next one. */
function canary(dialect: Dialect): string | null {
  const { statements } = readSqlFile("canary.sql", "select 1 from canary", { dialect });
  return statements[0]?.references[0]?.table === "canary" ? null : "the next statement is not read any more";
}
