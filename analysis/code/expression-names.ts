/** Names: followed to what gives them their value, within the file; what another module gives is left for the linker. */
import type { Expr } from "../model.ts";
import { typeName } from "./classes.ts";
import { isDefinition, isMappedClass } from "./defining.ts";
import { isEnvironment } from "./environment.ts";
import { clientOf } from "./evidence.ts";
import { clientValue, eachOf, readEnumeration, taken } from "./expression-members.ts";
import { fallenBack, readVariable, rechecked } from "./expression-outside.ts";
import { isEmpty, MOST_WRITES, queriedValues } from "./expression-words.ts";
import { constant, importedType, literalOptions } from "./literal-types.ts";
import { completed } from "./parts.ts";
import type { Reading } from "./reading.ts";
import type { Binding, FileScopes, Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { isFunction, literalText, unwrap } from "./syntax.ts";

/** What a name stands for, through its declaration and its assignments. */
export function readIdentifier(r: Reading, node: Node & { type: "Identifier" }, scope: Scope): Expr {
  const binding = lookup(scope, node.name);
  if (!binding) return r.unknown(node);
  if (binding.imported)
    return isEnvironment(node, scope)
      ? readVariable(r, "*", node)
      : { kind: "import", ...binding.imported, at: r.at(node) };
  const given = r.given.get(binding);
  if (given) return { kind: "alias", of: given, at: r.at(node) };
  const adapter = clientOf(node, scope, r.scopes);
  if (adapter) {
    const made = adapter.chain && !binding.parameter && binding.path?.length === 0 ? binding.init : null;
    const type = binding.type ? typeName(binding.type, scope, r.scopes) : null;
    return clientValue(r, adapter, made && r.read(made, binding.scope), type, node);
  }
  if (isEnvironment(node, scope)) return readVariable(r, "*", node);
  if (isLocalDefinition(r, binding))
    return { kind: "import", specifier: "", name: node.name, at: r.at(node) };
  const each = binding.parameter?.list;
  if (each && binding.path && binding.writes.length === 0) {
    const item = eachOf(r, r.read(each.node, each.scope), binding.path, node);
    if (item.kind !== "unknown") return item;
  }
  if (binding.parameter) {
    const options = binding.type ? literalOptions(r, binding.type, scope, binding.parameter.owner) : null;
    if (options)
      return { kind: "either", options: options.map((text) => constant(r, text, node)), at: r.at(node) };
    const queried = binding.type && !binding.init ? queriedValues(binding.type) : [];
    if (queried.length) {
      const options = queried.map(({ name, path }) => taken(r, name, binding.scope, path, node));
      const [only] = options.length === 1 ? options : [];
      return { kind: "alias", of: only ?? { kind: "either", options, at: r.at(node) }, at: r.at(node) };
    }
    const type = binding.type ? typeName(binding.type, binding.scope, r.scopes) : null;
    const allows = allowedBy(r, binding);
    const parameter: Expr = {
      kind: "parameter",
      function: binding.parameter.name,
      index: binding.parameter.index,
      path: binding.path ?? [],
      handed: null,
      name: node.name,
      ...(type && { type }),
      ...(allows && { allows }),
      at: r.at(node),
    };
    // What callers leave out is the default.
    const written = binding.init && binding.path?.length === 0 && literalText(unwrap(binding.init)) !== null;
    if (!written || !binding.init) return parameter;
    const value: Expr = { kind: "alias", of: r.read(binding.init, binding.scope), at: r.at(node) };
    return { kind: "either", options: [value, parameter], at: r.at(node) };
  }
  if ((binding.kind === "class" || binding.kind === "function") && binding.init)
    return r.read(binding.init, binding.scope);
  if (binding.kind === "enum") return readEnumeration(r, binding) ?? r.unknown(node);
  if (!binding.path) return r.unknown(node);
  if (binding.each && binding.init) return eachOf(r, r.read(binding.init, binding.scope), binding.path, node);
  let value: Expr | null = binding.init ? taken(r, binding.init, binding.scope, binding.path, node) : null;
  const written = beforehand(r, node, binding.writes);
  const writes = value && isBuilder(value) ? written.filter((write) => !goesOn(write, node.name)) : written;
  if (writes.length > MOST_WRITES)
    // A builder is followed to what it was first given in any case.
    return value && isBuilder(value) ? { kind: "alias", of: value, at: r.at(node) } : r.unknown(node);
  for (const write of writes) {
    const written = r.read(write.value, write.scope);
    if (write.operator === "+=" && value) value = { kind: "concat", parts: [value, written], at: r.at(node) };
    else if (write.operator === "=" || write.operator === "??=" || write.operator === "||=")
      value =
        value && !isEmpty(value) ? { kind: "either", options: [value, written], at: r.at(node) } : written;
    else return r.unknown(node);
  }
  if (value && binding.parts.length) value = completed(value, binding.parts, node, r.read, r.at);
  if (value && binding.fallback)
    value = fallenBack(r, value, r.read(binding.fallback, binding.scope), binding.fallback) ?? value;
  return value ? { kind: "alias", of: rechecked(r, value, node), at: r.at(node) } : r.unknown(node);
}

/**
 * The writes that a name may have its value from. In what is written to it again, as in
 * "query = sql`${query} and paid`", it stands for what it began with: what else was written to it since
 * then is read where that stands.
 */
function beforehand(
  { source, scopes: { parents } }: Reading,
  node: Node & { type: "Identifier" },
  writes: Binding["writes"],
): Binding["writes"] {
  const within = writes.find(({ value }) => value.start <= node.start && node.end <= value.end);
  if (!within) return writes.filter((write) => !partsItems(write, parents));
  const itself = new RegExp(`(?<![\\w$.])${node.name.replaceAll("$", "\\$")}(?![\\w$])`);
  return writes.filter(
    ({ operator, value }) =>
      operator !== "+=" && value.end <= node.start && !itself.test(source.slice(value.start, value.end)),
  );
}

const SEPARATOR = /^\s*(?:,|or|and|union(?:\s+all)?)\s*$/i;

/** `if (i > 0) values += ","` in a loop: what parts a list's items, of which each is read alone. */
function partsItems({ operator, value }: Binding["writes"][number], parents: FileScopes["parents"]): boolean {
  if (operator !== "+=" || !SEPARATOR.test(literalText(unwrap(value)) ?? "")) return false;
  let conditional = false;
  for (let at = parents.get(value); at && !isFunction(at); at = parents.get(at)) {
    if (/^(?:For|ForIn|ForOf|While|DoWhile)Statement$/.test(at.type)) return conditional;
    conditional ||= at.type === "IfStatement";
  }
  return false;
}

/** The type of another module that says which texts a parameter may be, its own or that of what it is taken out of. */
function allowedBy(r: Reading, { type, path, parameter, scope }: Binding): Expr | null {
  const own = type && importedType(r, type, scope);
  if (own || !path?.length) return own;
  const whole = parameter?.type ? importedType(r, parameter.type, scope) : null;
  return whole && path.reduce<Expr>((of, property) => ({ kind: "member", of, property, at: of.at }), whole);
}

/** What a chain of calls may go on from. */
function isBuilder(value: Expr): boolean {
  const inner = value.kind === "alias" ? value.of : value;
  return inner.kind === "client" || (inner.kind === "call" && !inner.awaited);
}

/** `query = query.where(…)`: the same builder, with more to it. */
function goesOn({ operator, value }: Binding["writes"][number], name: string): boolean {
  let at = unwrap(value);
  if (operator !== "=" || at.type !== "CallExpression") return false;
  while (at.type === "CallExpression" || at.type === "MemberExpression")
    at = unwrap((at.type === "CallExpression" ? at.callee : at.object) as Node);
  return at.type === "Identifier" && at.name === name;
}

/** A constant or a class of the module that may define a table: left as a name, for the linker to follow. */
function isLocalDefinition(r: Reading, binding: Binding): boolean {
  if (binding.scope !== r.scopes.root || !binding.init) return false;
  if (binding.kind === "class") return isMappedClass(binding.init);
  return binding.kind === "constant" && binding.path?.length === 0 && isDefinition(binding.init);
}
