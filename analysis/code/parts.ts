/** Objects and lists that are put together in steps: `const where = {}; where.author = …`. */
import type { Expr, Span } from "../model.ts";
import type { Binding, Scope } from "./scope.ts";
import type { Node } from "./syntax.ts";

type Part = Binding["parts"][number];
type ObjectExpr = Expr & { kind: "object" };

/** An object that is given more parts than this is a state, not a value. */
const MOST_PARTS = 24;

/**
 * An object with what is assigned to its properties anywhere, a list with what is pushed into it:
 * each may have been by the time it is used. Anything but what the file shows is left as it is.
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
  if (parts.length > MOST_PARTS) {
    const pushed = parts.find((part) => part.pushed && part.path.length === 0);
    const reason = "more is pushed into it than is followed";
    return pushed ? withItem(given, { kind: "unknown", reason, at: at(use) }) : given;
  }
  return parts
    .filter(({ value }) => use.start < value.start || value.end < use.end)
    .reduce((value, part) => withPart(value, part.path, part), given);

  function withPart(given: Expr, path: readonly string[], part: Part): Expr {
    const [name, ...rest] = path;
    if (name === undefined) return withItem(given, read(part.value, part.scope));
    const whole = objectOf(given);
    if (!whole) return given;
    const old = Object.hasOwn(whole.entries, name) ? whole.entries[name] : undefined;
    if (rest.length === 0 && !part.pushed) {
      const fresh = read(part.value, part.scope);
      const value: Expr = old ? { kind: "either", options: [old, fresh], at: at(use) } : fresh;
      return changed(whole, name, value, { [name]: at(part.key), ...whole.keys });
    }
    return old ? changed(whole, name, withPart(old, rest, part), whole.keys) : given;
  }
}

function withItem(given: Expr, item: Expr): Expr {
  const list = given.kind === "alias" ? given.of : given;
  return list.kind === "array" ? { ...list, items: [...list.items, item] } : given;
}

function changed(whole: ObjectExpr, name: string, value: Expr, keys: ObjectExpr["keys"]): Expr {
  return { ...whole, entries: { ...whole.entries, [name]: value }, keys };
}

function objectOf(expr: Expr): ObjectExpr | null {
  if (expr.kind === "alias") return objectOf(expr.of);
  return expr.kind === "object" ? expr : null;
}
