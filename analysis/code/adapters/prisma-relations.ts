/**
 * Tables that a Prisma operation reaches along relations: read by `include`, `select`, filters and
 * orders, written by what nests in `data`:
 * https://www.prisma.io/docs/orm/reference/prisma-client-reference#relation-queries
 */
import type { ChainStep, Expr, Operation, Span } from "../../model.ts";
import type { Model, Relation } from "../../prisma/schemas.ts";
import type { Ask, Named } from "./adapter.ts";

/** Tables beside the model's own that an operation's argument names. */
export function argumentsOf(model: Model, { name, args }: ChainStep, chain: Span, ask: Ask): Named[] {
  const [first] = args ?? [];
  return first ? new Reach(ask, chain).arguments(model, name, first) : [];
}

/** `findUnique(…).posts().comments()`: relations as methods. */
export function fluent(model: Model, steps: readonly ChainStep[], chain: Span, ask: Ask): Named[] {
  const reach = new Reach(ask, chain);
  let here = model;
  for (const { name, args, at } of steps) {
    const relation = args && here.relations.get(name);
    if (!relation) break;
    reach.read(relation, at);
    if (args[0]) reach.arguments(relation.target, "findMany", args[0]);
    here = relation.target;
  }
  return reach.found;
}

/** Every object that an expression may be, and why some of what it may be is not known. */
export function objectsOf(expr: Expr, ask: Ask, depth = 0): { objects: ObjectExpr[]; open: Expr[] } {
  const all = (items: readonly Expr[]) => {
    const read = items.map((item) => objectsOf(item, ask, depth + 1));
    return { objects: read.flatMap(({ objects }) => objects), open: read.flatMap(({ open }) => open) };
  };
  const inner = ask.follow(expr);
  if (depth > DEEPEST) return { objects: [], open: [expr] };
  switch (inner.kind) {
    case "object": {
      const { "...": spread } = inner.entries;
      if (!spread) return { objects: [inner], open: [] };
      const rest = all([spread]);
      // What is written after the spread takes the place of what is spread in.
      const later = Object.keys(inner.entries).filter(
        (key) => (inner.keys[key]?.start ?? 0) > spread.at.start,
      );
      return { objects: [inner, ...rest.objects.map((item) => without(item, later))], open: rest.open };
    }
    case "array":
      return all(inner.items);
    case "either":
      return all(inner.options);
    case "text":
      return { objects: [], open: [] };
    case "call": {
      const callee = ask.follow(inner.callee);
      const [first] = inner.args;
      // rows.map((row) => ({ … })); of rows that nobody knows the method is not told.
      const each =
        callee.kind === "unknown" || (callee.kind === "member" && /^(?:map|flatMap)$/.test(callee.property));
      const item = each && first ? ask.follow(first) : null;
      if (item?.kind === "function") return item.result ? all([item.result]) : { objects: [], open: [expr] };
      // Prisma.validator<…>()({ … })
      if (callee.kind === "call" && first) {
        const made = ask.follow(callee.callee);
        if (made.kind === "member" && made.property === "validator") return all([first]);
      }
      const result = ask.apply(inner.callee, inner.args);
      return result ? all([result]) : { objects: [], open: [expr] };
    }
    case "parameter":
    case "member": {
      const given = ask.given(inner);
      return given ? all([given]) : { objects: [], open: [expr] };
    }
    default:
      return isNothing(inner) ? { objects: [], open: [] } : { objects: [], open: [expr] };
  }
}

function without(object: ObjectExpr, keys: readonly string[]): ObjectExpr {
  const entries = { ...object.entries };
  for (const key of keys) delete entries[key];
  return { ...object, entries };
}

function within(inner: Span, outer: Span): boolean {
  return inner.file === outer.file && outer.start <= inner.start && inner.end <= outer.end;
}

type ObjectExpr = Expr & { kind: "object" };

const DEEPEST = 12;

/** A literal that switches off what it stands for. */
function isNothing(expr: Expr): boolean {
  return (
    expr.kind === "unknown" &&
    /^`(?:false|undefined|null|Prisma\.skip)`|is left out by a caller$/.test(expr.reason)
  );
}

/** A literal that is no object, and leaves nothing to know. */
function isPlain(expr: Expr): boolean {
  return expr.kind === "unknown" && /^`true`/.test(expr.reason);
}

class Reach {
  readonly found: Named[] = [];
  private readonly ask: Ask;
  private readonly chain: Span;
  private depth = 0;
  /** Where the chain names what another file writes. */
  private near: Span;

  constructor(ask: Ask, chain: Span) {
    this.ask = ask;
    this.chain = chain;
    this.near = chain;
  }

  arguments(model: Model, operation: string, args: Expr): Named[] {
    const selects = !/^(?:count|aggregate|groupBy)$/.test(operation);
    for (const [name, value] of this.entries(args))
      this.deeper(() => {
        if (name === "where") this.filter(model, value);
        else if (name === "orderBy") this.order(model, value);
        else if ((name === "include" || name === "select") && selects) this.selection(model, name, value);
        else if (name === "data" || name === "create" || name === "update") this.data(model, value);
      });
    return this.found;
  }

  read(relation: Relation, at: Span): void {
    this.name(relation.target.table, "select", at);
    if (typeof relation.key !== "string") this.name(relation.key, "select", at);
  }

  private name({ schema, table }: Relation["target"]["table"], operation: Operation, at: Span): void {
    const place = at.file === this.near.file ? at : this.near;
    this.found.push({ name: { schema, table, reason: null, at: place }, operation });
  }

  /** `{ posts: true, author: { include: … } }`. */
  private selection(model: Model, word: string, expr: Expr): void {
    const { objects, open } = this.objects(expr);
    const [unknown] = open.filter((item) => !isPlain(this.ask.follow(item)));
    // What a caller selects is that caller's matter; what stands in the chain itself always counts.
    if (unknown && model.relations.size > 0 && within(expr.at, this.chain)) {
      const reason = this.ask.names(unknown).find(({ table }) => table === null)?.reason;
      this.found.push({
        name: {
          schema: null,
          table: null,
          reason: `which relations \`${word}\` reads is not known: ${reason ?? "it is built before it runs"}`,
          at: expr.at,
        },
        operation: "select",
      });
    }
    for (const [name, value, at] of each(objects)) {
      if (isNothing(this.ask.follow(value))) continue;
      const relation = model.relations.get(name);
      if (name === "_count") this.deeper(() => this.counts(model, value, at));
      if (!relation) continue;
      this.read(relation, at);
      this.deeper(() => this.arguments(relation.target, "findMany", value));
    }
  }

  /** `_count: true` counts every list, `_count: { select: { posts: true } }` those that it names. */
  private counts(model: Model, expr: Expr, at: Span): void {
    const selects = this.entries(expr).filter(([name]) => name === "select");
    if (selects.length === 0)
      for (const relation of model.relations.values()) if (relation.list) this.read(relation, at);
    for (const [, value] of selects) this.selection(model, "select", value);
  }

  private filter(model: Model, expr: Expr): void {
    for (const [name, value, at] of this.entries(expr)) {
      if (name === "AND" || name === "OR" || name === "NOT") {
        this.deeper(() => this.filter(model, value));
        continue;
      }
      const relation = model.relations.get(name);
      // `author: null` asks the key alone.
      if (!relation || (relation.key === "own" && isNothing(this.ask.follow(value)))) continue;
      this.read(relation, at);
      this.deeper(() => this.condition(relation.target, value));
    }
  }

  /** `{ some: … }`, `{ is: … }`, or the filter itself. */
  private condition(model: Model, expr: Expr): void {
    this.filter(model, expr);
    for (const [name, value] of this.entries(expr))
      if (/^(?:some|every|none|is|isNot)$/.test(name)) this.filter(model, value);
  }

  private order(model: Model, expr: Expr): void {
    for (const [name, value, at] of this.entries(expr)) {
      const relation = model.relations.get(name);
      if (!relation) continue;
      this.read(relation, at);
      this.deeper(() => this.order(relation.target, value));
    }
  }

  private data(model: Model, expr: Expr): void {
    for (const [name, value, at] of this.entries(expr)) {
      const relation = model.relations.get(name);
      if (relation && !isNothing(this.ask.follow(value))) this.deeper(() => this.nested(relation, value, at));
    }
  }

  private nested(relation: Relation, expr: Expr, at: Span): void {
    const { target, key } = relation;
    const { objects, open } = this.objects(expr);
    // Something is done to the relation, whatever it is.
    if (open.length) this.name(target.table, key === "own" ? "select" : "update", at);
    for (const [name, value] of each(objects)) {
      if (isNothing(this.ask.follow(value))) continue;
      switch (name) {
        case "create":
        case "createMany":
          this.name(target.table, "insert", at);
          this.linked(relation, "insert", at);
          this.data(target, value);
          break;
        case "connectOrCreate":
        case "upsert":
          this.name(target.table, "insert", at);
          this.linked(relation, "insert", at);
          this.arguments(target, name, value);
          break;
        case "update":
        case "updateMany":
          this.name(target.table, "update", at);
          this.arguments(target, name, value);
          this.data(target, value);
          break;
        case "delete":
        case "deleteMany":
          this.name(target.table, "delete", at);
          this.linked(relation, "delete", at);
          this.condition(target, value);
          break;
        case "connect":
        case "disconnect":
        case "set":
          // The key that changes is in the other table, in this one, or in the one between.
          this.name(target.table, key === "other" ? "update" : "select", at);
          this.linked(relation, name === "connect" ? "insert" : name === "set" ? "update" : "delete", at);
          break;
      }
    }
  }

  /** The table between the two, where there is one. */
  private linked({ key }: Relation, operation: Operation, at: Span): void {
    if (typeof key !== "string") this.name(key, operation, at);
  }

  private entries(expr: Expr): Entry[] {
    return each(this.objects(expr).objects);
  }

  private objects(expr: Expr): ReturnType<typeof objectsOf> {
    if (expr.at.file === this.near.file) this.near = expr.at;
    return objectsOf(expr, this.ask);
  }

  private deeper(read: () => void): void {
    if (this.depth > DEEPEST) return;
    const { near } = this;
    this.depth++;
    read();
    this.depth--;
    this.near = near;
  }
}

type Entry = [name: string, value: Expr, at: Span];

function each(objects: readonly ObjectExpr[]): Entry[] {
  return objects.flatMap(({ entries, keys }) =>
    Object.entries(entries).flatMap(([name, value]): Entry[] =>
      name === "..." ? [] : [[name, value, keys[name] ?? value.at]],
    ),
  );
}
