/** What `this` and `super` are. */
import type { Expr, TypeName } from "../model.ts";
import { classAround } from "./classes.ts";
import { isMappedClass, isOpenClass } from "./defining.ts";
import type { Reading } from "./reading.ts";
import { type Field, scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";

/** `this` and `super` of a class that extends another or is decorated: one of its instances, or the class itself. */
export function readOwn(r: Reading, node: Node): Expr | null {
  const around = classAround(node, r.scopes);
  if (!around || !isMappedClass(around.node)) return null;
  const callee = classOf(r, around.node, node);
  return around.static
    ? { kind: "alias", of: callee, own: true, at: r.at(node) }
    : { kind: "new", callee, args: [], own: true, at: r.at(node) };
}

/** The class around, where it leaves to those that extend it what its instance keeps in a field. */
export function holderOf(r: Reading, self: Node, field: Field, type: TypeName | null): Expr | null {
  const around = classAround(self, r.scopes);
  if (!around || around.static || !isOpenClass(around.node)) return null;
  const filled = field.init || field.given || field.filled;
  const open = new Set(around.node.typeParameters?.params.map(({ name }) => name.name));
  const isOpen = ({ name, from, args }: TypeName): boolean =>
    (from === null && open.has(name)) || args.some(isOpen);
  return !filled || (type !== null && isOpen(type)) ? classOf(r, around.node, self) : null;
}

function classOf(r: Reading, node: Node & { type: "ClassDeclaration" | "ClassExpression" }, at: Node): Expr {
  const scope = scopeAt(node, r.scopes);
  const name = node.id?.name ?? "";
  return scope.bindings.get(name)?.init === node && scope === r.scopes.root
    ? { kind: "import", specifier: "", name, at: r.at(at) }
    : r.read(node, scope);
}
