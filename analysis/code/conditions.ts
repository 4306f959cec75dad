/** What a condition says of a variable. */
import type { Denotation } from "./denotation.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

/** Functions that are true of a missing value. */
const MISSING = /^(?:is|lacks)?(?:Empty|Nil|Null|Undefined|Blank|Missing|Unset|NullOrUndefined)/i;

/** Where the condition comes out as `truth`, the variable is set. */
export function implies(given: Node, truth: boolean, denoted: Denotation): boolean {
  const node = unwrap(given);
  switch (node.type) {
    case "UnaryExpression":
      return node.operator === "!" && implies(node.argument, !truth, denoted);
    case "LogicalExpression": {
      if (node.operator === "??") return truth && implies(node.left as Node, truth, denoted);
      const left = implies(node.left as Node, truth, denoted);
      const right = implies(node.right, truth, denoted);
      return (node.operator === "&&") === truth ? left || right : left && right;
    }
    case "BinaryExpression":
      return compares(node, truth, denoted);
    case "CallExpression":
      return calls(node, truth, denoted);
    case "AssignmentExpression":
      return truth && (implies(node.right, true, denoted) || denoted.is(node.left as Node));
    default:
      return (truth && denoted.is(node)) || denoted.isListed(node);
  }
}

function compares(node: Node & { type: "BinaryExpression" }, truth: boolean, denoted: Denotation): boolean {
  const left = unwrap(node.left as Node);
  const right = unwrap(node.right);
  const equal = node.operator === "==" || node.operator === "===";
  if (node.operator === "in") {
    const name = literalText(left);
    return truth && name === denoted.variable && denoted.isEnvironment(right);
  }
  if (equal || node.operator === "!=" || node.operator === "!==") {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const known = denoted.is(one) || typeOf(one, denoted);
      if (known && isNothing(other, one)) return truth !== equal;
      if (known && literalText(other) !== null) return truth === equal;
    }
    return denoted.isListed(left) || denoted.isListed(right);
  }
  const length = [left, right].some((side) => isLength(side) && denoted.is(side));
  if (length) return node.operator === ">" || node.operator === ">=" ? truth : !truth;
  return denoted.isListed(left) || denoted.isListed(right);
}

function typeOf(node: Node, denoted: Denotation): boolean {
  return node.type === "UnaryExpression" && node.operator === "typeof" && denoted.is(node.argument);
}

function isLength(node: Node): boolean {
  return node.type === "MemberExpression" && propertyName(node) === "length";
}

/** `undefined`, `null`, `""`, or the type `"undefined"` beside a `typeof`. */
function isNothing(node: Node, beside: Node): boolean {
  if (node.type === "Literal" && node.value === null) return true;
  if (node.type === "Literal" && node.value === 0) return isLength(beside);
  if (node.type === "Identifier" && node.name === "undefined") return true;
  if (node.type === "UnaryExpression" && node.operator === "void") return true;
  const text = literalText(node);
  return text === "" || (text === "undefined" && beside.type === "UnaryExpression");
}

/** `isEmpty(url)`, `Boolean(url)`, `valid(url)`: whoever asks of the value leaves only with an answer. */
function calls(node: Node & { type: "CallExpression" }, truth: boolean, denoted: Denotation): boolean {
  const callee = unwrap(node.callee as Node);
  const name =
    callee.type === "Identifier"
      ? callee.name
      : callee.type === "MemberExpression"
        ? (propertyName(callee) ?? "")
        : "";
  if (callee.type === "MemberExpression" && denoted.is(callee.object as Node)) return truth;
  const asked = node.arguments.some(
    (argument) => denoted.is(argument as Node) || literalText(argument as Node) === denoted.variable,
  );
  if (asked) return MISSING.test(name) ? !truth : name === "Boolean" ? truth : true;
  return denoted.isListed(node);
}
