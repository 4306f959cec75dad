/** Names as the database has them, where Knex is told to write `orderItems` as `order_items`. */
import type { Expr, SchemaChange } from "../../model.ts";
import type { Ask, Chain, Named } from "./adapter.ts";
import { entry, isTrue } from "./expressions.ts";
import { isRenamed, type Renaming } from "./renamed.ts";

/** What Objection gives for Knex's options to do so. */
export const MAPPERS: readonly string[] = ["knexSnakeCaseMappers"];

const OPTIONS = /^(?:wrapIdentifier|postProcessResponse)$/;

const snakeCased: Renaming = { tells: isMapper, options: OPTIONS };

/** `knexSnakeCaseMappers({ upperCase: true })`: `orderItems` is `ORDER_ITEMS`. */
const upperCased: Renaming = {
  tells: (source, ask) =>
    isMapper(source, ask) &&
    source.args[0] !== undefined &&
    isTrue(entry(ask.follow(source.args[0]), "upperCase"), ask),
  tellsOther: isMapper,
  options: OPTIONS,
};

function isMapper(source: Expr, ask: Ask): source is Expr & { kind: "call" } {
  const callee = source.kind === "call" ? ask.follow(source.callee) : null;
  if (callee?.kind === "import") return MAPPERS.includes(callee.name);
  return callee?.kind === "member" && MAPPERS.includes(callee.property);
}

/** A name of a table or a column that a file writes, as it is stored. */
export function asStored(name: string, file: string, ask: Ask, root: Expr | null = null): string {
  if (!isRenamed(snakeCased, file, root, ask)) return name;
  const parted = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return isRenamed(upperCased, file, root, ask) ? parted.toUpperCase() : parted.toLowerCase();
}

/** What a chain names, under the names as they are stored. */
export function stored(named: Named[], { root, at }: Chain, ask: Ask): Named[] {
  const as = (name: string) => asStored(name, at.file, ask, root);
  return named.map((item) => {
    const { name, changes } = item;
    if (name.table === null) return item;
    return {
      ...item,
      name: { ...name, table: as(name.table) },
      ...(changes && { changes: changes.map((change) => storedChange(change, as)) }),
    };
  });
}

function storedChange(change: SchemaChange, as: (name: string) => string): SchemaChange {
  const found = { ...change, name: as(change.name) };
  if ("to" in found && found.kind !== "tie") found.to = as(found.to);
  if ("column" in found) found.column = as(found.column);
  if (found.kind === "create") found.columns = found.columns.map(as);
  return found;
}
