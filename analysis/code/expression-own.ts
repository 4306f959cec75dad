/** What `this` and `super` are. */
import type { Expr } from "../model.ts";
import { classAround } from "./classes.ts";
import { isMappedClass } from "./defining.ts";
import type { Reading } from "./reading.ts";
import { scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";

/** `this` and `super` of a class that extends another or is decorated: one of its instances, or the class itself. */
export function readOwn(r: Reading, node: Node): Expr | null {
  const around = classAround(node, r.scopes);
  if (!around || !isMappedClass(around.node)) return null;
  const scope = scopeAt(around.node, r.scopes);
  const name = around.node.id?.name ?? "";
  const callee: Expr =
    scope.bindings.get(name)?.init === around.node && scope === r.scopes.root
      ? { kind: "import", specifier: "", name, at: r.at(node) }
      : r.read(around.node, scope);
  return around.static
    ? { kind: "alias", of: callee, own: true, at: r.at(node) }
    : { kind: "new", callee, args: [], own: true, at: r.at(node) };
}
