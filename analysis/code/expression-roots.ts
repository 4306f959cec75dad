/** What stands at the beginning of a chain of calls, with its type where nothing else is known of it. */
import type { Expr, Span, TypeName } from "../model.ts";
import { typeName } from "./classes.ts";
import { clientOf } from "./evidence.ts";
import { holderOf, readOwn } from "./expression-own.ts";
import { excerpt, isReturnType, queriedName, queriedValues } from "./expression-words.ts";
import { constant, literalOptions } from "./literal-types.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import { lookup, lookupField } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

/** What a chain of calls stands on, by its value or else by its type. */
export function readRoot(r: Reading, node: Node, scope: Scope): Expr {
  const inner = unwrap(node);
  // What a call's promise gave is no builder that goes on.
  if (inner.type === "CallExpression") return r.read(node, scope);
  if (inner.type === "Identifier") {
    const binding = lookup(scope, inner.name);
    const queried =
      binding?.type && !binding.init ? readQueried(r, binding.type, binding.scope, inner) : null;
    if (queried) return { kind: "alias", of: queried, at: r.at(inner) };
    const type = binding?.type ? typeName(binding.type, scope, r.scopes) : null;
    // A type with arguments tells more than which client it is: `Repository<Order>`.
    if (type?.args.length) return { kind: "typed", name: inner.name, type, at: r.at(inner) };
    // A repository of any entity is what callers hand over.
    if (type && binding?.parameter && binding.path && /Repository$/.test(type.name))
      return {
        kind: "parameter",
        function: binding.parameter.name,
        index: binding.parameter.index,
        path: binding.path,
        handed: null,
        name: inner.name,
        type,
        at: r.at(inner),
      };
    const value = r.read(inner, scope);
    if (value.kind === "parameter" && !type)
      return {
        ...value,
        handed: binding?.parameter ? handedTo(r, binding.parameter.owner, binding.scope) : null,
      };
    if (type && (value.kind === "parameter" || value.kind === "unknown"))
      return { kind: "typed", name: inner.name, type, at: r.at(inner) };
    return value;
  }
  if (inner.type === "Super") return readOwn(r, inner) ?? r.unknown(inner);
  if (inner.type === "ThisExpression") {
    // The query that a builder makes itself `this` in a function that it calls back.
    let owner = r.scopes.parents.get(inner);
    while (owner && owner.type !== "FunctionExpression" && owner.type !== "FunctionDeclaration")
      owner = r.scopes.parents.get(owner);
    const extended = owner && extendedBy(r, owner);
    if (extended) return r.read(extended, scope);
    const handed = owner && handedTo(r, owner, scope);
    return handed
      ? { kind: "parameter", function: "", index: 0, name: "this", path: [], handed, at: r.at(inner) }
      : (readOwn(r, inner) ?? r.unknown(inner));
  }
  if (inner.type === "MemberExpression" && unwrap(inner.object as Node).type === "ThisExpression") {
    const name = propertyName(inner) ?? "";
    const field = lookupField(scope, name);
    const queried = field?.type && readQueried(r, field.type, field.scope, inner);
    if (queried) return { kind: "alias", of: queried, at: r.at(inner) };
    const value = r.read(inner, scope);
    const type = field?.type ? typeName(field.type, field.scope, r.scopes) : null;
    if (!field || !type || (value.kind === "client" && type.args.length === 0)) return value;
    const holder = holderOf(r, unwrap(inner.object as Node), field, type);
    return { kind: "typed", name, type, ...(holder && { holder }), at: r.at(inner) };
  }
  if (inner.type === "MemberExpression") {
    const name = propertyName(inner);
    const value = r.read(inner, scope);
    const open = value.kind === "unknown" || value.kind === "alias";
    const of = open ? readRoot(r, inner.object as Node, scope) : null;
    return of && name !== null && (of.kind === "typed" || of.kind === "member")
      ? { kind: "member", of, property: name, at: r.at(inner) }
      : value;
  }
  return r.read(inner, scope);
}

/** `repository.extend({ latest() { return this.find() } })`: what the method's `this` stands on. */
function extendedBy(r: Reading, owner: Node): Node | null {
  const property = r.scopes.parents.get(owner);
  const object = property?.type === "Property" ? r.scopes.parents.get(property) : null;
  const outer = object?.type === "ObjectExpression" ? r.scopes.parents.get(object) : null;
  if (outer?.type !== "CallExpression" || outer.callee === object) return null;
  const callee = unwrap(outer.callee as Node);
  return callee.type === "MemberExpression" && propertyName(callee) === "extend"
    ? unwrap(callee.object as Node)
    : null;
}

/** The call that a function is an argument of. */
export function handedTo(r: Reading, owner: Node, scope: Scope): { receiver: Expr; method: string } | null {
  const outer = r.scopes.parents.get(owner);
  if (outer?.type !== "CallExpression" || outer.callee === owner) return null;
  const callee = unwrap(outer.callee as Node);
  if (callee.type !== "MemberExpression") return null;
  let object = unwrap(callee.object as Node);
  // The root of the chain says who calls back: `db.transaction().execute((trx) => …)`.
  while (
    object.type === "CallExpression" ||
    (object.type === "MemberExpression" && unwrap(object.object as Node).type !== "ThisExpression")
  ) {
    if (clientOf(object, scope.parent ?? scope, r.scopes)) break;
    object = unwrap((object.type === "CallExpression" ? object.callee : object.object) as Node);
  }
  return { receiver: readRoot(r, object, scope.parent ?? scope), method: propertyName(callee) ?? "" };
}

/** The value of `typeof x`, the result of `ReturnType<typeof f>`, the client of `Parameters<typeof db.transaction>`. */
function readQueried(r: Reading, type: Node, scope: Scope, node: Node): Expr | null {
  const [exact, more] = queriedValues(type);
  if (exact && !more)
    return exact.path.reduce<Expr>(
      (of, property) => ({ kind: "member", of, property, at: r.at(node) }),
      r.read(exact.name, scope),
    );
  const name = queriedName(type);
  if (!name) return null;
  const value = r.read(name, scope);
  return isReturnType(type)
    ? {
        kind: "call",
        callee: value,
        args: [],
        reason: `the result of ${excerpt(r.source, name)}()`,
        at: r.at(node),
      }
    : value;
}

/** What a type that the file declares says of its values; null where that is nothing. */
export function readType(r: Reading, name: Node): Expr | null {
  if (name.type !== "Identifier") return null;
  const declared = r.scopes.types.get(name.name);
  const queried = declared && readQueried(r, declared, r.scopes.root, name);
  if (queried) return queried;
  const texts = declared && textsOf(r, declared, name);
  if (texts) return texts;
  const named = declared && typeName(declared, r.scopes.root, r.scopes);
  if (named) return { kind: "typed", name: name.name, type: named, at: r.at(name) };
  const members = r.scopes.shapes.get(name.name);
  return members ? readShape(r, members, name) : null;
}

/** `type Table = "orders" | "lots"`: any of the texts. */
function textsOf(r: Reading, type: Node, node: Node): Expr | null {
  const texts = literalOptions(r, type, r.scopes.root);
  return texts && { kind: "either", options: texts.map((text) => constant(r, text, node)), at: r.at(node) };
}

/** An interface as an object of what its properties are, as far as other modules say it. */
function readShape(r: Reading, members: readonly Node[], node: Node): Expr {
  const entries: Record<string, Expr> = {};
  const keys: Record<string, Span> = {};
  for (const member of members) {
    if (member.type !== "TSPropertySignature" || !member.typeAnnotation) continue;
    const name = member.key.type === "Identifier" ? member.key.name : literalText(member.key as Node);
    if (!name || name === "__proto__") continue;
    const texts = textsOf(r, member.typeAnnotation as Node, member);
    const type = texts ? null : typeName(member.typeAnnotation as Node, r.scopes.root, r.scopes);
    if (!texts && !type?.from) continue;
    entries[name] = texts ?? { kind: "typed", name, type: type as TypeName, at: r.at(member) };
    keys[name] = r.at(member.key as Node);
  }
  return { kind: "object", entries, keys, at: r.at(node) };
}
