/** TypeORM's DDL: a query runner's methods, and what connections and their options do to a schema as a whole. */
import type { DatabaseAct, Expr, Operation, Span } from "../../model.ts";
import type { Ask, Chain, Named } from "./adapter.ts";
import { eachEntry, operations, placed } from "./builders.ts";
import { entry, isTrue } from "./expressions.ts";
import { openingOptions } from "./mapper-settings.ts";
import { allTexts, columnsBy, created, OPEN, renamed, type Shaping, shaped } from "./shaping.ts";
import { OPENINGS } from "./typeorm-naming.ts";

/** Methods whose first argument is the table, by name or as `new Table({ name })`. */
export const SCHEMA = operations({
  createTable: "create-table",
  createView: "create-table",
  dropTable: "drop-table",
  dropView: "drop-table",
  renameTable: "alter-table",
  addColumn: "alter-table",
  addColumns: "alter-table",
  dropColumn: "alter-table",
  dropColumns: "alter-table",
  renameColumn: "alter-table",
  changeColumn: "alter-table",
  changeColumns: "alter-table",
  changeTableComment: "comment",
  createForeignKey: "alter-table",
  createForeignKeys: "alter-table",
  dropForeignKey: "alter-table",
  dropForeignKeys: "alter-table",
  createPrimaryKey: "alter-table",
  updatePrimaryKeys: "alter-table",
  dropPrimaryKey: "alter-table",
  createUniqueConstraint: "alter-table",
  createUniqueConstraints: "alter-table",
  dropUniqueConstraint: "alter-table",
  dropUniqueConstraints: "alter-table",
  createCheckConstraint: "alter-table",
  createCheckConstraints: "alter-table",
  dropCheckConstraint: "alter-table",
  dropCheckConstraints: "alter-table",
  createExclusionConstraint: "alter-table",
  createExclusionConstraints: "alter-table",
  dropExclusionConstraint: "alter-table",
  createIndex: "create-index",
  createIndices: "create-index",
  dropIndex: "alter-table",
  dropIndices: "alter-table",
  clearTable: "truncate",
});

/** Methods that change a schema without naming a table. */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ["createDatabase", "CREATE DATABASE"],
  ["dropDatabase", "DROP DATABASE"],
  ["createSchema", "CREATE SCHEMA"],
  ["dropSchema", "DROP SCHEMA"],
  ["clearDatabase", "DROP TABLE"],
]);

/** `queryRunner.createTable(new Table({ name: "orders" }))`. */
export function readSchema(chain: Chain, ask: Ask): Named[] | null {
  if (!chain.certain && !isRunner(chain)) return null;
  for (const { name, args } of chain.steps) {
    const operation = SCHEMA.get(name);
    const [given, second] = args ?? [];
    const first = given && asked(given, ask);
    if (!operation || !first) continue;
    const inner = ask.follow(first);
    const options = inner.kind === "new" ? inner.args[0] && ask.follow(inner.args[0]) : undefined;
    const named = entry(options, "name");
    const schema = entry(options, "schema");
    const text = schema && ask.text(schema);
    const shapings = shapingsOf(name, args ?? [], options, ask);
    return [
      ...ask.names(named ?? first).map((table) => {
        // What is kept in a constant is named where it is used.
        const at = isWithin(table.at, first.at) ? table.at : first.at;
        const found = { ...table, schema: table.schema ?? text, at };
        const changes = shaped(found, shapings);
        return { name: found, operation, ...(changes && { changes }) };
      }),
      ...foreignTables([entry(options, "foreignKeys"), second ?? null], ask).map((item) => ({
        ...item,
        name: { ...item.name, at: isWithin(item.name.at, chain.at) ? item.name.at : first.at },
      })),
    ];
  }
  return null;
}

/** What the method does to the table; null where that is not known. */
function shapingsOf(
  method: string,
  [, second, third]: readonly Expr[],
  options: Expr | undefined,
  ask: Ask,
): Shaping[] | null {
  const nameOf = (expr: Expr | undefined): Expr | null | undefined => {
    const inner = expr && ask.follow(expr);
    return inner?.kind === "new" ? entry(inner.args[0] && ask.follow(inner.args[0]), "name") : expr;
  };
  const listed = (expr: Expr | null | undefined): string[] | null => {
    const inner = expr && ask.follow(expr);
    if (inner?.kind !== "array") return null;
    const names = inner.items.map((item) => {
      const of = ask.follow(item);
      return of.kind === "object" ? entry(of, "name") : nameOf(of);
    });
    return allTexts(names, ask);
  };
  switch (method) {
    case "createTable":
      return created(listed(entry(options, "columns")), isTrue(second, ask));
    case "createView":
      return [{ kind: "create", object: "view", temporary: false, ifNotExists: false, columns: [] }];
    case "dropTable":
      return [{ kind: "drop", object: "table", ifExists: true }];
    case "dropView":
      return [{ kind: "drop", object: "view", ifExists: true }];
    case "renameTable": {
      const to = second ? ask.text(second) : null;
      return to === null ? null : [{ kind: "rename", to }];
    }
    case "addColumn":
      return columnsBy("add-column", allTexts([nameOf(second)], ask));
    case "addColumns":
      return columnsBy("add-column", listed(second));
    case "dropColumn":
      return columnsBy("drop-column", allTexts([nameOf(second)], ask));
    case "dropColumns":
      return columnsBy("drop-column", listed(second));
    case "renameColumn":
    case "changeColumn":
      return renamed(allTexts([nameOf(second), nameOf(third)], ask));
    case "changeColumns": {
      const inner = second && ask.follow(second);
      if (inner?.kind !== "array") return OPEN;
      return inner.items.flatMap((item) => {
        const pair = ask.follow(item);
        return renamed(
          allTexts(
            ["oldColumn", "newColumn"].map((key) => nameOf(entry(pair, key) ?? undefined)),
            ask,
          ),
        );
      });
    }
    default:
      return [];
  }
}

/** `const table = await queryRunner.getTable("orders")`: what was asked for by its name. */
function asked(expr: Expr, ask: Ask): Expr {
  const inner = ask.follow(expr);
  const callee = inner.kind === "call" ? ask.follow(inner.callee) : null;
  const [name] = inner.kind === "call" ? inner.args : [];
  return callee?.kind === "member" && callee.property === "getTable" && name ? placed(name, expr.at) : expr;
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.file === outer.file && outer.start <= inner.start && inner.end <= outer.end;
}

function isRunner({ receiver, steps }: Chain): boolean {
  return [...receiver, ...steps.map(({ name }) => name)].some((name) => /(?:query)?runner$/i.test(name));
}

/** `new TableForeignKey({ referencedTableName: "users" })`, alone or in a list. */
function foreignTables(given: readonly (Expr | null)[], ask: Ask): Named[] {
  return given.flatMap((expr) => {
    const inner = expr && ask.follow(expr);
    if (!inner) return [];
    if (inner.kind === "array") return foreignTables(inner.items, ask);
    const options = inner.kind === "new" ? inner.args[0] && ask.follow(inner.args[0]) : inner;
    const named = entry(options, "referencedTableName");
    return named ? ask.names(named).map((name) => ({ name, operation: "references" as Operation })) : [];
  });
}

/** What a chain does to a whole database or to all of its tables. */
export function wholeActs(chain: Chain, ask: Ask): DatabaseAct[] {
  return chain.steps.flatMap(({ name, args, at }): DatabaseAct[] => {
    if (args === null) return [];
    const [first] = args;
    const act = chain.certain || isRunner(chain) ? WHOLE.get(name) : undefined;
    if (act) return [{ act, name: first ? ask.text(first) : null, ddl: !/DATABASE/.test(act), at }];
    const owner = chain.receiver.at(-1) ?? "";
    const connection = chain.certain || /(?:dataSource|connection)$/i.test(owner);
    return name === "synchronize" && connection
      ? [{ act: `${owner || "dataSource"}.synchronize()`, name: null, ddl: true, at }]
      : [];
  });
}

/** `synchronize: true` and `dropSchema: true` among a connection's options. */
export function asksFor(definition: Expr, ask: Ask): DatabaseAct[] {
  const options = openingOptions(definition, OPENINGS, ask);
  if (options?.kind !== "object") return [];
  return eachEntry(options, ask).flatMap(({ key, value, at }) =>
    (key === "synchronize" || key === "dropSchema") && isTrue(value, ask)
      ? [{ act: `${key}: true`, name: null, ddl: true, at: value.at ?? at }]
      : [],
  );
}
