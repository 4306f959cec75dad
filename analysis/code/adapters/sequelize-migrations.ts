/** Sequelize's QueryInterface: tables by name, with the foreign keys that columns and constraints make. */
import type { Expr, Operation } from "../../model.ts";
import type { Ask, Chain, Named, TableName } from "./adapter.ts";
import { inSchema, operations, unknownName } from "./builders.ts";
import { entry } from "./expressions.ts";
import { referencesIn, tableNamed } from "./sequelize-definitions.ts";
import { created, type Shaping, shaped, shapedBy } from "./shaping.ts";

/** Methods that take a table first, with what they do to it. */
const NAMING = operations({
  createTable: "create-table",
  dropTable: "drop-table",
  renameTable: "alter-table",
  addColumn: "alter-table",
  removeColumn: "alter-table",
  changeColumn: "alter-table",
  renameColumn: "alter-table",
  addConstraint: "alter-table",
  removeConstraint: "alter-table",
  addIndex: "create-index",
  removeIndex: "alter-table",
  createTrigger: "trigger",
  dropTrigger: "trigger",
  bulkInsert: "insert",
  bulkUpdate: "update",
  bulkDelete: "delete",
  rawSelect: "select",
});

/** The same where an instance or a model comes first. */
const NAMING_SECOND = operations({
  insert: "insert",
  update: "update",
  delete: "delete",
  select: "select",
  increment: "update",
  decrement: "update",
});

/** Methods that change a schema without naming a table. */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ["dropAllTables", "DROP TABLE"],
  ["createSchema", "CREATE SCHEMA"],
  ["dropSchema", "DROP SCHEMA"],
  ["dropAllSchemas", "DROP SCHEMA"],
  ["createFunction", "CREATE FUNCTION"],
  ["dropFunction", "DROP FUNCTION"],
]);

export const MIGRATING: readonly string[] = [...NAMING.keys(), ...WHOLE.keys()];

/** What a chain on the query interface names; null where it is none. */
export function migrated(chain: Chain, ask: Ask): Named[] | null {
  if (!isInterface(chain)) return null;
  for (const { name, args } of chain.steps) {
    const operation = NAMING.get(name) ?? NAMING_SECOND.get(name);
    const [first, second, third] = args ?? [];
    const target = NAMING.has(name) ? first : second;
    if (!operation || !target) continue;
    const schema = entry(ask.follow((name === "createTable" ? third : second) ?? target), "schema");
    const shapings = shapingsOf(name, args ?? [], ask);
    const named = inSchema(tablesNamed(target, operation, ask), schema && ask.text(schema)).map((item) => {
      const changes = shaped(item.name, shapings);
      return changes ? { ...item, changes } : item;
    });
    if (name === "createTable" && second) named.push(...keys(second, ask));
    if (/^(?:addColumn|changeColumn)$/.test(name) && third) named.push(...keys(third, ask));
    if (name === "addConstraint" && second) named.push(...keys(second, ask));
    return named;
  }
  return [];
}

/** What the method does to the table; null where that is not known. */
function shapingsOf(method: string, args: readonly Expr[], ask: Ask): Shaping[] | null {
  const [, second] = args;
  if (method === "createTable") return created(second ? columnsIn(second, ask) : null, true);
  // renameTable("orders", { tableName: "purchases", schema: "shop" })
  return shapedBy(method, args, ask, (second && entry(ask.follow(second), "tableName")) ?? second);
}

/** The columns that attributes make; null where some of them come from elsewhere. */
function columnsIn(attributes: Expr, ask: Ask): string[] | null {
  const inner = ask.follow(attributes);
  if (inner.kind !== "object" || inner.entries["..."]) return null;
  const found = Object.entries(inner.entries).map(([name, value]) => {
    const field = entry(ask.follow(value), "field");
    return field ? ask.text(field) : name;
  });
  return found.every((column) => column !== null) ? found : null;
}

/** Whether the chain stands on a query interface: by evidence, by its habitual name, or as it is asked for. */
export function isInterface(chain: Chain): boolean {
  return (
    chain.steps.some(({ name }) => name === "getQueryInterface" || name === "queryInterface") ||
    /^(?:queryInterface|qi)$/i.test(chain.receiver.at(-1) ?? "") ||
    (chain.certain && chain.steps.some(({ name }) => NAMING.has(name) || WHOLE.has(name)))
  );
}

/** Schemas and functions that the interface makes or drops. */
export function wholeActs(chain: Chain, ask: Ask) {
  if (!isInterface(chain)) return [];
  return chain.steps.flatMap(({ name, args, at }) => {
    const act = WHOLE.get(name);
    const [first] = args ?? [];
    return act ? [{ act, name: first ? ask.text(first) : null, ddl: true, at }] : [];
  });
}

function keys(attributes: Expr, ask: Ask): Named[] {
  return referencesIn(attributes, ask).map(({ to }) => ({ name: to, operation: "references" }));
}

function tablesNamed(target: Expr, operation: Operation, ask: Ask): Named[] {
  const inner = ask.follow(target);
  if (inner.kind === "text" || inner.kind === "either" || inner.kind === "concat")
    return ask.names(target).map((name) => ({ name, operation }));
  const name: TableName =
    tableNamed(target, ask) ??
    unknownName(target, entry(inner, "tableName") ? "its name is not known" : "no table is known by it");
  return [{ name, operation }];
}
