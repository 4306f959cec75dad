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
      const callee = unwrap(node.callee as Node);
      const name =
        callee.type === "Identifier"
          ? callee.name
          : callee.type === "MemberExpression"
            ? (propertyName(callee) ?? "")
            : "";
      if (
        DEFINING.has(name) ||
        (callee.type === "Identifier" && /table$/i.test(name) && node.arguments.length > 1)
      )
        found.push(expressions.read(node, scope));
    } else if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
      const named = (node.decorators ?? []).some((item) => {
        const expression = unwrap(item.expression as Node);
        const callee = unwrap(
          (expression.type === "CallExpression" ? expression.callee : expression) as Node,
        );
        return callee.type === "Identifier" && DEFINING.has(callee.name);
      });
      const parent = node.superClass ? unwrap(node.superClass as Node) : null;
      if (named || (parent?.type === "Identifier" && DEFINING.has(parent.name)))
        found.push(expressions.read(node, scope));
    }
  }
  return found;
}
