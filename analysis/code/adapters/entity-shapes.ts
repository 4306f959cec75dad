/**
 * What TypeORM and MikroORM share: an entity as its decorators or its schema tell it, and the table
 * that follows from it by the names that the mapper gives.
 */
import type { Expr, Span } from "../../model.ts";
import type { Ask, Named, TableDefinition, TableName } from "./adapter.ts";
import { relationTables } from "./entities.ts";

export interface EntityShape {
  name: TableName;
  /** The name by which the mapper knows it, where that is not the class's. */
  model?: string;
  properties: readonly Property[];
  /** There may be columns that nobody told. */
  open: boolean;
  /** The table that keeps the paths of a tree. */
  closure?: TableName;
  /** It is no table: its columns stand in others'. */
  embedded?: true;
  /** It is a view; what its query names stands there. */
  view?: NonNullable<TableDefinition["view"]>;
}

/** `insert` and `update` go with saving, `remove` with removing. */
export type Cascade = "insert" | "update" | "remove" | "soft-remove" | "recover";

export type Property = {
  name: string;
  at: Span;
  /** It comes along whenever the entity is loaded. */
  eager?: boolean;
  /** What is done to the entity that is done to the other one, too. */
  cascades?: readonly Cascade[];
} & (
  | {
      kind: "column" /** As it is given; null where the mapper names it. */;
      column: string | null;
      primary: boolean;
    }
  /** A relation whose key stands in this table. */
  | {
      kind: "key";
      target: Expr;
      columns: readonly string[] | null;
      primary: boolean;
      /** The database holds a foreign key. */
      constrained: boolean;
    }
  /** A relation whose key stands in the other table. */
  | { kind: "inverse"; target: Expr }
  /** Many to many: `owner` tells of the table that joins, the other side names the owner's property. */
  | {
      kind: "many";
      target: Expr;
      owner: boolean;
      table: TableName | null;
      /** An entity of its own that joins. */
      entity: Expr | null;
      columns: string[] | null;
      mappedBy: string | null;
    }
  /** `prefix` is null where the mapper makes it of the property's name. */
  | { kind: "embedded"; of: Expr; prefix: string | null }
  /** Nobody knows its column. */
  | { kind: "open" }
);

/** How a mapper names what nobody names; null where a strategy of the workspace's own does. */
export interface Naming {
  column(property: string, given: string | null, prefixes: readonly string[]): string | null;
  /** The column of a key, by the relation and by what it refers to. */
  key(relation: string, referenced: Primary): string | null;
  prefix(property: string): string | null;
  /** The table that joins, by its own entity's table, the property and the other's table. */
  join(own: TableName, property: string, other: TableName): TableName | null;
  /** The columns of such a table; null where they are not certain. */
  joinColumns(
    own: TableName,
    keys: readonly Primary[],
    other: TableName,
    others: readonly Primary[],
  ): string[] | null;
}

export interface Primary {
  property: string;
  column: string;
}

export interface Mapper {
  client: string;
  naming(file: string, ask: Ask): Naming;
  shape(expr: Expr, ask: Ask): EntityShape | null;
}

const DEEPEST = 6;

/** An entity as the table that its mapper makes of it. */
export function tableOf(shape: EntityShape, mapper: Mapper, ask: Ask): TableDefinition {
  const { name, model, properties, closure, view } = shape;
  const naming = mapper.naming(name.at.file, ask);
  const definition: TableDefinition = {
    client: mapper.client,
    name,
    ...(model !== undefined && { model }),
    ...(view && { view }),
    columns: columnsOf(shape, mapper, ask)?.map(({ column }) => column) ?? null,
    properties: propertiesOf(properties, naming),
    references: properties.flatMap((property) => {
      const refers =
        (property.kind === "key" && property.constrained) ||
        (property.kind === "many" && property.owner && !property.entity);
      const to = refers ? targetName(property, mapper, ask) : null;
      return refers && to ? [{ to: { ...to, at: property.target.at }, at: property.at }] : [];
    }),
    relations: Object.fromEntries(
      properties.flatMap((property) => ("target" in property ? [[property.name, property.target]] : [])),
    ),
    joins: [
      ...properties.flatMap((property) => joining(shape, property, mapper, ask) ?? []),
      ...(closure ? [{ name: closure, columns: null, relation: TREE }] : []),
    ],
  };
  const eager = properties.filter((property) => property.eager && "target" in property);
  // The definition itself is not known yet to those whom it leads to.
  const along = (property: Property): Named[] => {
    const to = targetName(property, mapper, ask);
    return [
      ...(to ? [{ name: { ...to, at: property.at }, operation: "select" as const }] : []),
      ...relationTables({ ...definition, relations: {} }, property.name, property.at, ask),
    ];
  };
  const cascades = Object.fromEntries(
    properties.flatMap(({ name, cascades = [] }) => (cascades.length ? [[name, cascades]] : [])),
  );
  return {
    ...definition,
    ...(eager.length && { reads: eager.flatMap(along) }),
    ...(Object.keys(cascades).length && { cascades }),
  };
}

function targetName(property: Property, mapper: Mapper, ask: Ask): TableName | null {
  const to = "target" in property ? mapper.shape(property.target, ask) : null;
  return to && !to.embedded ? to.name : null;
}

/** The relation under which a tree's table of paths is kept. */
export const TREE = "[tree]";

/** Columns in the order in which they are told; null as soon as one of them is not certain. */
function columnsOf(
  { properties, open }: EntityShape,
  mapper: Mapper,
  ask: Ask,
  prefixes: readonly string[] = [],
): (Primary & { primary: boolean })[] | null {
  if (open || prefixes.length > DEEPEST) return null;
  const found: (Primary & { primary: boolean })[] = [];
  for (const property of properties) {
    const naming = mapper.naming(property.at.file, ask);
    switch (property.kind) {
      case "column": {
        const column = naming.column(property.name, property.column, prefixes);
        if (column === null) return null;
        found.push({ property: property.name, column, primary: property.primary });
        break;
      }
      case "key": {
        const columns = keysOf(property, naming, mapper, ask, prefixes.length + 1);
        if (!columns || prefixes.length > 0) return null;
        for (const column of columns)
          found.push({ property: property.name, column, primary: property.primary });
        break;
      }
      case "embedded": {
        const inner = mapper.shape(property.of, ask);
        const prefix = property.prefix ?? naming.prefix(property.name);
        const columns =
          inner &&
          prefix !== null &&
          columnsOf(inner, mapper, ask, [...prefixes, ...(prefix ? [prefix] : [])]);
        if (!columns) return null;
        found.push(...columns.map((column) => ({ ...column, primary: false })));
        break;
      }
      case "open":
        return null;
    }
  }
  const told = new Set<string>();
  return found.filter(({ column }) => !told.has(column) && told.add(column));
}

function keysOf(
  property: Property & { kind: "key" },
  naming: Naming,
  mapper: Mapper,
  ask: Ask,
  depth: number,
): readonly string[] | null {
  if (property.columns) return property.columns;
  const target = depth > DEEPEST ? null : mapper.shape(property.target, ask);
  const primaries = target && primariesOf(target, mapper, ask, depth + 1);
  const found = primaries?.map((referenced) => naming.key(property.name, referenced));
  return found?.length && found.every((column) => column !== null) ? found : null;
}

/** What a key that refers to the entity refers to. */
function primariesOf({ properties }: EntityShape, mapper: Mapper, ask: Ask, depth: number): Primary[] | null {
  const found: Primary[] = [];
  for (const property of properties) {
    if ((property.kind !== "column" && property.kind !== "key") || !property.primary) continue;
    const naming = mapper.naming(property.at.file, ask);
    const columns =
      property.kind === "column"
        ? [naming.column(property.name, property.column, [])]
        : (keysOf(property, naming, mapper, ask, depth + 1) ?? [null]);
    for (const column of columns) {
      if (column === null) return null;
      found.push({ property: property.name, column });
    }
  }
  return found;
}

/** The column of each property that has one of another name. */
function propertiesOf(properties: readonly Property[], naming: Naming): Record<string, string> {
  return Object.fromEntries(
    properties.flatMap((property) => {
      const column = property.kind === "column" ? naming.column(property.name, property.column, []) : null;
      return column !== null && column !== property.name ? [[property.name, column]] : [];
    }),
  );
}

/** The table that joins many to many, from either side. */
function joining(
  shape: EntityShape,
  property: Property,
  mapper: Mapper,
  ask: Ask,
): NonNullable<TableDefinition["joins"]> {
  if (property.kind !== "many") return [];
  const relation = property.name;
  if (property.entity) {
    const entity = mapper.shape(property.entity, ask);
    // It is told as an entity; here it is only what comes along.
    return entity ? [{ name: entity.name, columns: null, relation }] : [];
  }
  const other = mapper.shape(property.target, ask);
  if (property.owner) {
    const found = joinOf(shape, property, other, mapper, ask);
    return found ? [{ ...found, relation }] : [];
  }
  const owner = other?.properties.find(
    (item): item is Property & { kind: "many" } => item.kind === "many" && item.name === property.mappedBy,
  );
  if (!other || !owner) return [];
  const found = owner.entity
    ? { name: mapper.shape(owner.entity, ask)?.name, columns: null }
    : joinOf(other, owner, shape, mapper, ask);
  return found?.name ? [{ name: found.name, columns: found.columns, relation }] : [];
}

function joinOf(
  own: EntityShape,
  property: Property & { kind: "many" },
  other: EntityShape | null,
  mapper: Mapper,
  ask: Ask,
): { name: TableName; columns: string[] | null } | null {
  const naming = mapper.naming(property.at.file, ask);
  const made = other && naming.join(own.name, property.name, other.name);
  const name = property.table ?? (made && { ...made, at: property.at });
  if (!name) return null;
  const keys = primariesOf(own, mapper, ask, 0);
  const others = other && primariesOf(other, mapper, ask, 0);
  const usual = keys && other && others && naming.joinColumns(own.name, keys, other.name, others);
  return {
    name: { ...name, schema: name.schema ?? own.name.schema },
    columns: property.columns ?? usual ?? null,
  };
}

/** A shape, read once however many relations lead to it. */
export function rememberedShape(
  client: string,
  target: Expr,
  ask: Ask,
  read: () => EntityShape | null,
): EntityShape | null {
  const key = `the shape of ${client}:${target.at.file}:${target.at.start}:${target.at.end}`;
  // What leads back to itself while it is read adds nothing.
  return ask.gather<EntityShape | null>(key, null, read);
}
