/**
 * Whether a variable was checked before it is used: on every way to the use stands an `if` that
 * leaves when it is not set, a condition that holds only when it is, or a call that asserts it.
 *
 * The tree is climbed from the use: what stands before it in each block that holds it has run, and
 * what a function is closed over was checked before anybody could call the function.
 */
import { implies } from "./conditions.ts";
import { Denotation } from "./denotation.ts";
import { texts } from "./environment.ts";
import { leaves, neverReturns } from "./leaving.ts";
import type { Binding, FileScopes } from "./scope.ts";
import { lookup, scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { children, isFunction, propertyName, unwrap } from "./syntax.ts";

/** Names of functions that throw unless their argument is there. */
const ASSERTING =
  /^(?:assert|ok|invariant|required|require|ensure|check|must|expect|demand|validate|parse|verify|guard)(?![a-z])/;

const DEEPEST = 24;

/** @param named parameters that hold the variable's name, where the use stands in a function that is handed it */
export function isChecked(
  variable: string,
  use: Node,
  scopes: FileScopes,
  named: ReadonlySet<Binding> = new Set(),
): boolean {
  return new Checker(variable, scopes, named).before(use);
}

/** Whether the module checks the variable while it is loaded, wherever in it. */
export function isCheckedByModule(variable: string, program: Node, scopes: FileScopes): boolean {
  return program.type === "Program" && new Checker(variable, scopes).establishAny(program.body as Node[]);
}

class Checker {
  private readonly denoted: Denotation;
  private readonly scopes: FileScopes;
  private readonly active = new Set<Node>();
  /** In functions that are called, and in loops, a return or a `break` leads on to the use. */
  private forGood = 0;

  constructor(variable: string, scopes: FileScopes, named: ReadonlySet<Binding> = new Set()) {
    this.denoted = new Denotation(variable, scopes, named);
    this.scopes = scopes;
  }

  before(use: Node): boolean {
    let called = false;
    let inner = use;
    for (let node = this.scopes.parents.get(use); node; node = this.scopes.parents.get(node)) {
      if (this.guards(node, inner, called)) return true;
      if (isFunction(node)) called ||= !this.isCalledAtOnce(node);
      inner = node;
    }
    return false;
  }

  /** What `node` makes sure of before `inner`, which it holds, is run. */
  private guards(node: Node, inner: Node, called: boolean): boolean {
    switch (node.type) {
      case "IfStatement":
      case "ConditionalExpression":
        if (inner === node.consequent) return implies(node.test, true, this.denoted);
        return inner === node.alternate && implies(node.test, false, this.denoted);
      case "LogicalExpression":
        return (
          inner === node.right &&
          node.operator !== "??" &&
          implies(node.left as Node, node.operator === "&&", this.denoted)
        );
      case "WhileStatement":
        return inner === node.body && implies(node.test, true, this.denoted);
      case "Program":
        // A function of the module is called once the module has been loaded.
        return this.establishAny(called ? (node.body as Node[]) : before(node.body as Node[], inner));
      case "BlockStatement":
      case "StaticBlock":
      case "TSModuleBlock":
        return this.establishAny(before(node.body as Node[], inner));
      case "SwitchCase":
        return this.establishAny(before(node.consequent as Node[], inner));
      case "ClassBody": {
        const made = node.body.find(
          (item) => item.type === "MethodDefinition" && item.kind === "constructor",
        );
        if (!made || made === inner || made.type !== "MethodDefinition") return false;
        return this.forAll(() => this.establishAny((made.value.body?.body ?? []) as Node[]));
      }
      default:
        return false;
    }
  }

  establishAny(statements: readonly Node[]): boolean {
    return statements.some((statement) => this.establishes(statement));
  }

  /** Once the statement has run to its end, the variable is set. */
  private establishes(node: Node): boolean {
    switch (node.type) {
      case "BlockStatement":
        return this.establishAny(node.body as Node[]);
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        return !!node.declaration && this.establishes(node.declaration as Node);
      case "LabeledStatement":
        return this.establishes(node.body);
      case "IfStatement":
        return (
          (this.closes(node.consequent) && implies(node.test, false, this.denoted)) ||
          (!!node.alternate && this.closes(node.alternate) && implies(node.test, true, this.denoted)) ||
          (!!node.alternate && this.settles(node.consequent) && this.settles(node.alternate)) ||
          this.proves(node.test)
        );
      case "WhileStatement":
      case "DoWhileStatement":
        return implies(node.test, false, this.denoted);
      case "ForOfStatement":
        return (
          texts(node.right, scopeAt(node, this.scopes)).includes(this.denoted.variable) &&
          this.forAll(() => this.establishes(node.body))
        );
      case "TryStatement":
        return (
          (this.establishes(node.block) && (!node.handler || this.leaves(node.handler.body))) ||
          (!!node.finalizer && this.establishes(node.finalizer))
        );
      case "VariableDeclaration":
        return node.declarations.some(({ init }) => !!init && this.proves(init));
      case "ExpressionStatement":
        return this.proves(node.expression);
      case "ReturnStatement":
        return !!node.argument && this.proves(node.argument);
      default:
        return false;
    }
  }

  /** The branch leaves, or gives the variable a value. */
  private closes(branch: Node): boolean {
    return this.leaves(branch) || this.assigns(branch);
  }

  private settles(branch: Node): boolean {
    return this.leaves(branch) || this.establishes(branch);
  }

  private leaves(node: Node): boolean {
    return leaves(node, this.scopes, this.forGood > 0);
  }

  private forAll(ask: () => boolean): boolean {
    this.forGood++;
    const found = ask();
    this.forGood--;
    return found;
  }

  private assigns(node: Node): boolean {
    if (node.type === "BlockStatement") return node.body.some((item) => this.assigns(item as Node));
    if (node.type !== "ExpressionStatement" || node.expression.type !== "AssignmentExpression") return false;
    const { left, operator } = node.expression;
    return operator === "=" && this.denoted.is(left as Node);
  }

  /** The expression cannot have been evaluated with the variable unset. */
  private proves(given: Node): boolean {
    const node = unwrap(given);
    if (isFunction(node) || node.type === "ClassExpression") return false;
    if (this.active.size > DEEPEST || this.active.has(node)) return false;
    this.active.add(node);
    try {
      return this.prove(node);
    } finally {
      this.active.delete(node);
    }
  }

  private prove(node: Node): boolean {
    switch (node.type) {
      case "LogicalExpression": {
        if (this.proves(node.left as Node)) return true;
        if (!neverReturns(node.right, this.scopes)) return false;
        return node.operator === "??"
          ? this.denoted.is(node.left as Node)
          : implies(node.left as Node, node.operator === "||", this.denoted);
      }
      case "ConditionalExpression":
        return (
          this.proves(node.test) ||
          (neverReturns(node.alternate, this.scopes) && implies(node.test, true, this.denoted)) ||
          (neverReturns(node.consequent, this.scopes) && implies(node.test, false, this.denoted))
        );
      case "CallExpression":
        if (this.asserts(node) || this.body(node)) return true;
        break;
      case "NewExpression": {
        // new URL(undefined) throws.
        const [first] = node.arguments;
        if (node.callee.type === "Identifier" && node.callee.name === "URL" && first)
          if (this.denoted.is(first as Node)) return true;
      }
    }
    for (const inner of children(node)) if (this.proves(inner)) return true;
    return false;
  }

  /** `assert(url)`, `z.string().parse(url)`, `Env.parse(process.env)`. */
  private asserts(node: Node & { type: "CallExpression" }): boolean {
    const callee = unwrap(node.callee as Node);
    const name =
      callee.type === "Identifier"
        ? callee.name
        : callee.type === "MemberExpression"
          ? (propertyName(callee) ?? "")
          : "";
    const on = callee.type === "MemberExpression" ? unwrap(callee.object as Node) : null;
    if (name === "require" || (on?.type === "Identifier" && /^(?:JSON|Number|Date)$/.test(on.name)))
      return false;
    if (!ASSERTING.test(name) && !(on?.type === "Identifier" && ASSERTING.test(on.name))) return false;
    return node.arguments.some(
      (argument) =>
        implies(argument as Node, true, this.denoted) || this.denoted.isNamedBy(argument as Node, on),
    );
  }

  /** A function of this file that makes sure of it, called here; or a callback over a list of names. */
  private body(node: Node & { type: "CallExpression" }): boolean {
    const callee = unwrap(node.callee as Node);
    const made =
      callee.type === "Identifier" ? lookup(scopeAt(node, this.scopes), callee.name)?.init : callee;
    let definition = made && unwrap(made);
    if (callee.type === "MemberExpression" && propertyName(callee) === "forEach")
      definition = node.arguments[0] as Node | undefined;
    if (!definition || !isFunction(definition) || !definition.body || this.active.has(definition))
      return false;
    const stands = this.parametersFor(node, definition);
    this.active.add(definition);
    for (const binding of stands) this.denoted.stands.add(binding);
    const body = definition.body as Node;
    const found = this.forAll(() =>
      body.type === "BlockStatement" ? this.establishes(body) : this.proves(body),
    );
    for (const binding of stands) this.denoted.stands.delete(binding);
    this.active.delete(definition);
    return found;
  }

  private parametersFor(call: Node & { type: "CallExpression" }, definition: Node): Binding[] {
    const bindings = [...(this.scopes.inner.get(definition)?.bindings.values() ?? [])];
    return bindings.filter(({ parameter, path }) => {
      const given = parameter && path?.length === 0 ? call.arguments[parameter.index] : null;
      return !!given && this.denoted.is(given as Node);
    });
  }

  private isCalledAtOnce(definition: Node): boolean {
    const parent = this.scopes.parents.get(definition);
    return parent?.type === "CallExpression" && unwrap(parent.callee as Node) === definition;
  }
}

function before(statements: readonly Node[], inner: Node): Node[] {
  const index = statements.indexOf(inner);
  return index < 0 ? [] : statements.slice(0, index);
}
