/** What query builders share: subqueries told from names, columns that carry their table. */
import type { ChainStep, Expr, Operation, Span } from "../../model.ts";
import type { Ask, Named, TableName } from "./adapter.ts";

const DEEPEST = 8;

/** The last step of a chain that gives a property a value, where the function flushes such changes: `book.title = "x"`. */
export const ASSIGNED = "=";

/** Methods with what they do to the table that they name; a map, for methods called `constructor`. */
export function operations(table: Readonly<Record<string, Operation>>): ReadonlyMap<string, Operation> {
  return new Map(Object.entries(table));
}

/** The expression behind names and behind functions that return one expression. */
export function resultOf(expr: Expr, ask: Ask, depth = 0): Expr {
  const inner = ask.follow(expr);
  if (depth > DEEPEST || inner.kind !== "call") return inner;
  const callee = ask.follow(inner.callee);
  const result = callee.kind === "function" ? ask.apply(callee, inner.args) : null;
  return result ? resultOf(result, ask, depth + 1) : inner;
}

/** The names that a chain of calls consists of, the last one first. */
export function callNames(expr: Expr, ask: Ask): string[] {
  const names: string[] = [];
  let at = resultOf(expr, ask);
  for (let depth = 0; depth < 40; depth++) {
    if (at.kind === "call") at = at.callee.kind === "alias" ? at.callee.of : at.callee;
    else if (at.kind === "member") {
      names.push(at.property);
      at = resultOf(at.of, ask);
    } else if (at.kind === "client" && at.made) at = { ...at.made, kind: "call", reason: "" };
    else break;
  }
  return names;
}

/** The table of a column written as text: `users.id`, `shop.users.id`; null where there is no dot. */
export function tableOfColumn(expr: Expr, ask: Ask): TableName | null {
  const [whole] = ask.names(expr);
  if (!whole || whole.table === null) return whole ?? null;
  const text = ask.text(expr);
  const end = text?.lastIndexOf(".") ?? -1;
  if (text === null || end < 0) return null;
  const parts = text.slice(0, end).split(".");
  const verbatim = whole.at.end - whole.at.start === text.length;
  return {
    schema: parts.length > 1 ? (parts.at(-2) ?? null) : null,
    table: parts.at(-1) ?? null,
    reason: null,
    at: verbatim ? { ...whole.at, end: whole.at.start + end } : whole.at,
  };
}

/** What the last call of a chain is made on: of `q.as("t")`, `q`. */
export function ownerOf(call: Expr & { kind: "call" }, ask: Ask): Expr | null {
  const callee = call.callee.kind === "alias" ? call.callee.of : call.callee;
  return callee.kind === "member" ? resultOf(callee.of, ask) : null;
}

/** An expression as if it were written at a place: what a caller hands over stays the caller's. */
export function placed(expr: Expr, at: Span): Expr {
  const { handed } = expr.at;
  return { kind: "alias", of: expr, at: handed ? { ...at, handed } : at };
}

/** A name at the beginning of longer text. */
function leading(expr: Expr, name: string, ask: Ask): TableName[] {
  const text = ask.text(expr) ?? "";
  return ask.names(expr).map(({ at }) => {
    const parts = name.split(".").map((part) => part.replaceAll('"', ""));
    const start = at.start + text.indexOf(name);
    const verbatim = at.end - at.start === text.length;
    return {
      schema: parts.length > 1 ? (parts[0] ?? null) : null,
      table: parts.at(-1) ?? null,
      reason: null,
      at: verbatim ? { ...at, start, end: start + name.length } : at,
    };
  });
}

/** A bound identifier; and raw text in a table's place, as far as it begins with a name: its subqueries are read as text. */
export function rawNames({ hole, of }: Expr & { kind: "sql" }, ask: Ask): TableName[] {
  const [first] = of;
  if (!first) return [];
  if (hole === "identifier") return ask.names(first);
  const text = ask.text(first);
  const plain =
    text && /^\s*((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)(?=\s|,|$)(?!\s*\()/.exec(text)?.[1];
  // "orders" ("id"): where rows are put, columns follow.
  const name = plain || (text && /^\s*("[^"]+"(?:\."[^"]+")?)\s*\("/.exec(text)?.[1]);
  return name ? leading(first, name, ask) : [];
}

/** Text that a client puts before a piece of SQL. */
export function after(words: string, piece: Expr): Expr {
  const at = { ...piece.at, end: piece.at.start };
  const before: Expr = { kind: "text", runs: [{ kind: "text", text: words, at }], at };
  return { kind: "concat", parts: [before, piece], at: piece.at };
}

/** The text that a call's step says, where it is known. */
export function stepText(steps: readonly ChainStep[], name: string, ask: Ask): string | null {
  const step = steps.find((item) => item.name === name && item.args?.[0]);
  return step?.args?.[0] ? ask.text(step.args[0]) : null;
}

/** Unqualified names stand in the schema that the chain says. */
export function inSchema(named: Named[], schema: string | null): Named[] {
  return schema === null
    ? named
    : named.map(({ name, changes, ...rest }) => ({
        ...rest,
        name: { ...name, schema: name.schema ?? schema },
        ...(changes && { changes: changes.map((item) => ({ ...item, schema: item.schema ?? schema })) }),
      }));
}

/** A name of which only the place and the reason why it is not known are. */
export function unknownName(expr: Expr, reason: string): TableName {
  return { schema: null, table: null, reason, at: expr.at };
}

/** An object's entries with what is spread into it; a key of null is a spread that nobody can follow. */
export function eachEntry(
  expr: Expr & { kind: "object" },
  ask: Ask,
  depth = 0,
): { key: string | null; value: Expr; at: Span }[] {
  return Object.entries(expr.entries).flatMap(([key, value]) => {
    if (key !== "...") return [{ key, value, at: expr.keys[key] ?? value.at }];
    const spreads = value.kind === "array" ? value.items : [value];
    return depth > DEEPEST ? [] : spreads.flatMap((spread) => spreadEntries(spread, ask, depth + 1));
  });
}

function spreadEntries(spread: Expr, ask: Ask, depth: number): ReturnType<typeof eachEntry> {
  const inner = resultOf(spread, ask);
  if (inner.kind === "object") return eachEntry(inner, ask, depth);
  // ...(deep && { posts: true }), ...(deep ? { posts: true } : {})
  if (inner.kind === "either") return inner.options.flatMap((option) => spreadEntries(option, ask, depth));
  return inner.kind === "text" ? [] : [{ key: null, value: spread, at: spread.at }];
}

/** One entry of an object, wherever it is spread from. */
export function entryOf(expr: Expr, key: string, ask: Ask): Expr | null {
  const inner = resultOf(expr, ask);
  if (inner.kind !== "object") return null;
  if (Object.hasOwn(inner.entries, key)) return inner.entries[key] ?? null;
  if (!inner.entries["..."]) return null;
  return eachEntry(inner, ask).findLast((entry) => entry.key === key)?.value ?? null;
}

/** The first call of a chain: of `many(posts).on(…)`, `many(posts)`. */
export function innermostCall(expr: Expr, ask: Ask): (Expr & { kind: "call" }) | null {
  let at = ask.follow(expr);
  for (let depth = 0; at.kind === "call" && depth < 40; depth++) {
    const owner = ownerOf(at, ask);
    if (owner?.kind !== "call") return at;
    at = owner;
  }
  return null;
}

/** The view that a schema builder's chain makes. */
export function storedView(steps: readonly ChainStep[], ask: Ask): { kind: string; name: string } | null {
  const step = steps.find(
    ({ name, args }) => /^create(?:OrReplace)?(?:Materialized)?View/.test(name) && args?.[0],
  );
  const [name] = step?.args?.[0] ? ask.names(step.args[0]) : [];
  if (!step || !name) return null;
  const materialized = /Materialized/.test(step.name) || steps.some((other) => other.name === "materialized");
  return { kind: materialized ? "materialized view" : "view", name: name.table ?? "" };
}
