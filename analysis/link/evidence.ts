/** Which database client an expression is, followed across files. */
import type { Adapter } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import { begetsCallback, begetsResult } from "../code/client-exports.ts";
import type { Expr, TypeName } from "../model.ts";

/** The expression behind aliases, imports and members. */
export type Follow = (expr: Expr) => Expr;

const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));
const byPackage = new Map(
  adapters.flatMap((adapter) => adapter.packages.map((name) => [name, adapter] as const)),
);

const DEEPEST = 24;

/** What was found of functions and alternatives, by how deep they were met: both may be met again and again. */
type Met = Map<Expr, (Adapter | null)[]>;

/** The adapter that an expression is evidence for: an open client, a type, a callback's parameter. */
export function adapterOf(root: Expr, follow: Follow, depth = 0, met: Met = new Map()): Adapter | null {
  if (depth > DEEPEST) return null;
  const inner = follow(root);
  if (inner.kind !== "function" && inner.kind !== "either") return adapterBehind(inner, follow, depth, met);
  const byDepth = met.get(inner) ?? [];
  met.set(inner, byDepth);
  const known = byDepth[depth];
  if (known !== undefined) return known;
  const found = adapterBehind(inner, follow, depth, met);
  byDepth[depth] = found;
  return found;
}

function adapterBehind(inner: Expr, follow: Follow, depth: number, met: Met): Adapter | null {
  const next = (expr: Expr) => adapterOf(expr, follow, depth + 1, met);
  switch (inner.kind) {
    case "client":
      return byName.get(inner.adapter) ?? null;
    case "typed":
      return adapterOfType(inner.type) ?? typedElsewhere(inner, follow, next);
    case "parameter": {
      const typed = inner.type && next({ kind: "typed", name: inner.name, type: inner.type, at: inner.at });
      if (typed) return typed;
      const adapter = inner.handed && next(inner.handed.receiver);
      return inner.handed && adapter && begetsCallback(adapter, inner.handed.method) ? adapter : null;
    }
    case "function":
      return (
        (inner.result && next(inner.result)) ??
        (inner.type ? next({ kind: "typed", name: "", type: inner.type, at: inner.at }) : null)
      );
    case "import":
      return openedBy(inner);
    case "call": {
      const callee = inner.callee.kind === "alias" ? inner.callee.of : inner.callee;
      const owner = callee.kind === "member" ? next(callee.of) : null;
      if (callee.kind === "member" && callee.property === "get" && inner.args.length === 1) {
        // Map<string, Pool>
        const map = follow(callee.of);
        const held = map.kind === "typed" && /Map$/.test(map.type.name) ? map.type.args.at(-1) : null;
        if (held) return adapterOfType(held);
      }
      if (callee.kind === "member" && owner) return begetsResult(owner, callee.property) ? owner : null;
      return makerOf(inner.args, next) ?? (callee.kind === "member" ? null : next(callee));
    }
    case "member": {
      const opened = openedBy(inner);
      if (opened) return opened;
      const owner = follow(inner.of);
      const declared = owner.kind === "typed" && owner.type.from;
      const shape = declared ? follow({ kind: "import", ...declared, at: inner.at }) : null;
      const entry = shape?.kind === "object" ? shape.entries[inner.property] : undefined;
      if (entry) return next(entry);
      const adapter = next(owner);
      return adapter?.begets[inner.property] === "property" ? adapter : null;
    }
    case "new":
      return next(inner.callee);
    case "class": {
      const parent = inner.extends && follow(inner.extends);
      if (parent?.kind === "import")
        return openedBy(parent) ?? adapterOfType({ name: parent.name, from: parent, args: [] });
      return inner.extends && next(inner.extends);
    }
    case "either":
      for (const option of inner.options) {
        const adapter = next(option);
        if (adapter) return adapter;
      }
      return null;
    default:
      return null;
  }
}

/** A function that makes a client, handed to one that keeps what it makes: `once(() => new Client())`. */
export function makerOf(args: readonly Expr[], adapterOf: (made: Expr) => Adapter | null): Adapter | null {
  for (const argument of args) {
    const made = argument.kind === "function" ? argument.result : null;
    const adapter = made?.kind === "client" || made?.kind === "new" ? adapterOf(made) : null;
    if (adapter) return adapter;
  }
  return null;
}

/** The adapter whose connections a function opens: `knex`, or `lib.knex` where `lib` is the module. */
export function openedBy(inner: Expr): Adapter | null {
  const whole = inner.kind === "member" ? inner.of : inner;
  if (whole.kind !== "import") return null;
  const adapter = byPackage.get(whole.specifier);
  if (inner.kind === "member" && whole.name !== "default" && whole.name !== "*") return null;
  // require("knex")(…): the module itself.
  const called = whole.name === "*" ? "default" : whole.name;
  const name = inner.kind === "member" ? inner.property : called;
  return adapter && Object.hasOwn(adapter.opens, name) ? adapter : null;
}

function adapterOfType(type: TypeName): Adapter | null {
  const adapter = type.from && byPackage.get(type.from.specifier);
  const names = type.from?.name.split(".") ?? [];
  return adapter && names.some((name) => adapter.types.includes(name)) ? adapter : null;
}

/** A type that a module of the workspace declares: another one, or the same. */
function typedElsewhere(
  typed: Expr & { kind: "typed" },
  follow: Follow,
  next: (expr: Expr) => Adapter | null,
): Adapter | null {
  const from = typed.type.from ?? { specifier: "", name: typed.type.name };
  const name: Expr = { kind: "import", ...from, at: typed.at };
  const found = follow(name);
  return found === name ? null : next(found);
}
