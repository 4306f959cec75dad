/** Kysely: https://kysely.dev. A table is named by text in the method that starts or joins. */
import type { Expr, Operation } from "../../model.ts";
import type { Adapter, Ask, Chain, Named } from "./adapter.ts";

/** Methods whose first argument names tables, with what they do to them. */
const NAMING: Readonly<Record<string, Operation>> = {
  selectFrom: "select",
  insertInto: "insert",
  replaceInto: "insert",
  updateTable: "update",
  deleteFrom: "delete",
  mergeInto: "merge",
  from: "select",
  using: "select",
  innerJoin: "select",
  leftJoin: "select",
  rightJoin: "select",
  fullJoin: "select",
  crossJoin: "select",
  innerJoinLateral: "select",
  leftJoinLateral: "select",
};

/** Methods that only Kysely has: they tell it by themselves. */
const TELLING = new Set([
  "selectFrom",
  "insertInto",
  "replaceInto",
  "updateTable",
  "deleteFrom",
  "mergeInto",
]);

/** Methods of the schema builder. */
const SCHEMA: Readonly<Record<string, Operation>> = {
  createTable: "create-table",
  alterTable: "alter-table",
  dropTable: "drop-table",
  createView: "view",
  dropView: "drop-table",
};

export const kysely: Adapter = {
  name: "kysely",
  packages: ["kysely"],
  dialect: null,
  opens: { Kysely: {} },
  ready: [],
  types: ["Kysely", "Transaction", "ControlledTransaction", "QueryCreator"],
  variables: [],
  begets: {
    withSchema: "result",
    withPlugin: "result",
    with: "result",
    withRecursive: "result",
    execute: "callback",
  },
  tags: ["sql"],
  methods: [...TELLING, ...Object.keys(SCHEMA)],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    if (method === "table" || method === "ref" || method === "id")
      return { kind: "piece", hole: "identifier", of: [first] };
    if (method === "raw") return { kind: "query", text: first };
    return null;
  },

  chain(chain, ask) {
    const inSchema = chain.steps.some(({ name, args }) => name === "schema" && args === null);
    if (!chain.steps.some(({ name }) => TELLING.has(name) || (inSchema && name in SCHEMA))) return null;
    const schema = schemaOf(chain, ask);
    const bound = boundNames(chain, ask);
    const found: Named[] = [];
    for (const { name, args } of chain.steps) {
      const operation = (inSchema ? SCHEMA[name] : undefined) ?? NAMING[name];
      if (!operation || !args?.[0]) continue;
      for (const expr of each(args[0], ask)) {
        if (isCallback(expr)) continue;
        for (const { name: table } of ask.aliased(expr)) {
          if (table.schema === null && table.table !== null && bound.has(table.table)) continue;
          found.push({ name: { ...table, schema: table.schema ?? schema }, operation });
        }
      }
    }
    return found;
  },
};

/** `withSchema("x")` anywhere before holds for the whole chain. */
function schemaOf(chain: Chain, ask: Ask): string | null {
  const step = chain.steps.find(({ name }) => name === "withSchema");
  return step?.args?.[0] ? ask.text(step.args[0]) : null;
}

/** Names that `with("name", …)` gives to queries: no tables. `name(column, …)` carries its columns. */
function boundNames(chain: Chain, ask: Ask): Set<string> {
  const found = new Set<string>();
  for (const { name, args } of chain.steps) {
    const text = /^with(?:Recursive)?$/.test(name) && args?.[0] ? ask.text(args[0]) : null;
    if (text) found.add(text.replace(/\(.*$/s, "").trim());
  }
  return found;
}

function each(expr: Expr, ask: Ask): Expr[] {
  const inner = ask.follow(expr);
  return inner.kind === "array" ? inner.items : [expr];
}

/** A subquery: its own chain names its tables. */
function isCallback(expr: Expr): boolean {
  return expr.kind === "function" || expr.kind === "call" || expr.kind === "sql";
}
