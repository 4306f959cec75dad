/** MikroORM's rows: what is persisted and removed, what collections and references load, what is populated. */
import type { Expr, Operation, Span } from "../../model.ts";
import type { Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { ASSIGNED } from "./builders.ts";
import { entityOf, relationsIn, relationTables } from "./entities.ts";
import { mine, rowOf, standing, subjectOf, unknownEntity } from "./entity-subjects.ts";
import { isFalse, isTrue } from "./expressions.ts";
import { repositories } from "./mikro-orm-entities.ts";

/** Methods of a row's collection or reference that load what it leads to. */
const LOADING = /^(?:init|load|loadOrFail|loadItems|loadCount|matching)$/;

/** What `populate` names: paths, or everything. */
export function populate(entity: TableDefinition, paths: Expr, ask: Ask): Named[] {
  const inner = ask.follow(paths);
  const items = inner.kind === "array" ? inner.items : [inner];
  const all = items.some((item) => ask.text(item) === "*" || isTrue(item, ask));
  if (all)
    return Object.keys(entity.relations).flatMap((name) => relationTables(entity, name, paths.at, ask));
  if (inner.kind === "array" || inner.kind === "either") return relationsIn(entity, inner, ask);
  const text = ask.text(inner);
  if (text !== null) return relationsIn(entity, { kind: "array", items: [inner], at: inner.at }, ask);
  return isFalse(inner, ask) ? [] : unknownEntity(paths, "select", ask);
}

/** `em.persist(book)`, `em.remove([a, b])`; an empty list where what makes the row names its table already. */
export function ofRows(
  expr: Expr,
  subject: TableDefinition | null,
  operation: Operation,
  ask: Ask,
): Named[] | null {
  const inner = ask.follow(expr);
  if (inner.kind === "array" && inner.items.length > 0)
    return inner.items.flatMap((item) => ofRows(item, subject, operation, ask) ?? []);
  if (mine(entityOf(expr, ask), repositories)) return null;
  const made = inner.kind === "client" ? inner.made : inner;
  const callee = made?.kind === "call" ? ask.follow(made.callee) : null;
  const entity = rowOf(expr, repositories, ask) ?? subject;
  if (entity && operation === "insert" && callee?.kind === "member" && callee.property === "create")
    return [];
  return entity && [{ name: { ...entity.name, at: expr.at }, operation }];
}

/** `em.populate(books, ["author"])` */
export function populated(
  chain: Chain,
  rows: Expr | undefined,
  paths: Expr | undefined,
  ask: Ask,
): Named[] | null {
  if (!rows || !paths) return null;
  const entity = rowOf(rows, repositories, ask) ?? subjectOf(chain, chain.steps.length, repositories, ask);
  if (entity) return populate(entity, paths, ask);
  return chain.certain ? unknownEntity(rows, "select", ask) : null;
}

/**
 * `book.title = "x"`, `wrap(book).assign({ … })`, `book.assign({ … })`: what the next flush writes; null
 * for any other chain. A row that is made here is written where it is persisted.
 */
export function changed(chain: Chain, ask: Ask): Named[] | null {
  const { steps, root } = chain;
  const last = steps.at(-1);
  if (last?.name === ASSIGNED) {
    const row = standing(chain, steps.length - 2);
    return isMade(row, ask) ? [] : written(rowOf(row, repositories, ask), last.at);
  }
  const at = steps.findIndex(({ name, args }) => name === "assign" && args !== null);
  const step = steps[at];
  const wrapped = steps[at - 1]?.args?.[0];
  if (!step) return null;
  if (wrapped && root.kind === "import" && root.name === "wrap" && /mikro-?orm/i.test(root.specifier))
    return written(rowOf(wrapped, repositories, ask), step.at) ?? unknownEntity(wrapped, "update", ask);
  return written(rowOf(standing(chain, at), repositories, ask), step.at);
}

function written(entity: TableDefinition | null, at: Span): Named[] | null {
  return entity && [{ name: { ...entity.name, at }, operation: "update" }];
}

function isMade(row: Expr, ask: Ask): boolean {
  const inner = ask.follow(row);
  if (inner.kind === "new") return true;
  const made = inner.kind === "client" ? inner.made : inner;
  const callee = made?.kind === "call" ? ask.follow(made.callee) : null;
  return callee?.kind === "member" && callee.property === "create";
}

/** `author.books.loadItems()`, `book.author.load()` */
export function loaded(chain: Chain, ask: Ask): Named[] | null {
  const at = chain.steps.findIndex(({ name, args }) => args !== null && LOADING.test(name));
  const property = chain.steps[at - 1];
  if (!property || property.args !== null) return null;
  const entity = rowOf(standing(chain, at - 1), repositories, ask);
  return entity?.relations[property.name] ? relationTables(entity, property.name, property.at, ask) : null;
}
