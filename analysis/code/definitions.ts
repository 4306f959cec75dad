/** Calls and classes by which a mapper is told of a table: `pgTable("users", …)`, `@Entity() class User`. */
import type { Expr } from "../model.ts";
import { isDefiningCall, isDefiningClass, isDefinition, isMappedClass, isOpenClass } from "./defining.ts";
import type { ExpressionReader } from "./expression.ts";
import type { FileScopes } from "./scope.ts";

/** What may define a table: calls, constructions and classes that look like it. */
export function readDefinitions(scopes: FileScopes, expressions: ExpressionReader): Expr[] {
  const found: Expr[] = [];
  for (const { node, scope } of scopes.candidates) {
    if (node.type === "CallExpression" || node.type === "NewExpression") {
      if (isDefiningCall(node)) found.push(expressions.definition(node, scope));
    } else if ((node.type === "ClassDeclaration" || node.type === "ClassExpression") && isDefiningClass(node))
      found.push(expressions.definition(node, scope));
  }
  return found;
}

/** The module's constants and classes that others' definitions may name, however they come to. */
export function readLocals(scopes: FileScopes, expressions: ExpressionReader): Record<string, Expr> {
  const found: Record<string, Expr> = {};
  for (const [name, { kind, init, path, scope }] of scopes.root.bindings)
    if (
      init &&
      (kind === "class"
        ? isMappedClass(init) || isOpenClass(init)
        : kind === "constant" && path?.length === 0 && isDefinition(init))
    )
      found[name] = expressions.definition(init, scope);
  return found;
}
