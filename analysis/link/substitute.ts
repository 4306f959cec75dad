/** Parts of expressions, replaced: parameters of functions and constructors by what they are given. */
import type { Expr } from "../model.ts";

/** An expression within a function or a constructor with the parameters replaced. */
export function substitute(expr: Expr, fn: { parameters: readonly string[] }, args: readonly Expr[]): Expr {
  return replaced(expr, (inner) => {
    if (inner.kind !== "parameter") return null;
    const given = args[inner.index];
    return given && fn.parameters[inner.index] === (inner.path.length ? "" : inner.name)
      ? reach(given, inner.path)
      : inner;
  });
}

/** @param swap what is to stand for a part; null where it is to be looked into */
export function replaced(expr: Expr, swap: (part: Expr) => Expr | null): Expr {
  const visit = (inner: Expr): Expr => {
    const other = swap(inner);
    if (other) return other;
    switch (inner.kind) {
      case "alias":
        return { ...inner, of: visit(inner.of) };
      case "concat":
        return { ...inner, parts: inner.parts.map(visit) };
      case "either":
        return { ...inner, options: inner.options.map(visit) };
      case "member":
        return { ...inner, of: visit(inner.of) };
      case "call":
        return { ...inner, callee: visit(inner.callee), args: inner.args.map(visit), applied: true };
      case "new":
        return { ...inner, args: inner.args.map(visit) };
      case "sql":
        return { ...inner, of: inner.of.map(visit) };
      case "array":
        return { ...inner, items: inner.items.map(visit) };
      case "object":
        return {
          ...inner,
          entries: Object.fromEntries(
            Object.entries(inner.entries).map(([key, value]) => [key, visit(value)]),
          ),
        };
      default:
        return inner;
    }
  };
  return visit(expr);
}

function reach(expr: Expr, path: readonly string[]): Expr {
  return path.reduce<Expr>((of, property) => ({ kind: "member", of, property, at: expr.at }), expr);
}
