/** Types of the properties that a type literal, or an interface of the module, has. */
import type { Shapes } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText } from "./syntax.ts";

/** The type that `{ a: Pool }`, or an interface of the module, gives to `a`. */
export function memberType(type: Node, name: string, shapes: Shapes): Node | null {
  const inner = type.type === "TSTypeAnnotation" ? type.typeAnnotation : type;
  for (const member of membersOf(inner, shapes))
    if (member.type === "TSPropertySignature" && member.key.type === "Identifier" && member.key.name === name)
      return (member.typeAnnotation as Node | null) ?? null;
  return null;
}

/** The type of `Options["pool"]`, where the module declares `Options`. */
export function indexedType(type: Node, shapes: Shapes): Node | null {
  if (type.type !== "TSIndexedAccessType" || type.indexType.type !== "TSLiteralType") return null;
  const name = literalText(type.indexType.literal as Node);
  return name === null ? null : memberType(type.objectType as Node, name, shapes);
}

function membersOf(type: Node, shapes: Shapes): readonly Node[] {
  if (type.type === "TSTypeLiteral") return type.members as Node[];
  if (type.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return [];
  const [inner] = type.typeArguments?.params ?? [];
  if (inner && /^(?:Readonly|Partial|Required)$/.test(type.typeName.name))
    return membersOf(inner as Node, shapes);
  return shapes.get(type.typeName.name) ?? [];
}
