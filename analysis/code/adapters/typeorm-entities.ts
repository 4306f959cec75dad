/** TypeORM's entities, whichever way they are told: by decorators, by a schema, by a schema for a class. */
import type { Expr } from "../../model.ts";
import type { Ask, TableDefinition } from "./adapter.ts";
import { targetOf } from "./entities.ts";
import { type EntityShape, type Mapper, rememberedShape, tableOf } from "./entity-shapes.ts";
import type { Repositories } from "./entity-subjects.ts";
import { shapeOfClass, shapeOfEmbedded } from "./typeorm-definitions.ts";
import { typeormNaming } from "./typeorm-naming.ts";
import { schemaOfClass, schemaOptions, shapeOfSchema } from "./typeorm-schemas.ts";

const mapper: Mapper = { client: "typeorm", naming: typeormNaming, shape };

export const repositories: Repositories = {
  client: "typeorm",
  type: /Repository$/,
  getter: /^get(?:Tree|Mongo|Custom)?Repository$|^withRepository$/,
  giving: /^(?:create|merge|preload|find(?!.*Count)\w*|getOne\w*|getMany|save)$/,
  active: { specifier: "typeorm", name: "BaseEntity" },
};

function shape(expr: Expr, ask: Ask): EntityShape | null {
  const target = targetOf(expr, ask);
  return (
    target &&
    rememberedShape("typeorm", target, ask, () => tableShape(target, ask) ?? embeddedShape(target, ask))
  );
}

function tableShape(target: Expr, ask: Ask): EntityShape | null {
  if (target.kind === "new") {
    const options = schemaOptions(target, ask);
    return options && shapeOfSchema(options, ask);
  }
  if (target.kind !== "class") return null;
  const decorated = shapeOfClass(target, ask);
  if (decorated) return decorated;
  const options = schemaOfClass(target, ask);
  return options && shapeOfSchema(options, ask);
}

function embeddedShape(target: Expr, ask: Ask): EntityShape | null {
  return target.kind === "class" ? shapeOfEmbedded(target, ask) : null;
}

/** The table that a class or a schema stands for; null where it is none of TypeORM's. */
export function define(definition: Expr, ask: Ask): TableDefinition | null {
  if (definition.kind !== "class" && definition.kind !== "new") return null;
  const found = shape(definition, ask);
  return found && !found.embedded ? tableOf(found, mapper, ask) : null;
}
