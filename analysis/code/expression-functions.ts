/** Functions of this file: what they return, also with a call's arguments put in. */
import type { Expr } from "../model.ts";
import { readBuilding } from "./building.ts";
import { typeName } from "./classes.ts";
import { returned } from "./evidence.ts";
import type { Reading } from "./reading.ts";
import { scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { unwrap } from "./syntax.ts";

/** A function by what it returns. */
export function readFunction(r: Reading, node: Node): Expr {
  if (!("params" in node)) return r.unknown(node);
  const parameters = (node.params as Node[]).map((param) => (param.type === "Identifier" ? param.name : ""));
  const results = returned(node, r.scopes);
  const declared = "returnType" in node ? (node.returnType as Node | null) : null;
  const type = declared ? typeName(declared, scopeAt(node, r.scopes), r.scopes) : null;
  const building = readBuilding(r, node);
  return {
    kind: "function",
    parameters,
    result: results.length ? resultOf(r, results, node) : null,
    ...(type && { type }),
    ...(building && { building }),
    at: r.at(node),
  };
}

/** A function of this file with its arguments put in: any of what it returns. */
export function applied(
  r: Reading,
  definition: Node,
  results: readonly Node[],
  args: Expr[],
  node: Node,
): Expr {
  const bindings = [...(r.scopes.inner.get(unwrap(definition))?.bindings.values() ?? [])];
  const before = new Map(r.given);
  for (const binding of bindings) {
    const given = binding.parameter && args[binding.parameter.index];
    if (given && binding.path?.length === 0) r.given.set(binding, given);
  }
  const value = resultOf(r, results, node);
  r.given.clear();
  for (const [binding, given] of before) r.given.set(binding, given);
  return value;
}

function resultOf(r: Reading, results: readonly Node[], node: Node): Expr {
  const options = results.map((result) => r.read(result, scopeAt(result, r.scopes)));
  const [only] = options;
  return options.length === 1 && only ? only : { kind: "either", options, at: r.at(node) };
}
