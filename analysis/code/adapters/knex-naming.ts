/** Names as the database has them, where Knex is told to write `orderItems` as `order_items`. */
import type { SchemaChange } from "../../model.ts";
import type { Ask, Named } from "./adapter.ts";

/** What Objection gives for Knex's options to do so. */
export const MAPPERS: readonly string[] = ["knexSnakeCaseMappers"];

const MAPPING = Symbol("the mappers of Objection");

/** A name of a table or a column, as it is stored. */
export function asStored(name: string, ask: Ask): string {
  const mapped = ask.gather<boolean>(MAPPING, false, (sources) =>
    sources.some((source) => {
      const callee = source.kind === "call" ? ask.follow(source.callee) : null;
      return callee?.kind === "import"
        ? MAPPERS.includes(callee.name)
        : callee?.kind === "member" && MAPPERS.includes(callee.property);
    }),
  );
  return mapped ? name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase() : name;
}

/** What is named, under the names as they are stored. */
export function stored(named: Named[], ask: Ask): Named[] {
  return named.map((item) => {
    const { name, changes } = item;
    if (name.table === null) return item;
    return {
      ...item,
      name: { ...name, table: asStored(name.table, ask) },
      ...(changes && { changes: changes.map((change) => storedChange(change, ask)) }),
    };
  });
}

function storedChange(change: SchemaChange, ask: Ask): SchemaChange {
  const found = { ...change, name: asStored(change.name, ask) };
  if ("to" in found) found.to = asStored(found.to, ask);
  if ("column" in found) found.column = asStored(found.column, ask);
  if (found.kind === "create") found.columns = found.columns.map((column) => asStored(column, ask));
  return found;
}
