/** Which client an export of a module belongs to: what opens one, what is one, what its tags and methods are. */
import type { Adapter, Opener } from "./adapters/adapter.ts";
import { adapters } from "./adapters/mod.ts";
import type { Binding, Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

export const byPackage = new Map(
  adapters.flatMap((adapter) => adapter.packages.map((name) => [name, adapter] as const)),
);

const byExport = new Map(
  adapters.flatMap((adapter) => (adapter.exports ?? []).map((name) => [name, adapter] as const)),
);

const byRaw = new Map(
  adapters.flatMap((adapter) => (adapter.raw ?? []).map((name) => [name, adapter] as const)),
);

const DEEPEST = 8;

/** The adapter whose package or generated module an import comes from. */
export function importedAdapter(from: { specifier: string; name: string } | null): Adapter | null {
  return from && (byPackage.get(from.specifier) ?? byExport.get(from.name) ?? null);
}

/** The adapter that alone has this method or tag for SQL. */
export function rawAdapter(method: string): Adapter | null {
  return byRaw.get(method) ?? null;
}

/** The export of a module that a node stands for: `Pool`, `pg.Pool`, `Bun.SQL`. */
export function moduleExport(
  node: Node,
  scope: Scope,
  depth = 0,
): { specifier: string; name: string } | null {
  node = unwrap(node);
  if (depth > DEEPEST) return null;
  if (node.type === "Identifier") {
    const binding = lookup(scope, node.name);
    if (!binding) return node.name === "Bun" ? { specifier: "bun", name: "*" } : null;
    if (binding.imported) return binding.imported;
    if (binding.kind !== "constant" || !binding.init || !binding.path || binding.path.length > 1) return null;
    const whole = moduleExport(binding.init, binding.scope, depth + 1);
    const [property] = binding.path;
    if (!whole || property === undefined) return whole;
    return isNamespace(whole.name) ? { specifier: whole.specifier, name: property } : null;
  }
  if (node.type === "MemberExpression") {
    const whole = moduleExport(node.object as Node, scope, depth + 1);
    const name = propertyName(node);
    return whole && name && isNamespace(whole.name) ? { specifier: whole.specifier, name } : null;
  }
  if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require") {
    const [argument] = node.arguments;
    if (argument?.type === "Literal" && typeof argument.value === "string")
      return { specifier: argument.value, name: "*" };
  }
  return null;
}

/** CommonJS packages are imported by their default export as often as by a namespace. */
export function isNamespace(name: string): boolean {
  return name === "*" || name === "default";
}

/** The adapter whose connection the callee opens. */
export function openerOf(callee: Node, scope: Scope): { adapter: Adapter; opener: Opener } | null {
  const from = moduleExport(callee, scope) ?? staticMethod(unwrap(callee), scope);
  const adapter = importedAdapter(from);
  if (!from || !adapter) return null;
  const opener = adapter.opens[from.name] ?? (from.name === "*" ? adapter.opens["default"] : undefined);
  return opener ? { adapter, opener } : null;
}

/** `MikroORM.init`: a method of a class that a module exports. */
function staticMethod(callee: Node, scope: Scope): { specifier: string; name: string } | null {
  if (callee.type !== "MemberExpression") return null;
  const from = moduleExport(callee.object as Node, scope);
  return from && { specifier: from.specifier, name: `${from.name}.${propertyName(callee) ?? ""}` };
}

/** The adapter whose SQL tag a node is: `sql` of a query builder, `sql.fragment`. */
export function tagAdapter(node: Node, scope: Scope): Adapter | null {
  const inner = unwrap(node);
  const from = moduleExport(inner, scope);
  const adapter = importedAdapter(from);
  if (from && adapter?.tags?.includes(from.name)) return adapter;
  if (inner.type === "MemberExpression") return tagAdapter(inner.object as Node, scope);
  return inner.type === "CallExpression" ? tagAdapter(inner.callee as Node, scope) : null;
}

/** The client whose package exports it ready to be used. */
export function readyClient(from: { specifier: string; name: string } | null): Adapter | null {
  const adapter = from && byPackage.get(from.specifier);
  return from && adapter?.ready.includes(from.name) ? adapter : null;
}

/** `const { knex } = require("knex")`, and of its default import. */
export function memberExport({ init, path, scope }: Binding): { specifier: string; name: string } | null {
  const whole = init && path && path.length < 2 ? moduleExport(init, scope) : null;
  return whole && { specifier: whole.specifier, name: path?.[0] ?? whole.name };
}

/** The method's result is a client of the same kind. */
export function begetsResult({ begets }: Adapter, method: string): boolean {
  return begets[method] === "result" || begets[method] === "both";
}

/** The method hands a client to the function that it is given. */
export function begetsCallback({ begets }: Adapter, method: string): boolean {
  return begets[method] === "callback" || begets[method] === "both";
}

/** The client that a file most likely uses, by what it imports: a name for uses that carry no evidence of their own. */
export function clientByImports(specifiers: Iterable<string>): Adapter | null {
  for (const specifier of specifiers) {
    const adapter = specifier === "bun" ? null : byPackage.get(specifier);
    if (adapter) return adapter;
  }
  return null;
}
