/** Small questions about nodes and expressions that the readers of expressions share. */
import type { Expr } from "../model.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

/** A variable that is assigned more often than this is a state, not a text. */
export const MOST_WRITES = 12;

/** The property that stands for each item of a list, where the list is another module's. */
export const EACH = "[each]";

/** Tags that carry `sql` in their name: `sql`, `sql.fragment`, `sql.type(row)`, `this.sql`, `SQL`. */
export function looksLikeTag(node: Node): boolean {
  node = unwrap(node);
  if (node.type === "Identifier") return /^_?sql$|SQL$|Sql$|^raw$/.test(node.name) || node.name === "SQL";
  if (node.type === "MemberExpression") {
    const name = propertyName(node);
    return name === "sql" || name === "SQL" || looksLikeTag(node.object as Node);
  }
  return node.type === "CallExpression" && looksLikeTag(node.callee as Node);
}

/** Whether a node awaits, whatever assertions and brackets stand around that. */
export function isAwaited(node: Node): boolean {
  for (let at = node; ; ) {
    if (at.type === "AwaitExpression") return true;
    if (unwrap(at) === at || !("expression" in at)) return false;
    at = at.expression as Node;
  }
}

/** The name behind `typeof x`, also in `ReturnType<typeof x>` and `Parameters<Parameters<typeof x.y>[0]>[0]`. */
export function queriedName(type: Node): Node | null {
  switch (type.type) {
    case "TSTypeAnnotation":
      return queriedName(type.typeAnnotation as Node);
    case "TSTypeQuery": {
      let name = type.exprName as Node;
      while (name.type === "TSQualifiedName") name = name.left as Node;
      return name.type === "Identifier" ? name : null;
    }
    case "TSIndexedAccessType":
      return queriedName(type.objectType as Node);
    case "TSTypeReference": {
      const [inner] = type.typeArguments?.params ?? [];
      const name = type.typeName.type === "Identifier" ? type.typeName.name : "";
      return inner && /^(?:ReturnType|Parameters|Awaited|NonNullable|Readonly|InstanceType)$/.test(name)
        ? queriedName(inner as Node)
        : null;
    }
    default:
      return null;
  }
}

/** A value that a type asks for, with the properties from there: `typeof x`, `typeof schema.users`. */
export interface Queried {
  name: Node;
  path: string[];
}

/** The value that `typeof x.y` asks for; null for any other type. */
function queriedValue(type: Node): Queried | null {
  if (type.type !== "TSTypeQuery") return null;
  const path: string[] = [];
  let name = type.exprName as Node;
  for (; name.type === "TSQualifiedName"; name = name.left as Node) path.unshift(name.right.name);
  return name.type === "Identifier" ? { name, path } : null;
}

/** All that `typeof x | typeof y` asks for; empty where one of them is no such type. */
export function queriedValues(type: Node): Queried[] {
  const inner = type.type === "TSTypeAnnotation" ? (type.typeAnnotation as Node) : type;
  const options = inner.type === "TSUnionType" ? (inner.types as Node[]) : [inner];
  const found = options.flatMap((option) => queriedValue(option) ?? []);
  return found.length === options.length ? found : [];
}

/** Whether a type is `ReturnType<…>`, awaited or not. */
export function isReturnType(type: Node): boolean {
  if (type.type === "TSTypeAnnotation") return isReturnType(type.typeAnnotation as Node);
  if (type.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return false;
  const [inner] = type.typeArguments?.params ?? [];
  return (
    type.typeName.name === "ReturnType" ||
    (type.typeName.name === "Awaited" && !!inner && isReturnType(inner as Node))
  );
}

/** Whether a tag is `String.raw`, which takes a template as it is written. */
export function isRaw(tag: Node): boolean {
  return (
    tag.type === "MemberExpression" &&
    tag.object.type === "Identifier" &&
    tag.object.name === "String" &&
    propertyName(tag as Node) === "raw"
  );
}

/** A text's characters. */
export function textOf(expr: Expr & { kind: "text" }): string {
  return expr.runs.map(({ text }) => text).join("");
}

/** `undefined`, `null` and the empty text stand in for nothing. */
export function isNothing(value: Expr): boolean {
  if (value.kind === "unknown") return /^`(?:undefined|null|void 0)`/.test(value.reason);
  return isEmpty(value);
}

/** Whether a value is the empty text. */
export function isEmpty(value: Expr): boolean {
  const inner = value.kind === "alias" ? value.of : value;
  return inner.kind === "text" && inner.runs.length === 0;
}

/** A number as it is written. */
export function isNumber(node: Node): boolean {
  const inner = unwrap(node);
  return inner.type === "Literal" && typeof inner.value === "number";
}

/** What is added up in `a + b + c`, however long: the tree of it would be as deep as it is long. */
export function added(node: Node): Node[] {
  const operands: Node[] = [];
  let left = unwrap(node);
  for (; left.type === "BinaryExpression" && left.operator === "+"; left = unwrap(left.left as Node))
    operands.push(left.right);
  return [...operands, left].reverse();
}

/** Text of which the file shows at least a part, and no bare number. */
export function isWritten(expr: Expr): boolean {
  if (expr.kind === "alias") return isWritten(expr.of);
  if (expr.kind === "either") return expr.options.some(isWritten);
  return expr.kind === "concat" || (expr.kind === "text" && !/^\d*$/.test(textOf(expr)));
}

/** A property's name, as a name or as a text; null where it is computed. */
export function memberName(node: Node): string | null {
  return node.type === "Identifier" ? node.name : literalText(node);
}

/** A node's text on one line, cut where it is long. */
export function excerpt(source: string, { start, end }: Node): string {
  const line = source.slice(start, Math.min(end, start + 400)).replace(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
