/** Reads of environment variables: `process.env.X`, `Bun.env.X`, `import.meta.env.X`, `Deno.env.get("X")`. */
import type { Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

const DEEPEST = 4;

/** Every variable that an expression may read, also through a constant that stands for the environment: several where the name is one of a list. */
export function environmentVariables(node: Node, scope: Scope): string[] {
  if (node.type === "CallExpression") {
    const callee = unwrap(node.callee as Node);
    if (callee.type !== "MemberExpression" || propertyName(callee) !== "get") return [];
    const [name] = node.arguments;
    return name && isDenoEnvironment(callee.object as Node) ? texts(name as Node, scope) : [];
  }
  if (node.type !== "MemberExpression" || !isEnvironment(node.object as Node, scope)) return [];
  const name = propertyName(node);
  return name === null ? texts(node.property as Node, scope) : [name];
}

/** The environment as a whole. */
export function isEnvironment(node: Node, scope: Scope, depth = 0): boolean {
  node = unwrap(node);
  if (depth > DEEPEST) return false;
  if (node.type === "Identifier") {
    const binding = lookup(scope, node.name);
    if (!binding) return false;
    if (binding.imported)
      return binding.imported.name === "env" && /^(?:node:)?process$|^bun$/.test(binding.imported.specifier);
    if (!binding.init || !binding.path) return false;
    const [first] = binding.path;
    if (first === undefined) return isEnvironment(binding.init, binding.scope, depth + 1);
    return first === "env" && binding.path.length === 1 && isProcess(binding.init, binding.scope);
  }
  if (node.type === "LogicalExpression")
    return isEnvironment(node.left as Node, scope, depth + 1) && node.operator !== "&&";
  if (node.type === "CallExpression")
    return propertyName(node.callee as Node) === "toObject" && isDenoEnvironment(calleeObject(node));
  if (node.type !== "MemberExpression" || propertyName(node) !== "env") return false;
  const object = unwrap(node.object as Node);
  return object.type === "MetaProperty" || isProcess(object, scope);
}

/** `process` and `Bun`, global or imported. */
export function isProcess(node: Node, scope: Scope): boolean {
  node = unwrap(node);
  if (node.type === "Identifier") {
    const from = lookup(scope, node.name)?.imported;
    if (from) return /^(?:node:)?process$/.test(from.specifier) && /^(?:default|\*)$/.test(from.name);
    return node.name === "process" || node.name === "Bun";
  }
  const name = node.type === "MemberExpression" ? propertyName(node) : null;
  return name === "process" || name === "Bun";
}

function isDenoEnvironment(node: Node | null): boolean {
  if (node?.type !== "MemberExpression" || propertyName(node) !== "env") return false;
  const object = unwrap(node.object as Node);
  return object.type === "Identifier" && object.name === "Deno";
}

function calleeObject(node: Node & { type: "CallExpression" }): Node | null {
  const callee = unwrap(node.callee as Node);
  return callee.type === "MemberExpression" ? unwrap(callee.object as Node) : null;
}

/** The texts that a name may stand for: a constant's, or each of a list's that a loop or a callback goes through. */
export function texts(node: Node, scope: Scope, depth = 0): string[] {
  node = unwrap(node);
  if (depth > DEEPEST) return [];
  const text = literalText(node);
  if (text !== null) return [text];
  if (node.type === "ArrayExpression")
    return node.elements.flatMap((item) => (item ? texts(item as Node, scope, depth + 1) : []));
  if (node.type !== "Identifier") return [];
  const binding = lookup(scope, node.name);
  if (binding?.path?.length !== 0) return [];
  if (binding.init && !binding.parameter) return texts(binding.init, binding.scope, depth + 1);
  const list = binding.parameter?.list;
  return list ? texts(list.node, list.scope, depth + 1) : [];
}
