/** Objection's relation expressions: `"[pets.owner, children(byAge) as kids]"`, `{ pets: { owner: true } }`, and rows with rows within. */
import type { Expr, Operation, Span } from "../../model.ts";
import type { Ask, Named, TableDefinition } from "./adapter.ts";
import { eachEntry, resultOf } from "./builders.ts";
import { entry } from "./expressions.ts";
import { relationNamed, relationOf } from "./objection-models.ts";

const DEEPEST = 8;

/** A tree of relations by name. */
type Graph = Map<string, Graph>;

/** Every table that a relation expression leads to. */
export function graphTables(model: TableDefinition, expr: Expr, operation: Operation, ask: Ask): Named[] {
  const inner = resultOf(expr, ask);
  if (inner.kind === "either")
    return inner.options.flatMap((option) => graphTables(model, option, operation, ask));
  const text = ask.text(inner);
  if (text !== null) return along(model, parseGraph(text), operation, expr.at, ask);
  if (inner.kind === "array") return inner.items.flatMap((item) => graphTables(model, item, operation, ask));
  return inner.kind === "object" ? objectTables(model, inner, operation, ask, 0) : [];
}

function along(
  model: TableDefinition,
  graph: Graph,
  operation: Operation,
  at: Span,
  ask: Ask,
  depth = 0,
): Named[] {
  if (depth > DEEPEST) return [];
  return [...graph].flatMap(([name, inner]) => {
    const relation = relationOf(model, name, ask);
    if (!relation) return [];
    const further = relation.targets.flatMap((to) => along(to, inner, operation, at, ask, depth + 1));
    return [...relationNamed(relation, operation, at), ...further];
  });
}

/** `{ pets: { owner: true }, kids: { $relation: "children" } }` */
function objectTables(
  model: TableDefinition,
  object: Expr & { kind: "object" },
  operation: Operation,
  ask: Ask,
  depth: number,
): Named[] {
  if (depth > DEEPEST) return [];
  return eachEntry(object, ask).flatMap(({ key, value, at }) => {
    const inner = resultOf(value, ask);
    const renamed = entry(inner, "$relation");
    const name = renamed ? ask.text(renamed) : key;
    const relation = name === null || name.startsWith("$") ? null : relationOf(model, name, ask);
    if (!relation) return [];
    const further = relation.targets.flatMap((to) =>
      inner.kind === "object" ? objectTables(to, inner, operation, ask, depth + 1) : [],
    );
    return [...relationNamed(relation, operation, at), ...further];
  });
}

/** Tables of rows that stand within the rows of a graph that is written: `{ name: "x", pets: [{ name: "y" }] }`. */
export function graphRows(
  model: TableDefinition,
  expr: Expr,
  operation: Operation,
  ask: Ask,
  depth = 0,
): Named[] {
  const inner = resultOf(expr, ask);
  if (depth > DEEPEST) return [];
  if (inner.kind === "either")
    return inner.options.flatMap((option) => graphRows(model, option, operation, ask, depth + 1));
  if (inner.kind === "array")
    return inner.items.flatMap((item) => graphRows(model, item, operation, ask, depth + 1));
  if (inner.kind !== "object") return [];
  return eachEntry(inner, ask).flatMap(({ key, value, at }) => {
    const relation = key === null ? null : relationOf(model, key, ask);
    if (!relation) return [];
    const further = relation.targets.flatMap((to) => graphRows(to, value, operation, ask, depth + 1));
    return [...relationNamed(relation, operation, at), ...further];
  });
}

/** @returns an empty tree for text that is none */
export function parseGraph(text: string): Graph {
  const tokens = text.match(/[\w$]+|\*|\^\d*|[[\].,()]/g) ?? [];
  let at = 0;
  return expression();

  function expression(): Graph {
    if (tokens[at] !== "[") return node();
    at++;
    const found: Graph = new Map();
    while (at < tokens.length && tokens[at] !== "]") {
      if (tokens[at] === ",") at++;
      else merge(found, node());
    }
    at++;
    return found;
  }

  function node(): Graph {
    const name = tokens[at++] ?? "";
    // What repeats a relation, or takes all, adds no table of another name.
    if (!/^[\w$]+$/.test(name)) return new Map();
    if (tokens[at] === "as") at += 2;
    if (tokens[at] === "(") while (at < tokens.length && tokens[at++] !== ")");
    if (tokens[at] === "as") at += 2;
    if (tokens[at] !== ".") return new Map([[name, new Map()]]);
    at++;
    return new Map([[name, expression()]]);
  }
}

function merge(into: Graph, more: Graph): void {
  for (const [name, inner] of more) {
    const known = into.get(name);
    if (known) merge(known, inner);
    else into.set(name, inner);
  }
}
