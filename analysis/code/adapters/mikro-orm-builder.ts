/** MikroORM's query builder: `em.createQueryBuilder(Book, "b").leftJoin("b.author", "a")`; aliases stand for tables. */
import type { ChainStep, Expr, Operation, Span } from "../../model.ts";
import type { Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { unknownName } from "./builders.ts";
import { entityOf, relationPath, relationsIn, typeExpr } from "./entities.ts";
import { mine, subjectOf, typedRepository, unknownEntity } from "./entity-subjects.ts";
import { repositories } from "./mikro-orm-entities.ts";

const MAKING = /^(?:createQueryBuilder|qb)$/;
const JOIN = /^(?:left|inner|right)?[jJ]oin(?:Lateral)?(?:AndSelect)?$/;
const CONDITION = /^(?:where|andWhere|orWhere|orderBy|having)$/;
const WRITES = new Map<string, Operation>([
  ["insert", "insert"],
  ["update", "update"],
  ["delete", "delete"],
  ["truncate", "truncate"],
]);

/** What a chain on a query builder names; null where it is none. */
export function readBuilder(chain: Chain, ask: Ask): Named[] | null {
  const start = chain.steps.findIndex(({ name, args }) => args !== null && MAKING.test(name));
  const { root } = chain;
  if (start < 0) {
    // A builder that was handed over, with its entity as its type's argument.
    const type = root.kind === "typed" ? root.type : root.kind === "parameter" ? root.type : undefined;
    const [entity] = type && /QueryBuilder$/.test(type.name) ? type.args : [];
    const of = entity ? mine(entityOf(typeExpr(entity, root.at), ask), repositories) : null;
    return of ? joinsOf(chain.steps, new Map([["", of]]), of, ask) : null;
  }
  const step = chain.steps[start];
  if (!step) return null;
  const [first, second] = step.args ?? [];
  const steps = chain.steps.slice(start + 1);
  const doing = steps.find(({ name, args }) => args !== null && WRITES.has(name))?.name;
  const operation = (doing && WRITES.get(doing)) || "select";
  const subject = subjectOf(chain, start, repositories, ask);
  const given = first && !subject ? mine(entityOf(first, ask), repositories) : null;
  const entity = subject ?? given;
  if (!entity) {
    if (!chain.certain) return null;
    // A repository's builder is given another name for its entity, a manager's the entity.
    const own = start > 0 ? null : typedRepository(root, repositories, ask);
    return unknownEntity(own ?? first ?? root, operation, ask, first && !own ? first.at : step.at);
  }
  const alias = subject ? first : second;
  const text = alias ? ask.text(alias) : null;
  const aliases = new Map([["", entity]]);
  if (text !== null) aliases.set(text, entity);
  const at: Span = subject ? step.at : (first?.at ?? step.at);
  return [{ name: { ...entity.name, at }, operation }, ...joinsOf(steps, aliases, entity, ask)];
}

function joinsOf(
  steps: readonly ChainStep[],
  aliases: Map<string, TableDefinition>,
  main: TableDefinition,
  ask: Ask,
): Named[] {
  return steps.flatMap(({ name, args }): Named[] => {
    const [first, second] = args ?? [];
    if (!first) return [];
    if (JOIN.test(name)) return joined(first, second, aliases, ask);
    if (name === "populate") return relationsIn(main, fieldsOf(first, ask), ask);
    if (CONDITION.test(name)) return relationsIn(main, first, ask, true);
    if (name === "from") {
      const entity = mine(entityOf(first, ask), repositories);
      return entity ? [{ name: { ...entity.name, at: first.at }, operation: "select" }] : [];
    }
    return [];
  });
}

/** `populate([{ field: "author" }])` */
function fieldsOf(expr: Expr, ask: Ask): Expr {
  const inner = ask.follow(expr);
  if (inner.kind !== "array") return expr;
  const items = inner.items.map((item) => {
    const of = ask.follow(item);
    return of.kind === "object" ? (of.entries["field"] ?? item) : item;
  });
  return { ...inner, items };
}

function joined(
  target: Expr,
  alias: Expr | undefined,
  aliases: Map<string, TableDefinition>,
  ask: Ask,
): Named[] {
  const inner = ask.follow(target);
  // ["b.author", subquery], and a subquery by itself: it is a chain of its own.
  if (inner.kind === "array" || inner.kind === "call" || inner.kind === "client" || inner.kind === "sql")
    return [];
  const entity =
    inner.kind === "class" || inner.kind === "new" ? mine(entityOf(target, ask), repositories) : null;
  const as = alias ? ask.text(alias) : null;
  if (entity) {
    if (as !== null) aliases.set(as, entity);
    return [{ name: { ...entity.name, at: target.at }, operation: "select" }];
  }
  const text = ask.text(target);
  if (text === null) {
    const [named] = ask.names(target);
    return [
      { name: named ?? unknownName(target, "the relation is not known before it runs"), operation: "select" },
    ];
  }
  const [from = "", ...more] = text.split(".");
  const owner = more.length > 0 ? aliases.get(from) : aliases.get("");
  const property = more.length > 0 ? more.join(".") : from;
  const to = owner?.relations[property];
  if (!owner || !to)
    return [{ name: unknownName(target, `no relation \`${text}\` is known`), operation: "select" }];
  const definition = entityOf(to, ask);
  if (as !== null && definition) aliases.set(as, definition);
  return relationPath(owner, [property], target.at, ask);
}
