/**
 * One walk over a file's tree: who declares which name, and which nodes the adapters want to see.
 *
 * Scopes are lexical blocks. A name's binding keeps the nodes that give it its value (initialiser,
 * destructuring path, later assignments), so that an expression can be followed without a checker.
 *
 * Longer than most: one walk answers all of these questions, and parted it would be several.
 */
import type { Node, Program } from "./syntax.ts";
import { isFunction, literalText, propertyName, unwrap, visitorKeys } from "./syntax.ts";

export interface Binding {
  kind: "constant" | "variable" | "parameter" | "import" | "function" | "class" | "enum" | "other";
  name: string;
  /** What it is given at its declaration. */
  init: Node | null;
  /** Property names from `init` to the value, for `const { a: { b } } = init`; null where they are not literal. */
  path: string[] | null;
  type: Node | null;
  /** Where `init` is to be read. */
  scope: Scope;
  /** Later assignments, in source order. */
  writes: { operator: string; value: Node; scope: Scope }[];
  /** Assignments to what it holds (`options.where = …`) and objects pushed into it, in source order. */
  parts: { path: string[]; key: Node; value: Node; scope: Scope; pushed: boolean }[];
  imported: { specifier: string; name: string } | null;
  /** It takes each item of `init` in turn: `for (const x of init)`. */
  each: boolean;
  /** What stands in for it where the value that is taken apart has none: `const { a = 1 } = init`. */
  fallback: Node | null;
  /** A parameter's function and index, and the list whose items a method hands to the function one by one. */
  parameter: {
    owner: Node;
    name: string;
    index: number;
    list: { node: Node; scope: Scope } | null;
    /** The annotation of the whole, for what a pattern takes out of it. */
    type: Node | null;
  } | null;
}

/** What a class says of its fields: initialisers, types, and what the constructor assigns. */
export interface Field {
  init: Node | null;
  type: Node | null;
  scope: Scope;
  /** The constructor's parameter that it is. */
  given?: { node: Node; scope: Scope };
  /** What a method fills it with; null where several do, or one does so more than once. */
  filled?: { node: Node; scope: Scope } | null;
}

export interface Scope {
  parent: Scope | null;
  bindings: Map<string, Binding>;
  /** Name of the function it stands in, as `Class.method` in classes. */
  enclosing: string | null;
  fields: Map<string, Field> | null;
}

export interface Candidate {
  node: Node;
  scope: Scope;
}

/** Members of types, by the types' names. */
export type Shapes = Map<string, readonly Node[]>;

export interface FileScopes {
  root: Scope;
  /** Calls, constructions, tagged templates and environment reads, in source order. */
  candidates: Candidate[];
  /** String literals and templates that may be connection addresses, and keys that may name variables. */
  strings: Candidate[];
  parents: Map<Node, Node>;
  /** Scopes of functions (their parameters) and of their bodies, by node. */
  functions: Map<Node, Scope>;
  /** Types that the module declares: aliases, and what interfaces extend. */
  types: Map<string, Node>;
  /** Interfaces and object types that the module declares, by name. */
  shapes: Shapes;
  /** The scope that a node opens for what it holds. */
  inner: Map<Node, Scope>;
  /** What a function returns, wherever in its body. */
  returns: Map<Node, Node[]>;
  /** It holds decorators, which may make values of types. */
  decorated: boolean;
  /** Names that stand where values do: an import that is not among them is one of types. */
  used: Set<string>;
}

export function readScopes(program: Program): FileScopes {
  const walker = new Walker();
  walker.visit(program as unknown as Node, walker.result.root, null);
  return walker.result;
}

export function lookup(scope: Scope, name: string): Binding | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.bindings.get(name);
    if (found) return found;
  }
  return null;
}

/** The scope in which a node stands. */
export function scopeAt(node: Node, { inner, parents, root }: FileScopes): Scope {
  for (let at = parents.get(node); at; at = parents.get(at)) {
    const scope = inner.get(at);
    if (scope) return scope;
  }
  return root;
}

/** The field `this.name` of the class that the scope stands in. */
export function lookupField(scope: Scope, name: string): Field | null {
  for (let at: Scope | null = scope; at; at = at.parent) if (at.fields) return at.fields.get(name) ?? null;
  return null;
}

export const EACH_ITEM = /^(?:forEach|map|flatMap|filter|find|some|every)$/;

/** A key that may name an environment variable. */
const SHOUTED = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;

const ADDRESS = /^[a-z][a-z0-9+]*:\/\//i;

class Walker {
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

  /** What each function around the node returns, the innermost last. */
  private readonly functions: Node[][] = [];

  visit(node: Node, scope: Scope, parent: Node | null): void {
    const { candidates, strings, parents, used } = this.result;
    if (parent) parents.set(node, parent);
    let inner = scope;
    switch (node.type) {
      case "Program":
      case "BlockStatement":
      case "StaticBlock":
        inner = node.type === "Program" ? scope : child(scope);
        if (parent && "body" in parent && parent.body === node) this.result.functions.set(node, inner);
        this.declareAll(node.body as Node[], inner);
        break;
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement": {
        inner = child(scope);
        const first = node.type === "ForStatement" ? node.init : node.left;
        if (first?.type === "VariableDeclaration") {
          this.declare(first, inner);
          if (node.type === "ForOfStatement")
            for (const binding of inner.bindings.values()) {
              binding.init = node.right;
              binding.each = true;
            }
        }
        break;
      }
      case "SwitchStatement":
        inner = child(scope);
        for (const branch of node.cases) this.declareAll(branch.consequent as Node[], inner);
        break;
      case "CatchClause":
        inner = child(scope);
        if (node.param) this.declarePattern(node.param as Node, null, null, inner, "other", []);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression": {
        const name = this.functionName(node, scope);
        inner = { parent: scope, bindings: new Map(), enclosing: name ?? scope.enclosing, fields: null };
        node.params.forEach((param, index) => {
          this.declareParameter(param as Node, node, name ?? "", index, inner);
        });
        this.result.functions.set(node, inner);
        break;
      }
      case "ClassDeclaration":
      case "ClassExpression":
        candidates.push({ node, scope });
        inner = {
          parent: scope,
          bindings: new Map(),
          enclosing: node.id?.name ?? scope.enclosing,
          fields: new Map(),
        };
        this.readFields(node, inner);
        break;
      case "AssignmentExpression":
        if (node.left.type === "Identifier")
          lookup(scope, node.left.name)?.writes.push({ operator: node.operator, value: node.right, scope });
        else if (node.left.type === "MemberExpression" && node.operator === "=")
          this.declarePart(node.left, node.left.property as Node, node.right, scope, false);
        if (node.left.type === "MemberExpression" && node.left.object.type === "ThisExpression") {
          const field = lookupField(scope, propertyName(node.left as Node) ?? "");
          if (field) field.filled = field.filled === undefined ? { node: node.right, scope } : null;
        }
        break;
      case "CallExpression":
        candidates.push({ node, scope });
        this.declarePushed(node, scope);
        break;
      case "TaggedTemplateExpression":
      case "NewExpression":
      case "ImportExpression":
        candidates.push({ node, scope });
        break;
      case "MemberExpression":
        candidates.push({ node, scope });
        break;
      case "VariableDeclarator":
        if (node.id.type === "ObjectPattern") candidates.push({ node, scope });
        break;
      case "Decorator":
        this.result.decorated = true;
        break;
      case "Identifier":
      case "JSXIdentifier":
        if (parent && !isLabel(node, parent)) used.add(node.name);
        break;
      case "Literal":
        if (typeof node.value === "string" && ADDRESS.test(node.value)) strings.push({ node, scope });
        break;
      case "TemplateLiteral":
        if (ADDRESS.test(node.quasis[0]?.value.raw ?? "")) strings.push({ node, scope });
        break;
      case "Property":
        if (node.value.type === "Literal" || SHOUTED.test(propertyName(node) ?? ""))
          strings.push({ node, scope });
        break;
      default:
        if (node.type.startsWith("TS") && !hasCode(node.type)) return;
    }
    if (inner !== scope || !parent) this.result.inner.set(node, inner);
    if (isFunction(node)) {
      const returned: Node[] = [];
      this.result.returns.set(node, returned);
      this.functions.push(returned);
      if (node.body && node.body.type !== "BlockStatement") returned.push(node.body as Node);
    } else if (node.type === "ReturnStatement" && node.argument) this.functions.at(-1)?.push(node.argument);
    this.visitChildren(node, inner);
    if (isFunction(node)) this.functions.pop();
  }

  private visitChildren(node: Node, scope: Scope): void {
    const record = node as unknown as Record<string, unknown>;
    for (const key of visitorKeys[node.type] ?? []) {
      const value = record[key];
      if (!value) continue;
      if (!Array.isArray(value)) this.visit(value as Node, scope, node);
      else for (const item of value) if (item) this.visit(item as Node, scope, node);
    }
  }

  private functionName(node: Node, scope: Scope): string | null {
    if (node.type === "FunctionDeclaration" && node.id) return node.id.name;
    const parent = this.result.parents.get(node);
    if (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier") return parent.id.name;
    if (parent?.type === "MethodDefinition" || parent?.type === "PropertyDefinition") {
      const name = propertyName(parent);
      return name && (scope.enclosing ? `${scope.enclosing}.${name}` : name);
    }
    if (parent?.type === "Property") return propertyName(parent);
    // exports.down = () => …
    if (parent?.type === "AssignmentExpression" && parent.left.type === "MemberExpression")
      return propertyName(parent.left as Node);
    return null;
  }

  private declareAll(body: Node[], scope: Scope): void {
    for (const statement of body) {
      if (statement.type === "ExportNamedDeclaration" && statement.declaration)
        this.declare(statement.declaration as Node, scope);
      else if (statement.type === "ExportDefaultDeclaration")
        this.declare(statement.declaration as Node, scope);
      else this.declare(statement, scope);
    }
  }

  private declare(node: Node, scope: Scope): void {
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

  private declareParameter(param: Node, owner: Node, name: string, index: number, scope: Scope): void {
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

  /** `list.forEach((item) => …)`: the function is handed one item after another. */
  private listBehind(owner: Node, scope: Scope | null): { node: Node; scope: Scope } | null {
    const call = this.result.parents.get(owner);
    if (!scope || call?.type !== "CallExpression" || call.arguments[0] !== owner) return null;
    const callee = unwrap(call.callee as Node);
    if (callee.type !== "MemberExpression" || !EACH_ITEM.test(propertyName(callee) ?? "")) return null;
    return { node: callee.object as Node, scope };
  }

  private declarePattern(
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
  private declarePushed(node: Node & { type: "CallExpression" }, scope: Scope): void {
    const { callee } = node;
    if (callee.type !== "MemberExpression" || propertyName(callee as Node) !== "push") return;
    for (const argument of node.arguments)
      if (argument.type !== "SpreadElement")
        this.declarePart(callee.object as Node, callee.property as Node, argument as Node, scope, true);
  }

  private declarePart(target: Node, key: Node, value: Node, scope: Scope, pushed: boolean): void {
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

  private bind(scope: Scope, name: string, given: Partial<Binding> & { kind: Binding["kind"] }): void {
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

  private readFields(node: Node & { type: "ClassDeclaration" | "ClassExpression" }, scope: Scope): void {
    const fields = scope.fields ?? new Map<string, Field>();
    for (const member of node.body.body) {
      if (member.type === "PropertyDefinition") {
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

/** The name says which property, or what an import is called, and stands for no value. */
function isLabel(node: Node, parent: Node): boolean {
  if (parent.type === "MemberExpression") return parent.property === node && !parent.computed;
  if (parent.type === "Property") return parent.key === node && !parent.computed;
  return parent.type.startsWith("Import");
}

function child(parent: Scope): Scope {
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

function hasCode(type: string): boolean {
  return (
    type === "TSAsExpression" ||
    type === "TSSatisfiesExpression" ||
    type === "TSNonNullExpression" ||
    type === "TSTypeAssertion" ||
    type === "TSInstantiationExpression" ||
    type === "TSModuleDeclaration" ||
    type === "TSModuleBlock" ||
    type === "TSExportAssignment" ||
    type === "TSParameterProperty" ||
    type === "TSEnumDeclaration" ||
    type === "TSEnumBody" ||
    type === "TSEnumMember" ||
    type === "TSAbstractPropertyDefinition" ||
    type === "TSImportEqualsDeclaration"
  );
}
