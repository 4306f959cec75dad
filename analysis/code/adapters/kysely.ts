/** Kysely: https://kysely.dev. A table is named by text in the method that starts or joins. */
import type { Expr, Operation } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableName } from "./adapter.ts";
import {
  callNames,
  inSchema,
  operations,
  ownerOf,
  resultOf,
  stepText,
  storedView,
  tableOfColumn,
} from "./builders.ts";
import { shapingsOf } from "./kysely-shaping.ts";
import { isRenamed, type Renaming } from "./renamed.ts";
import { shaped } from "./shaping.ts";

/** Methods that only Kysely has: they tell it by themselves. */
const TELLING = operations({
  selectFrom: "select",
  insertInto: "insert",
  replaceInto: "insert",
  updateTable: "update",
  deleteFrom: "delete",
  mergeInto: "merge",
});

const JOINS = operations({
  innerJoin: "select",
  leftJoin: "select",
  rightJoin: "select",
  fullJoin: "select",
  crossJoin: "select",
  innerJoinLateral: "select",
  leftJoinLateral: "select",
  crossJoinLateral: "select",
  crossApply: "select",
  outerApply: "select",
});

/** Methods that name further tables of an update, a delete or a merge. */
const FURTHER = operations({ from: "select", using: "select" });

/** Methods of the schema builder. */
const SCHEMA = operations({
  createTable: "create-table",
  alterTable: "alter-table",
  dropTable: "drop-table",
  createView: "view",
  alterView: "alter-table",
  dropView: "drop-table",
  refreshMaterializedView: "update",
});

/** What follows in a schema builder's chain of Kysely's, and in nobody else's. */
const BUILDING = /^(?:execute|compile|addColumn|addPrimaryKeyConstraint|ifNotExists|ifExists)$/;

/** Calls within which a column is built. */
const COLUMNS = /^(?:addColumn|modifyColumn|alterColumn|addForeignKeyConstraint)$/;

export const kysely: Adapter = {
  name: "kysely",
  packages: ["kysely", "kysely/helpers/postgres", "kysely/helpers/mysql", "kysely/helpers/sqlite"],
  dialect: null,
  opens: { Kysely: {} },
  ready: [],
  types: [
    "Kysely",
    "Transaction",
    "ControlledTransaction",
    "QueryCreator",
    "ExpressionBuilder",
    "SelectQueryBuilder",
    "UpdateQueryBuilder",
    "DeleteQueryBuilder",
    "InsertQueryBuilder",
    "MergeQueryBuilder",
    "SchemaModule",
    "CreateTableBuilder",
    "AlterTableBuilder",
    "ColumnDefinitionBuilder",
  ],
  variables: [],
  begets: {
    withSchema: "result",
    withoutPlugins: "result",
    withPlugin: "result",
    withTables: "result",
    with: "result",
    withRecursive: "result",
    execute: "callback",
    $call: "callback",
    $if: "callback",
    addColumn: "callback",
    modifyColumn: "callback",
    alterColumn: "callback",
    addForeignKeyConstraint: "callback",
  },
  tags: ["sql", "CompiledQuery"],
  defining: ["CamelCasePlugin"],
  methods: [...TELLING.keys(), ...JOINS.keys(), ...SCHEMA.keys(), "references", "createIndex"],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    switch (method) {
      case "raw":
        return { kind: "query", text: first };
      case "executeQuery":
        // A compiled builder's query is read where it was built.
        return first.kind === "sql" ? { kind: "query", text: first } : null;
      case "table":
      case "ref":
      case "id":
        return { kind: "piece", hole: "identifier", of: [dotted(args)] };
      case "join":
        return { kind: "piece", hole: "fragment", of: args };
      case "lit":
      case "val":
      case "value":
        return { kind: "piece", hole: "value", of: args };
      default:
        return null;
    }
  },

  binds: (chain, ask) =>
    chain.steps.flatMap(({ name, args }) => {
      const text = /^with(?:Recursive)?$/.test(name) && args?.[0] ? boundName(args[0], ask) : null;
      const bound = text?.replace(/\(.*$/s, "").trim();
      return bound ? [bound, asStored(bound, chain, ask)] : [];
    }),

  stores: ({ steps }, ask) => storedView(steps, ask),

  chain(chain, ask) {
    const schema = stepText(chain.steps, "withSchema", ask);
    const changes = readSchema(chain, ask);
    if (changes)
      return stored(inSchema(changes, schema), chain, ask).map((item) => withChanges(item, chain, ask));
    const telling = chain.steps.some(({ name }) => TELLING.has(name));
    if (!telling && !joinsAlone(chain)) return null;
    const changing = chain.steps.some(({ name }) => /^(?:updateTable|deleteFrom|mergeInto)$/.test(name));
    const found = inSchema(
      chain.steps.flatMap(({ name, args }) => {
        const operation = TELLING.get(name) ?? JOINS.get(name) ?? (changing ? FURTHER.get(name) : undefined);
        return operation && args?.[0] ? named(args[0], operation, ask) : [];
      }),
      schema,
    );
    return stored(found, chain, ask);
  },
};

/** A plugin lets the code write `orderItems` for `order_items`. */
const camelCased: Renaming = {
  tells(source, ask) {
    const callee = source.kind === "new" ? ask.follow(source.callee) : null;
    return callee?.kind === "import" && callee.name === "CamelCasePlugin";
  },
  options: /^plugins$/,
};

/** Names as the database has them. */
function asStored(name: string, { root, steps, at }: Chain, ask: Ask): string {
  const plugged = steps.some((step) => /^with(?:out)?Plugins?$/.test(step.name));
  return isRenamed(camelCased, at.file, plugged ? null : root, ask)
    ? name.replace(/(?<=[^A-Z_])[A-Z]/g, "_$&").toLowerCase()
    : name;
}

function stored(named: Named[], chain: Chain, ask: Ask): Named[] {
  return named.map((item) =>
    item.name.table === null
      ? item
      : { ...item, name: { ...item.name, table: asStored(item.name.table, chain, ask) } },
  );
}

/** What the schema builder's chain does to the table that it names. */
function withChanges(item: Named, chain: Chain, ask: Ask): Named {
  if (item.operation === "references") return item;
  const changes = shaped(
    item.name,
    shapingsOf(chain.steps, (name) => asStored(name, chain, ask), ask),
  );
  return changes ? { ...item, changes } : item;
}

/** `qb.innerJoin("pets", …)` on a builder that came from elsewhere. */
function joinsAlone(chain: Chain): boolean {
  const first = chain.steps.find(({ name, args }) => JOINS.has(name) && args !== null);
  if (!first?.args || chain.steps.some(({ name }) => name === "from")) return false;
  return chain.certain || (chain.habitual && first.args.length > 1);
}

/** The schema builder's tables; null where the chain is none of its. */
function readSchema(chain: Chain, ask: Ask): Named[] | null {
  const { steps, certain, habitual, root } = chain;
  const handed = root.kind === "parameter" ? root.handed : null;
  const references = steps.find(({ name, args }) => name === "references" && args?.[0]);
  if (references?.args?.[0] && (certain || habitual) && handed && COLUMNS.test(handed.method)) {
    const table = tableOfColumn(references.args[0], ask);
    return table ? [{ name: table, operation: "references" }] : [];
  }
  const at = steps.findIndex(
    ({ name, args }) => args !== null && (SCHEMA.has(name) || /^(?:create|drop)Index$/.test(name)),
  );
  const inside = steps.some(({ name }) => name === "schema") || chain.receiver.at(-1) === "schema";
  if (at < 0 || !(inside || certain)) return null;
  if (!certain && !steps.slice(at + 1).some(({ name }) => BUILDING.test(name))) return null;
  return steps.slice(at).flatMap(({ name, args }): Named[] => {
    const [first] = args ?? [];
    if (!first) return [];
    if (SCHEMA.has(name)) {
      const temporary = name === "createTable" && steps.some((step) => step.name === "temporary");
      return named(first, SCHEMA.get(name) ?? "alter-table", ask).map((item) =>
        temporary ? { ...item, temporary } : item,
      );
    }
    if (name === "on") return named(first, "create-index", ask);
    const [, , target] = args ?? [];
    return name === "addForeignKeyConstraint" && target ? named(target, "references", ask) : [];
  });
}

/** The tables that an argument names; nothing for a subquery, whose own chain names its tables. */
function named(expr: Expr, operation: Operation, ask: Ask): Named[] {
  const inner = ask.follow(expr);
  if (inner.kind === "array") return inner.items.flatMap((item) => named(item, operation, ask));
  return tableNames(expr, ask).map((name) => ({ name, operation }));
}

function tableNames(expr: Expr, ask: Ask): TableName[] {
  const inner = resultOf(expr, ask);
  if (inner.kind === "function") return [];
  if (inner.kind === "sql") return inner.hole === "identifier" && inner.of[0] ? ask.names(inner.of[0]) : [];
  if (inner.kind !== "call") return ask.aliased(expr).map(({ name }) => name);
  const names = callNames(inner, ask);
  // db.dynamic.table(name).as("t"), sql.table(name).as("t")
  const table = names.indexOf("table");
  if (table >= 0 && table < 2) {
    const made = table === 0 ? inner : ownerOf(inner, ask);
    if (made?.kind === "call" && made.args[0]) return ask.names(made.args[0]);
  }
  const made = names[0] === "as" ? ownerOf(inner, ask) : null;
  if (made?.kind === "sql") return tableNames(made, ask);
  // What is given an alias, or was started as a query, is a subquery.
  if (
    names[0] === "as" ||
    names.some((name) => TELLING.has(name) || name === "with" || name === "selectNoFrom")
  )
    return [];
  return ask.names(expr);
}

/** The name that `with` gives: text, or `(cte) => cte("name").materialized()`. */
function boundName(expr: Expr, ask: Ask): string | null {
  const inner = ask.follow(expr);
  if (inner.kind !== "function") return ask.text(expr);
  let at = inner.result;
  while (at?.kind === "call") {
    const callee: Expr = at.callee.kind === "alias" ? at.callee.of : at.callee;
    if (callee.kind !== "member") return at.args[0] ? ask.text(at.args[0]) : null;
    at = callee.of;
  }
  return null;
}

/** `sql.id("shop", "orders")`: parts of one name. */
function dotted(args: readonly Expr[]): Expr {
  const [first] = args as [Expr];
  if (args.length === 1) return first;
  const dot: Expr = { kind: "text", runs: [{ kind: "text", text: ".", at: first.at }], at: first.at };
  return {
    kind: "concat",
    parts: args.flatMap((part, index) => (index ? [dot, part] : [part])),
    at: first.at,
  };
}
