/** Whose entity a chain on TypeORM is about, and what to say where nobody knows. */
import type { ChainStep, Expr, Operation, Span } from "../../model.ts";
import type { Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { entityOf, typeExpr } from "./entities.ts";

/** The entity whose repository or active record the chain stands on. */
export function subjectOf(chain: Chain, before: number, ask: Ask): TableDefinition | null {
  for (const { name, args } of chain.steps.slice(0, before).reverse()) {
    if (/^get(?:Tree|Custom)?Repository$/.test(name) && args?.[0]) return mine(entityOf(args[0], ask));
  }
  return mine(rootEntity(chain.root, ask));
}

function rootEntity(root: Expr, ask: Ask): TableDefinition | null {
  // A field that the constructor or a decorator fills: its type tells.
  if (root.kind === "typed") {
    const [entity] = root.type.args;
    return /Repository$/.test(root.type.name) && entity ? entityOf(typeExpr(entity, root.at), ask) : null;
  }
  if (root.kind === "class") return ask.definition(root);
  // const users = dataSource.getRepository(User)
  if (root.kind !== "call") return null;
  const callee = ask.follow(root.callee);
  const name = callee.kind === "member" ? callee.property : callee.kind === "import" ? callee.name : "";
  return /^get(?:Tree)?Repository$/.test(name) && root.args[0] ? entityOf(root.args[0], ask) : null;
}

/** The class of an entity's object: `manager.save(order)`. */
function madeFrom(expr: Expr, ask: Ask): Expr | null {
  if (expr.kind === "new") return expr.callee;
  if (expr.kind === "typed" || (expr.kind === "parameter" && expr.type))
    return expr.type ? typeExpr(expr.type.args[0] ?? expr.type, expr.at) : null;
  if (expr.kind === "array" && expr.items[0]) return madeFrom(ask.follow(expr.items[0]), ask);
  if (expr.kind !== "call") return null;
  const callee = ask.follow(expr.callee);
  const [first] = expr.args;
  if (callee.kind !== "member" || !/^(?:create|merge|preload|findOne\w*)$/.test(callee.property)) return null;
  if (first && mine(entityOf(first, ask))) return first;
  const owner = ask.follow(callee.of);
  return owner.kind === "typed" && owner.type.args[0] ? typeExpr(owner.type.args[0], owner.at) : null;
}

export function mine(definition: TableDefinition | null): TableDefinition | null {
  return definition?.client === "typeorm" ? definition : null;
}

/** Whose entity nobody knows: a repository of a type parameter, a manager that is handed what it looks for. */
export function unknownEntity(chain: Chain, step: ChainStep, operation: Operation, ask: Ask): Named[] | null {
  const say = (reason: string, at: Span): Named[] => [
    { name: { schema: null, table: null, reason, at }, operation },
  ];
  const { root } = chain;
  // A class of one's own may be called a repository, too; TypeORM's has its entity as an argument.
  if (root.kind === "typed" && /Repository$/.test(root.type.name) && root.type.args.length > 0)
    return say(`the entity \`${root.type.args[0]?.name ?? root.name}\` is not known before it runs`, step.at);
  const [first] = step.args ?? [];
  if (!chain.certain || !first || !/manager$/i.test(chain.receiver.at(-1) ?? "")) return null;
  const made = madeFrom(ask.follow(first), ask);
  const entity = made && mine(entityOf(made, ask));
  if (entity) return [{ name: { ...entity.name, at: first.at }, operation }];
  const inner = ask.follow(first);
  return say(
    inner.kind === "parameter" && inner.function
      ? `\`${inner.name}\` is a parameter of ${inner.function}`
      : "the entity that it is about is not known before it runs",
    first.at,
  );
}
