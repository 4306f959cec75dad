/** What mappers of classes to tables share: a class behind a name, and the tables that a relation path leads to. */
import type { ClassExpr, ClassMember, Expr, Operation, Span, TypeName } from "../../model.ts";
import type { Ask, Named, TableDefinition } from "./adapter.ts";
import { resultOf } from "./builders.ts";
import { entry } from "./expressions.ts";

const DEEPEST = 8;

/** The expression of what a type names, to be followed: the class of `Repository<User>`. */
export function typeExpr(type: TypeName, at: Span): Expr {
  // A name without a module is one of the file's own.
  return type.from
    ? { kind: "import", specifier: type.from.specifier, name: type.from.name, at }
    : { kind: "import", specifier: "", name: type.name, at };
}

/** The class that an expression is, behind `() => User` and a function that makes it, too. */
export function classOf(expr: Expr, ask: Ask): ClassExpr | null {
  const inner = resultOf(expr, ask);
  if (inner.kind === "class") return inner;
  const result = inner.kind === "function" ? ask.apply(inner, []) : null;
  return result ? classOf(result, ask) : null;
}

/** A class's members with those of the classes that it extends, its own last; `open` where one of them is not known. */
export function membersOf(
  found: ClassExpr,
  ask: Ask,
  depth = 0,
): { members: readonly ClassMember[]; open: boolean } {
  const parent = found.extends ? classOf(found.extends, ask) : null;
  const base = found.extends && !parent ? resultOf(found.extends, ask) : null;
  const bare = !base || (base.kind === "import" && /(?:^|Base)Entity$|^Model$/.test(base.name));
  const above = parent && depth < DEEPEST ? membersOf(parent, ask, depth + 1) : { members: [], open: !bare };
  const own = new Set(found.members.map(({ name }) => name));
  return {
    members: [...above.members.filter(({ name }) => !own.has(name)), ...found.members],
    open: above.open,
  };
}

/** `BlogPost` → `blog_post`: the usual naming strategies' way. */
export function snakeCase(name: string): string {
  return name
    .replace(/([A-Z])([A-Z])([a-z])/g, "$1_$2$3")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

const NAMED = Symbol("classes and schemas by their names");

/** The class or the schema that the workspace calls by this name; of several, the one nearest to a file. */
export function sourceNamed(name: string, file: string, ask: Ask): Expr | null {
  const byName = ask.gather<ReadonlyMap<string, Expr[]>>(NAMED, new Map(), (sources) => {
    const found = new Map<string, Expr[]>();
    for (const source of sources) {
      const key = source.kind === "class" ? source.name : schemaName(source, ask);
      if (key) found.set(key, [...(found.get(key) ?? []), source]);
    }
    return found;
  });
  return nearestTo(file, byName.get(name) ?? []);
}

/** Folders that two files share. */
export function shared(a: string, b: string): number {
  const parts = a.split("/");
  const others = b.split("/");
  const end = parts.findIndex((part, index) => part !== others[index]);
  return end < 0 ? parts.length : end;
}

/** What stands nearest to a file; null where two do. */
function nearestTo(file: string, found: readonly Expr[]): Expr | null {
  const best = Math.max(...found.map(({ at }) => shared(at.file, file)));
  const leading = found.filter(({ at }) => shared(at.file, file) === best);
  const places = new Set(leading.map(({ at }) => `${at.file}:${at.start}`));
  return places.size === 1 ? (leading[0] ?? null) : null;
}

/** `new EntitySchema({ name: "User" })`, `defineEntity({ name: "User" })`. */
function schemaName(source: Expr, ask: Ask): string | null {
  if (source.kind !== "new" && source.kind !== "call") return null;
  const options = source.args[0] && ask.follow(source.args[0]);
  const name = options && entry(options, "name");
  return name ? ask.text(name) : null;
}

/** The class, the schema or whatever defines a table that an expression leads to, by its name, too. */
export function targetOf(expr: Expr, ask: Ask, depth = 0): Expr | null {
  const inner = resultOf(expr, ask);
  if (depth > DEEPEST) return null;
  if (inner.kind === "text") {
    const name = ask.text(inner);
    return name === null ? null : sourceNamed(name, expr.at.file, ask);
  }
  if (inner.kind !== "function") return inner;
  const result = ask.apply(inner, []);
  return result && targetOf(result, ask, depth + 1);
}

/** The definition that a class, a schema or the name of one stands for. */
export function entityOf(expr: Expr, ask: Ask): TableDefinition | null {
  const target = targetOf(expr, ask);
  return target && ask.definition(target);
}

/** The tables of one relation: what it leads to, and the one that joins many to many. */
export function relationTables(from: TableDefinition, property: string, at: Span, ask: Ask): Named[] {
  const target = from.relations[property];
  const to = target ? entityOf(target, ask) : null;
  const joining = (from.joins ?? []).filter(({ relation }) => relation === property);
  return [
    ...(to ? [{ name: { ...to.name, at }, operation: "select" as Operation }] : []),
    ...joining.map(({ name }) => ({ name: { ...name, at }, operation: "select" as Operation })),
  ];
}

/** The tables along a path of relations: `posts.author` from User leads to posts and users. */
export function relationPath(from: TableDefinition, path: readonly string[], at: Span, ask: Ask): Named[] {
  const found: Named[] = [];
  let here: TableDefinition | null = from;
  for (const property of path) {
    const target: Expr | undefined = here?.relations[property];
    if (!here || !target) break;
    found.push(...relationTables(here, property, at, ask));
    here = entityOf(target, ask);
  }
  return found;
}

/**
 * `{ posts: { author: true } }` and `["posts", "posts.author"]`: every table that is joined.
 *
 * @param condition only what has conditions of its own is joined, not what is compared
 */
export function relationsIn(
  from: TableDefinition,
  expr: Expr,
  ask: Ask,
  condition = false,
  depth = 0,
): Named[] {
  const inner = resultOf(expr, ask);
  if (depth > DEEPEST) return [];
  if (inner.kind === "either")
    return inner.options.flatMap((option) => relationsIn(from, option, ask, condition, depth + 1));
  if (inner.kind === "array")
    return inner.items.flatMap((item) => {
      const text = ask.text(item);
      // The strategies that a path may end with say nothing of tables: `books:ref`.
      if (text !== null && !condition)
        return relationPath(from, text.replace(/:\w+$/, "").split("."), item.at, ask);
      return relationsIn(from, item, ask, condition, depth + 1);
    });
  if (inner.kind !== "object") return [];
  return Object.entries(inner.entries).flatMap(([property, value]): Named[] => {
    if (property === "...") {
      const spreads = value.kind === "array" ? value.items : [value];
      return spreads.flatMap((spread) => relationsIn(from, spread, ask, condition, depth + 1));
    }
    // $and, $or: conditions on the same entity.
    if (property.startsWith("$")) return relationsIn(from, value, ask, condition, depth + 1);
    const target = from.relations[property];
    const to = target ? entityOf(target, ask) : null;
    if (!to || isOff(value, ask) || (condition && !isNested(value, ask))) return [];
    return [
      ...relationTables(from, property, value.at, ask),
      ...relationsIn(to, value, ask, condition, depth + 1),
    ];
  });
}

function isOff(value: Expr, ask: Ask): boolean {
  const inner = ask.follow(value);
  return inner.kind === "unknown" && /^`(?:false|undefined)`/.test(inner.reason);
}

/** `{ name: "x" }`, but not a row, a value or `{ $in: [1, 2] }`. */
function isNested(value: Expr, ask: Ask): boolean {
  const inner = resultOf(value, ask);
  if (inner.kind === "array") return inner.items.some((item) => isNested(item, ask));
  if (inner.kind === "either") return inner.options.some((option) => isNested(option, ask));
  if (inner.kind !== "object") return false;
  const names = Object.keys(inner.entries);
  return (
    names.length === 0 ||
    names.some((name) => !name.startsWith("$") || /^\$(?:and|or|not|some|none|every)$/.test(name))
  );
}
