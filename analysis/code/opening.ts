/** How a text begins, told from the syntax alone: cheap enough to ask of every argument of every call. */
import type { Scope } from "./scope.ts";
import { lookup, lookupField } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

/** Words with which an SQL statement can begin; the grammar has the last word. */
export const VERB =
  /^[\s(;]*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)[\s(;]*)*(?:select|insert|update|delete|merge|with|truncate|copy|create|alter|drop|lock|grant|revoke|comment|explain|table|values|refresh|reindex|vacuum|analyze|cluster|do|call|prepare|declare|begin|start|commit|set|replace|pragma|attach|use|rename|load|optimize)\b/i;

const DEEPEST = 8;

/** Whether the text that a node stands for may begin like a statement, in one of its alternatives. */
export function opensLikeSql(given: Node, scope: Scope, depth = 0): boolean {
  const node = unwrap(given);
  if (depth > DEEPEST) return false;
  const next = (inner: Node, at: Scope = scope) => opensLikeSql(inner, at, depth + 1);
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" && VERB.test(node.value);
    case "TemplateLiteral": {
      const [text] = node.quasis;
      const [hole] = node.expressions;
      const written = text?.value.cooked ?? text?.value.raw ?? "";
      return VERB.test(written) || (written.trim() === "" && !!hole && next(hole as Node));
    }
    case "TaggedTemplateExpression":
      return next(node.quasi as Node);
    case "BinaryExpression":
      return node.operator === "+" && next(node.left as Node);
    case "ConditionalExpression":
      return next(node.consequent) || next(node.alternate);
    case "LogicalExpression":
      return next(node.left as Node) || next(node.right);
    case "AssignmentExpression":
      return next(node.right);
    case "SequenceExpression":
      return !!node.expressions.at(-1) && next(node.expressions.at(-1) as Node);
    case "ArrayExpression":
      return !!node.elements[0] && next(node.elements[0] as Node);
    case "CallExpression": {
      const callee = unwrap(node.callee as Node);
      // "select …".concat(x), [ … ].join(" "), text.replace(…)
      return callee.type === "MemberExpression" && next(callee.object as Node);
    }
    case "MemberExpression":
      return member(node, scope, depth);
    case "Identifier": {
      const binding = lookup(scope, node.name);
      if (!binding || binding.imported || binding.path?.length !== 0) return false;
      return (
        (!!binding.init && !binding.each && next(binding.init, binding.scope)) ||
        binding.writes.some(({ value, scope: at }) => next(value, at))
      );
    }
    default:
      return false;
  }
}

/** `QUERIES.all`, `this.query`, `Queries.all`. */
function member(node: Node & { type: "MemberExpression" }, scope: Scope, depth: number): boolean {
  const name = propertyName(node);
  const object = unwrap(node.object as Node);
  if (name === null) return false;
  if (object.type === "ThisExpression") {
    const field = lookupField(scope, name);
    return !!field?.init && opensLikeSql(field.init, field.scope, depth + 1);
  }
  const binding = object.type === "Identifier" ? lookup(scope, object.name) : null;
  const made = binding?.path?.length === 0 && binding.init ? unwrap(binding.init) : null;
  if (!binding || !made) return false;
  if (made.type === "ObjectExpression")
    return made.properties.some(
      (item) =>
        item.type === "Property" &&
        propertyName(item as Node) === name &&
        opensLikeSql(item.value as Node, binding.scope, depth + 1),
    );
  if (made.type === "TSEnumDeclaration")
    return made.body.members.some(
      ({ initializer }) => !!initializer && opensLikeSql(initializer, scope, depth + 1),
    );
  if (made.type !== "ClassDeclaration" && made.type !== "ClassExpression") return false;
  return made.body.body.some(
    (item) =>
      item.type === "PropertyDefinition" &&
      propertyName(item as Node) === name &&
      !!item.value &&
      opensLikeSql(item.value, binding.scope, depth + 1),
  );
}
