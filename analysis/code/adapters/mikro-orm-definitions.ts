/** What MikroORM's decorators say of tables: `@Entity({ tableName }) class Book { @ManyToOne() author: Author }`. */
import type { ClassExpr, ClassMember, Decorator, Expr, Span } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";
import { classOf, membersOf, typeExpr } from "./entities.ts";
import type { EntityShape, Property } from "./entity-shapes.ts";
import { entry, isFalse, isTrue } from "./expressions.ts";
import { mikroNaming } from "./mikro-orm-naming.ts";
import { propertyIn } from "./typeorm-definitions.ts";

const RELATION = /^(?:OneToOne|OneToMany|ManyToOne|ManyToMany)$/;
const COLUMN = /^(?:PrimaryKey|Property|Enum)$/;
const KINDS: Readonly<Record<string, string>> = {
  OneToOne: "1:1",
  OneToMany: "1:m",
  ManyToOne: "m:1",
  ManyToMany: "m:n",
};

/** Whether a decorator is MikroORM's, by its module. */
function isMikro({ from }: Pick<Decorator, "from">): boolean {
  return from !== undefined && /mikro-?orm/i.test(from.specifier);
}

/** The `@Entity` of a class, by its module, or by keys that only MikroORM has. */
function entityDecorator({ decorators }: ClassExpr, ask: Ask): Decorator | undefined {
  return decorators.find((item) => {
    if (item.name !== "Entity") return false;
    return (
      isMikro(item) || entry(item.args[0] && ask.follow(item.args[0]), "tableName", "collection") !== null
    );
  });
}

function optionsOf(decorator: Decorator | undefined, ask: Ask): Expr | undefined {
  return decorator?.args[0] && ask.follow(decorator.args[0]);
}

/** The entity of a class with decorators; null for an abstract one, and for no entity. */
export function shapeOfClass(found: ClassExpr, ask: Ask): EntityShape | null {
  const decorator = entityDecorator(found, ask);
  const options = optionsOf(decorator, ask);
  if (!decorator || isTrue(entry(options, "abstract"), ask)) return null;
  const root = rootOf(found, ask);
  const own = optionsOf(entityDecorator(root, ask), ask);
  const { members, open } = membersOf(found, ask);
  const computed = entry(options, "expression") ?? entry(options, "view");
  return {
    name: named(own, root.name, root, ask),
    properties: members.flatMap((member) => propertyOf(member, ask) ?? []),
    open: open || computed !== null || root !== found || isInherited(own),
    ...viewOf(options, decorator.at, ask),
  };
}

/** `view: true`, `view: { materialized: true }`; an `expression` alone is run wherever the entity is asked for. */
export function viewOf(options: Expr | undefined, at: Span, ask: Ask): Pick<EntityShape, "view"> {
  const view = entry(options, "view");
  if (!view || isFalse(view, ask)) return {};
  return { view: { materialized: isTrue(entry(ask.follow(view), "materialized"), ask), at } };
}

/** The class whose table holds the rows of all that derive from it. */
function rootOf(found: ClassExpr, ask: Ask, depth = 0): ClassExpr {
  const parent = found.extends ? classOf(found.extends, ask) : null;
  if (!parent || depth > 6) return found;
  const above = rootOf(parent, ask, depth + 1);
  return isInherited(optionsOf(entityDecorator(above, ask), ask)) ? above : found;
}

function isInherited(options: Expr | undefined): boolean {
  return entry(options, "discriminatorColumn", "discriminatorMap") !== null;
}

/** A class whose columns stand in others' tables: `@Embeddable()`, or one that nothing says a table of. */
export function shapeOfEmbedded(found: ClassExpr, ask: Ask): EntityShape {
  const { members, open } = membersOf(found, ask);
  return {
    name: { schema: null, table: null, reason: "it is part of another table", at: found.at },
    properties: members.flatMap((member) => propertyOf(member, ask) ?? []),
    open,
    embedded: true,
  };
}

/** A table's name by the options of an entity, or made from the class's. */
export function named(
  options: Expr | undefined,
  className: string,
  { at }: { at: TableName["at"] },
  ask: Ask,
): TableName {
  const naming = mikroNaming(at.file, ask);
  const given = entry(options, "tableName", "collection");
  const text = given && ask.text(given);
  const schema = entry(options, "schema");
  // Whoever loads it says the schema.
  const stands = schema ? ask.text(schema) : naming.schema;
  const table = given && text === null ? null : naming.table(text, className);
  const [first, second] = table?.split(".") ?? [];
  return {
    schema: second !== undefined ? (first ?? null) : stands === "*" ? null : stands,
    table: second ?? table,
    reason:
      table !== null
        ? null
        : given
          ? "the entity's name is not known before it runs"
          : "a naming strategy of its own makes the table's name",
    at: given?.at ?? at,
  };
}

function propertyOf(member: ClassMember, ask: Ask): Property | null {
  const { name, at, decorators } = member;
  const relation = decorators.find((item) => RELATION.test(item.name));
  if (relation) {
    const { target, options, inverse } = relationArguments(member, relation, ask);
    return target
      ? relationOf(KINDS[relation.name] ?? "", { name, at: relation.at }, target, options, inverse, ask)
      : { kind: "open", name, at };
  }
  const embedded = decorators.find((item) => item.name === "Embedded");
  if (embedded) {
    const objects = embedded.args.map((arg) => ask.follow(arg));
    const options = objects.find((arg) => arg.kind === "object");
    const of =
      entry(options, "entity") ??
      embedded.args.find((_, index) => objects[index]?.kind !== "object") ??
      (member.type && typeExpr(member.type, at));
    return of ? embeddedOf({ name, at }, of, options, ask) : { kind: "open", name, at };
  }
  const column = decorators.find((item) => COLUMN.test(item.name));
  if (!column) {
    // A decorator of the workspace's own, or of a package that stands on the mapper.
    const own = decorators.some(
      ({ from, name: called }) =>
        (from?.specifier.startsWith(".") && /property|column$/i.test(called)) ||
        (from && /^MikroOrm\w*(?:Property|Column)$/.test(called)),
    );
    return own ? { kind: "open", name, at } : null;
  }
  const options = column.args.map((arg) => ask.follow(arg)).find((arg) => arg.kind === "object");
  return columnOf({ name, at }, options, column.name === "PrimaryKey", ask);
}

/** `@ManyToOne(() => Author, { … })`, `@ManyToOne({ entity: "Author" })`, and the property's type. */
function relationArguments(member: ClassMember, { args }: Decorator, ask: Ask) {
  const [first, ...others] = args;
  const inner = first && ask.follow(first);
  const options = args.map((arg) => ask.follow(arg)).find((arg) => arg.kind === "object");
  const given = inner?.kind === "object" ? entry(inner, "entity") : first;
  // Ref<Author>, Collection<Book>: what is referred to is the argument.
  const type = member.type?.args[0] ?? member.type;
  const target = given ?? (type && typeExpr(type, member.at));
  const inverse = others.find((arg) => ask.follow(arg).kind !== "object");
  return { target, options, inverse };
}

/** A property that is a column; null for one that is not stored. */
export function columnOf(
  base: Pick<Property, "name" | "at">,
  options: Expr | undefined,
  primary: boolean,
  ask: Ask,
): Property | null {
  if (isFalse(entry(options, "persist"), ask) || entry(options, "formula")) return null;
  const given = entry(options, "fieldName", "name");
  const column = given && ask.text(given);
  const several = entry(options, "fieldNames");
  if (several || (given && column === null) || (options?.kind === "object" && options.entries["..."]))
    return { kind: "open", ...base };
  return { kind: "column", ...base, column, primary: primary || isTrue(entry(options, "primary"), ask) };
}

/** A property that holds another class's: as columns of its own, or as one of JSON. */
export function embeddedOf(
  base: Pick<Property, "name" | "at">,
  of: Expr,
  options: Expr | undefined,
  ask: Ask,
): Property {
  // One column of JSON.
  if (isTrue(entry(options, "object"), ask) || isTrue(entry(options, "array"), ask))
    return columnOf(base, options, false, ask) ?? { kind: "open", ...base };
  const prefix = entry(options, "prefix");
  return {
    kind: "embedded",
    ...base,
    of,
    prefix: prefix ? (isFalse(prefix, ask) ? "" : ask.text(prefix)) : null,
  };
}

/** @param inverse the property on the other side, where it is said outside the options */
export function relationOf(
  kind: string,
  place: Pick<Property, "name" | "at">,
  target: Expr,
  options: Expr | undefined,
  inverse: Expr | undefined,
  ask: Ask,
): Property {
  const base = { ...place, target, ...(isTrue(entry(options, "eager"), ask) && { eager: true }) };
  const mapped = entry(options, "mappedBy");
  const owner = isTrue(entry(options, "owner"), ask) || entry(options, "inversedBy") !== null;
  const other = mapped ?? (owner ? null : (inverse ?? null));
  if (kind === "m:n") {
    const table = entry(options, "pivotTable");
    const [key] = columnsIn(options, ["joinColumn", "joinColumns"], ask) ?? [];
    const [inverseKey] = columnsIn(options, ["inverseJoinColumn", "inverseJoinColumns"], ask) ?? [];
    const ordered = entry(options, "fixedOrder", "fixedOrderColumn");
    return {
      kind: "many",
      ...base,
      owner: other === null,
      table: table && tableNamed(table, ask),
      entity: entry(options, "pivotEntity"),
      columns: key && inverseKey && !ordered ? [key, inverseKey] : null,
      mappedBy: other && propertyIn(other, ask),
    };
  }
  const holds = kind === "m:1" || (kind === "1:1" && other === null);
  if (!holds || isFalse(entry(options, "persist"), ask)) return { kind: "inverse", ...base };
  return {
    kind: "key",
    ...base,
    columns: columnsIn(options, ["joinColumn", "joinColumns", "fieldName", "fieldNames", "name"], ask),
    primary: isTrue(entry(options, "primary"), ask),
    constrained: !isFalse(entry(options, "createForeignKeyConstraint"), ask),
  };
}

function tableNamed(expr: Expr, ask: Ask): TableName | null {
  const [found] = ask.names(expr);
  return found ?? null;
}

function columnsIn(options: Expr | undefined, keys: string[], ask: Ask): string[] | null {
  const given = entry(options, ...keys);
  const inner = given && ask.follow(given);
  if (!inner) return null;
  const found = (inner.kind === "array" ? inner.items : [inner]).map((item) => ask.text(item));
  return found.every((column) => column !== null) ? found : null;
}
