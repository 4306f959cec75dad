/** Whose entity a chain on a mapper is about: a repository's, a class's own, a row's; and what to say where nobody knows. */
import type { Expr, Operation, Span } from "../../model.ts";
import type { Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { resultOf } from "./builders.ts";
import { classOf, entityOf, typeExpr } from "./entities.ts";

/** What a mapper calls its repositories, and what gives them and their rows. */
export interface Repositories {
  client: string;
  /** Types of repositories, which have their entity as an argument. */
  type: RegExp;
  /** Methods that give one, the entity being handed to them. */
  getter: RegExp;
  /** Methods of repositories and managers that give rows. */
  giving: RegExp;
  /** The class whose heirs are entities that know how to find and to save themselves. */
  active?: { specifier: string; name: string };
}

const DEEPEST = 8;

/** A definition that is this mapper's; null for any other's. */
export function mine(definition: TableDefinition | null, { client }: Repositories): TableDefinition | null {
  return definition?.client === client ? definition : null;
}

/** The entity whose repository or active record the chain stands on, at the step `before`. */
export function subjectOf(chain: Chain, before: number, of: Repositories, ask: Ask): TableDefinition | null {
  const steps = chain.steps.slice(0, before);
  const called = chain.root.kind === "import" ? chain.root.name : "";
  for (const { name, args } of steps.toReversed())
    if (of.getter.test(name || called) && args?.[0])
      return mine(entityOf(args[0], ask), of) ?? repositoryEntity(args[0], of, ask);
  // What another object than the repository does is none of its own: repository.manager.find(Other).
  if (steps.some(({ name }) => /manager$|^em$/i.test(name))) return null;
  const { root } = chain;
  const held = steps.every(({ args }) => args === null) && steps.length > 0;
  const made = held ? ask.follow(standing(chain, before)) : root;
  return repositoryEntity(made, of, ask) ?? (made.kind === "class" ? mine(ask.definition(made), of) : null);
}

/** What a chain stands on before one of its steps. */
export function standing(chain: Chain, before: number): Expr {
  return chain.steps.slice(0, before).reduce<Expr>((of, { name, key, args, at }) => {
    const [run] = key?.kind === "text" ? key.runs : [];
    const member: Expr = { kind: "member", of, property: run?.text ?? name, at };
    return args ? { kind: "call", callee: member, args: [...args], reason: "", at } : member;
  }, chain.root);
}

/** The entity of a repository: by its type, by what gives it, by the class that extends one. */
export function repositoryEntity(expr: Expr, of: Repositories, ask: Ask, depth = 0): TableDefinition | null {
  if (depth > DEEPEST) return null;
  const next = (inner: Expr) => repositoryEntity(inner, of, ask, depth + 1);
  const inner = resultOf(expr, ask);
  switch (inner.kind) {
    case "typed": {
      const [entity] = inner.type.args;
      const found =
        of.type.test(inner.type.name) && entity ? entityOf(typeExpr(entity, inner.at), ask) : null;
      return mine(found, of) ?? next(typeExpr(inner.type, inner.at));
    }
    case "parameter": {
      if (inner.type) return next({ kind: "typed", name: inner.name, type: inner.type, at: inner.at });
      const given = ask.given(inner);
      return given && next(given);
    }
    case "class": {
      const parent = inner.extends ? ask.follow(inner.extends) : null;
      // @EntityRepository(User), what the class that it extends is given, what the constructor hands on.
      const decorated = inner.decorators.find(({ name }) => name === "EntityRepository")?.args[0];
      if (decorated) return mine(entityOf(decorated, ask), of);
      const given = leadsToRepository(parent, of, ask)
        ? [...(inner.extendsArgs ?? []).map((type) => typeExpr(type, inner.at)), ...(inner.superArgs ?? [])]
        : [];
      for (const entity of given) {
        const found = mine(entityOf(entity, ask), of);
        if (found) return found;
      }
      return inner.extends && parent?.kind === "class" ? next(inner.extends) : null;
    }
    case "new":
      return next(inner.callee);
    case "client":
      if (inner.made) return next({ ...inner.made, kind: "call", reason: "" });
      return inner.type ? next({ kind: "typed", name: "", type: inner.type, at: inner.at }) : null;
    case "call": {
      const callee = ask.follow(inner.callee);
      const name = callee.kind === "member" ? callee.property : callee.kind === "import" ? callee.name : "";
      const [first] = inner.args;
      if (of.getter.test(name) && first) return mine(entityOf(first, ask), of) ?? next(first);
      return name === "extend" && callee.kind === "member" ? next(callee.of) : null;
    }
    case "either":
      for (const option of inner.options) {
        const found = next(option);
        if (found) return found;
      }
      return null;
    default:
      return null;
  }
}

/** What a class extends is a repository by its name, or extends one. */
function leadsToRepository(parent: Expr | null, of: Repositories, ask: Ask, depth = 0): boolean {
  if (parent?.kind === "import") return of.type.test(parent.name);
  if (parent?.kind !== "class" || depth > DEEPEST) return false;
  return (
    of.type.test(parent.name) ||
    (parent.extends !== null && leadsToRepository(ask.follow(parent.extends), of, ask, depth + 1))
  );
}

/**
 * The repository that a class of one's own is, as the mapper's own type: `this` in `class Base<T> extends
 * Repository<T>`; or the entity that knows itself.
 */
export function ownRepository(
  root: Expr,
  of: Repositories,
  ask: Ask,
  depth = 0,
): (Expr & { kind: "typed" }) | null {
  if (depth > DEEPEST) return null;
  if (root.kind === "new") return ownRepository(ask.follow(root.callee), of, ask, depth + 1);
  const parent = root.kind === "class" && root.extends ? ask.follow(root.extends) : null;
  if (root.kind !== "class" || parent?.kind !== "import")
    return parent && ownRepository(parent, of, ask, depth + 1);
  const active = of.active?.specifier === parent.specifier && of.active.name === parent.name;
  if (!active && !of.type.test(parent.name)) return null;
  const type = { name: parent.name, from: null, args: root.extendsArgs ?? [] };
  return { kind: "typed", name: "this", type, at: root.at };
}

/** A repository of which only the type is known, or the one that `this` is: whose entity nobody knows says its argument. */
export function typedRepository(root: Expr, of: Repositories, ask: Ask): (Expr & { kind: "typed" }) | null {
  if (root.kind !== "typed") return ownRepository(root, of, ask);
  const { type, at } = root;
  const isRepository = of.type.test(type.name) || leadsToRepository(ask.follow(typeExpr(type, at)), of, ask);
  return isRepository && type.args.length > 0 ? root : null;
}

/**
 * Whether a row is one of the repository's that `this` is: its type is the one that the repository's class
 * leaves open, or a method of the class gave it.
 */
export function isOwnRow(row: Expr, root: Expr, of: Repositories, ask: Ask): boolean {
  const inner = resultOf(row, ask);
  const type = inner.kind === "typed" ? inner.type : inner.kind === "parameter" ? inner.type : undefined;
  const open = type?.from === null ? ownRepository(root, of, ask)?.type.args : undefined;
  if (open?.some(({ name, from }) => name === type?.name && from === null)) return true;
  const callee = inner.kind === "call" ? ask.follow(inner.callee) : null;
  if (callee?.kind !== "member" || !of.giving.test(callee.property)) return false;
  const giver = ask.follow(callee.of);
  return giver.kind === "new" && ownRepository(giver, of, ask) !== null;
}

/** The entity of which an expression is a row, or a list of rows. */
export function rowOf(expr: Expr, of: Repositories, ask: Ask, depth = 0): TableDefinition | null {
  if (depth > DEEPEST) return null;
  const next = (inner: Expr) => rowOf(inner, of, ask, depth + 1);
  const call = ask.follow(expr);
  const fn = call.kind === "call" ? ask.follow(call.callee) : null;
  // What a function says that it gives, before what can be made out of its code.
  const said = fn?.kind === "function" && fn.type;
  const declared = said ? next({ kind: "typed", name: "", type: said, at: fn.at }) : null;
  if (declared) return declared;
  const inner = resultOf(expr, ask);
  switch (inner.kind) {
    case "new":
      // new Set(rows)
      if (inner.callee.kind === "unknown") return inner.args[0] ? next(inner.args[0]) : null;
      return mine(entityOf(inner.callee, ask), of);
    case "typed": {
      const types = [inner.type, ...inner.type.args];
      for (const type of types) {
        const found = mine(entityOf(typeExpr(type, inner.at), ask), of);
        if (found) return found;
      }
      return null;
    }
    case "parameter": {
      if (inner.type) return next({ kind: "typed", name: inner.name, type: inner.type, at: inner.at });
      if (inner.handed)
        return /^(?:map|forEach|filter|find|some|every|flatMap)$/.test(inner.handed.method)
          ? next(inner.handed.receiver)
          : null;
      const given = ask.given(inner);
      return given && next(given);
    }
    case "array":
      return inner.items[0] ? next(inner.items[0]) : null;
    case "either":
      for (const option of inner.options) {
        const found = next(option);
        if (found) return found;
      }
      return null;
    case "client":
      return inner.made ? next({ ...inner.made, kind: "call", reason: "" }) : null;
    case "call": {
      const callee = ask.follow(inner.callee);
      const [first] = inner.args;
      if (callee.kind !== "member") return null;
      // em.find(Book, …), unlike books.find((book) => …)
      const giving = of.giving.test(callee.property);
      const named = giving && first ? mine(entityOf(first, ask), of) : null;
      if (named) return named;
      const source = () => repositoryEntity(callee.of, of, ask) ?? ownEntity(callee.of, of, ask);
      // What is done to a list, and what a row's own methods give of it: row.assign({ … }).save()
      if (/^(?:filter|slice|at|find|concat|reverse|sort|toSorted|assign)$/.test(callee.property) && !source())
        return next(callee.of) ?? givenBy(callee, inner.args, of, ask, depth);
      if (/^(?:map|flatMap)$/.test(callee.property) && first) {
        const made = ask.apply(ask.follow(first), []);
        return made && next(made);
      }
      // await Promise.all(rows.map(…))
      if (callee.property === "all" && first) return next(first);
      return (giving ? source() : null) ?? givenBy(callee, inner.args, of, ask, depth);
    }
    case "member": {
      const owner = next(inner.of);
      if (!owner || /^(?:\d+|\[each\])$/.test(inner.property)) return owner;
      const target = owner.relations[inner.property];
      return target ? mine(entityOf(target, ask), of) : null;
    }
    default:
      return null;
  }
}

/** `await this.users.byName(name)`: what a method of one's own gives, as its type or its result says. */
function givenBy(
  callee: Expr & { kind: "member" },
  args: readonly Expr[],
  of: Repositories,
  ask: Ask,
  depth: number,
): TableDefinition | null {
  const method = ask.method(callee.of, callee.property);
  if (method?.kind !== "function") return null;
  const { type, at } = method;
  const typed = type ? rowOf({ kind: "typed", name: "", type, at }, of, ask, depth + 1) : null;
  const result = typed ? null : ask.apply(method, args);
  return typed ?? (result && rowOf(result, of, ask, depth + 1));
}

/** `User.findOneBy(…)`: the class itself. */
function ownEntity(expr: Expr, of: Repositories, ask: Ask): TableDefinition | null {
  const found = classOf(expr, ask);
  return found && mine(ask.definition(found), of);
}

/** What is said of a place where the entity is not known: a table by its own name, else why. */
export function unknownEntity(expr: Expr, operation: Operation, ask: Ask, at: Span = expr.at): Named[] {
  const inner = ask.follow(expr);
  const text = ask.text(inner);
  if (text !== null && /^[a-z_][\w.]*$/.test(text))
    return ask.names(expr).map((name) => ({ name: { ...name, at }, operation }));
  const reason =
    inner.kind === "parameter" && inner.function
      ? `\`${inner.name}\` is a parameter of ${inner.function}`
      : inner.kind === "typed" && inner.type.args[0]
        ? `the entity \`${inner.type.args[0].name}\` is not known before it runs`
        : "the entity that it is about is not known before it runs";
  return [{ name: { schema: null, table: null, reason, at }, operation }];
}
