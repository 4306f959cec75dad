/** node-pg-migrate: https://salsita.github.io/node-pg-migrate. Migrations in code, by the methods of `pgm`. */
import type { Expr, Operation } from "../../model.ts";
import type { Adapter, Ask, Named, TableName } from "./adapter.ts";
import { boundByBraces } from "./bindings.ts";
import { storedView } from "./builders.ts";
import { entry, isTrue } from "./expressions.ts";
import {
  allTexts,
  columnsBy,
  created,
  createdView,
  keysOf,
  OPEN,
  renamed,
  type Shaping,
  shaped,
} from "./shaping.ts";

/** Methods whose first argument is a table (or a view), with what they do to it. */
const DOING: Readonly<Record<string, Operation>> = {
  createTable: "create-table",
  dropTable: "drop-table",
  renameTable: "alter-table",
  alterTable: "alter-table",
  addColumns: "alter-table",
  addColumn: "alter-table",
  dropColumns: "alter-table",
  dropColumn: "alter-table",
  renameColumn: "alter-table",
  alterColumn: "alter-table",
  addConstraint: "alter-table",
  createConstraint: "alter-table",
  dropConstraint: "alter-table",
  renameConstraint: "alter-table",
  createIndex: "create-index",
  addIndex: "create-index",
  dropIndex: "alter-table",
  createTrigger: "trigger",
  dropTrigger: "alter-table",
  renameTrigger: "alter-table",
  createPolicy: "policy",
  dropPolicy: "alter-table",
  alterPolicy: "alter-table",
  createRule: "rule",
  createView: "view",
  dropView: "drop-table",
  createMaterializedView: "view",
  dropMaterializedView: "drop-table",
  alterMaterializedView: "alter-table",
  refreshMaterializedView: "update",
};

export const nodePgMigrate: Adapter = {
  name: "node-pg-migrate",
  packages: ["node-pg-migrate"],
  dialect: "postgresql",
  opens: {},
  ready: [],
  types: ["MigrationBuilder"],
  variables: [],
  habits: ["pgm"],
  begets: { db: "property", noTransaction: "result" },
  methods: Object.keys(DOING).filter((name) => name !== "createTable" && name !== "dropTable"),

  read({ form, method, args }) {
    const [first, second, definition] = args;
    if (!first || form !== "method") return null;
    if (/^create(?:Materialized)?View$/.test(method) && definition)
      return { kind: "query", text: definition };
    if (!/^(?:sql|query|select)$/.test(method)) return null;
    const text = entry(first, "text") ?? first;
    return { kind: "query", text: method === "sql" ? boundByBraces(text, second) : text };
  },

  stores: ({ steps }, ask) => storedView(steps, ask),

  chain(chain, ask) {
    if (!chain.certain) return null;
    return chain.steps.flatMap(({ name, args }) => {
      const operation = DOING[name];
      const [first, second, third] = args ?? [];
      if (!operation || !first) return [];
      // createView(name, options, definition): the query behind a view stands in its last argument.
      const shapings = shapingsOf(name, args ?? [], ask);
      return [
        ...tables(first, operation, ask).map((item): Named => {
          const changes = shaped(item.name, shapings);
          return changes ? { ...item, changes } : item;
        }),
        ...referenced(second, ask),
        ...(/Constraint$|^createTable$/.test(name) ? referenced(third, ask) : []),
      ];
    });
  },
};

/** What the method does to the table; null where that is not known. */
function shapingsOf(method: string, [, second, third]: readonly Expr[], ask: Ask): Shaping[] | null {
  switch (method) {
    case "createTable": {
      // What is inherited or taken from another table has columns that nobody tells.
      const open = entry(third && ask.follow(third), "inherits", "like", "...");
      return created(
        open ? null : keysOf(second, ask),
        isTrue(entry(third && ask.follow(third), "ifNotExists"), ask),
      );
    }
    case "createView":
    case "createMaterializedView":
      return createdView(false);
    case "dropTable":
    case "dropView":
    case "dropMaterializedView":
      return [{ kind: "drop", object: "table", ifExists: true }];
    case "renameTable": {
      const to = second && ask.text(entry(ask.follow(second), "name") ?? second);
      return to ? [{ kind: "rename", to }] : null;
    }
    case "addColumn":
    case "addColumns":
      return columnsBy("add-column", keysOf(second, ask));
    case "dropColumn":
    case "dropColumns": {
      const inner = second && ask.follow(second);
      const names = inner?.kind === "array" ? allTexts(inner.items, ask) : allTexts([second], ask);
      return columnsBy("drop-column", inner?.kind === "object" ? keysOf(inner, ask) : names);
    }
    case "renameColumn":
      return renamed(allTexts([second, third], ask));
    case "alterMaterializedView":
      return OPEN;
    default:
      return [];
  }
}

/** `"orders"`, or `{ schema: "shop", name: "orders" }`; a dot is a part of a name here. */
function tables(expr: Expr, operation: Operation, ask: Ask): Named[] {
  const inner = ask.follow(expr);
  const name = entry(inner, "name");
  if (!name) return ask.names(expr).map((found) => ({ name: found, operation }));
  const schema = entry(inner, "schema");
  const known = schema ? ask.text(schema) : null;
  return ask.names(name).map((found) => ({ name: { ...found, schema: known }, operation }));
}

/** What columns and constraints reference: `{ user_id: { references: "users" } }`, `foreignKeys`. */
function referenced(given: Expr | undefined, ask: Ask): Named[] {
  const inner = given && ask.follow(given);
  if (inner?.kind === "array") return inner.items.flatMap((item) => referenced(item, ask));
  if (inner?.kind !== "object") return [];
  return Object.entries(inner.entries).flatMap(([key, value]): Named[] => {
    if (key === "references") {
      const options = ask.follow(value);
      return entry(options, "name")
        ? tables(options, "references", ask)
        : ask.names(value).map((name) => ({
            name: withoutColumns(name, ask.text(value)),
            operation: "references" as const,
          }));
    }
    return key === "..." ? [] : referenced(value, ask);
  });
}

/** `users(id)`, `"users"` and `people.users`. */
function withoutColumns(name: TableName, text: string | null): TableName {
  const match = /^\s*(?:"([^"]+)"|([^".(\s]+))(?:\.(?:"([^"]+)"|([^".(\s]+)))?/.exec(text ?? "");
  if (!match || name.table === null) return name;
  const [, quoted, plain, quotedTable, plainTable] = match;
  const first = quoted ?? plain ?? null;
  const second = quotedTable ?? plainTable ?? null;
  return { ...name, schema: second === null ? null : first, table: second ?? first };
}
