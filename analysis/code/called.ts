/**
 * Which method of which object a call calls, however it is written: `pool.query(…)`,
 * `pool.query.call(pool, …)`, `(0, pool.query)(…)`, or a name that was taken from it:
 * `const { query } = pool`, `const query = pool.query.bind(pool)`.
 */
import type { Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

export interface Called {
  object: Node;
  method: string;
  /** Where `object` is to be read. */
  scope: Scope;
  args: readonly Node[];
}

const DEEPEST = 4;

/** Null where the callee is no object's method. */
export function calledMethod(node: Node & { type: "CallExpression" }, scope: Scope): Called | null {
  const args = node.arguments as readonly Node[];
  const callee = unwrap(node.callee as Node);
  if (callee.type === "MemberExpression") {
    const name = propertyName(callee) ?? "";
    const inner = name === "call" || name === "apply" ? methodOf(callee.object as Node, scope, 0) : null;
    if (!inner) return { object: callee.object as Node, method: name, scope, args };
    const rest = args.slice(1);
    const [list] = rest;
    if (name === "call" || list?.type !== "ArrayExpression") return { ...inner, args: rest };
    return { ...inner, args: list.elements.flatMap((item) => (item ? [item as Node] : [])) };
  }
  const taken = callee.type === "Identifier" || callee.type === "SequenceExpression";
  const inner = taken ? methodOf(callee, scope, 0) : null;
  return inner && { ...inner, args };
}

/** The method that a value is. */
function methodOf(given: Node, scope: Scope, depth: number): Omit<Called, "args"> | null {
  const node = unwrap(given);
  if (depth > DEEPEST) return null;
  switch (node.type) {
    case "MemberExpression": {
      const method = propertyName(node);
      return method === null ? null : { object: node.object as Node, method, scope };
    }
    case "SequenceExpression": {
      const last = node.expressions.at(-1);
      return last ? methodOf(last, scope, depth + 1) : null;
    }
    case "CallExpression": {
      // bind and promisify give the method back, held to its object.
      const callee = unwrap(node.callee as Node);
      const name = callee.type === "MemberExpression" ? propertyName(callee) : "";
      if (callee.type === "MemberExpression" && name === "bind")
        return methodOf(callee.object as Node, scope, depth + 1);
      const [first] = node.arguments;
      const promisify = callee.type === "Identifier" ? callee.name === "promisify" : name === "promisify";
      return promisify && first ? methodOf(first as Node, scope, depth + 1) : null;
    }
    case "Identifier": {
      const binding = lookup(scope, node.name);
      if (!binding?.init || binding.parameter || binding.imported || binding.kind === "function") return null;
      const [method] = binding.path ?? [];
      if (binding.path?.length === 1 && method) return { object: binding.init, method, scope: binding.scope };
      return binding.path?.length === 0 ? methodOf(binding.init, binding.scope, depth + 1) : null;
    }
    default:
      return null;
  }
}
