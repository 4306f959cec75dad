/** TypeORM's cascades: what is saved or removed along with a row, through the relations that say so. */
import type { Expr, Operation, Span } from "../../model.ts";
import type { Ask, Named, TableDefinition } from "./adapter.ts";
import { resultOf } from "./builders.ts";
import { entityOf, relationTables } from "./entities.ts";

/** Methods that cascade, with what a relation has to say and what is then done to the other table. */
const CASCADING: ReadonlyMap<string, { kinds: readonly string[]; operation: Operation }> = new Map([
  ["save", { kinds: ["insert", "update"], operation: "insert" }],
  ["remove", { kinds: ["remove"], operation: "delete" }],
  ["softRemove", { kinds: ["soft-remove"], operation: "update" }],
  ["recover", { kinds: ["recover"], operation: "update" }],
]);

/** @param row what is saved or removed, where it is known: a relation that a literal leaves out is not touched */
export function cascaded(
  entity: TableDefinition,
  method: string,
  row: Expr | undefined,
  at: Span,
  ask: Ask,
): Named[] {
  const cascading = CASCADING.get(method);
  if (!cascading) return [];
  const { kinds, operation } = cascading;
  const passed = new Set<TableDefinition>([entity]);
  const below = (from: TableDefinition, written: ReadonlySet<string> | null): Named[] =>
    Object.entries(from.cascades ?? {}).flatMap(([property, told]): Named[] => {
      if (!told.some((kind) => kinds.includes(kind)) || written?.has(property) === false) return [];
      const found = relationTables(from, property, at, ask).map(({ name }) => ({ name, operation }));
      const target = from.relations[property];
      const next = target ? entityOf(target, ask) : null;
      if (!next || passed.has(next)) return found;
      passed.add(next);
      return [...found, ...below(next, null)];
    });
  return below(entity, row ? writtenIn(row, ask) : null);
}

/** The properties that a literal names, or one that is handed to `create`; null where it may have any. */
function writtenIn(row: Expr, ask: Ask): ReadonlySet<string> | null {
  const inner = resultOf(row, ask);
  if (inner.kind === "array") {
    const each = inner.items.map((item) => writtenIn(item, ask));
    return each.every((item) => item !== null) ? new Set(each.flatMap((item) => [...item])) : null;
  }
  return inner.kind === "object" && !inner.entries["..."] ? new Set(Object.keys(inner.entries)) : null;
}
