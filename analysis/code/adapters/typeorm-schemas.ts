/** What TypeORM's entity schemas say of tables: `new EntitySchema({ name: "user", columns: { … } })`. */
import type { ClassExpr, Expr } from "../../model.ts";
import type { Ask } from "./adapter.ts";
import { eachEntry } from "./builders.ts";
import { classOf } from "./entities.ts";
import type { EntityShape, Property } from "./entity-shapes.ts";
import { entry, isTrue } from "./expressions.ts";
import { cascadesOf, isMaterialized, joinTable, named, propertyIn } from "./typeorm-definitions.ts";

/** The options of `new EntitySchema({ … })`; null for any other expression. */
export function schemaOptions(expr: Expr, ask: Ask): (Expr & { kind: "object" }) | null {
  if (expr.kind !== "new" || !expr.args[0]) return null;
  const callee = ask.follow(expr.callee);
  const from = callee.kind === "import" ? callee : callee.kind === "member" ? ask.follow(callee.of) : null;
  const name = callee.kind === "import" ? callee.name : callee.kind === "member" ? callee.property : "";
  const options = ask.follow(expr.args[0]);
  if (name !== "EntitySchema" || options.kind !== "object") return null;
  return from?.kind === "import" && /mikro-?orm/i.test(from.specifier) ? null : options;
}

/** The schema whose target a class is. */
export function schemaOfClass(found: ClassExpr, ask: Ask): (Expr & { kind: "object" }) | null {
  for (const source of ask.sources()) {
    const options = source.kind === "new" ? schemaOptions(source, ask) : null;
    const target = options && entry(options, "target");
    const of = target && classOf(target, ask);
    if (of && of.at.file === found.at.file && of.at.start === found.at.start) return options;
  }
  return null;
}

/** The entity of an `EntitySchema`; null where it names none. */
export function shapeOfSchema(options: Expr & { kind: "object" }, ask: Ask): EntityShape | null {
  const name = entry(options, "name");
  const target = entry(options, "target");
  const of = target ? classOf(target, ask) : null;
  const text = (name && ask.text(name)) ?? of?.name ?? null;
  const given = entry(options, "tableName");
  if (!given && text === null && !name) return null;
  const type = entry(options, "type");
  const isView = type !== null && ask.text(type) === "view";
  return {
    name:
      given || text !== null
        ? named(given, text ?? "", options, { at: (name ?? options).at }, ask)
        : {
            schema: null,
            table: null,
            reason: "the entity schema's name is not known",
            at: (name ?? options).at,
          },
    ...(text !== null && { model: text }),
    properties: [
      ...each(options, "columns", ask, columnOf),
      ...each(options, "relations", ask, relationOf),
      ...each(options, "embeddeds", ask, embeddedOf),
    ],
    open: isView || options.entries["..."] !== undefined,
    ...(isView && { view: { materialized: isMaterialized(options, ask), at: options.at } }),
  };
}

function each(
  options: Expr,
  key: string,
  ask: Ask,
  read: (name: string, value: Expr, at: Property["at"], ask: Ask) => Property,
): Property[] {
  const value = entry(options, key);
  const inner = value && ask.follow(value);
  if (!inner) return [];
  if (inner.kind !== "object") return [{ kind: "open", name: "", at: inner.at }];
  return eachEntry(inner, ask).map(({ key: name, value, at }) =>
    name === null ? { kind: "open", name: "", at } : read(name, ask.follow(value), at, ask),
  );
}

function columnOf(name: string, value: Expr, at: Property["at"], ask: Ask): Property {
  const given = entry(value, "name");
  const column = given && ask.text(given);
  if (value.kind !== "object" || value.entries["..."] || (given && column === null))
    return { kind: "open", name, at };
  return { kind: "column", name, at, column, primary: isTrue(entry(value, "primary"), ask) };
}

function relationOf(name: string, value: Expr, at: Property["at"], ask: Ask): Property {
  const target = entry(value, "target");
  const type = entry(value, "type");
  const kind = type && ask.text(type);
  if (!target) return { kind: "open", name, at };
  const base = {
    name,
    at,
    target,
    ...(isTrue(entry(value, "eager"), ask) && { eager: true }),
    cascades: cascadesOf(entry(value, "cascade"), ask),
  };
  const joins = entry(value, "joinTable");
  const inverse = entry(value, "inverseSide");
  if (kind === "many-to-many")
    return {
      kind: "many",
      ...base,
      owner: joins !== null,
      ...joinTable(joins ?? undefined, ask),
      entity: null,
      mappedBy: inverse && propertyIn(inverse, ask),
    };
  const column = entry(value, "joinColumn");
  if (kind !== "many-to-one" && !(kind === "one-to-one" && column)) return { kind: "inverse", ...base };
  const given = column && entry(ask.follow(column), "name");
  const text = given && ask.text(given);
  return {
    kind: "key",
    ...base,
    columns: text ? [text] : null,
    primary: isTrue(entry(value, "primary"), ask),
    constrained: true,
  };
}

function embeddedOf(name: string, value: Expr, at: Property["at"], ask: Ask): Property {
  const schema = entry(value, "schema");
  const prefix = entry(value, "prefix");
  return schema
    ? { kind: "embedded", name, at, of: schema, prefix: prefix && ask.text(prefix) }
    : { kind: "open", name, at };
}
