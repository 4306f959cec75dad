/** Methods of classes of the workspace's own: what they give, where nothing else is known of a call. */
import type { Expr } from "../model.ts";
import { follow, type Resolve } from "./follow.ts";

const DEEPEST = 8;

/** A method of the class of which an expression is an instance, or which it is; its own, or one that it inherits. */
export function methodOf(of: Expr, name: string, resolve: Resolve, depth = 0): Expr | null {
  const next = (inner: Expr) => methodOf(inner, name, resolve, depth + 1);
  const owner = follow(of, resolve);
  if (depth > DEEPEST) return null;
  if (owner.kind === "new") return next(owner.callee);
  const type = owner.kind === "typed" || owner.kind === "parameter" ? owner.type : undefined;
  if (type) {
    const { at } = owner;
    // A name without a module is one of the file's own.
    const { specifier, name: declared } = type.from ?? { specifier: "", name: type.name };
    const found = follow({ kind: "import", specifier, name: declared, at }, resolve);
    if (found.kind === "class") return next(found);
    return type.from ? null : (resolve.method?.(at.file, type.name, name) ?? null);
  }
  if (owner.kind !== "class") return null;
  const own = resolve.method?.(owner.at.file, owner.name, name) ?? null;
  return own ?? (owner.extends ? next(owner.extends) : null);
}
