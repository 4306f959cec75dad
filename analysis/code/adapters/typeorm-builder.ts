/** TypeORM's query builders: `createQueryBuilder("user").leftJoin("user.posts", "post")`; aliases stand for tables. */
import type { ChainStep, Expr, Operation, Span } from "../../model.ts";
import type { Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { unknownName } from "./builders.ts";
import { entityOf, relationPath, relationsIn, relationTables, sourceNamed, typeExpr } from "./entities.ts";
import { mine, ownRepository, subjectOf, unknownEntity } from "./entity-subjects.ts";
import { entry } from "./expressions.ts";
import { repositories } from "./typeorm-entities.ts";

const JOIN = /^(?:left|inner)Join(?:AndSelect|AndMapOne|AndMapMany)?$/;
const MAPPED = /JoinAndMap(?:One|Many)$/;
const COUNTED = /^loadRelation(?:CountAndMap|IdAndMap)$/;
const SOURCE = /^(?:from|addFrom|into|update)$/;
const WRITES = new Map<string, Operation>([
  ["insert", "insert"],
  ["update", "update"],
  ["delete", "delete"],
  ["softDelete", "update"],
  ["restore", "update"],
]);

/** What a chain of a query builder's steps names; null where it is none. */
export function readBuilder(chain: Chain, ask: Ask): Named[] | null {
  const start = chain.steps.findIndex(
    ({ name, args }) => args !== null && (name || rootName(chain)) === "createQueryBuilder",
  );
  if (start >= 0) return new Builder(chain, start, ask).read();
  // A builder that was handed over, and one that calls back with another.
  const { root } = chain;
  const typed = root.kind === "typed" ? root.type : root.kind === "parameter" ? root.type : undefined;
  const handed =
    chain.certain && root.kind === "parameter" && root.handed !== null && chain.steps.some(isSource);
  if (typed && /QueryBuilder$/.test(typed.name)) {
    const [entity] = typed.args;
    const of = entity ? mine(entityOf(typeExpr(entity, root.at), ask), repositories) : null;
    return new Builder(chain, -1, ask, of).read();
  }
  if (handed || chain.steps.some(({ name }) => name === "subQuery"))
    return new Builder(chain, -1, ask).read();
  return null;
}

function isSource({ name, args }: ChainStep): boolean {
  return args !== null && (SOURCE.test(name) || JOIN.test(name));
}

/** The repository of an entity that knows itself: `this.getRepository()`, or nothing. */
export function isGiven(steps: readonly ChainStep[]): boolean {
  return steps.every(({ name, args }) => name === "getRepository" && args?.length === 0);
}

function rootName({ root }: Chain): string {
  return root.kind === "import" ? root.name : "";
}

class Builder {
  private readonly aliases = new Map<string, TableDefinition>();
  private readonly found: Named[] = [];
  private readonly steps: readonly ChainStep[];
  private readonly operation: Operation;
  private readonly chain: Chain;
  private readonly start: number;
  private readonly ask: Ask;
  private readonly of: TableDefinition | null;

  /** @param of what a builder that was handed over is about */
  constructor(chain: Chain, start: number, ask: Ask, of: TableDefinition | null = null) {
    this.chain = chain;
    this.start = start;
    this.ask = ask;
    this.of = of;
    this.steps = chain.steps.slice(Math.max(start, 0));
    const doing = this.steps.find(({ name, args }) => args !== null && WRITES.has(name));
    this.operation = (doing && WRITES.get(doing.name)) ?? "select";
  }

  read(): Named[] | null {
    const { chain, steps, ask, operation } = this;
    const relation = steps.find(({ name, args }) => name === "relation" && args !== null);
    if (relation) return this.relation(relation);
    const [first, second] = this.start >= 0 ? (steps[0]?.args ?? []) : [];
    const main = steps.find(
      ({ name, args }) =>
        args?.[0] &&
        (name === "into" ||
          // update({ paid: true }) says what, update(Order) where.
          (name === "update" && ask.follow(args[0]).kind !== "object") ||
          (name === "from" && this.isRemoving())),
    );
    const subject = this.start >= 0 ? subjectOf(chain, this.start, repositories, ask) : null;
    if (subject && !main) this.name(subject, steps[0]?.at ?? chain.at, operation, first);
    else if (subject) this.alias(first, subject);
    else if (first && second) {
      const entity = mine(entityOf(first, ask), repositories);
      if (entity) this.name(entity, first.at, operation, second);
      else this.found.push(...this.byName(first, operation));
    } else if (this.isOpen()) this.found.push(...this.unknown());
    for (const step of this.start >= 0 ? steps.slice(1) : steps) this.step(step);
    return this.found.length || chain.certain || subject ? this.found : null;
  }

  /** What it is done to is said by `from`. */
  private isRemoving(): boolean {
    return this.steps.some(({ name, args }) => args !== null && /^(?:delete|softDelete|restore)$/.test(name));
  }

  /** A repository's builder of whose entity nobody knows. */
  private isOpen(): boolean {
    const { root } = this.chain;
    const repository =
      (root.kind === "typed" && /Repository$/.test(root.type.name) && root.type.args.length > 0) ||
      this.chain.steps.slice(0, this.start).some(({ name }) => repositories.getter.test(name));
    return (repository && this.chain.certain) || this.own() !== null;
  }

  /** The repository that `this` is. */
  private own(): Expr | null {
    const { chain, ask } = this;
    return isGiven(chain.steps.slice(0, this.start)) ? ownRepository(chain.root, repositories, ask) : null;
  }

  private unknown(): Named[] {
    const getter = this.chain.steps
      .slice(0, this.start)
      .findLast(({ name }) => repositories.getter.test(name));
    const expr = getter?.args?.[0] ?? this.own() ?? this.chain.root;
    return unknownEntity(expr, this.operation, this.ask, this.steps[0]?.at);
  }

  private step({ name, args }: ChainStep): void {
    const { ask, operation } = this;
    const [first, second, third] = args ?? [];
    if (!first) return;
    if (SOURCE.test(name)) {
      const as: Operation =
        name === "into" || name === "update" || (name === "from" && this.isRemoving()) ? operation : "select";
      const inner = ask.follow(first);
      // A builder's update takes the values alone where the entity is said already; a list of columns is none.
      if (name === "update" && inner.kind === "object") return;
      const entity = mine(entityOf(first, ask), repositories);
      if (entity) this.name(entity, first.at, as, second);
      else this.found.push(...this.byName(first, as));
    } else if (MAPPED.test(name)) {
      if (second) this.join(second, third);
    } else if (JOIN.test(name)) this.join(first, second);
    else if (COUNTED.test(name)) {
      if (second) this.join(second, third);
    } else if (name === "setFindOptions") {
      const [subject] = this.aliases.values();
      const about = subject ?? this.of;
      for (const key of ["relations", "where"]) {
        const value = entry(ask.follow(first), key);
        if (about && value) this.found.push(...relationsIn(about, value, ask));
      }
    }
  }

  /** `relation(User, "posts").of(user).add(post)`: the key or the joining table is written. */
  private relation({ name, args, at }: ChainStep): Named[] {
    const { ask, steps, chain } = this;
    const [first, second] = args ?? [];
    const subject =
      second && first
        ? mine(entityOf(first, ask), repositories)
        : subjectOf(chain, this.start, repositories, ask);
    const path = second ?? first;
    const property = path && ask.text(path);
    const place = path?.at ?? at;
    if (!subject || !property || !path)
      return first
        ? [{ name: unknownName(first, `the entity of \`${name}\` is not known`), operation: "select" }]
        : [];
    const verb =
      steps.find((step) => /^(?:add|set|remove|addAndRemove|loadOne|loadMany)$/.test(step.name))?.name ?? "";
    const tables = relationTables(subject, property, place, ask);
    if (/^load/.test(verb) || !verb) return tables;
    const joins = (subject.joins ?? []).filter(({ relation }) => relation === property);
    if (joins.length)
      return joins.map(({ name: table }) => ({
        name: { ...table, at: place },
        operation: verb === "remove" ? "delete" : "insert",
      }));
    // The key stands in the one that holds it.
    const to = subject.relations[property];
    const target = to ? mine(entityOf(to, ask), repositories) : null;
    const held = target && subject.references.some(({ to: other }) => other.table === target.name.table);
    const table = held ? subject.name : target?.name;
    return table ? [{ name: { ...table, at: place }, operation: "update" }] : [];
  }

  private name(definition: TableDefinition, at: Span, operation: Operation, alias: Expr | undefined): void {
    this.found.push({ name: { ...definition.name, at }, operation });
    this.alias(alias, definition);
  }

  private alias(alias: Expr | undefined, definition: TableDefinition): void {
    const text = alias ? this.ask.text(alias) : null;
    this.aliases.set(text ?? definition.model ?? "", definition);
  }

  private join(target: Expr, alias: Expr | undefined): void {
    const { ask, aliases } = this;
    const inner = ask.follow(target);
    if (inner.kind === "function" && inner.result === null) return;
    const text = ask.text(target);
    const [from = "", property, ...more] = (text ?? "").split(".");
    if (text !== null && property !== undefined) {
      const owner = aliases.get(from) ?? this.ofItself(target, from) ?? this.of;
      if (!owner) {
        // An alias that another chain gave; else a table in a schema.
        if (this.start >= 0 && aliases.size > 0 && alias) this.found.push(...this.byName(target, "select"));
        return;
      }
      const to = owner.relations[property];
      if (!to) {
        // What is embedded has relations of its own.
        if (more.length === 0)
          this.found.push({
            name: unknownName(target, `no relation \`${text}\` is known`),
            operation: "select",
          });
        return;
      }
      const definition = entityOf(to, ask);
      if (definition) this.alias(alias, definition);
      this.found.push(...relationPath(owner, [property], target.at, ask));
      return;
    }
    const entity = mine(entityOf(target, ask), repositories);
    if (entity) this.name(entity, target.at, "select", alias);
    else this.found.push(...this.byName(target, "select"));
  }

  /** What is given no alias goes by its entity's name. */
  private ofItself(place: Expr, name: string): TableDefinition | null {
    const main = this.aliases.get("");
    const called = main && sourceNamed(name, place.at.file, this.ask);
    return called && this.ask.definition(called) === main ? main : null;
  }

  /** A table by its own name; what is no name (a subquery as text or as a function) is read by itself. */
  private byName(expr: Expr, operation: Operation): Named[] {
    const { ask } = this;
    const text = ask.text(expr);
    const inner = ask.follow(expr);
    if ((text !== null && /[\s(]/.test(text)) || inner.kind === "function" || inner.kind === "call")
      return [];
    if (inner.kind === "class")
      return [{ name: unknownName(expr, `nothing says which table ${inner.name || "it"} is`), operation }];
    return ask.names(expr).map((name) => ({ name: { ...name, at: expr.at }, operation }));
  }
}

/** Names that a builder gives to queries of its own. */
export function boundByBuilder({ steps }: Chain, ask: Ask): string[] {
  return steps.flatMap(({ name, args }) => {
    const given = name === "addCommonTableExpression" ? args?.[1] : undefined;
    const text = given && ask.text(given);
    return text ? [text] : [];
  });
}
