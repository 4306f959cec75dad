/** sql-template-tag and sql-template-strings: tags that make query objects for any driver. */
import type { Adapter } from "./adapter.ts";

export const sqlTemplate: Adapter = {
  name: "sql-template",
  packages: ["sql-template-tag", "sql-template-strings", "@databases/sql", "@databases/pg"],
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
    if (method === "ident" || method === "identifier")
      return { kind: "piece", hole: "identifier", of: [first] };
    // raw("…") is text as it stands.
    if (form === "call" || method === "raw" || method === "__dangerous__rawValue")
      return { kind: "query", text: first };
    return null;
  },
};
