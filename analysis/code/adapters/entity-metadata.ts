/** Tables' names that a mapper tells of its entities: `source.getMetadata(User).tableName`. */
import type { Expr } from "../../model.ts";
import type { Ask, TableDefinition } from "./adapter.ts";
import { entityOf } from "./entities.ts";
import { mine, type Repositories, repositoryEntity } from "./entity-subjects.ts";

const NAME = /^(?:tableName|tablePath|tableNameWithoutPrefix)$/;

/** Null where the expression is no such name, or where it is not known whose. */
export function toldName(expr: Expr, of: Repositories, ask: Ask): string | null {
  if (expr.kind !== "member" || !NAME.test(expr.property)) return null;
  const found = describedBy(ask.follow(expr.of), of, ask);
  if (!found?.name.table) return null;
  const { schema, table } = found.name;
  return schema !== null && expr.property === "tablePath" ? `${schema}.${table}` : table;
}

/** The entity whose metadata an expression is. */
function describedBy(metadata: Expr, of: Repositories, ask: Ask): TableDefinition | null {
  if (metadata.kind === "member")
    return metadata.property === "metadata" ? repositoryEntity(metadata.of, of, ask) : null;
  if (metadata.kind !== "call") return null;
  const callee = ask.follow(metadata.callee);
  const [given] = metadata.args;
  if (callee.kind !== "member" || !given || !/^(?:getMetadata|get|find)$/.test(callee.property)) return null;
  // getMetadata(User), getMetadata().get(User.name)
  const inner = given.kind === "alias" ? given.of : given;
  const entity = inner.kind === "member" && inner.property === "name" ? inner.of : given;
  return mine(entityOf(entity, ask), of);
}
