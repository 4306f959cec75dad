/** What TypeORM's decorators say of tables: `@Entity() class User { @Column() mail: string }`. */
import type { ClassExpr, ClassMember, Decorator, Expr } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";
import { classOf, membersOf } from "./entities.ts";
import type { Cascade, EntityShape, Property } from "./entity-shapes.ts";
import { entry, isFalse, isTrue } from "./expressions.ts";
import { closureOf, typeormNaming, unknownReason } from "./typeorm-naming.ts";

const ENTITY = /^(?:Entity|ViewEntity|ChildEntity)$/;
const RELATION = /^(?:OneToOne|OneToMany|ManyToOne|ManyToMany)$/;
const COLUMN =
  /^(?:Column|PrimaryColumn|PrimaryGeneratedColumn|CreateDateColumn|UpdateDateColumn|DeleteDateColumn|VersionColumn|ViewColumn|TreeLevelColumn)$/;

/** Mappers that have decorators of these names, too. */
const OTHERS = /mikro-?orm|graphql|mongo|typegoose|dynamo|firestore|fireorm|redis|neo4j|elasti|sequelize/i;

/** Whether a decorator is TypeORM's, as far as its module tells: it may be passed on by one of the workspace. */
function isTypeorm({ from }: Pick<Decorator, "from">): boolean {
  return !from || !OTHERS.test(from.specifier);
}

/** The entity of a class with decorators; null where it names no table. */
export function shapeOfClass(found: ClassExpr, ask: Ask): EntityShape | null {
  const name = tableNameOf(found, ask);
  if (!name) return null;
  const { members, open } = membersOf(found, ask);
  const inherits = found.decorators.some(({ name }) =>
    /^(?:TableInheritance|ChildEntity|ViewEntity)$/.test(name),
  );
  const tree = found.decorators.find((decorator) => decorator.name === "Tree");
  const kind = tree?.args[0] ? ask.text(tree.args[0]) : null;
  const properties = members.flatMap((member) => propertyOf(member, found, ask) ?? []);
  for (const column of kind === "nested-set"
    ? ["nsleft", "nsright"]
    : kind === "materialized-path"
      ? ["mpath"]
      : [])
    properties.push({ kind: "column", name: column, column: null, primary: false, at: found.at });
  const closure =
    kind === "closure-table" && entry(tree?.args[1] && ask.follow(tree.args[1]), "closureTableName");
  const view = found.decorators.find((decorator) => decorator.name === "ViewEntity");
  const named = closure
    ? { ...name, table: typeormNaming(found.at.file, ask).table(ask.text(closure), "") }
    : name;
  return {
    name,
    properties,
    open: open || inherits,
    ...(kind === "closure-table" && { closure: closureOf(named) }),
    ...(view && { view: { materialized: view.args.some((arg) => isMaterialized(arg, ask)), at: view.at } }),
  };
}

/** Whether a view's options ask for one whose rows are kept. */
export function isMaterialized(options: Expr, ask: Ask): boolean {
  return isTrue(entry(ask.follow(options), "materialized"), ask);
}

/** An embedded class: it is no table, and its columns stand in others'. */
export function shapeOfEmbedded(found: ClassExpr, ask: Ask): EntityShape {
  const { members, open } = membersOf(found, ask);
  return {
    name: { schema: null, table: null, reason: "it is part of another table", at: found.at },
    properties: members.flatMap((member) => propertyOf(member, found, ask) ?? []),
    open,
    embedded: true,
  };
}

/** The table of an entity's class; null for any other class. */
function tableNameOf(found: ClassExpr, ask: Ask): TableName | null {
  const decorator = found.decorators.find((item) => ENTITY.test(item.name) && isTypeorm(item));
  if (!decorator) return null;
  // Single table inheritance: a child lives in its parent's table.
  if (decorator.name === "ChildEntity") {
    const parent = found.extends ? classOf(found.extends, ask) : null;
    return parent ? tableNameOf(parent, ask) : null;
  }
  const [first, second] = decorator.args;
  const options =
    first && ask.follow(first).kind === "object" ? ask.follow(first) : second && ask.follow(second);
  // Another mapper's decorator has the same name, and keys of its own.
  if (options && entry(options, "tableName", "collection")) return null;
  const given =
    first && ask.follow(first).kind !== "object" ? first : options ? entry(options, "name") : null;
  return named(given, found.name, options, found, ask);
}

/** A table's name, given or made from the class's. */
export function named(
  given: Expr | null,
  className: string,
  options: Expr | undefined,
  { at }: { at: TableName["at"] },
  ask: Ask,
): TableName {
  const text = given && ask.text(given);
  const schema = options ? entry(options, "schema") : null;
  const table = given && text === null ? null : typeormNaming(at.file, ask).table(text, className);
  const reason =
    given && text === null ? "the entity's name is not known before it runs" : unknownReason(at.file, ask);
  return {
    schema: schema ? ask.text(schema) : null,
    table,
    reason: table === null ? reason : null,
    at: given?.at ?? at,
  };
}

function propertyOf(member: ClassMember, found: ClassExpr, ask: Ask): Property | null {
  const { name, at, decorators } = member;
  const relation = decorators.find((item) => RELATION.test(item.name) && isTypeorm(item));
  if (relation) return relationOf(member, relation, ask);
  if (decorators.some((item) => item.name === "TreeParent")) {
    const columns = keyColumns(decorators, ask);
    return { kind: "key", name, at, target: found, columns, primary: false, constrained: false };
  }
  if (decorators.some((item) => item.name === "TreeChildren"))
    return { kind: "inverse", name, at, target: found };
  const column = decorators.find((item) => COLUMN.test(item.name) && isTypeorm(item));
  if (!column) {
    // A decorator of the workspace's own may hold a column's.
    const own = decorators.some(
      ({ from, name: called }) => /column|property$/i.test(called) && from?.specifier.startsWith("."),
    );
    return own ? { kind: "open", name, at } : null;
  }
  const [first] = column.args;
  const inner = first && ask.follow(first);
  const options = column.args.map((arg) => ask.follow(arg)).findLast((arg) => arg.kind === "object");
  if (inner?.kind === "function") {
    const prefix = entry(options, "prefix");
    return {
      kind: "embedded",
      name,
      at,
      of: inner,
      prefix: prefix ? (isFalse(prefix, ask) ? "" : ask.text(prefix)) : null,
    };
  }
  const given = entry(options, "name");
  const text = given && ask.text(given);
  if (given && text === null) return { kind: "open", name, at };
  if (options?.kind === "object" && options.entries["..."] && !given) return { kind: "open", name, at };
  const primary = /^Primary/.test(column.name) || isTrue(entry(options, "primary"), ask);
  return { kind: "column", name, at, column: text, primary };
}

function relationOf({ name, decorators }: ClassMember, relation: Decorator, ask: Ask): Property | null {
  const [target, ...others] = relation.args;
  if (!target) return null;
  const options = others.map((arg) => ask.follow(arg)).find((arg) => arg.kind === "object");
  const joins = decorators.find((item) => item.name === "JoinTable");
  const base = {
    name,
    at: relation.at,
    target,
    ...(isTrue(entry(options, "eager"), ask) && { eager: true }),
    cascades: cascadesOf(entry(options, "cascade"), ask),
  };
  const holds = relation.name === "ManyToOne" || decorators.some((item) => item.name === "JoinColumn");
  if (relation.name === "ManyToMany") {
    const inverse = others[0] && ask.follow(others[0]);
    return {
      kind: "many",
      ...base,
      owner: joins !== undefined,
      ...joinTable(joins?.args[0], ask),
      entity: null,
      mappedBy: inverse ? propertyIn(inverse, ask) : null,
    };
  }
  if (!holds || relation.name === "OneToMany") return { kind: "inverse", ...base };
  return {
    kind: "key",
    ...base,
    columns: keyColumns(decorators, ask),
    primary:
      decorators.some((item) => item.name === "PrimaryColumn") || isTrue(entry(options, "primary"), ask),
    constrained: !isFalse(entry(options, "createForeignKeyConstraints"), ask),
  };
}

const ALL: readonly Cascade[] = ["insert", "update", "remove", "soft-remove", "recover"];

/** `cascade: true`, `cascade: ["insert", "update"]`. */
export function cascadesOf(given: Expr | null, ask: Ask): readonly Cascade[] {
  const inner = given && ask.follow(given);
  if (inner?.kind !== "array") return isTrue(inner, ask) ? ALL : [];
  const told = inner.items.map((item) => ask.text(item));
  return ALL.filter((kind) => told.includes(kind));
}

/** `@JoinTable({ name: "user_roles", joinColumn: { name: "user_id" }, … })`. */
export function joinTable(
  given: Expr | undefined,
  ask: Ask,
): { table: TableName | null; columns: string[] | null } {
  const options = given && ask.follow(given);
  const name = entry(options, "name");
  const schema = entry(options, "schema");
  const table = name && typeormNaming(name.at.file, ask).table(ask.text(name), "");
  const columns = ["joinColumn", "inverseJoinColumn"].map((key) => {
    const column = entry(entry(options, key) ?? undefined, "name");
    return column ? ask.text(column) : null;
  });
  return {
    table: name && {
      schema: schema ? ask.text(schema) : null,
      table,
      reason: table === null ? "the join table's name is not known before it runs" : null,
      at: name.at,
    },
    columns: columns.every((column) => column !== null) ? columns : null,
  };
}

/** `@JoinColumn({ name: "user_id" })`, one or several; null where the strategy names them. */
function keyColumns(decorators: readonly Decorator[], ask: Ask): string[] | null {
  const given = decorators.filter((item) => item.name === "JoinColumn").flatMap(({ args }) => args);
  const items = given.flatMap((arg) => {
    const inner = ask.follow(arg);
    return inner.kind === "array" ? inner.items : [inner];
  });
  const found = items.map((item) => {
    const name = entry(ask.follow(item), "name");
    return name ? ask.text(name) : null;
  });
  return found.length && found.every((column) => column !== null) ? found : null;
}

/** The property that `(user) => user.roles` or `"roles"` names. */
export function propertyIn(expr: Expr, ask: Ask): string | null {
  const inner = ask.follow(expr);
  if (inner.kind !== "function") return ask.text(inner);
  const result = inner.result?.kind === "alias" ? inner.result.of : inner.result;
  return result?.kind === "member" ? result.property : null;
}
