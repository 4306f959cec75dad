/**
 * Chains of calls in which a query builder or a mapper may name tables. They are written down here
 * and understood by the linker, once names of other modules are known.
 */
import type { ChainSite, ChainStep, Expr, Span } from "../model.ts";
import { ASSIGNED } from "./adapters/builders.ts";
import { adapters } from "./adapters/mod.ts";
import { superClassOf } from "./classes.ts";
import { clientOf } from "./evidence.ts";
import type { ExpressionReader } from "./expression.ts";
import type { FileScopes, Scope } from "./scope.ts";
import { lookup, lookupField } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

/** Methods and properties by which a chain shows that some client may mean a table. */
const TELLING = new Set(adapters.flatMap((adapter) => adapter.methods ?? []));

/** Methods that write what was changed on rows before. */
const FLUSHING = new Set(adapters.flatMap((adapter) => adapter.flushing ?? []));

/** Rows of rows that are followed. */
const DEEPEST = 4;

/** Names of classes, and of what holds one. */
const CLASS = /^[A-Z]|[mM]odel(?:Class)?$/;

const STATICS = adapters.flatMap(({ statics }) => statics ?? []);

const MIXINS = adapters.flatMap(({ mixins }) => mixins ?? []);

/** Names under which people keep builders that are called themselves (`knex("t")`), and functions that make views. */
const CALLED = /^(?:knex|db|trx|tx|database|qb|connection|[a-z]+(?:Materialized)?View)$/i;

/** The chains of calls that some client's builder may be behind. */
export function readChains(file: string, scopes: FileScopes, expressions: ExpressionReader): ChainSite[] {
  const found: ChainSite[] = [];
  const flushing = new Set(
    scopes.candidates.flatMap(({ node, scope }) =>
      node.type === "CallExpression" && FLUSHING.has(calledName(node)) ? [scope.enclosing] : [],
    ),
  );
  for (const { node, scope } of scopes.candidates) {
    if (
      node.type === "MemberExpression" &&
      flushing.has(scope.enclosing) &&
      isAssigned(node, scope, scopes)
    ) {
      const chain = readChain(file, node, scope, scopes, expressions);
      const step: ChainStep = { name: ASSIGNED, args: [], at: chain.steps.at(-1)?.at ?? chain.at };
      found.push({ ...chain, steps: [...chain.steps, step] });
    }
    if (node.type !== "CallExpression" || isContinued(node, scopes)) continue;
    const names = stepNames(node, scope);
    const builder = names.builder && clientOf(names.builder, scope, scopes)?.chain;
    if (
      !builder &&
      !names.steps.some((name) => TELLING.has(name)) &&
      !names.called.some((name) => CALLED.test(name)) &&
      !names.joins &&
      !isExported(names.builder, scope) &&
      !isStatic(names, scopes) &&
      !isMixin(names, scope, scopes)
    )
      continue;
    found.push(readChain(file, node, scope, scopes, expressions));
  }
  return found;
}

/** A telling function that a client's package exports, by whatever name: `createQueryBuilder(Order, "o")`. */
function isExported(builder: Node | null, scope: Scope): boolean {
  const from = builder?.type === "Identifier" ? lookup(scope, builder.name)?.imported : null;
  return (
    !!from &&
    TELLING.has(from.name) &&
    adapters.some(
      ({ packages, methods }) => packages.includes(from.specifier) && methods?.includes(from.name),
    )
  );
}

function calledName({ callee }: Node & { type: "CallExpression" }): string {
  const inner = unwrap(callee as Node);
  return inner.type === "MemberExpression" ? (propertyName(inner) ?? "") : "";
}

/** `book.title = "x"`, `book.copies++`: a property of what a name of the file holds is given a value. */
function isAssigned(node: Node & { type: "MemberExpression" }, scope: Scope, scopes: FileScopes): boolean {
  const parent = scopes.parents.get(node);
  const assigned =
    (parent?.type === "AssignmentExpression" && parent.left === node) || parent?.type === "UpdateExpression";
  if (!assigned || propertyName(node) === null) return false;
  let at = bare(node.object as Node);
  while (at.type === "MemberExpression") at = bare(at.object as Node);
  const binding = at.type === "Identifier" ? lookup(scope, at.name) : null;
  return binding !== null && binding !== undefined && !binding.imported;
}

/** A method that a class's own name tells, with what it calls: `Event.findAllInBatches(…)`, `models.Event.query()`. */
function isStatic({ called, steps, root }: ReturnType<typeof stepNames>, scopes: FileScopes): boolean {
  const told = called.findIndex((name) => STATICS.some((pattern) => pattern.test(name)));
  if (told < 0) return false;
  if (root.type === "Identifier" && CLASS.test(root.name)) return true;
  const before = steps[steps.indexOf(called[told] ?? "") - 1];
  if (before !== undefined) return CLASS.test(before);
  return root.type === "ThisExpression" && superClassOf(root, scopes) !== null;
}

/** A method named after a relation, on what may be a row: `this`, what a telling call gave, what a type says it is. */
function isMixin(
  { called, root }: { called: readonly string[]; root: Node },
  scope: Scope,
  scopes: FileScopes,
  depth = 0,
): boolean {
  const name = called.at(-1) ?? "";
  if (!MIXINS.some((pattern) => pattern.test(name))) return false;
  if (root.type === "ThisExpression") return superClassOf(root, scopes) !== null;
  const binding = root.type === "Identifier" ? lookup(scope, root.name) : null;
  if (binding?.parameter && binding.type) return true;
  const given = binding?.init ? unwrap(binding.init) : null;
  if (given?.type !== "CallExpression" || !binding || depth > DEEPEST) return false;
  const names = stepNames(given, binding.scope);
  return names.steps.some((step) => TELLING.has(step)) || isMixin(names, binding.scope, scopes, depth + 1);
}

/** The call is the object of a further call: the chain goes on. */
function isContinued(node: Node, scopes: FileScopes): boolean {
  let inner: Node = node;
  let parent = scopes.parents.get(inner);
  while (parent && parent.type !== "AwaitExpression" && unwrap(parent) !== parent) {
    inner = parent;
    parent = scopes.parents.get(inner);
  }
  while (parent?.type === "MemberExpression" && parent.object === inner) {
    inner = parent;
    parent = scopes.parents.get(inner);
    while (parent && parent.type !== "AwaitExpression" && unwrap(parent) !== parent) {
      inner = parent;
      parent = scopes.parents.get(inner);
    }
    if (parent?.type === "CallExpression" && parent.callee === inner) return true;
  }
  return parent?.type === "CallExpression" && parent.callee === inner;
}

/** The names alone: cheap enough to ask of every call. `builder` is what is itself called, at the beginning. */
function stepNames(
  node: Node,
  scope: Scope,
): { steps: string[]; called: string[]; builder: Node | null; joins: boolean; root: Node } {
  const steps: string[] = [];
  const called: string[] = [];
  let builder: Node | null = null;
  let joins = false;
  let at = bare(node);
  for (;;) {
    if (at.type === "CallExpression") {
      const callee = bare(at.callee as Node);
      const name = callee.type === "Identifier" ? callee.name : (propertyName(callee) ?? "");
      called.unshift(name);
      // A list is joined by one text, tables by a condition, too.
      if (name === "join" && at.arguments.length > 1) joins = true;
      if (callee.type === "MemberExpression" && !isField(callee, scope)) {
        steps.unshift(name);
        at = bare(callee.object as Node);
      } else {
        const destructured = destructuredStep(callee, scope);
        if (destructured) steps.unshift(destructured.name);
        builder = callee;
        at = callee;
      }
    } else if (at.type === "MemberExpression") {
      steps.unshift(propertyName(at) ?? "");
      at = bare(at.object as Node);
    } else return { steps, called, builder, joins, root: at };
  }
}

/** The node without what TypeScript wraps around it; where something is awaited, the chain ends. */
function bare(node: Node): Node {
  let at = node;
  while (at.type !== "AwaitExpression" && unwrap(at) !== at && "expression" in at) at = at.expression as Node;
  return at;
}

function readChain(
  file: string,
  node: Node,
  scope: Scope,
  scopes: FileScopes,
  expressions: ExpressionReader,
): ChainSite {
  const at = (inner: Node): Span => ({ file, start: inner.start, end: inner.end });
  const steps: ChainStep[] = [];
  let here = bare(node);
  let root: Expr | null = null;
  let rootName = "";
  while (!root) {
    if (here.type === "CallExpression" && steps.length > 0 && isValue(here, scope)) {
      root = expressions.root(here, scope);
    } else if (here.type === "CallExpression") {
      // One insert may have as many columns as a table.
      const args = here.arguments.map((argument) => expressions.definition(argument as Node, scope));
      const callee = bare(here.callee as Node);
      const destructured = destructuredStep(callee, scope);
      if (destructured) {
        steps.unshift({ name: destructured.name, args, at: at(callee) });
        root = expressions.root(callee, scope);
        continue;
      }
      // this.knex("t") calls what the field holds, this.all() a method.
      if (callee.type === "MemberExpression" && !isField(callee, scope)) {
        steps.unshift({ name: propertyName(callee) ?? "", args, at: at(callee.property as Node) });
        here = bare(callee.object as Node);
      } else {
        steps.unshift({ name: "", args, at: at(callee) });
        here = callee;
      }
    } else if (here.type === "MemberExpression" && !isOwn(here, scope, scopes)) {
      const name = propertyName(here);
      const property = here.property as Node;
      const step: ChainStep = { name: name ?? "", args: null, at: at(property) };
      steps.unshift(name === null ? { ...step, key: expressions.read(property, scope) } : step);
      here = bare(here.object as Node);
    } else {
      root = expressions.root(here, scope);
      rootName =
        here.type === "Identifier"
          ? here.name
          : here.type === "MemberExpression"
            ? (propertyName(here) ?? "")
            : "";
    }
  }
  return { root, rootName, steps, at: at(node), enclosing: scope.enclosing };
}

/** `require("./order").Order`, `Object.assign(row, …).save()`: a value that is nobody's builder. */
function isValue({ callee, arguments: [first] }: Node & { type: "CallExpression" }, scope: Scope): boolean {
  const inner = bare(callee as Node);
  if (inner.type === "Identifier" && inner.name === "require")
    return first !== undefined && literalText(first as Node) !== null && !lookup(scope, inner.name);
  if (inner.type !== "MemberExpression" || propertyName(inner) !== "assign") return false;
  const object = bare(inner.object as Node);
  return object.type === "Identifier" && object.name === "Object" && !lookup(scope, object.name);
}

/** `this.x`, unless a class that this one extends brings it along. */
function isOwn(node: Node & { type: "MemberExpression" }, scope: Scope, scopes: FileScopes): boolean {
  const object = unwrap(node.object as Node);
  if (object.type !== "ThisExpression") return false;
  return lookupField(scope, propertyName(node) ?? "") !== null || superClassOf(object, scopes) === null;
}

/** `({ selectFrom }) => selectFrom("t")`: a builder's method, taken out of it. */
function destructuredStep(callee: Node, scope: Scope): { name: string } | null {
  const binding = callee.type === "Identifier" ? lookup(scope, callee.name) : null;
  const [name] = binding?.path?.length === 1 ? binding.path : [];
  return name !== undefined && !binding?.imported && TELLING.has(name) ? { name } : null;
}

function isField(callee: Node & { type: "MemberExpression" }, scope: Scope): boolean {
  if (unwrap(callee.object as Node).type !== "ThisExpression") return false;
  return lookupField(scope, propertyName(callee) ?? "") !== null;
}
