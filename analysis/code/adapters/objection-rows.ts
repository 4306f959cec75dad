/** Rows of Objection's models: whose row an expression may be, by its type, by the query or the relation that gave it. */
import type { Expr } from "../../model.ts";
import type { Ask, TableDefinition } from "./adapter.ts";
import { resultOf } from "./builders.ts";
import { modelsOf, related, relationAnywhere, relationOf } from "./objection-models.ts";

const DEEPEST = 8;

/** Methods of lists that give rows of theirs, and of rows that give the row itself. */
const SAME = /^(?:filter|slice|at|find|concat|reverse|toSorted|sort|pop|shift|\$(?:clone|set\w*))$/;

/** Static methods of a model's own by which people make its rows. */
const MAKING = /^(?:create|make|build|new|from)/;

/** The models of which an expression may be a row, or a list of rows. */
export function rowsOf(expr: Expr, ask: Ask, depth = 0): TableDefinition[] {
  if (depth > DEEPEST) return [];
  const next = (inner: Expr) => rowsOf(inner, ask, depth + 1);
  const called = ask.follow(expr);
  const fn = called.kind === "call" ? ask.follow(called.callee) : null;
  // What a function says that it returns is more than how it comes to it.
  const typed =
    fn?.kind === "function" && fn.type
      ? modelsOf({ kind: "typed", name: "", type: fn.type, at: fn.at }, ask)
      : [];
  if (typed.length > 0) return typed;
  const inner = resultOf(expr, ask);
  switch (inner.kind) {
    case "new":
      return modelsOf(inner.callee, ask);
    case "typed": {
      const types = [inner.type, ...inner.type.args].map((type) => modelsOf({ ...inner, type }, ask));
      return types.find((models) => models.length > 0) ?? [];
    }
    case "parameter": {
      if (inner.type && inner.path.length === 0)
        return next({ kind: "typed", name: inner.name, type: inner.type, at: inner.at });
      // User.query().findById(1).then((user) => …)
      if (inner.handed)
        return inner.handed.method === "then" && ask.follow(inner.handed.receiver).kind === "class"
          ? modelsOf(inner.handed.receiver, ask)
          : [];
      const given = ask.given(inner);
      return given ? next(given) : [];
    }
    case "array":
      return inner.items[0] ? next(inner.items[0]) : [];
    case "either":
      return [...new Set(inner.options.flatMap(next))];
    case "call": {
      const callee = ask.follow(inner.callee);
      if (callee.kind !== "member") return [];
      const queried = queriedBy(inner, ask, depth);
      if (queried) return queried;
      // User.create(…), a static method of its own.
      if (MAKING.test(callee.property)) return modelsOf(callee.of, ask);
      return SAME.test(callee.property) ? next(callee.of) : [];
    }
    case "member": {
      const owners = next(inner.of);
      if (/^(?:\d+|\[each\])$/.test(inner.property)) return owners;
      return owners.flatMap((owner) => relationOf(owner, inner.property, ask)?.targets ?? []);
    }
    default:
      return [];
  }
}

/** The models whose rows a chain of calls asks for: `User.query()…`, `user.$relatedQuery("pets")…`; null where it asks for none. */
function queriedBy(call: Expr & { kind: "call" }, ask: Ask, depth: number): TableDefinition[] | null {
  for (let at: Expr = call; at.kind === "call"; ) {
    const callee: Expr = ask.follow(at.callee);
    if (callee.kind !== "member") return null;
    const [first] = at.args;
    const rows = () => rowsOf(callee.of, ask, depth + 1);
    switch (callee.property) {
      case "query":
        return modelsOf(callee.of, ask);
      case "$query":
        return rows();
      case "relatedQuery":
        return (first && related(modelsOf(callee.of, ask), first, ask)?.targets) ?? [];
      case "$relatedQuery":
        return (first && (related(rows(), first, ask) ?? relationAnywhere(first, ask))?.targets) ?? [];
    }
    at = resultOf(callee.of, ask);
    // What was waited for is a row, and no longer a query.
    if (at.kind === "call" && at.awaited) return null;
  }
  return null;
}
