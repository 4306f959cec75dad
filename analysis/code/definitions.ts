/** Calls and classes by which a mapper is told of a table: `pgTable("users", …)`, `@Entity() class User`. */
import type { Expr } from "../model.ts";
import { adapters } from "./adapters/mod.ts";
import type { ExpressionReader } from "./expression.ts";
import type { FileScopes } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

const DEFINING = new Set(adapters.flatMap((adapter) => adapter.defining ?? []));

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
        ? isMappedClass(init)
        : kind === "constant" && path?.length === 0 && isDefinition(init))
    )
      found[name] = expressions.definition(init, scope);
  return found;
}

/** A defining call, with whatever is called on its result: `pgView("v").as(…)`. */
export function isDefinition(given: Node): boolean {
  let node = unwrap(given);
  for (;;) {
    if (node.type !== "CallExpression" && node.type !== "NewExpression") return false;
    if (isDefiningCall(node)) return true;
    const callee = unwrap(node.callee as Node);
    if (callee.type !== "MemberExpression") return false;
    node = unwrap(callee.object as Node);
  }
}

/** A class that a mapper may read: decorated, or derived from another. */
export function isMappedClass(node: Node): boolean {
  return (
    (node.type === "ClassDeclaration" || node.type === "ClassExpression") &&
    ((node.decorators ?? []).length > 0 || node.superClass !== null)
  );
}

function isDefiningCall(node: Node & { type: "CallExpression" | "NewExpression" }): boolean {
  const callee = unwrap(node.callee as Node);
  if (callee.type === "MemberExpression") return DEFINING.has(propertyName(callee) ?? "");
  return (
    callee.type === "Identifier" &&
    (DEFINING.has(callee.name) || (/table$/i.test(callee.name) && node.arguments.length > 1))
  );
}

function isDefiningClass(node: Node & { type: "ClassDeclaration" | "ClassExpression" }): boolean {
  const named = (node.decorators ?? []).some((item) => {
    const expression = unwrap(item.expression as Node);
    const callee = unwrap((expression.type === "CallExpression" ? expression.callee : expression) as Node);
    return callee.type === "Identifier" && DEFINING.has(callee.name);
  });
  const parent = node.superClass ? unwrap(node.superClass as Node) : null;
  return named || (parent?.type === "Identifier" && DEFINING.has(parent.name));
}
