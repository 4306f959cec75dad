/** The texts that an annotation allows: literals and unions of them, and what constants' types say. */
import type { Expr } from "../model.ts";
import { textOf } from "./expression-words.ts";
import type { Reading } from "./reading.ts";
import type { FileScopes, Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText } from "./syntax.ts";

/** More texts than this are a type such as every column's name, not a choice of tables. */
const MOST_TEXTS = 24;

const DEEPEST = 6;

/**
 * Null where the annotation allows anything but the texts that it shows.
 *
 * @param owner the function whose parameter is annotated
 */
export function literalOptions(
  r: Reading,
  type: Node,
  scope: Scope,
  owner: Node | null = null,
  depth = 0,
): string[] | null {
  if (depth > DEEPEST) return null;
  const next = (inner: Node) => literalOptions(r, inner, scope, owner, depth + 1);
  switch (type.type) {
    case "TSTypeAnnotation":
    case "TSParenthesizedType":
      return next(type.typeAnnotation as Node);
    case "TSLiteralType": {
      const text = literalText(type.literal as Node);
      return text === null ? null : [text];
    }
    case "TSUndefinedKeyword":
    case "TSNullKeyword":
      return [];
    case "TSUnionType": {
      const texts = type.types.map((option) => next(option as Node));
      return some(texts.every((list) => list !== null) ? texts.flat() : []);
    }
    case "TSTypeReference": {
      if (type.typeName.type !== "Identifier") return null;
      const { name } = type.typeName;
      const constraint = owner && constraintOf(owner, name, r.scopes.parents);
      if (constraint) return next(constraint);
      const alias = r.scopes.types.get(name);
      if (alias) return next(alias);
      return lookup(scope, name)?.kind === "enum" ? valuesOf(r.read(type.typeName as Node, scope)) : null;
    }
    case "TSTypeOperator": {
      // keyof typeof TABLES
      const object = type.operator === "keyof" ? constantOf(r, type.typeAnnotation as Node, scope) : null;
      return object?.kind === "object" && !object.entries["..."] ? some(Object.keys(object.entries)) : null;
    }
    case "TSIndexedAccessType": {
      // (typeof TABLES)[number], (typeof TABLES)[keyof typeof TABLES]
      const held = constantOf(r, type.objectType as Node, scope);
      const whole =
        held?.kind === "array"
          ? type.indexType.type === "TSNumberKeyword"
          : next(type.indexType as Node) !== null;
      return held && whole ? valuesOf(held) : null;
    }
    default:
      return null;
  }
}

/** The type of another module that is all of an annotation (`table: Table`, `table: Options["table"]`), to be followed there. */
export function importedType(r: Reading, type: Node, scope: Scope): Expr | null {
  switch (type.type) {
    case "TSTypeAnnotation":
    case "TSParenthesizedType":
      return importedType(r, type.typeAnnotation as Node, scope);
    case "TSUnionType": {
      const options = type.types.filter((one) => !/^TS(?:Undefined|Null)Keyword$/.test(one.type));
      const [only] = options;
      return only && options.length === 1 ? importedType(r, only as Node, scope) : null;
    }
    case "TSTypeReference": {
      const { typeName, typeArguments } = type;
      const from = typeName.type === "Identifier" ? lookup(scope, typeName.name)?.imported : null;
      return from && !typeArguments ? { kind: "import", ...from, at: r.at(type) } : null;
    }
    case "TSIndexedAccessType": {
      const of = importedType(r, type.objectType as Node, scope);
      const key =
        type.indexType.type === "TSLiteralType" ? literalText(type.indexType.literal as Node) : null;
      return of && key !== null ? { kind: "member", of, property: key, at: r.at(type) } : null;
    }
    default:
      return null;
  }
}

/** What a function, or a class around it, asks of its type parameter: `<K extends "a" | "b">`. */
function constraintOf(owner: Node, name: string, parents: FileScopes["parents"]): Node | null {
  for (let at: Node | undefined = owner; at; at = parents.get(at)) {
    const declared = "typeParameters" in at ? at.typeParameters?.params : undefined;
    for (const param of declared ?? [])
      if (param.type === "TSTypeParameter" && param.name.name === name)
        return (param.constraint as Node | null) ?? null;
  }
  return null;
}

/** What `typeof TABLES` is about. */
function constantOf(r: Reading, type: Node, scope: Scope): Expr | null {
  const inner = type.type === "TSParenthesizedType" ? (type.typeAnnotation as Node) : type;
  if (inner.type !== "TSTypeQuery" || inner.exprName.type !== "Identifier") return null;
  const value = r.read(inner.exprName as Node, scope);
  return value.kind === "alias" ? value.of : value;
}

function valuesOf(given: Expr): string[] | null {
  const held = given.kind === "alias" ? given.of : given;
  const items =
    held.kind === "array" ? held.items : held.kind === "object" ? Object.values(held.entries) : [];
  const texts = items.map((item) => (item.kind === "alias" ? item.of : item));
  return texts.every((item) => item.kind === "text") ? some(texts.map(textOf)) : null;
}

function some(texts: (string | null)[]): string[] | null {
  const found = [...new Set(texts.filter((text) => text !== null))];
  return found.length > 0 && found.length <= MOST_TEXTS ? found : null;
}

/** A text that a type says, as an expression that stands at the node. */
export function constant(r: Reading, text: string, node: Node): Expr {
  return { kind: "text", runs: [{ kind: "text", text, at: r.at(node) }], at: r.at(node) };
}
