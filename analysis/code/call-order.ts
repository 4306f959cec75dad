/** The order in which a migration's functions act: each where it is first called, and those not at all that only its way back calls. */
import type { FileScopes, Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { isFunction, propertyName, unwrap } from "./syntax.ts";

/** The function that takes a migration back: `down`, `Migration20260101.down`. */
const DOWN = /(?:^|\.)down$/i;

/** In the place of an offset, for what only the way back calls. */
export const BACKWARD = -1;

const DEEPEST = 8;

/** By function, the offset of its first call on the way there; {@link BACKWARD} where there is none but on the way back. */
export function readCallOrder({ candidates }: FileScopes): Record<string, number> {
  const calls = new Map<string, { by: string | null; start: number }[]>();
  const ways = new Set<string>();
  for (const { node, scope } of candidates) {
    if (DOWN.test(scope.enclosing ?? "")) ways.add(scope.enclosing ?? "");
    if (node.type !== "CallExpression") continue;
    // dropAll(knex), tables.map(dropOne), this.dropOne(runner)
    for (const item of [node.callee, ...node.arguments]) {
      const name = functionNamed(unwrap(item as Node), scope);
      if (name === null || name === scope.enclosing) continue;
      const known = calls.get(name);
      const call = { by: scope.enclosing, start: node.start };
      if (known) known.push(call);
      else calls.set(name, [call]);
    }
  }
  const order: Record<string, number> = {};
  if (ways.size === 0) return order;
  for (const name of [...ways, ...calls.keys()]) order[name] = firstCall(name, 0) ?? BACKWARD;
  return order;

  function firstCall(name: string, depth: number): number | null {
    if (ways.has(name) || depth > DEEPEST) return null;
    let first: number | null = null;
    for (const { by, start } of calls.get(name) ?? []) {
      const outer = by !== null && (ways.has(by) || calls.has(by)) ? firstCall(by, depth + 1) : start;
      if (outer !== null && (first === null || outer < first)) first = outer;
    }
    return first;
  }
}

/** The function of the file, or the method of the class around, that a node names. */
function functionNamed(node: Node, scope: Scope): string | null {
  if (node.type === "Identifier") {
    const binding = lookup(scope, node.name);
    return binding?.init && !binding.parameter && isFunction(unwrap(binding.init)) ? binding.name : null;
  }
  if (node.type !== "MemberExpression" || node.object.type !== "ThisExpression") return null;
  const [owner, method] = scope.enclosing?.split(".") ?? [];
  return owner && method ? `${owner}.${propertyName(node)}` : null;
}
