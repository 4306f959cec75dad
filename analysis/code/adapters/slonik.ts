/** slonik: https://github.com/gajus/slonik. Everything is a tag; identifiers are lists of their parts. */
import type { Expr } from "../../model.ts";
import type { Adapter } from "./adapter.ts";
import { addressOf } from "./expressions.ts";

export const slonik: Adapter = {
  name: "slonik",
  packages: ["slonik", "@slonik/pg-driver", "slonik-sql-tag-raw"],
  dialect: "postgresql",
  opens: { createPool: { address: (args) => addressOf(args, "connectionUri") } },
  ready: [],
  types: [
    "DatabasePool",
    "DatabaseConnection",
    "DatabaseTransactionConnection",
    "DatabasePoolConnection",
    "CommonQueryMethods",
  ],
  variables: [],
  begets: { connect: "callback", transaction: "callback" },
  tags: ["sql", "createSqlTag", "raw"],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    // raw("…") is text as it stands.
    if (form === "call") return { kind: "query", text: first };
    if (method === "identifier") return { kind: "piece", hole: "identifier", of: [dotted(first)] };
    if (method === "unsafe" || method === "literalValue") return { kind: "query", text: first };
    if (method === "unnest")
      return {
        kind: "query",
        text: { kind: "text", runs: [{ kind: "text", text: "unnest(null)", at: first.at }], at: first.at },
      };
    if (/^(?:join|array|json|jsonb|binary|date|timestamp|interval|uuid)$/.test(method))
      return { kind: "piece", hole: "fragment", of: args };
    // What a query method is given is a tag's result, and read where the tag stands.
    return null;
  },
};

/** `["shop", "orders"]` is shop.orders. */
function dotted(expr: Expr): Expr {
  const inner = expr.kind === "alias" ? expr.of : expr;
  if (inner.kind !== "array") return expr;
  const dot: Expr = { kind: "text", runs: [{ kind: "text", text: ".", at: inner.at }], at: inner.at };
  return {
    kind: "concat",
    parts: inner.items.flatMap((item, index) => (index ? [dot, item] : [item])),
    at: inner.at,
  };
}
