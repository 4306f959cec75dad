/**
 * What the statements of a function do with a builder that it is handed, by its first parameter or its
 * `this`: `(table) => { table.increments(); table.string("name").notNullable(); }`. Each use is told,
 * or it is said that there is one of which nothing is known.
 */
import type { BuildingStep, ChainStep, Expr } from "../model.ts";
import { adapters } from "./adapters/mod.ts";
import type { Reading } from "./reading.ts";
import { type Scope, scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { children, isFunction, propertyName, unwrap } from "./syntax.ts";

/** Methods that call a function back with a builder. */
const HANDING = new Set(adapters.flatMap((adapter) => adapter.building ?? []));

/** What people call a table's builder, and its types, in functions that several of them are handed to. */
const NAMED = /^(?:t|tb|tbl|table|tableBuilder|builder)$/;
const TYPED = /TableBuilder\b/;

/** The steps of a function that is handed a builder, or looks as if it were; null for any other. */
export function readBuilding(r: Reading, node: Node): BuildingStep[] | null {
  if (!isFunction(node) || !node.body) return null;
  const [first] = node.params as Node[];
  const name = first?.type === "Identifier" ? first.name : null;
  if (!isHanded(r, node) && !(name !== null && (NAMED.test(name) || isTyped(r, first as Node)))) return null;
  const own = node.type !== "ArrowFunctionExpression";
  const isBuilder = (inner: Node) =>
    (inner.type === "Identifier" && inner.name === name) || (own && inner.type === "ThisExpression");
  const body = node.body as Node;
  return new Body(r, isBuilder).of(body);
}

function isHanded({ scopes }: Reading, node: Node): boolean {
  const outer = scopes.parents.get(node);
  if (outer?.type !== "CallExpression" || outer.callee === node) return false;
  const callee = unwrap(outer.callee as Node);
  return callee.type === "MemberExpression" && HANDING.has(propertyName(callee) ?? "");
}

function isTyped({ source }: Reading, parameter: Node): boolean {
  const type = (parameter as { typeAnnotation?: Node | null }).typeAnnotation;
  return Boolean(type && TYPED.test(source.slice(type.start, type.end)));
}

class Body {
  private readonly r: Reading;
  private readonly isBuilder: (node: Node) => boolean;

  constructor(r: Reading, isBuilder: (node: Node) => boolean) {
    this.r = r;
    this.isBuilder = isBuilder;
  }

  of(node: Node): BuildingStep[] {
    const inner = unwrap(node);
    if (!this.mentions(inner)) return [];
    switch (inner.type) {
      case "BlockStatement":
        return (inner.body as Node[]).flatMap((statement) => this.of(statement));
      case "ExpressionStatement":
        return this.of(inner.expression as Node);
      case "ReturnStatement":
        return this.of(inner.argument as Node);
      case "AwaitExpression":
      case "UnaryExpression":
        return this.of(inner.argument as Node);
      case "SequenceExpression":
        return (inner.expressions as Node[]).flatMap((item) => this.of(item));
      case "VariableDeclaration":
        return inner.declarations.flatMap(({ init }) => (init ? this.of(init as Node) : []));
      case "IfStatement":
      case "ConditionalExpression":
        return [
          ...this.of(inner.test),
          {
            kind: "either",
            options: [
              this.of(inner.consequent as Node),
              inner.alternate ? this.of(inner.alternate as Node) : [],
            ],
          },
        ];
      case "LogicalExpression":
        return [...this.of(inner.left as Node), { kind: "either", options: [this.of(inner.right), []] }];
      case "ForStatement":
      case "ForOfStatement":
      case "ForInStatement":
      case "WhileStatement":
        return [{ kind: "each", of: this.of(inner.body as Node) }];
      case "CallExpression":
        return this.called(inner);
      default:
        return [{ kind: "open" }];
    }
  }

  private called(node: Node & { type: "CallExpression" }): BuildingStep[] {
    const scope = scopeAt(node, this.r.scopes);
    const steps = this.chain(node, scope);
    if (steps) return [{ kind: "chain", steps }];
    const args = node.arguments as Node[];
    const read = (items: readonly Node[]) => items.map((item) => this.r.read(item, scope));
    const callee = unwrap(node.callee as Node);
    const method = callee.type === "MemberExpression" ? propertyName(callee) : null;
    const [each] = args.map(unwrap);
    // ["a", "b"].forEach((name) => table.string(name))
    if (each && isFunction(each) && each.body && /^(?:forEach|map|flatMap)$/.test(method ?? ""))
      return [{ kind: "each", of: this.of(each.body as Node) }];
    const [first, ...rest] = args;
    // timestamps(table)
    if (!first || !this.isBuilder(unwrap(first)) || rest.some((item) => this.mentions(item)))
      return [{ kind: "open" }];
    return [{ kind: "handed", to: this.r.read(callee, scope), args: read(args) }];
  }

  /** The calls and properties from the builder on; null where the chain begins with something else. */
  private chain(node: Node, scope: Scope): ChainStep[] | null {
    const steps: ChainStep[] = [];
    const read = (items: readonly unknown[]): Expr[] => items.map((item) => this.r.read(item as Node, scope));
    for (let at = unwrap(node); ; ) {
      if (this.isBuilder(at)) return steps;
      const call = at.type === "CallExpression" ? at : null;
      const callee = call ? unwrap(call.callee as Node) : at;
      if (callee.type !== "MemberExpression") return null;
      const name = propertyName(callee) ?? "";
      steps.unshift({ name, args: call && read(call.arguments), at: this.r.at(callee.property as Node) });
      at = unwrap(callee.object as Node);
    }
  }

  private mentions(node: Node): boolean {
    if (this.isBuilder(node)) return true;
    if (node.type === "MemberExpression")
      return this.mentions(node.object as Node) || (node.computed && this.mentions(node.property as Node));
    for (const child of children(node)) if (this.mentions(child)) return true;
    return false;
  }
}
