/** Members of objects, enums and classes, and the items of lists. */
import type { Expr, Span, TypeName } from "../model.ts";
import type { Adapter } from "./adapters/adapter.ts";
import { ownMethod, typeName } from "./classes.ts";
import { isMappedClass } from "./defining.ts";
import { isProcess } from "./environment.ts";
import { clientOf, returned } from "./evidence.ts";
import { readEnvironment, readVariable, rechecked } from "./expression-outside.ts";
import { holderOf, readOwn } from "./expression-own.ts";
import { EACH, isEmpty, memberName } from "./expression-words.ts";
import { constant, importedType, literalOptions } from "./literal-types.ts";
import type { Reading } from "./reading.ts";
import type { Binding, Scope } from "./scope.ts";
import { lookup, lookupField, scopeAt } from "./scope.ts";
import { memberType } from "./shapes.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

/** What a property holds: of the environment, a client, an object, a class. */
export function readMember(r: Reading, node: Node & { type: "MemberExpression" }, scope: Scope): Expr {
  const fromOutside = readEnvironment(r, node, scope);
  if (fromOutside) return fromOutside;
  const name = propertyName(node);
  const adapter = clientOf(node, scope, r.scopes);
  const target = unwrap(node.object as Node);
  if (adapter) {
    const field = adapter.chain && target.type === "ThisExpression" && name ? lookupField(scope, name) : null;
    const type = field?.type ? typeName(field.type, field.scope, r.scopes) : null;
    return clientValue(r, adapter, field?.init ? r.read(field.init, field.scope) : null, type, node);
  }
  if (name === null) {
    // tables[key] over a constant object: any of its values.
    const whole = r.read(node.object as Node, scope);
    const inner = behind(whole);
    const options =
      inner.kind === "object" ? Object.values(inner.entries) : inner.kind === "array" ? inner.items : [];
    const index = node.property.type === "Literal" ? Number(node.property.value) : Number.NaN;
    const one = inner.kind === "array" ? options[index] : undefined;
    if (one) return { kind: "alias", of: one, at: r.at(node) };
    // rows[0] of what a call gave.
    if (inner.kind === "call" && Number.isInteger(index)) return follow(r, whole, [String(index)], node);
    if (options.length === 0) return ofModule(r, inner, node, scope) ?? r.unknown(node);
    return { kind: "alias", of: { kind: "either", options, at: r.at(node) }, at: r.at(node) };
  }
  if (target.type === "ThisExpression") {
    const field = lookupField(scope, name);
    if (field?.init) {
      const value = r.read(field.init, field.scope);
      // An empty text is what a method will fill.
      return isEmpty(value)
        ? r.unknown(node)
        : { kind: "alias", of: rechecked(r, value, node), at: r.at(node) };
    }
    // What the constructor or a framework fills: its type tells.
    const type = field?.type ? typeName(field.type, field.scope, r.scopes) : null;
    const allows = field?.type ? importedType(r, field.type, field.scope) : null;
    const holder = field && holderOf(r, target, field, type);
    if (type)
      return {
        kind: "typed",
        name,
        type,
        ...(allows && { allows }),
        ...(holder && { holder }),
        at: r.at(node),
      };
    if (holder) {
      const self: Expr = { kind: "new", callee: holder, args: [], own: true, at: r.at(target) };
      return { kind: "member", of: self, property: name, at: r.at(node) };
    }
    if (field?.given)
      return { kind: "alias", of: r.read(field.given.node, field.given.scope), at: r.at(node) };
    if (field?.filled)
      return { kind: "alias", of: r.read(field.filled.node, field.filled.scope), at: r.at(node) };
    const getter = field ? null : ownMethod(node, r.scopes, "get");
    const [result, more] = getter ? returned(getter, r.scopes) : [];
    if (result && !more)
      return { kind: "alias", of: r.read(result, scopeAt(result, r.scopes)), at: r.at(node) };
    const owner = field ? null : readOwn(r, target);
    return owner ? { kind: "member", of: owner, property: name, at: r.at(node) } : r.unknown(node);
  }
  if (target.type === "Identifier") {
    const binding = lookup(scope, target.name);
    const field = binding?.kind === "class" ? staticField(r, binding, name, node) : null;
    if (field) return field;
    if (binding?.kind === "class" && !(binding.init && isMappedClass(binding.init))) return r.unknown(node);
    // What an annotation allows: `(o: { table: "a" | "b" })`.
    const type = binding?.parameter && binding.type ? memberType(binding.type, name, r.scopes.shapes) : null;
    const texts = type && literalOptions(r, type, scope, binding?.parameter?.owner);
    if (texts)
      return { kind: "either", options: texts.map((text) => constant(r, text, node)), at: r.at(node) };
  }
  return follow(r, r.read(node.object as Node, scope, true), [name], node);
}

/** A client, with what made it where that is known: one call, or one of several. */
export function clientValue(
  r: Reading,
  adapter: Adapter,
  value: Expr | null,
  type: TypeName | null,
  node: Node,
): Expr {
  if (value?.kind === "client") return { ...value, at: r.at(node) };
  if (value?.kind === "either" && value.options.some(({ kind }) => kind === "client"))
    return { kind: "alias", of: value, at: r.at(node) };
  return {
    kind: "client",
    adapter: adapter.name,
    ...(adapter.chain && type?.args.length && { type }),
    at: r.at(node),
  };
}

/** `schema[name]` of a module, where the name is one of a few. */
function ofModule(
  r: Reading,
  module: Expr,
  node: Node & { type: "MemberExpression" },
  scope: Scope,
): Expr | null {
  if (module.kind !== "import" || module.name !== "*") return null;
  const key = r.read(node.property as Node, scope);
  const names = key.kind === "alias" ? key.of : key;
  const texts = (names.kind === "either" ? names.options : [names]).map((option) =>
    option.kind === "text" ? option.runs.map(({ text }) => text).join("") : null,
  );
  if (!texts.every((text) => text !== null)) return null;
  const options = texts.map((property): Expr => ({ kind: "member", of: module, property, at: r.at(node) }));
  return { kind: "alias", of: { kind: "either", options, at: r.at(node) }, at: r.at(node) };
}

/** An enum is an object of what its members are given; members that count themselves are left out. */
export function readEnumeration(r: Reading, binding: Binding): Expr | null {
  if (binding.init?.type !== "TSEnumDeclaration") return null;
  const entries: Record<string, Expr> = {};
  const keys: Record<string, Span> = {};
  for (const { id, initializer } of binding.init.body.members) {
    const name = memberName(id as Node);
    if (name === null || !initializer) continue;
    entries[name] = r.read(initializer, binding.scope);
    keys[name] = r.at(id as Node);
  }
  return { kind: "object", entries, keys, at: r.at(binding.init) };
}

/** A class's static field; null where it has none of that name with a value. */
function staticField(r: Reading, binding: Binding, name: string, node: Node): Expr | null {
  if (binding.init?.type !== "ClassDeclaration") return null;
  for (const item of binding.init.body.body)
    if (
      item.type === "PropertyDefinition" &&
      item.static &&
      propertyName(item as Node) === name &&
      item.value
    ) {
      const value = r.read(item.value, binding.scope);
      return isEmpty(value) ? r.unknown(node) : { kind: "alias", of: value, at: r.at(node) };
    }
  return null;
}

/** What a pattern takes out of a value. */
export function taken(r: Reading, init: Node, scope: Scope, path: readonly string[], node: Node): Expr {
  const [first, ...rest] = path;
  if (first === "env" && isProcess(init, scope)) return follow(r, readVariable(r, "*", node), rest, node);
  return follow(r, r.read(init, scope), path, node);
}

/** A value's property, and that one's, along a path. */
export function follow(r: Reading, value: Expr, path: readonly string[], node: Node): Expr {
  for (const property of path) {
    const inner = behind(value);
    if (inner.kind === "object")
      value = (Object.hasOwn(inner.entries, property) && inner.entries[property]) || r.unknown(node);
    else if (inner.kind === "array" && /^\d+$/.test(property))
      value = inner.items[Number(property)] ?? r.unknown(node);
    else if (inner.kind === "env" && inner.variable === "*") value = readVariable(r, property, node);
    else if (
      inner.kind === "env" ||
      inner.kind === "array" ||
      inner.kind === "text" ||
      inner.kind === "import" ||
      inner.kind === "member" ||
      inner.kind === "parameter" ||
      inner.kind === "call" ||
      inner.kind === "new" ||
      inner.kind === "class" ||
      inner.kind === "sql" ||
      inner.kind === "either" ||
      inner.kind === "client"
    )
      value = { kind: "member", of: inner, property, at: r.at(node) };
    else return r.unknown(node);
  }
  return path.length ? { kind: "alias", of: value, at: r.at(node) } : value;
}

/** What a name stands for that stands for another one. */
function behind(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === "alias") inner = inner.of;
  return inner;
}

/** `new Map([["orders", 1]])`, `new Set(["orders"])` */
function isCollection(expr: Expr): boolean {
  return expr.kind === "new" && expr.callee.kind === "unknown" && /^`(?:Map|Set)`/.test(expr.callee.reason);
}

/** `for (const x of list)`: any of the list's items. */
export function eachOf(r: Reading, list: Expr, path: readonly string[], node: Node): Expr {
  const items = behind(list);
  if (items.kind === "import" || items.kind === "member" || items.kind === "call" || isCollection(items))
    return {
      kind: "alias",
      of: [EACH, ...path].reduce<Expr>(
        (of, property) => ({ kind: "member", of, property, at: r.at(node) }),
        items,
      ),
      at: r.at(node),
    };
  // list ?? [], cond ? these : those
  if (items.kind === "either") {
    const each = items.options.map((option) => eachOf(r, option, path, node));
    const options = each.filter(({ kind }) => kind !== "unknown");
    const [only] = options;
    if (options.length > 1)
      return { kind: "alias", of: { kind: "either", options, at: r.at(node) }, at: r.at(node) };
    return only ?? r.unknown(node);
  }
  if (items.kind !== "array" || items.items.length === 0) return r.unknown(node);
  const options = items.items.map((item) => follow(r, item, path, node));
  return { kind: "alias", of: { kind: "either", options, at: r.at(node) }, at: r.at(node) };
}
