/** Functions, procedures and DO blocks: whose code is read as what, and under which name. */
import type { CreateFunctionStmt, DefElem, Node } from "libpg-query";
import { DOLLAR, STRING } from "../lexer.ts";
import { find, nameAt } from "../names.ts";
import { last, nested } from "../text.ts";
import { readSqlBody } from "./atomic.ts";
import { decode } from "./literal.ts";
import { readPlpgsql } from "./plpgsql-body.ts";
import { type Handlers, type Reading, readInside, type Stored, strings, walkAll, within } from "./reading.ts";
import { referRowType } from "./row-types.ts";

/** Languages whose bodies name no table: compiled code that is linked in. */
const COMPILED = new Set(["c", "internal"]);

function option(options: readonly Node[] | undefined, name: string): DefElem | undefined {
  for (const node of options ?? []) {
    if ("DefElem" in node && node.DefElem.defname === name) return node.DefElem;
  }
  return undefined;
}

function languageOf(options: readonly Node[] | undefined, fallback: string): string {
  const arg = option(options, "language")?.arg;
  return arg && "String" in arg ? (arg.String.sval ?? fallback).toLowerCase() : fallback;
}

/** The language of a body that names none. PostgreSQL refuses that, but the body says enough. */
function guess(reading: Reading, token: number): string {
  const body = decode(reading.tokens, token)?.text ?? "";
  return /^\s*(?:--[^\n]*\s+)*(?:begin|declare|<<)/i.test(body) ? "plpgsql" : "sql";
}

/** Index of the body's string token, or -1. */
function bodyToken(reading: Reading, from: number): number {
  const { kinds } = reading.tokens;
  for (let i = from; i < kinds.length; i++) if (kinds[i] === STRING || kinds[i] === DOLLAR) return i;
  return -1;
}

function readBody(reading: Reading, language: string, token: number, subject: string): void {
  if (COMPILED.has(language)) return;
  const literal = decode(reading.tokens, token);
  if (!literal) return;
  const body = nested(reading.source, literal.text, literal.runs);
  if (language === "sql") readInside(reading, body);
  else if (language === "plpgsql") readPlpgsql(reading, body);
  else unreadable(reading, language, subject);
}

/** A body whose language is not SQL's: what it touches is not known. */
function unreadable(reading: Reading, language: string, subject: string): void {
  const { tokens, source, stored } = reading;
  const at = Math.max(0, find(tokens, "language"));
  const place = nameAt(tokens, at);
  reading.references.push({
    schema: null,
    table: null,
    reason: `${subject} is written in ${language}, which is not read`,
    operation: stored?.operation ?? "select",
    access: "read",
    at: source.span(place.start, tokens.ends[at + 1] ?? place.end),
    dependency: stored ? { kind: stored.kind, name: stored.name } : null,
  });
}

function readFunction(reading: Reading, statement: CreateFunctionStmt): void {
  const { is_procedure, funcname, parameters, returnType, options, sql_body } = statement;
  const kind = is_procedure ? "procedure" : "function";
  const name = strings(funcname).at(-1) ?? "";
  const stored: Stored = { operation: "function", kind, name };
  const acts = reading.acts.length;
  const changes = reading.changes.length;
  const references = reading.references.length;
  // What a body makes and drops happens when it is called: to the session outside, nothing has changed.
  const temporary = new Set(reading.session.temporary);
  within(reading, stored, () => {
    // RETURNS TABLE's columns are parameters; their only one is given as the return type once more.
    const columns = (parameters ?? []).some(
      (node) => "FunctionParameter" in node && node.FunctionParameter.mode === "FUNC_PARAM_TABLE",
    );
    if (!columns) referRowType(reading, returnType, "function");
    for (const node of parameters ?? []) {
      if ("FunctionParameter" in node) {
        referRowType(reading, node.FunctionParameter.argType, "function");
        walkAll(reading, [node.FunctionParameter.defexpr], null);
      }
    }
    readSqlBody(reading, sql_body);
    const as = option(options, "as");
    if (as) {
      const from = last(reading.tokens.starts, reading.at(as.location));
      const token = bodyToken(reading, from);
      readBody(reading, languageOf(options, guess(reading, token)), token, `${kind} ${name}`);
    }
  });
  const schema = onlySchema(options);
  if (schema !== null) {
    for (const reference of reading.references.slice(references)) reference.schema ??= schema;
  }
  reading.session.temporary.clear();
  for (const table of temporary) reading.session.temporary.add(table);
  reading.changes.length = changes;
  const transactional = /^(?:BEGIN|COMMIT|ROLLBACK|SET|RESET)\b/;
  reading.acts.push(...reading.acts.splice(acts).filter(({ act }) => !transactional.test(act)));
}

/** The one schema in which a function's names stand, where its SET search_path says so; `pg_catalog` and `pg_temp` hold no tables of ours. */
function onlySchema(options: readonly Node[] | undefined): string | null {
  const set = option(options, "set")?.arg;
  if (!set || !("VariableSetStmt" in set) || set.VariableSetStmt.name !== "search_path") return null;
  const path = (set.VariableSetStmt.args ?? [])
    .map((node) => ("A_Const" in node ? (node.A_Const.sval?.sval ?? "") : ""))
    .filter((schema) => !["", "pg_catalog", "pg_temp"].includes(schema));
  return path.length === 1 && path[0] !== "$user" ? path[0]! : null;
}

export const bodyHandlers: Handlers = {
  CreateFunctionStmt: readFunction,
  DoStmt(reading, { args }) {
    const language = languageOf(args, "plpgsql");
    const outer = reading.conditional;
    // What a block makes or drops stands behind its conditions more often than not.
    reading.conditional = true;
    const from = last(reading.tokens.starts, reading.at(option(args, "as")?.location));
    readBody(reading, language, bodyToken(reading, Math.max(from, 0)), "a DO block");
    reading.conditional = outer;
  },
};
