/** What the names of callees and receivers say of the text that they are handed. */
import type { QueryFunction } from "../../manifest/model.ts";
import type { Expr } from "../model.ts";
import type { FileScopes } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

/** Callees whose text is for people, however much it reads like SQL. */
export const FOR_PEOPLE =
  /^(?:console|log|logger|debug|describe|it|test|expect|Error|t|i18n|chalk|assert|ok|fail|warn|info|trace|track|print|toast|alert|confirm|require|gql|graphql|css|html)$/;

/** Methods that do with text whatever one does with text, assertions among them, and nothing that a database does. */
export const FOR_TEXT =
  /^(?:assert[A-Z]\w*|eql|\w*[eE]quals?|match|matchAll|includes|has|startsWith|endsWith|replace|replaceAll|indexOf|lastIndexOf|split|localeCompare|RegExp|setTimeout|mock\w*Value(?:Once)?|setAttribute|setValue|capture(?:Message|Exception)|write|writeFile|writeFileSync|appendFile|appendFileSync|emit|dispatch|set|highlight|hl)$/;

/** Decorators that document what they stand at; others may be a mapper's: `@Query("select …")`. */
export const DOCUMENTS =
  /^(?:Api[A-Z]\w*|\w*(?:Doc|Docs|Description|Summary|Remarks?|Deprecated|Examples?|Title|Help)|Describe|Note|See)$/;

/** Names under which people keep database clients. */
export const HABIT = /^(?:db|pool|pg|pgPool|pgClient|conn|connection|tx|trx|sql|database|dbClient|dbPool)$/;

/** Methods that take SQL text on most clients. */
export const METHODS =
  /^(?:query|unsafe|execute|exec|raw|queryRaw|none|oneOrNone|manyOrNone|\$queryRawUnsafe|\$executeRawUnsafe)$/;

/** `(alias) => "select …"`: a mapper's computed column. */
export function madeText(node: Node): Node {
  const inner = unwrap(node);
  return inner.type === "ArrowFunctionExpression" && inner.body.type !== "BlockStatement"
    ? inner.body
    : inner;
}

/** `db.raw("…")` makes a piece of SQL as often as a statement. */
export function isRaw(node: Node): boolean {
  const callee = node.type === "CallExpression" ? unwrap(node.callee as Node) : null;
  return callee?.type === "MemberExpression" && propertyName(callee) === "raw";
}

/** Another module, a type or a caller may tell what it is. */
export function leadsOn(expr: Expr): boolean {
  switch (expr.kind) {
    case "alias":
    case "member":
      return leadsOn(expr.of);
    case "either":
      return expr.options.some(leadsOn);
    case "call":
    case "new":
      return leadsOn(expr.callee);
    case "parameter":
      return expr.handed !== null && leadsOn(expr.handed.receiver);
    case "import":
      return !/^node:/.test(expr.specifier);
    case "client":
    case "typed":
      return true;
    case "object":
    case "array":
      return true;
    default:
      return false;
  }
}

/** The entry of `queryFunctions` whose names are the last ones of what is called. */
export function describedBy(callee: Node, described: readonly QueryFunction[]): QueryFunction | null {
  const names: string[] = [];
  for (let at = callee; ; at = unwrap(at.object as Node)) {
    if (at.type === "Identifier") names.unshift(at.name);
    if (at.type !== "MemberExpression") break;
    names.unshift(propertyName(at) ?? "");
  }
  return (
    described.find(({ path }) =>
      path.every((name, index) => names[names.length - path.length + index] === name),
    ) ?? null
  );
}

/** It stands among a call's arguments, in a list or an object of theirs, too; promises are waited for, not built. */
export function isArgument(node: Node, { parents }: FileScopes): boolean {
  let inner = node;
  let outer = parents.get(inner);
  while (
    outer &&
    /^(?:Array|Object|Conditional|TS\w+)Expression$|^(?:Property|SpreadElement|ArrowFunctionExpression)$/.test(
      outer.type,
    )
  ) {
    inner = outer;
    outer = parents.get(inner);
  }
  return (
    outer?.type === "CallExpression" && outer.callee !== inner && rootName(outer.callee as Node) !== "Promise"
  );
}

/** What a chain of calls begins with. */
export function beginningOf(node: Node): Node {
  const inner = unwrap(node);
  if (inner.type === "CallExpression") return beginningOf(inner.callee as Node);
  return inner.type === "MemberExpression" ? beginningOf(inner.object as Node) : inner;
}

/** The last name of what is called: `query` of `this.db.query`. */
export function lastName(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression") return propertyName(node) ?? "";
  if (node.type === "CallExpression") return lastName(node.callee as Node);
  return "";
}

/** The first name of a chain of properties: `db` of `db.client.query`. */
export function rootName(node: Node): string {
  if (node.type === "MemberExpression") return rootName(unwrap(node.object as Node));
  return lastName(node);
}
