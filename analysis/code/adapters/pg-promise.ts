/**
 * pg-promise: https://vitaly-t.github.io/pg-promise. The library is set up by a first call and opens
 * databases by a second; values, names and pieces of SQL are put into the text before it is sent.
 */
import type { Expr } from "../../model.ts";
import type { Adapter, Answer } from "./adapter.ts";
import { addressOf, entry } from "./expressions.ts";
import { formatted } from "./pg-promise-format.ts";

const QUERY = /^(?:none|one|many|oneOrNone|manyOrNone|any|result|query|multi|multiResult|each|map|stream)$/;

export const pgPromise: Adapter = {
  name: "pg-promise",
  packages: ["pg-promise"],
  dialect: "postgresql",
  opens: { default: {} },
  calls: { address: (args) => addressOf(args, "connectionString") },
  ready: [],
  types: ["IDatabase", "ITask", "IBaseProtocol", "IConnected", "IMain"],
  variables: ["PGHOST", "PGDATABASE"],
  begets: {
    connect: "result",
    task: "callback",
    taskIf: "callback",
    tx: "callback",
    txIf: "callback",
    as: "property",
    helpers: "property",
  },
  tags: ["as", "helpers"],
  habits: ["pgp"],

  read({ form, method, args }) {
    const [first, second, third] = args;
    if (!first || form !== "method") return null;
    if (QUERY.test(method)) return { kind: "query", text: formatted(entry(first, "text") ?? first, second) };
    if (method === "format") return { kind: "query", text: formatted(first, second), made: true };
    if (method === "insert" || method === "update") {
      const table = tableOf(second, third);
      if (!table) return { kind: "nothing" };
      const [before, after] =
        method === "insert" ? ["insert into ", " default values"] : ["update ", " t set _ = null"];
      return { kind: "query", text: made(before, table, after), made: true };
    }
    if (method === "concat") {
      const text = statements(first);
      if (text) return { kind: "query", text, made: true };
    }
    if (method === "name" || method === "alias") return piece("identifier", first);
    if (/^(?:values|sets|concat)$/.test(method)) return piece("fragment", ...args);
    // Functions are called by their names.
    return method === "func" || method === "proc" ? { kind: "nothing" } : null;
  },
};

function piece(hole: "identifier" | "fragment", ...of: Expr[]): Answer {
  return { kind: "piece", hole, of };
}

/** A statement about a table: its name stands between the words. */
function made(before: string, table: Expr, after = ""): Expr {
  const { at } = table;
  const text = (words: string): Expr => ({ kind: "text", runs: [{ kind: "text", text: words, at }], at });
  const name: Expr = { kind: "sql", hole: "identifier", of: [table], at };
  return { kind: "concat", parts: [text(before), name, ...(after ? [text(after)] : [])], at };
}

/** `concat(["…", { query: "…", values }])`: statements, one after the other; null where they are not listed. */
function statements(list: Expr): Expr | null {
  const inner = list.kind === "alias" ? list.of : list;
  if (inner.kind !== "array" || inner.items.length === 0) return null;
  const parts = inner.items.flatMap((item, index): Expr[] => {
    const query = entry(item, "query");
    const end: Expr = { kind: "text", runs: [{ kind: "text", text: ";\n", at: item.at }], at: item.at };
    return [...(index > 0 ? [end] : []), query ? formatted(query, entry(item, "values") ?? undefined) : item];
  });
  return { kind: "concat", parts, at: list.at };
}

/** The table that `helpers` is told: by its name, by its parts, or by the columns' set. */
function tableOf(columns: Expr | undefined, table: Expr | undefined): Expr | null {
  if (table) return named(table);
  if (!columns) return null;
  const inner = columns.kind === "alias" ? columns.of : columns;
  if (inner.kind === "array" || inner.kind === "text") return null;
  const told = inner.kind === "new" ? entry(inner.args[1], "table") : null;
  return told ? named(told) : { kind: "member", of: columns, property: "table", at: columns.at };
}

/** `{ table, schema }` and `new TableName({ table, schema })` are names in parts. */
function named(table: Expr): Expr {
  const inner = table.kind === "alias" ? table.of : table;
  const parts = inner.kind === "new" ? inner.args[0] : inner;
  const [schema, name] = [entry(parts, "schema"), entry(parts, "table")];
  if (!name) return table;
  const { at } = name;
  const dot: Expr = { kind: "text", runs: [{ kind: "text", text: ".", at }], at };
  return schema ? { kind: "concat", parts: [schema, dot, name], at } : name;
}
