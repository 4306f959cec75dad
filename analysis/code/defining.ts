/** Which calls and classes may define a table, by the names that the adapters give. */
import { adapters } from "./adapters/mod.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

const DEFINING = new Set(adapters.flatMap((adapter) => adapter.defining ?? []));

const DESCRIBING = new Set(adapters.flatMap((adapter) => adapter.describing ?? []));

/** A static member by which a class says what table it stands for. */
export function isDescribing(member: Node): boolean {
  return (
    (member.type === "PropertyDefinition" || member.type === "MethodDefinition") &&
    member.static &&
    DESCRIBING.has(propertyName(member) ?? "")
  );
}

/** A defining call, with whatever is called on its result: `pgView("v").as(…)`. */
export function isDefinition(given: Node): boolean {
  let node = unwrap(given);
  for (;;) {
    if (node.type !== "CallExpression" && node.type !== "NewExpression") return false;
    if (isDefiningCall(node)) return true;
    const callee = unwrap(node.callee as Node);
    if (callee.type !== "MemberExpression") return false;
    node = unwrap(callee.object as Node);
  }
}

/** A class that a mapper may read: decorated, or derived from another. */
export function isMappedClass(node: Node): boolean {
  return (
    (node.type === "ClassDeclaration" || node.type === "ClassExpression") &&
    ((node.decorators ?? []).length > 0 || node.superClass !== null)
  );
}

/** A class that leaves open what it is about: those that extend it say so. */
export function isOpenClass(node: Node): boolean {
  return (
    (node.type === "ClassDeclaration" || node.type === "ClassExpression") &&
    (node.abstract || (node.typeParameters?.params.length ?? 0) > 0)
  );
}

/** A call of what an adapter names as defining, or of something called a table's maker. */
export function isDefiningCall(node: Node & { type: "CallExpression" | "NewExpression" }): boolean {
  const callee = unwrap(node.callee as Node);
  if (callee.type === "MemberExpression") return DEFINING.has(propertyName(callee) ?? "");
  return (
    callee.type === "Identifier" &&
    (DEFINING.has(callee.name) ||
      (/table$/i.test(callee.name) && node.arguments.length > 1) ||
      (/^(?:create|make|define|build)\w*Table$/.test(callee.name) && node.arguments.length > 0))
  );
}

/** A class whose decorator or base an adapter names, or a static member. */
export function isDefiningClass(node: Node & { type: "ClassDeclaration" | "ClassExpression" }): boolean {
  const named = (node.decorators ?? []).some((item) => {
    const expression = unwrap(item.expression as Node);
    const callee = unwrap((expression.type === "CallExpression" ? expression.callee : expression) as Node);
    return callee.type === "Identifier" && DEFINING.has(callee.name);
  });
  const parent = node.superClass ? unwrap(node.superClass as Node) : null;
  const base = parent?.type === "Identifier" ? parent.name : parent && propertyName(parent);
  const described = node.superClass !== null && (node.body.body as Node[]).some(isDescribing);
  return named || described || (base !== null && DEFINING.has(base));
}
