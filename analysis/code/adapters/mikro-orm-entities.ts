/** MikroORM's entities, whichever way they are told: by decorators, by a schema, by a class that extends one. */
import type { Expr } from "../../model.ts";
import type { Ask, TableDefinition } from "./adapter.ts";
import { targetOf } from "./entities.ts";
import { type EntityShape, type Mapper, rememberedShape, tableOf } from "./entity-shapes.ts";
import type { Repositories } from "./entity-subjects.ts";
import { shapeOfClass, shapeOfEmbedded } from "./mikro-orm-definitions.ts";
import { defining, shapeOfModel } from "./mikro-orm-dml.ts";
import { mikroNaming } from "./mikro-orm-naming.ts";
import { schemaOfClass, schemaOptions, shapeOfPart, shapeOfSchema } from "./mikro-orm-schemas.ts";

const mapper: Mapper = { client: "mikro-orm", naming: mikroNaming, shape };

export const repositories: Repositories = {
  client: "mikro-orm",
  type: /Repository$/,
  getter: /^getRepository$|^repo$/,
  giving:
    /^(?:create|merge|map|getReference|find(?!.*Count)\w*|upsert|refresh|getSingleResult|getResult(?:List)?)$/,
};

function shape(expr: Expr, ask: Ask): EntityShape | null {
  const target = targetOf(expr, ask);
  return target && rememberedShape("mikro-orm", target, ask, () => shapeOf(target, ask));
}

function shapeOf(target: Expr, ask: Ask): EntityShape | null {
  const options = schemaOptions(target, ask);
  if (options) return shapeOfSchema(options, ask) ?? shapeOfPart(options, ask);
  const model = defining(target, ask);
  if (model) return shapeOfModel(model, ask);
  if (target.kind !== "class") return null;
  const decorated = shapeOfClass(target, ask);
  if (decorated) return decorated;
  const schema = schemaOfClass(target, ask);
  return schema ? (shapeOfSchema(schema, ask) ?? shapeOfPart(schema, ask)) : shapeOfEmbedded(target, ask);
}

/** The table that a class or a schema stands for; null where it is none of MikroORM's. */
export function define(definition: Expr, ask: Ask): TableDefinition | null {
  if (definition.kind !== "class" && definition.kind !== "new" && definition.kind !== "call") return null;
  const found = shape(definition, ask);
  return found && !found.embedded ? tableOf(found, mapper, ask) : null;
}
