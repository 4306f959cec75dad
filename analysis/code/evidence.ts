/**
 * Which database client a value is, as far as one file tells: by the import it comes from, the call
 * that made it, its type annotation, or the client that hands it to a callback.
 */

import type { Adapter } from "./adapters/adapter.ts";
import { adapters } from "./adapters/mod.ts";
import { classAround } from "./classes.ts";
import {
  begetsCallback,
  begetsResult,
  byPackage,
  importedAdapter,
  isNamespace,
  memberExport,
  moduleExport,
  openerOf,
  readyClient,
} from "./client-exports.ts";
import type { Binding, FileScopes, Scope } from "./scope.ts";
import { lookup, lookupField, scopeAt } from "./scope.ts";
import { indexedType, memberType } from "./shapes.ts";
import type { Node } from "./syntax.ts";
import { isFunction, literalText, propertyName, unwrap } from "./syntax.ts";

/** Type names that say which client they are wherever they are imported from. */
const TELLING_TYPES = new Map(
  adapters
    .flatMap((adapter) => adapter.types.map((type) => [type, adapter] as const))
    .filter(
      ([type]) => !/^(?:SQL|Pool|PgPool|Client|Connection|Database|Transaction|PoolConnection)$/.test(type),
    ),
);

/** Names that say by themselves whose client they hold. */
const HABITS = new Map(
  adapters.flatMap((adapter) => (adapter.habits ?? []).map((name) => [name, adapter] as const)),
);

const DEEPEST = 8;

/** The client that a value is, or null where the file does not tell. */
export function clientOf(node: Node, scope: Scope, scopes: FileScopes, depth = 0): Adapter | null {
  node = unwrap(node);
  if (depth > DEEPEST) return null;
  const next = (inner: Node, at: Scope = scope) => clientOf(inner, at, scopes, depth + 1);
  switch (node.type) {
    case "Identifier": {
      const binding = lookup(scope, node.name);
      return binding ? bindingClient(binding, scopes, depth) : null;
    }
    case "MemberExpression": {
      const name = propertyName(node);
      const ready = readyClient(moduleExport(node, scope));
      if (ready || !name) return ready;
      const object = unwrap(node.object as Node);
      if (object.type === "ThisExpression") {
        const field = lookupField(scope, name);
        if (!field) {
          const around = next(object);
          return around?.begets[name] === "property" ? around : (HABITS.get(name) ?? null);
        }
        return (
          (field.type && typeClient(field.type, field.scope, scopes, depth)) ??
          (field.init && next(field.init, field.scope)) ??
          HABITS.get(name) ??
          null
        );
      }
      const shape = annotation(object, scope, scopes);
      const declared = shape && memberType(shape, name, scopes.shapes);
      const typed = declared && typeClient(declared, scope, scopes, depth);
      if (typed) return typed;
      const owner = next(object);
      return owner?.begets[name] === "property" ? owner : (HABITS.get(name) ?? null);
    }
    case "NewExpression":
    case "CallExpression": {
      const opened = openerOf(node.callee as Node, scope);
      if (opened) return opened.adapter;
      const callee = unwrap(node.callee as Node);
      if (callee.type === "MemberExpression") {
        const [first] = node.arguments;
        if (propertyName(callee) === "resolve" && isNamed(callee.object as Node, "Promise"))
          return first ? next(first as Node) : null;
        const adapter = next(callee.object as Node);
        return adapter && begetsResult(adapter, propertyName(callee) ?? "") ? adapter : null;
      }
      const library = next(callee);
      if (library?.calls) return library;
      if (callee.type !== "Identifier") return null;
      const made = lookup(scope, callee.name)?.init;
      return made ? resultClient(made, scopes, depth) : null;
    }
    case "ThisExpression":
    case "Super": {
      const around = classAround(node, scopes);
      return around && !around.static ? derivedClient(around.node, scopeAt(around.node, scopes), 0) : null;
    }
    case "LogicalExpression":
      return next(node.left) ?? next(node.right);
    case "ConditionalExpression":
      return next(node.consequent) ?? next(node.alternate);
    case "AssignmentExpression":
      return next(node.right);
    default:
      return null;
  }
}

type ByDepth<Key extends object = Node> = WeakMap<Key, (Adapter | null)[]>;

/**
 * Answers by node or name, and by how deep it was asked for: what is left to follow decides what is
 * found, so that no answer hangs on who asked first. Without them, what leads back to itself in twenty
 * places is gone through twenty to the power of the depth times.
 */
function remembered<Key extends object>(
  known: ByDepth<Key>,
  key: Key,
  depth: number,
  find: () => Adapter | null,
): Adapter | null {
  const byDepth = known.get(key) ?? [];
  known.set(key, byDepth);
  const answer = byDepth[depth];
  if (answer !== undefined) return answer;
  const found = find();
  byDepth[depth] = found;
  return found;
}

const results: ByDepth = new WeakMap();

/** The client that a function of the file returns, wherever in its body. */
function resultClient(made: Node, scopes: FileScopes, depth: number): Adapter | null {
  return remembered(results, made, depth, () => {
    for (const result of returned(made, scopes)) {
      const client = clientOf(result, scopeAt(result, scopes), scopes, depth + 1);
      if (client) return client;
    }
    return null;
  });
}

const aliases: ByDepth = new WeakMap();

/** The client that instances of a class are, by what it extends. */
function derivedClient(node: Node, scope: Scope, depth: number): Adapter | null {
  const parent = "superClass" in node && node.superClass ? unwrap(node.superClass as Node) : null;
  if (!parent || depth > DEEPEST) return null;
  const from = moduleExport(parent, scope);
  const adapter = importedAdapter(from);
  if (from && adapter) return adapter.types.includes(from.name) ? adapter : null;
  const binding = parent.type === "Identifier" ? lookup(scope, parent.name) : null;
  return binding?.kind === "class" && binding.init
    ? derivedClient(binding.init, binding.scope, depth + 1)
    : null;
}

const bindings: ByDepth<Binding> = new WeakMap();

function bindingClient(binding: Binding, scopes: FileScopes, depth: number): Adapter | null {
  return remembered(bindings, binding, depth, () => readBindingClient(binding, scopes, depth));
}

function readBindingClient(binding: Binding, scopes: FileScopes, depth: number): Adapter | null {
  const ready = readyClient(binding.imported);
  if (ready) return ready;
  if (binding.type) {
    const typed = typeClient(binding.type, binding.scope, scopes, depth);
    if (typed) return typed;
  }
  if (binding.parameter) {
    const handed = callbackClient(binding, scopes, depth);
    if (handed) return handed;
  }
  if (binding.init && binding.path?.length === 0) {
    const made = clientOf(binding.init, binding.scope, scopes, depth + 1);
    if (made) return made;
  }
  if (binding.init && binding.path?.length === 1) {
    const from = moduleExport(binding.init, binding.scope);
    if (from && isNamespace(from.name))
      return readyClient({ specifier: from.specifier, name: binding.path[0] ?? "" });
  }
  for (const write of binding.writes) {
    const written = clientOf(write.value, write.scope, scopes, depth + 1);
    if (written) return written;
  }
  const from = binding.imported ?? (binding.init && memberExport(binding));
  const made = binding.kind === "function" || binding.kind === "class" || importedAdapter(from);
  return made ? null : (HABITS.get(binding.name) ?? null);
}

/**
 * A function's parameter that a client hands over: `sql.begin((tx) => …)`, `pool.connect().then((client) => …)`,
 * `pool.connect((error, client) => …)`, `pool.on("connect", (client) => …)`.
 */
function callbackClient(binding: Binding, scopes: FileScopes, depth: number): Adapter | null {
  const { owner, index } = binding.parameter ?? { owner: null, index: -1 };
  const call = owner && scopes.parents.get(owner);
  if (call?.type !== "CallExpression" || call.callee.type !== "MemberExpression") return null;
  const method = propertyName(call.callee as Node) ?? "";
  const outer = binding.scope.parent ?? binding.scope;
  const adapter = clientOf(call.callee.object as Node, outer, scopes, depth + 1);
  if (!adapter) return null;
  const [first] = call.arguments;
  if (index === 1) return first === owner && begetsResult(adapter, method) ? adapter : null;
  if (index !== 0) return null;
  const event = method === "on" && first ? literalText(first as Node) : null;
  const handed = method === "then" || event === "connect" || event === "acquire";
  return handed || begetsCallback(adapter, method) ? adapter : null;
}

/** The type that a name, a field or a property is annotated with. */
function annotation(node: Node, scope: Scope, scopes: FileScopes, depth = 0): Node | null {
  const inner = unwrap(node);
  if (inner.type === "Identifier") return lookup(scope, inner.name)?.type ?? null;
  const name = inner.type === "MemberExpression" ? propertyName(inner) : null;
  if (inner.type !== "MemberExpression" || name === null || depth > DEEPEST) return null;
  const object = unwrap(inner.object as Node);
  if (object.type === "ThisExpression") return lookupField(scope, name)?.type ?? null;
  const outer = annotation(object, scope, scopes, depth + 1);
  return outer && memberType(outer, name, scopes.shapes);
}

function isNamed(node: Node, name: string): boolean {
  const inner = unwrap(node);
  return inner.type === "Identifier" && inner.name === name;
}

function typeClient(type: Node, scope: Scope, scopes: FileScopes, depth: number): Adapter | null {
  switch (type.type) {
    case "TSTypeAnnotation":
      return typeClient(type.typeAnnotation as Node, scope, scopes, depth);
    case "TSInterfaceHeritage": {
      const from = moduleExport(type.expression as Node, scope);
      const adapter = from && byPackage.get(from.specifier);
      return from && adapter?.types.includes(from.name) ? adapter : null;
    }
    case "TSUnionType":
    case "TSIntersectionType":
      for (const option of type.types) {
        const adapter = typeClient(option as Node, scope, scopes, depth);
        if (adapter) return adapter;
      }
      return null;
    case "TSIndexedAccessType": {
      const member = depth > DEEPEST ? null : indexedType(type, scopes.shapes);
      return member && typeClient(member, scope, scopes, depth + 1);
    }
    case "TSTypeQuery":
      return clientOf(type.exprName as Node, scope, scopes, depth + 1);
    case "TSTypeReference": {
      const name = type.typeName as Node;
      if (name.type === "TSQualifiedName") {
        const from = name.left.type === "Identifier" ? lookup(scope, name.left.name)?.imported : null;
        const adapter = from ? importedAdapter(from) : null;
        const type = name.right.name;
        return adapter &&
          [type, from?.name ?? ""].some((one) => adapter.types.includes(one) || one in adapter.opens)
          ? adapter
          : null;
      }
      if (name.type !== "Identifier") return null;
      const from = lookup(scope, name.name)?.imported;
      if (!from) {
        const alias = lookup(scope, name.name) ? undefined : scopes.types.get(name.name);
        if (alias && depth > DEEPEST) return null;
        if (alias)
          return remembered(aliases, alias, depth, () => typeClient(alias, scopes.root, scopes, depth + 1));
        // ReturnType<typeof postgres>
        const [inner] = name.name === "ReturnType" ? (type.typeArguments?.params ?? []) : [];
        return inner?.type === "TSTypeQuery"
          ? (openerOf(inner.exprName as Node, scope)?.adapter ?? null)
          : null;
      }
      const adapter = byPackage.get(from.specifier);
      if (adapter && (adapter.types.includes(from.name) || from.name in adapter.opens)) return adapter;
      return adapter ? null : (TELLING_TYPES.get(from.name) ?? null);
    }
    default:
      return null;
  }
}

/** What a function returns, as far as the file tells; empty for what is no function, or one that yields. */
export function returned(node: Node, scopes: FileScopes): readonly Node[] {
  node = unwrap(node);
  return isFunction(node) && !node.generator ? (scopes.returns.get(node) ?? []) : [];
}
