/**
 * db-migrate: https://db-migrate.readthedocs.io. Migrations in code, by the methods of what `up` and `down` are
 * handed first; nothing is imported.
 */
import type { Expr } from "../../model.ts";
import type { Adapter, Ask, Chain, Named } from "./adapter.ts";
import { operations } from "./builders.ts";
import { entry, isTrue } from "./expressions.ts";
import { created, keysOf, type Shaping, shaped, shapedBy } from "./shaping.ts";

/** Methods whose first argument is a table. */
const DOING = operations({
  createTable: "create-table",
  dropTable: "drop-table",
  renameTable: "alter-table",
  addColumn: "alter-table",
  removeColumn: "alter-table",
  renameColumn: "alter-table",
  changeColumn: "alter-table",
  addIndex: "create-index",
  removeIndex: "alter-table",
  addForeignKey: "alter-table",
  removeForeignKey: "alter-table",
  insert: "insert",
});

export const dbMigrate: Adapter = {
  name: "db-migrate",
  packages: ["db-migrate"],
  dialect: null,
  opens: {},
  ready: [],
  types: [],
  variables: [],
  begets: {},
  raw: ["runSql"],
  methods: [...DOING.keys()].filter((name) => name !== "insert"),

  read({ form, method, args: [text] }) {
    return form === "method" && method === "runSql" && text ? { kind: "query", text } : null;
  },

  chain(chain, ask) {
    if (!isHanded(chain)) return null;
    const [step] = chain.steps;
    const operation = step && DOING.get(step.name);
    const [first, second] = step?.args ?? [];
    // One name alone is an index's, too: removeIndex("by_state").
    if (!step || !operation || !first || (step.name === "removeIndex" && !isNamed(second, ask))) return null;
    // Knex's migrations call their first parameter "db", too: insert(rows).into(table).
    if (step.name === "insert" && (!second || ask.follow(first).kind !== "text")) return null;
    const shapings = shapingsOf(step.name, step.args ?? [], ask);
    const named = ask.names(first).map((name): Named => {
      const changes = shaped(name, shapings);
      return { name, operation, ...(changes && { changes }) };
    });
    return [...named, ...referenced(step.name, step.args ?? [], ask)];
  },
};

/** `exports.up = (db) => db.createTable(…)` */
function isHanded({ root, steps }: Chain): boolean {
  const [step] = steps;
  if (root.kind !== "parameter" || root.index !== 0 || root.path.length > 0 || !step?.args) return false;
  return /(?:^|\.)(?:up|down)$/i.test(root.function) && /^db$/i.test(root.name);
}

function isNamed(expr: Expr | undefined, ask: Ask): boolean {
  return expr !== undefined && ask.follow(expr).kind !== "function" && ask.text(expr) !== null;
}

/** What the method does to the table; null where that is not known. */
function shapingsOf(method: string, args: readonly Expr[], ask: Ask): Shaping[] | null {
  const [, second] = args;
  if (method !== "createTable") return shapedBy(method, args, ask);
  const options = second && ask.follow(second);
  return created(keysOf(columnsIn(second, ask), ask), isTrue(entry(options, "ifNotExists"), ask));
}

/** `{ id: "int" }`, `{ columns: { id: "int" }, ifNotExists: true }` */
function columnsIn(given: Expr | undefined, ask: Ask): Expr | undefined {
  const inner = given && ask.follow(given);
  const columns = entry(inner, "columns");
  return columns && ask.follow(columns).kind === "object" ? columns : given;
}

/** Tables that the foreign keys of columns, and of `addForeignKey`, lead to. */
function referenced(method: string, [, second, third]: readonly Expr[], ask: Ask): Named[] {
  const named = (expr: Expr): Named[] => ask.names(expr).map((name) => ({ name, operation: "references" }));
  if (method === "addForeignKey") return second ? named(second) : [];
  const columns = method === "createTable" ? columnsIn(second, ask) : undefined;
  const object = columns && ask.follow(columns);
  const specs =
    object?.kind === "object"
      ? Object.values(object.entries)
      : method === "addColumn" && third
        ? [third]
        : [];
  return specs.flatMap((spec) => {
    const key = entry(ask.follow(spec), "foreignKey");
    const table = entry(key ? ask.follow(key) : undefined, "table");
    return table ? named(table) : [];
  });
}
