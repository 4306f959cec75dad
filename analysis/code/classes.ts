/** Classes and type annotations, boiled down to what mappers of classes to tables need. */
import type { ClassExpr, ClassMember, Decorator, Expr, Span, TypeName } from "../model.ts";
import { isDescribing, isOpenClass } from "./defining.ts";
import type { FileScopes, Scope } from "./scope.ts";
import { lookup, scopeAt } from "./scope.ts";
import { indexedType } from "./shapes.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

const NO_NAME: TypeName = { name: "", from: null, args: [] };

/** @param read boils an expression down */
export function readClass(
  file: string,
  node: Node & { type: "ClassDeclaration" | "ClassExpression" },
  scope: Scope,
  scopes: FileScopes,
  read: (node: Node, scope: Scope) => Expr,
): ClassExpr {
  const at = (inner: Node): Span => ({ file, start: inner.start, end: inner.end });
  const decorators = (
    list: readonly { expression: unknown; start: number; end: number }[] | undefined,
  ): Decorator[] =>
    (list ?? []).flatMap((item) => {
      const expression = unwrap(item.expression as Node);
      const call = expression.type === "CallExpression" ? expression : null;
      const name = lastName((call ? call.callee : expression) as Node);
      const args = call ? call.arguments.map((argument) => read(argument as Node, scope)) : [];
      const from = importOf((call ? call.callee : expression) as Node, scope);
      return name
        ? [{ name, ...(from && { from }), args, at: { file, start: item.start, end: item.end } }]
        : [];
    });
  const members: ClassMember[] = [];
  for (const member of node.body.body) {
    if (
      member.type !== "PropertyDefinition" &&
      member.type !== "AccessorProperty" &&
      member.type !== "MethodDefinition"
    )
      continue;
    const name = propertyName(member as Node);
    if (name === null) continue;
    const value =
      member.type === "MethodDefinition" ? described(member, scopes) : (member.value as Node | null);
    members.push({
      name,
      type:
        "typeAnnotation" in member && member.typeAnnotation
          ? typeName(member.typeAnnotation as Node, scope, scopes)
          : null,
      init: value && read(value, member.type === "MethodDefinition" ? scopeAt(value, scopes) : scope),
      static: member.static,
      decorators: decorators(member.decorators),
      at: at(member.key as Node),
    });
  }
  const given = (node.superTypeArguments?.params ?? []).map((param) => typeName(param as Node, scope));
  // One that is no name (`string`) keeps its place beside those that are.
  const extendsArgs = given.some((type) => type) ? given.map((type) => type ?? NO_NAME) : [];
  return {
    kind: "class",
    name: node.id?.name ?? "",
    extends: node.superClass ? read(node.superClass as Node, scope) : null,
    ...(isOpenClass(node) && {
      open: (node.typeParameters?.params ?? []).map(({ name }) => name.name),
    }),
    ...(extendsArgs.length > 0 && { extendsArgs }),
    ...readConstructor(file, node, scopes, members, read),
    decorators: decorators(node.decorators),
    members,
    at: at((node.id ?? node) as Node),
  };
}

/** What a static getter or method gives by which the class says what it maps to. */
function described(member: { value: unknown }, { returns }: FileScopes): Node | null {
  if (!isDescribing(member as Node)) return null;
  const [result, more] = returns.get(member.value as Node) ?? [];
  return result && !more ? result : null;
}

/** What the constructor takes, hands on to the class that this one extends, and keeps in fields. */
function readConstructor(
  file: string,
  node: Node & { type: "ClassDeclaration" | "ClassExpression" },
  scopes: FileScopes,
  members: ClassMember[],
  read: (node: Node, scope: Scope) => Expr,
): Pick<ClassExpr, "parameters" | "superArgs"> {
  const found = node.body.body.find(
    (item) => item.type === "MethodDefinition" && item.kind === "constructor",
  );
  if (found?.type !== "MethodDefinition" || !found.value.body) return {};
  const { params, body } = found.value;
  const scope = scopes.functions.get(body as Node);
  if (!scope) return {};
  const keep = (name: string, type: TypeName | null, init: Expr, at: Span) => {
    const known = members.find((member) => member.name === name && !member.static);
    if (!known) members.push({ name, type, init, static: false, decorators: [], at });
    else known.init ??= init;
  };
  const parameters = (params as Node[]).map((param) => {
    const own = param.type === "TSParameterProperty" ? (param.parameter as Node) : param;
    const target = own.type === "AssignmentPattern" ? (own.left as Node) : own;
    if (target.type !== "Identifier") return "";
    const type = target.typeAnnotation ? typeName(target.typeAnnotation as Node, scope, scopes) : null;
    const at = { file, start: target.start, end: target.end };
    if (param.type === "TSParameterProperty") keep(target.name, type, read(target, scope), at);
    return target.name;
  });
  let superArgs: Expr[] | undefined;
  for (const statement of body.body) {
    if (statement.type !== "ExpressionStatement") continue;
    const { expression } = statement;
    if (expression.type === "CallExpression" && expression.callee.type === "Super")
      superArgs = expression.arguments.map((argument) => read(argument as Node, scope));
    if (expression.type !== "AssignmentExpression" || expression.left.type !== "MemberExpression") continue;
    const name =
      expression.left.object.type === "ThisExpression" ? propertyName(expression.left as Node) : null;
    const { start, end } = expression.left.property;
    if (name !== null) keep(name, null, read(expression.right as Node, scope), { file, start, end });
  }
  return { parameters, ...(superArgs && { superArgs }) };
}

/** The class of a `this`, and whether `this` is the class itself; null where `this` is something else's. */
export function classAround(
  node: Node,
  { parents }: FileScopes,
): { node: Node & { type: "ClassDeclaration" | "ClassExpression" }; static: boolean } | null {
  let isStatic = false;
  for (let at = parents.get(node); at; at = parents.get(at)) {
    if (at.type === "ClassDeclaration" || at.type === "ClassExpression")
      return { node: at, static: isStatic };
    if (at.type === "FunctionDeclaration") return null;
    if (at.type === "FunctionExpression" && parents.get(at)?.type !== "MethodDefinition") return null;
    if (at.type === "MethodDefinition" || at.type === "PropertyDefinition") isStatic = at.static;
    if (at.type === "StaticBlock") isStatic = true;
  }
  return null;
}

/** The method (or the getter) of the class around that `this.name` means. */
export function ownMethod(callee: Node, scopes: FileScopes, kind: "method" | "get" = "method"): Node | null {
  if (callee.type !== "MemberExpression") return null;
  const object = unwrap(callee.object as Node);
  const name = propertyName(callee);
  const around = object.type === "ThisExpression" && name !== null ? classAround(object, scopes) : null;
  for (const member of around?.node.body.body ?? [])
    if (
      member.type === "MethodDefinition" &&
      member.kind === kind &&
      member.static === around?.static &&
      propertyName(member as Node) === name
    )
      return member.value as unknown as Node;
  return null;
}

/** What the class extends whose instance a `this` is; null where it extends nothing, or `this` is another's. */
export function superClassOf(node: Node, scopes: FileScopes): Node | null {
  return (classAround(node, scopes)?.node.superClass as Node | null) ?? null;
}

/** What a module declares of types itself. */
export type DeclaredTypes = Pick<FileScopes, "types" | "shapes">;

const NONE: DeclaredTypes = { types: new Map(), shapes: new Map() };
const DEEPEST = 6;

/**
 * The type that an annotation names; `T[]`, `Promise<T>`, `T | null` stand for T.
 *
 * @param declared what the module declares itself: an alias stands for what it names
 */
export function typeName(
  type: Node,
  scope: Scope,
  declared: DeclaredTypes = NONE,
  depth = 0,
): TypeName | null {
  if (depth > DEEPEST) return null;
  const next = (inner: Node) => typeName(inner, scope, declared, depth + 1);
  switch (type.type) {
    case "TSTypeAnnotation":
      return next(type.typeAnnotation as Node);
    case "TSArrayType":
      return next(type.elementType as Node);
    case "TSUnionType":
    case "TSIntersectionType":
      for (const option of type.types) {
        const found = next(option as Node);
        if (found) return found;
      }
      return null;
    case "TSInterfaceHeritage": {
      const inner = unwrap(type.expression as Node);
      return inner.type === "Identifier"
        ? { name: inner.name, from: lookup(scope, inner.name)?.imported ?? null, args: [] }
        : null;
    }
    case "TSTypeReference": {
      const inner = type.typeName as Node;
      const args = (type.typeArguments?.params ?? []).flatMap((param) => next(param as Node) ?? []);
      if (inner.type === "TSQualifiedName") {
        const left = inner.left.type === "Identifier" ? inner.left.name : "";
        const from = lookup(scope, left)?.imported ?? null;
        // Knex.Transaction; of a namespace import the type alone counts.
        const name = from && from.name !== "*" ? `${from.name}.${inner.right.name}` : inner.right.name;
        return { name: inner.right.name, from: from && { specifier: from.specifier, name }, args };
      }
      if (inner.type !== "Identifier") return null;
      const alias = declared.types.get(inner.name);
      const behind = alias && next(alias);
      if (behind) return behind;
      if (
        /^(?:Promise|Array|ReadonlyArray|Readonly|Partial|NonNullable|Awaited)$/.test(inner.name) &&
        args[0]
      )
        return args[0];
      return { name: inner.name, from: lookup(scope, inner.name)?.imported ?? null, args };
    }
    case "TSIndexedAccessType": {
      const member = indexedType(type, declared.shapes);
      return member && next(member);
    }
    case "TSTypeQuery": {
      const inner = type.exprName as Node;
      return inner.type === "Identifier"
        ? { name: inner.name, from: lookup(scope, inner.name)?.imported ?? null, args: [] }
        : null;
    }
    case "TSImportType": {
      const specifier = literalText(type.source as Node);
      const name = type.qualifier?.type === "Identifier" ? type.qualifier.name : "*";
      return specifier ? { name, from: { specifier, name }, args: [] } : null;
    }
    default:
      return null;
  }
}

function lastName(node: Node): string {
  const inner = unwrap(node);
  if (inner.type === "Identifier") return inner.name;
  return inner.type === "MemberExpression" ? (propertyName(inner) ?? "") : "";
}

/** The module's export that a decorator is: `Entity`, `orm.Entity`. */
function importOf(node: Node, scope: Scope): { specifier: string; name: string } | null {
  const inner = unwrap(node);
  if (inner.type === "Identifier") return lookup(scope, inner.name)?.imported ?? null;
  if (inner.type !== "MemberExpression" || inner.object.type !== "Identifier") return null;
  const whole = lookup(scope, inner.object.name)?.imported;
  return whole ? { specifier: whole.specifier, name: propertyName(inner) ?? "" } : null;
}
