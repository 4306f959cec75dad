/** What declares names: each one bound in its scope, with the nodes that give it its value. */
import type { Binding, Field, FileScopes, Scope } from "./scope.ts";
import { EACH_ITEM, lookup } from "./scope.ts";
import { memberType } from "./shapes.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

/** The half of the walk that binds. */
export class Declarations {
  readonly result: FileScopes = {
    root: { parent: null, bindings: new Map(), enclosing: null, fields: null },
    candidates: [],
    strings: [],
    parents: new Map(),
    functions: new Map(),
    types: new Map(),
    shapes: new Map(),
    inner: new Map(),
    returns: new Map(),
    decorated: false,
    used: new Set(),
  };

  protected declareAll(body: Node[], scope: Scope): void {
    for (const statement of body) {
      if (statement.type === "ExportNamedDeclaration" && statement.declaration)
        this.declare(statement.declaration as Node, scope);
      else if (statement.type === "ExportDefaultDeclaration")
        this.declare(statement.declaration as Node, scope);
      else this.declare(statement, scope);
    }
  }

  protected declare(node: Node, scope: Scope): void {
    switch (node.type) {
      case "VariableDeclaration":
        for (const declarator of node.declarations)
          this.declarePattern(
            declarator.id as Node,
            declarator.init as Node | null,
            (declarator.id as { typeAnnotation?: Node | null }).typeAnnotation ?? null,
            scope,
            node.kind === "const" || node.kind.includes("using") ? "constant" : "variable",
            [],
          );
        break;
      case "FunctionDeclaration":
      case "ClassDeclaration":
      case "TSEnumDeclaration":
        if (node.id?.type === "Identifier")
          this.bind(scope, node.id.name, {
            kind:
              node.type === "TSEnumDeclaration"
                ? "enum"
                : node.type === "ClassDeclaration"
                  ? "class"
                  : "function",
            init: node,
          });
        break;
      case "ImportDeclaration":
        for (const item of node.specifiers) {
          const name =
            item.type === "ImportDefaultSpecifier"
              ? "default"
              : item.type === "ImportNamespaceSpecifier"
                ? "*"
                : moduleName(item.imported as Node);
          this.bind(scope, item.local.name, {
            kind: "import",
            imported: { specifier: node.source.value, name },
          });
        }
        break;
      case "TSTypeAliasDeclaration":
        if (scope.parent === null) this.result.types.set(node.id.name, node.typeAnnotation as Node);
        if (scope.parent === null && node.typeAnnotation.type === "TSTypeLiteral")
          this.result.shapes.set(node.id.name, node.typeAnnotation.members as Node[]);
        break;
      case "TSInterfaceDeclaration":
        if (scope.parent === null) this.result.shapes.set(node.id.name, node.body.body as Node[]);
        if (scope.parent === null && node.extends[0])
          this.result.types.set(node.id.name, node.extends[0] as Node);
        break;
      case "TSImportEqualsDeclaration":
        if (node.moduleReference.type === "TSExternalModuleReference")
          this.bind(scope, node.id.name, {
            kind: "import",
            imported: { specifier: node.moduleReference.expression.value, name: "*" },
          });
        break;
    }
  }

  protected declareParameter(param: Node, owner: Node, name: string, index: number, scope: Scope): void {
    if (param.type === "TSParameterProperty") {
      param = param.parameter as Node;
    }
    let init: Node | null = null;
    if (param.type === "AssignmentPattern") {
      init = param.right;
      param = param.left as Node;
    }
    const type = (param as { typeAnnotation?: Node | null }).typeAnnotation ?? null;
    const list = index === 0 ? this.listBehind(owner, scope.parent) : null;
    this.declarePattern(param, init, type, scope, "parameter", [], { owner, name, index, list, type });
  }

  /** `list.forEach((item) => …)`, `Array.from(list, (item) => …)`: the function is handed one item after another. */
  protected listBehind(owner: Node, scope: Scope | null): { node: Node; scope: Scope } | null {
    const call = this.result.parents.get(owner);
    if (!scope || call?.type !== "CallExpression") return null;
    const callee = unwrap(call.callee as Node);
    const [first, second] = call.arguments as Node[];
    const object = callee.type === "MemberExpression" ? unwrap(callee.object as Node) : null;
    if (first && second === owner && propertyName(callee) === "from")
      return object?.type === "Identifier" && object.name === "Array" ? { node: first, scope } : null;
    if (first !== owner || callee.type !== "MemberExpression" || !EACH_ITEM.test(propertyName(callee) ?? ""))
      return null;
    return { node: callee.object as Node, scope };
  }

  protected declarePattern(
    pattern: Node,
    init: Node | null,
    type: Node | null,
    scope: Scope,
    kind: Binding["kind"],
    path: string[] | null,
    parameter: Binding["parameter"] = null,
    fallback: Node | null = null,
  ): void {
    switch (pattern.type) {
      case "Identifier": {
        const imported = path && init ? required(init, path) : null;
        this.bind(scope, pattern.name, {
          kind: imported ? "import" : kind,
          init,
          type,
          path,
          parameter,
          imported,
          fallback,
        });
        break;
      }
      case "AssignmentPattern":
        this.declarePattern(pattern.left as Node, init, null, scope, kind, path, parameter, pattern.right);
        break;
      case "RestElement":
        this.declarePattern(pattern.argument as Node, init, null, scope, kind, null, parameter);
        break;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          if (property.type === "RestElement")
            this.declarePattern(property as Node, init, null, scope, kind, null, parameter);
          else {
            const name = propertyName(property as Node);
            const member = name && type ? memberType(type, name, this.result.shapes) : null;
            this.declarePattern(
              property.value as Node,
              init,
              member,
              scope,
              kind,
              name && path ? [...path, name] : null,
              parameter,
            );
          }
        }
        break;
      case "ArrayPattern":
        pattern.elements.forEach((element, index) => {
          if (element)
            this.declarePattern(
              element as Node,
              init,
              null,
              scope,
              kind,
              path && [...path, String(index)],
              parameter,
            );
        });
        break;
    }
  }

  /** `filters.push({ … })`, `updates.push("name = $1")`. */
  protected declarePushed(node: Node & { type: "CallExpression" }, scope: Scope): void {
    const { callee } = node;
    if (callee.type !== "MemberExpression" || propertyName(callee as Node) !== "push") return;
    for (const argument of node.arguments)
      if (argument.type !== "SpreadElement")
        this.declarePart(callee.object as Node, callee.property as Node, argument as Node, scope, true);
  }

  protected declarePart(target: Node, key: Node, value: Node, scope: Scope, pushed: boolean): void {
    const path: string[] = [];
    let at = unwrap(target);
    while (at.type === "MemberExpression") {
      const name = propertyName(at);
      if (name === null) return;
      path.unshift(name);
      at = unwrap(at.object as Node);
    }
    if (at.type === "Identifier") lookup(scope, at.name)?.parts.push({ path, key, value, scope, pushed });
  }

  protected bind(scope: Scope, name: string, given: Partial<Binding> & { kind: Binding["kind"] }): void {
    scope.bindings.set(name, {
      name,
      init: null,
      path: [],
      type: null,
      scope,
      writes: [],
      parts: [],
      imported: null,
      each: false,
      fallback: null,
      parameter: null,
      ...given,
    });
  }

  protected readFields(node: Node & { type: "ClassDeclaration" | "ClassExpression" }, scope: Scope): void {
    const fields = scope.fields ?? new Map<string, Field>();
    for (const member of node.body.body) {
      if (member.type === "PropertyDefinition" || member.type === "TSAbstractPropertyDefinition") {
        const name = propertyName(member as Node);
        if (name)
          fields.set(name, {
            init: member.value as Node | null,
            type: (member.typeAnnotation as Node | null) ?? null,
            scope,
          });
      }
      if (member.type !== "MethodDefinition" || member.kind !== "constructor") continue;
      const made: Scope = child(scope);
      member.value.params.forEach((param, index) => {
        const owner = member.value as unknown as Node;
        this.declareParameter(param as Node, owner, `${node.id?.name ?? ""}.constructor`, index, made);
      });
      for (const param of member.value.params) {
        if (param.type !== "TSParameterProperty") continue;
        const inner = (
          param.parameter.type === "AssignmentPattern" ? param.parameter.left : param.parameter
        ) as Node;
        if (inner.type === "Identifier")
          fields.set(inner.name, {
            init: null,
            given: { node: inner, scope: made },
            type: (inner.typeAnnotation as Node | null) ?? null,
            scope,
          });
      }
      const inner = made;
      for (const statement of member.value.body?.body ?? []) {
        if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression")
          continue;
        const { left, right } = statement.expression;
        if (left.type !== "MemberExpression" || left.object.type !== "ThisExpression") continue;
        const name = propertyName(left as Node);
        if (name) fields.set(name, { init: right, type: fields.get(name)?.type ?? null, scope: inner });
      }
    }
  }
}

/** A scope within another one, of the same function. */
export function child(parent: Scope): Scope {
  return { parent, bindings: new Map(), enclosing: parent.enclosing, fields: null };
}

function moduleName(node: Node): string {
  return node.type === "Identifier" ? node.name : (literalText(node) ?? "");
}

/** `require("x")` and `await import("x")`, destructured or whole. */
function required(init: Node, path: string[]): { specifier: string; name: string } | null {
  const call = unwrap(init);
  const first =
    call.type === "CallExpression" && call.callee.type === "Identifier" && call.callee.name === "require"
      ? call.arguments[0]
      : call.type === "ImportExpression"
        ? call.source
        : null;
  const specifier = first ? literalText(first as Node) : null;
  return specifier === null || path.length > 1 ? null : { specifier, name: path[0] ?? "*" };
}
