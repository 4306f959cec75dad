/** sql-template-tag, sql-template-strings and their kin: tags that make query objects for any driver. */
import type { Expr } from "../../model.ts";
import type { Adapter } from "./adapter.ts";

export const sqlTemplate: Adapter = {
  name: "sql-template",
  packages: [
    "sql-template-tag",
    "sql-template-strings",
    "@nearform/sql",
    "@ts-safeql/sql-tag",
    "@databases/sql",
    "@databases/pg",
    "@databases/mysql",
    "@databases/sqlite",
  ],
  dialect: null,
  opens: {},
  ready: [],
  types: [],
  variables: [],
  begets: {},
  tags: ["default", "sql", "SQL", "raw", "join"],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    if (method === "ident" || method === "identifier" || method === "quoteIdent")
      return { kind: "piece", hole: "identifier", of: [first] };
    // join([a, b]) is a list of values or of pieces, for another's hole.
    if (method === "join") return { kind: "piece", hole: "fragment", of: args };
    // raw("…") is text as it stands.
    if (form === "call" || /^(?:raw|unsafe|__dangerous__rawValue)$/.test(method))
      return { kind: "query", text: first };
    if (method === "glue") return { kind: "query", text: glued(first, args[1]) };
    return null;
  },
};

/** Statements in pieces, with a text between each two. */
function glued(list: Expr, between: Expr | undefined): Expr {
  const { at } = list;
  const inner = list.kind === "alias" ? list.of : list;
  if (inner.kind !== "array")
    return { kind: "unknown", reason: "the pieces that it is glued from are not known", at };
  const parts = inner.items.flatMap((item, index) => (index && between ? [between, item] : [item]));
  return { kind: "concat", parts, at };
}
