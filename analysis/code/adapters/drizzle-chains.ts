/** What a chain of Drizzle's names: the tables of its steps, the queries that it names, the view that keeps it. */
import type { Expr } from "../../model.ts";
import type { Ask, Chain, Named } from "./adapter.ts";
import { callNames, operations, ownerOf, placed, rawNames, resultOf, unknownName } from "./builders.ts";
import { readRelational } from "./drizzle-relations.ts";

/** Methods whose first argument is a table, with what they do to it. */
export const NAMING = operations({
  from: "select",
  leftJoin: "select",
  rightJoin: "select",
  innerJoin: "select",
  fullJoin: "select",
  crossJoin: "select",
  leftJoinLateral: "select",
  innerJoinLateral: "select",
  crossJoinLateral: "select",
  insert: "insert",
  update: "update",
  delete: "delete",
  $count: "select",
  refreshMaterializedView: "update",
});

/** What begins or ends a query, or a part of one: a table none of these is. */
const QUERY =
  /^(?:select|selectDistinct|selectDistinctOn|as|\$with|with|from|values|union|unionAll|intersect|except)$/;

/** Calls that set two queries side by side. */
const SETS = /^(?:union|unionAll|intersect|intersectAll|except|exceptAll)$/;

const VIEW = /^[a-z]+(?:Materialized)?View$/;

const ALIAS = /^(?:alias|aliasedTable)$/;

const BEGINNING = /^(?:select|selectDistinct|selectDistinctOn|insert|update|delete)$/;

/** Names under which people keep the client. */
const HABIT = /^(?:db|tx|trx|database|drizzle|conn|connection|client|dbClient|orm)$/i;

/** The names that a chain gives to queries. */
export function namesBound({ steps }: Chain, ask: Ask): string[] {
  return steps.flatMap(({ name, args }) =>
    name === "with" ? (args ?? []).flatMap((arg) => boundName(arg, ask)) : [],
  );
}

/** The view whose definition a chain is. */
export function storedBy({ root, steps }: Chain, ask: Ask): { kind: string; name: string } | null {
  const [first] = steps[0]?.name === "" ? (steps[0].args ?? []) : [];
  if (root.kind !== "import" || !VIEW.test(root.name) || !first) return null;
  const kind = root.name.includes("Materialized") ? "materialized view" : "view";
  return { kind, name: ask.text(first) ?? "" };
}

/** The tables that a chain names; null where it is none of Drizzle's. */
export function readChain(chain: Chain, ask: Ask): Named[] | null {
  const relational = readRelational(chain, ask);
  if (relational) return relational;
  // pgView("v").as(…): the chain within it names the tables.
  if (chain.root.kind === "import" && VIEW.test(chain.root.name)) return [];
  const steps = chain.steps.flatMap(({ name, args }) => {
    const operation = args ? NAMING.get(name) : undefined;
    const [first] = args ?? [];
    return operation && first ? [{ first, operation }] : [];
  });
  const found = steps.map(({ first, operation }) => ({ operation, ...tablesOf(first, ask) }));
  const mine = chain.certain || found.some(({ objects }) => objects) || (chain.habitual && isShaped(chain));
  if (!mine) return null;
  return found.flatMap(({ operation, named }) => named.map((name) => ({ name, operation })));
}

/** The name of `db.$with("recent").as(…)`. */
function boundName(expr: Expr, ask: Ask): string[] {
  let at: Expr | null = resultOf(expr, ask);
  for (let depth = 0; at && depth < 8; depth++) {
    const call: Expr = at.kind === "client" && at.made ? at.made : at;
    if (call.kind !== "call") return [];
    const callee: Expr = call.callee.kind === "alias" ? call.callee.of : call.callee;
    if (callee.kind === "member" && callee.property === "$with") {
      const text = call.args[0] ? ask.text(call.args[0]) : null;
      return text === null ? [] : [text];
    }
    at = ownerOf(call, ask);
  }
  return [];
}

/** The tables behind an argument; none for a subquery, which is a chain of its own. `objects`: table objects say so. */
function tablesOf(expr: Expr, ask: Ask, depth = 0): { named: Named["name"][]; objects: boolean } {
  const inner = resultOf(expr, ask);
  const nothing = { named: [], objects: false };
  const many = (options: readonly Expr[]) => {
    const found = options.map((option) => tablesOf(placed(option, expr.at), ask, depth + 1));
    return { named: found.flatMap(({ named }) => named), objects: found.some(({ objects }) => objects) };
  };
  if (depth > 8) return nothing;
  const definition = ask.definition(expr) ?? ask.definition(inner);
  if (definition)
    return definition.client === "drizzle"
      ? { named: [{ ...definition.name, at: expr.at }], objects: true }
      : nothing;
  switch (inner.kind) {
    case "either": {
      // cond ? users : posts stands where it is written, a name where it is used.
      if (expr.kind !== "either") return many(inner.options);
      const found = inner.options.map((option) => tablesOf(option, ask, depth + 1));
      return {
        named: found.flatMap(({ named }) => named),
        objects: found.some(({ objects }) => objects),
      };
    }
    case "function":
    case "client":
      return nothing;
    case "sql":
      return { named: rawNames(inner, ask), objects: false };
    case "call": {
      const callee = ask.follow(inner.callee);
      if (callee.kind === "import" && SETS.test(callee.name)) return nothing;
      // alias(table, "t") of a table that is not known.
      if (callee.kind === "import" && ALIAS.test(callee.name) && inner.args[0])
        return tablesOf({ kind: "alias", of: inner.args[0], at: expr.at }, ask, depth + 1);
      if (callNames(inner, ask).some((name) => QUERY.test(name))) return nothing;
      break;
    }
    case "parameter":
    case "member": {
      const given = ask.given(inner);
      const found = given && many([given]);
      if (found?.objects) return found;
      break;
    }
  }
  const reason = ask.names(expr).find((name) => name.reason !== null)?.reason;
  return {
    named: [unknownName(expr, reason ?? "it is no table object that can be followed")],
    objects: false,
  };
}

/** `db.select().from(x)`, `deps.db().insert(x).values(…)` on what is called like a client. */
function isShaped({ receiver, steps }: Chain): boolean {
  const names = steps.map(({ name }) => name);
  const has = (...wanted: string[]) => wanted.some((name) => names.includes(name));
  const at = steps.findIndex(({ name, args }) => args !== null && BEGINNING.test(name));
  const before = steps.slice(0, Math.max(at, 0)).findLast(({ name }) => name !== "");
  if (at < 0 || !HABIT.test(before?.name ?? receiver[0] ?? "")) return false;
  return (
    (has("select", "selectDistinct", "selectDistinctOn") && has("from")) ||
    (has("insert") && has("values", "select")) ||
    (has("update") && has("set")) ||
    (has("delete") && has("where", "returning"))
  );
}
