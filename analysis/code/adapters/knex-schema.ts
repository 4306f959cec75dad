/** Knex's schema builder: tables that migrations make, change and drop, and foreign keys within them. */
import type { Operation } from "../../model.ts";
import type { Ask, Chain, Named } from "./adapter.ts";
import { operations, tableOfColumn } from "./builders.ts";
import { COLUMN, indexNames, shapingsOf } from "./knex-shaping.ts";
import { shaped } from "./shaping.ts";

/** Methods of `knex.schema` that name a table first. `hasTable` and `hasColumn` ask the catalogue alone. */
export const SCHEMA: ReadonlyMap<string, Operation> = operations({
  createTable: "create-table",
  createTableIfNotExists: "create-table",
  createTableLike: "create-table",
  alterTable: "alter-table",
  table: "alter-table",
  renameTable: "alter-table",
  dropTable: "drop-table",
  dropTableIfExists: "drop-table",
  createView: "view",
  createViewOrReplace: "view",
  createMaterializedView: "view",
  alterView: "alter-table",
  renameView: "alter-table",
  refreshMaterializedView: "update",
  dropView: "drop-table",
  dropViewIfExists: "drop-table",
  dropMaterializedView: "drop-table",
  dropMaterializedViewIfExists: "drop-table",
});

/** Only Knex has these. */
const OWN =
  /^(?:createTableIfNotExists|createTableLike|dropTableIfExists|dropViewIfExists|createViewOrReplace)$/;

/** The tables of a schema builder's chain, or of a column's within it; null where the chain is neither. */
export function readKnexSchema(chain: Chain, ask: Ask): Named[] | null {
  const column = readColumn(chain, ask);
  if (column) return column;
  const { steps, certain, habitual, receiver } = chain;
  const at = steps.findIndex(({ name, args }) => name === "schema" && args === null);
  const inside = at >= 0 || receiver.at(-1) === "schema";
  // knex.table("t") is a query.
  if (
    !inside &&
    !(certain && steps.some(({ name, args }) => SCHEMA.has(name) && name !== "table" && args !== null))
  )
    return null;
  const building = steps.slice(at + 1).filter(({ name, args }) => args?.[0] && SCHEMA.has(name));
  if (building.length === 0) return null;
  const written =
    building.some(
      ({ name, args }) => OWN.test(name) || ask.follow(args?.[1] ?? NOTHING).kind === "function",
    ) ||
    (/^(?:knex|trx)$/i.test(receiver[0] ?? "") && !steps.some(({ name }) => name === "execute"));
  if (!certain && !habitual && !written) return null;
  return building.flatMap(({ name, args }): Named[] => {
    const [first, second] = args ?? [];
    if (!first) return [];
    const { shapings, indexes } = shapingsOf(name, args ?? [], ask);
    const found = ask.names(first).map((table): Named => {
      const changes = shaped(table, shapings);
      const makes = indexNames(table, indexes);
      const operation = SCHEMA.get(name) ?? "alter-table";
      return { name: table, operation, ...(changes && { changes }), ...(makes.length > 0 && { makes }) };
    });
    if (name !== "createTableLike" || !second) return found;
    return [...found, ...ask.names(second).map((table) => ({ name: table, operation: "select" as const }))];
  });
}

const NOTHING = { kind: "unknown", reason: "", at: { file: "", start: 0, end: 0 } } as const;

/** `table.integer("user_id").references("id").inTable("users")`, `.references("users.id")`, `.inherits("events")`. */
function readColumn({ steps, certain, habitual, root }: Chain, ask: Ask): Named[] | null {
  const find = (name: string) => steps.find((step) => step.name === name && step.args?.[0])?.args?.[0];
  const handed = root.kind === "parameter" && root.handed !== null && SCHEMA.has(root.handed.method);
  const target = find("inTable") ?? (find("references") && find("on"));
  if (target) return ask.names(target).map((name) => ({ name, operation: "references" }));
  // (table) => table.integer("user_id").references("users.id"): a function that the migration calls.
  const told = find("references");
  const built = root.kind === "parameter" && COLUMN.test(steps[0]?.name ?? "") && told?.kind === "text";
  if (!handed && !certain && !habitual && !built) return null;
  const inherited = handed ? find("inherits") : undefined;
  if (inherited) return ask.names(inherited).map((name) => ({ name, operation: "inherit" }));
  if (!told) return null;
  const table = tableOfColumn(ask.follow(told).kind === "array" ? firstOf(ask.follow(told)) : told, ask);
  return table ? [{ name: table, operation: "references" }] : [];
}

function firstOf(expr: Parameters<Ask["follow"]>[0]): Parameters<Ask["follow"]>[0] {
  return expr.kind === "array" ? (expr.items[0] ?? expr) : expr;
}
