/** What mappers of classes to tables share: a class behind a name, and the tables that a relation path leads to. */
import type { ClassExpr, Expr, Operation, Span, TypeName } from "../../model.ts";
import type { Ask, Named, TableDefinition } from "./adapter.ts";

/** The expression of what a type names, to be followed: the class of `Repository<User>`. */
export function typeExpr(type: TypeName, at: Span): Expr {
  // A name without a module is one of the file's own.
  return type.from
    ? { kind: "import", specifier: type.from.specifier, name: type.from.name, at }
    : { kind: "import", specifier: "", name: type.name, at };
}

/** The class that an expression is, behind `() => User`, too. */
export function classOf(expr: Expr, ask: Ask): ClassExpr | null {
  const inner = ask.follow(expr);
  if (inner.kind === "class") return inner;
  const result = inner.kind === "function" ? ask.apply(inner, []) : null;
  return result ? classOf(result, ask) : null;
}

/** `BlogPost` → `blog_post`: the usual naming strategies' way. */
export function snakeCase(name: string): string {
  return name
    .replace(/([A-Z])([A-Z])([a-z])/g, "$1_$2$3")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The definition that a class or its nearest mapped ancestor stands for. */
export function entityOf(expr: Expr, ask: Ask): TableDefinition | null {
  const found = classOf(expr, ask);
  return ask.definition(found ?? expr);
}

/** The tables along a path of relations: `posts.author` from User leads to posts and users. */
export function relationPath(from: TableDefinition, path: readonly string[], at: Span, ask: Ask): Named[] {
  const found: Named[] = [];
  let here: TableDefinition | null = from;
  for (const property of path) {
    const target: Expr | undefined = here.relations[property];
    if (!target) break;
    here = entityOf(target, ask);
    if (!here) break;
    found.push({ name: { ...here.name, at }, operation: "select" });
  }
  return found;
}

/** `{ posts: { author: true } }` and `["posts", "posts.author"]`: every table that is joined. */
export function relationsIn(from: TableDefinition, expr: Expr, ask: Ask): Named[] {
  const inner = ask.follow(expr);
  if (inner.kind === "array")
    return inner.items.flatMap((item) => {
      const text = ask.text(item);
      return text === null ? [] : relationPath(from, text.split("."), item.at, ask);
    });
  if (inner.kind !== "object") return [];
  return Object.entries(inner.entries).flatMap(([property, value]) => {
    const target = from.relations[property];
    const to = target ? entityOf(target, ask) : null;
    if (!to) return [];
    return [
      { name: { ...to.name, at: value.at }, operation: "select" as Operation },
      ...relationsIn(to, value, ask),
    ];
  });
}
