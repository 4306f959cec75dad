/**
 * Whether a variable was checked before a client is opened with it: an `if` that leaves, throws or
 * holds the use, or an asserting call. A value that went through any other function of the code
 * counts as checked by it.
 */

import { environmentVariable } from "./expression.ts";
import type { FileScopes, Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { children, propertyName, unwrap } from "./syntax.ts";

const ASSERTING = /^(?:assert|ok|invariant|required?|ensure|check|must|expect|demand|validate|parse)/i;

export function isCheckedBefore(variable: string, use: Node, scopes: FileScopes): boolean {
  for (const { test, consequent, scope: at, start, end } of scopes.tests) {
    if (start > use.start) continue;
    if (consequent) {
      const holds = start <= use.start && use.end <= end;
      if ((holds || leaves(consequent)) && mentions(test, variable, at)) return true;
    } else if (
      test.type === "CallExpression" &&
      test !== use &&
      isAsserting(test.callee as Node) &&
      end <= use.start
    ) {
      if (test.arguments.some((argument) => mentions(argument as Node, variable, at))) return true;
    }
  }
  return false;
}

function isAsserting(callee: Node): boolean {
  const inner = unwrap(callee);
  if (inner.type === "Identifier") return ASSERTING.test(inner.name);
  return (
    inner.type === "MemberExpression" &&
    (ASSERTING.test(propertyName(inner) ?? "") || isAsserting(inner.object as Node))
  );
}

/** The expression reads the variable, directly or through a constant that holds it. */
function mentions(node: Node, variable: string, scope: Scope, depth = 0): boolean {
  if (depth > 6) return false;
  if (environmentVariable(node, scope) === variable) return true;
  if (node.type === "Identifier") {
    const binding = lookup(scope, node.name);
    if (binding?.path?.[0] === variable) return true;
    return (
      !!binding?.init &&
      binding.kind !== "function" &&
      binding.kind !== "class" &&
      mentions(binding.init, variable, binding.scope, depth + 1)
    );
  }
  for (const inner of children(node)) if (mentions(inner, variable, scope, depth + 1)) return true;
  return false;
}

/** The branch ends the function or the process. */
function leaves(node: Node): boolean {
  if (node.type === "ThrowStatement" || node.type === "ReturnStatement") return true;
  if (node.type === "BlockStatement") return node.body.some((statement) => leaves(statement as Node));
  if (node.type !== "ExpressionStatement" || node.expression.type !== "CallExpression") return false;
  const callee = unwrap(node.expression.callee as Node);
  if (callee.type === "MemberExpression")
    return propertyName(callee) === "exit" || propertyName(callee) === "abort";
  return (
    callee.type === "Identifier" &&
    /^(?:fail|die|panic|abort|exit|bail|fatal|raise|never|unreachable)/i.test(callee.name)
  );
}
