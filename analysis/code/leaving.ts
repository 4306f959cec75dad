/** Code from which nothing goes on: it throws, returns, or ends the process. */
import type { FileScopes } from "./scope.ts";
import { lookup, scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

/** Functions that by their names end the process or throw. */
const ENDING =
  /^(?:fail|die|panic|abort|exit|bail|bailOut|fatal|raise|never|unreachable|throwError|throwIf|terminate|crash)(?![a-z])/;

const DEEPEST = 6;

/** The statement leaves the block that it stands in; `forGood`: by an error or by the process's end, not by a return or a `break`. */
export function leaves(node: Node, scopes: FileScopes, forGood = false): boolean {
  return leavesBy(node, scopes, !forGood, 0);
}

/** The expression throws or ends the process. */
export function neverReturns(node: Node, scopes: FileScopes): boolean {
  return ends(node, scopes, 0);
}

/** @param quietly a return, `break` or `continue` counts */
function leavesBy(node: Node, scopes: FileScopes, quietly: boolean, depth: number): boolean {
  const inner = (next: Node) => leavesBy(next, scopes, quietly, depth);
  switch (node.type) {
    case "ThrowStatement":
      return true;
    case "ReturnStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return quietly;
    case "BlockStatement":
      return node.body.some((statement) => inner(statement as Node));
    case "IfStatement":
      return !!node.alternate && inner(node.consequent) && inner(node.alternate);
    case "TryStatement":
      return (
        (inner(node.block) && (!node.handler || inner(node.handler.body))) ||
        (!!node.finalizer && inner(node.finalizer))
      );
    case "ExpressionStatement":
      return ends(node.expression, scopes, depth);
    default:
      return false;
  }
}

function ends(given: Node, scopes: FileScopes, depth: number): boolean {
  const node = unwrap(given);
  if (depth > DEEPEST) return false;
  if (node.type === "SequenceExpression") return node.expressions.some((item) => ends(item, scopes, depth));
  if (node.type !== "CallExpression") return false;
  const callee = unwrap(node.callee as Node);
  if (callee.type === "MemberExpression") {
    const object = unwrap(callee.object as Node);
    const method = propertyName(callee) ?? "";
    return (
      (method === "exit" || method === "abort") &&
      object.type === "Identifier" &&
      /^(?:process|Deno|Bun|proc)$/.test(object.name)
    );
  }
  const made = callee.type === "Identifier" ? lookup(scopeAt(node, scopes), callee.name)?.init : callee;
  const definition = made && unwrap(made);
  if (
    definition?.type === "FunctionDeclaration" ||
    definition?.type === "FunctionExpression" ||
    definition?.type === "ArrowFunctionExpression"
  ) {
    const body = definition.body as Node | null;
    if (!body) return false;
    return body.type === "BlockStatement"
      ? leavesBy(body, scopes, false, depth + 1)
      : ends(body, scopes, depth + 1);
  }
  return callee.type === "Identifier" && ENDING.test(callee.name);
}
