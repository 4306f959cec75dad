/** Which expressions of a file stand for one environment variable. */
import { environmentVariables, isEnvironment } from "./environment.ts";
import type { Binding, FileScopes, Scope } from "./scope.ts";
import { lookup, lookupField, scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { children, literalText, propertyName, unwrap } from "./syntax.ts";

const DEEPEST = 8;

/** Methods of text that leave it what it is, as far as being set goes. */
const KEEPING = /^(?:trim|trimEnd|trimStart|toString|toLowerCase|toUpperCase|length)$/;

/** What stands for an environment variable in a file, under whichever names. */
export class Denotation {
  readonly variable: string;
  /** Parameters that are handed the variable while a function is looked into. */
  readonly stands = new Set<Binding>();
  private readonly scopes: FileScopes;
  private readonly named: ReadonlySet<Binding>;

  /** @param named parameters that hold the variable's name */
  constructor(variable: string, scopes: FileScopes, named: ReadonlySet<Binding>) {
    this.variable = variable;
    this.named = named;
    this.scopes = scopes;
  }

  /** The node is the variable's value, directly or through constants, fields and the like. */
  is(node: Node): boolean {
    return this.denotes(node, scopeAt(node, this.scopes), 0);
  }

  isEnvironment(node: Node): boolean {
    return isEnvironment(node, scopeAt(node, this.scopes));
  }

  /** A schema of this file that names the variable is handed the whole environment. */
  isNamedBy(argument: Node, schema: Node | null): boolean {
    if (!this.isEnvironment(argument) || !schema) return false;
    const made =
      schema.type === "Identifier" ? lookup(scopeAt(schema, this.scopes), schema.name)?.init : schema;
    return !!made && this.names(made, 0);
  }

  /** The variable's name stands in a list that the expression goes over: `missing.length`. */
  isListed(node: Node): boolean {
    const inner = unwrap(node);
    if (inner.type === "MemberExpression") return this.isListed(inner.object as Node);
    if (inner.type === "Identifier") {
      const binding = lookup(scopeAt(inner, this.scopes), inner.name);
      return !!binding?.init && !binding.parameter && this.isListed(binding.init);
    }
    if (inner.type !== "CallExpression") return false;
    const callee = unwrap(inner.callee as Node);
    if (
      callee.type !== "MemberExpression" ||
      !/^(?:filter|some|every|find)$/.test(propertyName(callee) ?? "")
    )
      return false;
    const list = unwrap(callee.object as Node);
    const made = list.type === "Identifier" ? lookup(scopeAt(list, this.scopes), list.name)?.init : list;
    const [test] = inner.arguments;
    return !!made && this.names(made, 0) && !!test && this.asksEnvironment(test as Node, 0);
  }

  private asksEnvironment(node: Node, depth: number): boolean {
    if (depth > DEEPEST) return false;
    if (this.isEnvironment(node)) return true;
    for (const inner of children(node)) if (this.asksEnvironment(inner, depth + 1)) return true;
    return false;
  }

  private names(node: Node, depth: number): boolean {
    if (depth > DEEPEST) return false;
    if (literalText(node) === this.variable) return true;
    if (node.type === "Property" && propertyName(node) === this.variable) return true;
    for (const inner of children(node)) if (this.names(inner, depth + 1)) return true;
    return false;
  }

  private denotes(given: Node, scope: Scope, depth: number): boolean {
    const node = unwrap(given);
    if (depth > DEEPEST) return false;
    const next = (inner: Node, at: Scope = scope) => this.denotes(inner, at, depth + 1);
    if (environmentVariables(node, scope).includes(this.variable)) return true;
    switch (node.type) {
      case "Identifier": {
        const binding = lookup(scope, node.name);
        if (!binding) return false;
        if (this.stands.has(binding)) return true;
        if (binding.parameter || binding.kind === "function" || binding.kind === "class") return false;
        if (binding.init && binding.path?.length === 1 && binding.path[0] === this.variable) return true;
        if (binding.init && binding.path?.length === 0 && next(binding.init, binding.scope)) return true;
        return binding.writes.some(({ value, scope: at }) => next(value, at));
      }
      case "MemberExpression": {
        const name = propertyName(node) ?? "";
        const object = unwrap(node.object as Node);
        if (object.type === "ThisExpression") {
          const field = lookupField(scope, name);
          return !!field?.init && next(field.init, field.scope);
        }
        if (node.computed && node.property.type === "Identifier" && isEnvironment(object, scope)) {
          const binding = lookup(scope, node.property.name);
          return !!binding && this.named.has(binding);
        }
        if (KEEPING.test(name)) return next(object);
        if (object.type !== "Identifier") return false;
        const binding = lookup(scope, object.name);
        if (binding?.init?.type !== "ObjectExpression" || binding.path?.length !== 0) return false;
        const entry = binding.init.properties.find(
          (item) => item.type === "Property" && propertyName(item as Node) === name,
        );
        return entry?.type === "Property" && next(entry.value as Node, binding.scope);
      }
      case "LogicalExpression":
        return node.operator !== "&&" && next(node.left as Node);
      case "AssignmentExpression":
        return next(node.right);
      case "CallExpression": {
        const callee = unwrap(node.callee as Node);
        if (callee.type === "MemberExpression" && KEEPING.test(propertyName(callee) ?? ""))
          return next(callee.object as Node);
        const [first] = node.arguments;
        return callee.type === "Identifier" && callee.name === "String" && !!first && next(first as Node);
      }
      default:
        return false;
    }
  }
}
