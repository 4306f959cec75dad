/** Objects that are put together in steps: `const where = {}; where.author = …`. */
import type { Expr, Span } from "../model.ts";
import type { Binding, Scope } from "./scope.ts";
import type { Node } from "./syntax.ts";

type Part = Binding["parts"][number];
type ObjectExpr = Expr & { kind: "object" };

/** An object that is given more parts than this is a state, not a value. */
const MOST_PARTS = 24;

/**
 * An object with what is assigned to its properties anywhere: each may have been by the time it is
 * used. Anything but an object that the file shows is left as it is.
 *
 * @param use where the object is used; what is assigned around it is not yet there
 */
export function completed(
  given: Expr,
  parts: readonly Part[],
  use: Node,
  read: (node: Node, scope: Scope) => Expr,
  at: (node: Node) => Span,
): Expr {
  if (parts.length > MOST_PARTS) return given;
  return parts
    .filter(({ value }) => use.start < value.start || value.end < use.end)
    .reduce((value, part) => withPart(value, part.path, part), given);

  function withPart(given: Expr, [name = "", ...rest]: readonly string[], part: Part): Expr {
    const whole = objectOf(given);
    if (!whole) return given;
    const old = whole.entries[name];
    if (rest.length === 0) {
      const fresh = read(part.value, part.scope);
      const value: Expr = old ? { kind: "either", options: [old, fresh], at: at(use) } : fresh;
      return changed(whole, name, value, { [name]: at(part.key), ...whole.keys });
    }
    return old ? changed(whole, name, withPart(old, rest, part), whole.keys) : given;
  }
}

function changed(whole: ObjectExpr, name: string, value: Expr, keys: ObjectExpr["keys"]): Expr {
  return { ...whole, entries: { ...whole.entries, [name]: value }, keys };
}

function objectOf(expr: Expr): ObjectExpr | null {
  if (expr.kind === "alias") return objectOf(expr.of);
  return expr.kind === "object" ? expr : null;
}
