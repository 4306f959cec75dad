/**
 * What of an argument is SQL: query objects, what streams and formatting functions make of their
 * first argument, a tag's result taken apart.
 */
import type { Expr, TextRun } from "../model.ts";
import { bound } from "./adapters/bindings.ts";
import { entry } from "./adapters/expressions.ts";
import { VERB } from "./opening.ts";

/** English that the grammar would take for SQL: `select from the menu` reads a table `the`, called menu. */
const PROSE =
  /^\s*(?:select\s+from\b|(?:select\b[\w\s,*]*?\sfrom|delete\s+from|insert\s+into|update)\s+(?:the|an?|your|our|my|his|her|its|their|this|that|these|those)\s+\w)/i;

/** Whether a text of which nothing else is known may be a statement. */
export function readsAsSql(text: string): boolean {
  // "Delete from cart?" asks: no place for a value is glued to a word.
  return VERB.test(text) && !PROSE.test(text) && !/[a-z]\?\s*$/i.test(text);
}

/** Keys under which query objects, and mappers' options for views and computed columns, keep their text. */
export const TEXT_KEY = /^(?:text|sql|query|statement|queryText|expression|formula)$/;

/** `%I`, `%L`, `%s` and `%1$I` of PostgreSQL's format(), which pg-format and its kin speak. */
const FORMATS = /%(?:(\d+)\$)?([ILs%])/g;

/** The SQL in what a query method is given; the expression itself where it is nothing but that. */
export function queryText(given: Expr): Expr {
  const expr = given.kind === "alias" ? given.of : given;
  const [first, ...others] = expr.kind === "new" || expr.kind === "call" ? expr.args : [];
  switch (expr.kind) {
    case "object": {
      const text = entry(expr, "text", "sql", "query", "statement", "queryText");
      return text ? queryText(text) : given;
    }
    // new Cursor("select …"), new QueryStream("select …")
    case "new":
      return first ? queryText(first) : given;
    // copyFrom("copy …"), format("select …", …)
    case "call":
      return first && !isMethodOf(expr, "text") && VERB.test(beginning(first))
        ? formatted(bindsNames(first) ? bound(first, others[0]) : queryText(first), others)
        : given;
    case "member":
      return expr.of.kind === "sql" && /^(?:text|sql|statement|query)$/.test(expr.property) ? expr.of : given;
    default:
      return given;
  }
}

/** The first text of an expression, as far as it is known without the linker. */
export function beginning(expr: Expr): string {
  switch (expr.kind) {
    case "text":
      return expr.runs.map((run) => run.text).join("");
    case "concat":
      return expr.parts[0] ? beginning(expr.parts[0]) : "";
    case "alias":
      return beginning(expr.of);
    case "either":
      return expr.options.map(beginning).find((text) => VERB.test(text)) ?? "";
    default:
      return "";
  }
}

/** What of an expression's text the file tells. */
export function allText(expr: Expr): string {
  if (expr.kind === "alias") return allText(expr.of);
  return expr.kind === "concat"
    ? expr.parts.map(allText).join("")
    : expr.kind === "text"
      ? beginning(expr)
      : "";
}

/** mysql.format("select * from ??", [table]) */
function bindsNames(text: Expr): boolean {
  return beginning(text).includes("??");
}

/** A method of a text gives another text, of which nothing is known. */
function isMethodOf({ callee }: Expr & { kind: "call" }, kind: Expr["kind"]): boolean {
  const inner = callee.kind === "alias" ? callee.of : callee;
  const owner = inner.kind === "member" ? inner.of : null;
  return (owner?.kind === "alias" ? owner.of : owner)?.kind === kind;
}

/** The text with what `%I`, `%L` and `%s` stand for in their places. */
function formatted(text: Expr, values: readonly Expr[]): Expr {
  let next = 0;
  const put = (expr: Expr): Expr => {
    if (expr.kind === "alias") return { ...expr, of: put(expr.of) };
    if (expr.kind === "concat") return { ...expr, parts: expr.parts.map(put) };
    if (expr.kind !== "text") return expr;
    return { kind: "concat", parts: expr.runs.flatMap(putInto), at: expr.at };
  };
  const putInto = (run: TextRun): Expr[] => {
    const parts: Expr[] = [];
    const linear = run.at.end - run.at.start === run.text.length;
    const plain = (start: number, end: number) => {
      if (end <= start) return;
      const at = linear ? { ...run.at, start: run.at.start + start, end: run.at.start + end } : run.at;
      parts.push({ kind: "text", runs: [{ kind: "text", text: run.text.slice(start, end), at }], at });
    };
    let last = 0;
    for (const match of run.text.matchAll(FORMATS)) {
      const [whole, position, kind] = match;
      if (kind === "%") continue;
      const at = linear
        ? { ...run.at, start: run.at.start + match.index, end: run.at.start + match.index + whole.length }
        : run.at;
      const value = values[position === undefined ? next++ : Number(position) - 1];
      const open: Expr = { kind: "unknown", reason: `\`${whole}\` is filled before it runs`, at };
      plain(last, match.index);
      // A list of rows fills one place with as many values as it has.
      const hole = kind === "I" ? "identifier" : kind === "L" ? "value" : "fragment";
      parts.push(
        kind === "s" || !value
          ? { kind: "alias", of: value ?? open, at: value?.at ?? at }
          : { kind: "sql", hole, of: kind === "L" ? [open] : [value], at: placeOf(value) },
      );
      last = match.index + whole.length;
    }
    plain(last, run.text.length);
    return parts;
  };
  return put(text);
}

/** A literal's text without its quotes. */
function placeOf(value: Expr): Expr["at"] {
  const [run, more] = value.kind === "text" ? value.runs : [];
  return run && !more ? run.at : value.at;
}
