/** The walk over a file's tree that finds its scopes, its names and the nodes that adapters want to see. */
import { child, Declarations } from "./declarations.ts";
import type { FileScopes, Scope } from "./scope.ts";
import { lookup, lookupField } from "./scope.ts";
import type { Node, Program } from "./syntax.ts";
import { isFunction, propertyName, visitorKeys } from "./syntax.ts";

/** Walks over a file's tree once. */
export function readScopes(program: Program): FileScopes {
  const walker = new Walker();
  walker.visit(program as unknown as Node, walker.result.root, null);
  return walker.result;
}

/** A key that may name an environment variable. */
const SHOUTED = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;

const ADDRESS = /^[a-z][a-z0-9+]*:\/\//i;

class Walker extends Declarations {
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
        if (isLeaf(node)) return;
        break;
      case "Literal":
        if (typeof node.value === "string" && ADDRESS.test(node.value)) strings.push({ node, scope });
        return;
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
}

/** The name says which property, or what an import is called, and stands for no value. */
function isLabel(node: Node, parent: Node): boolean {
  if (parent.type === "MemberExpression") return parent.property === node && !parent.computed;
  if (parent.type === "Property") return parent.key === node && !parent.computed;
  return parent.type.startsWith("Import");
}

/** A name alone, as most of a tree's nodes are: nothing is within it. */
function isLeaf(node: Node): boolean {
  if (node.type !== "Identifier") return true;
  const { typeAnnotation, decorators } = node as {
    typeAnnotation?: unknown;
    decorators?: readonly unknown[];
  };
  return !typeAnnotation && !decorators?.length;
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
