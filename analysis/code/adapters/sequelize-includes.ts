/** What comes along with a model: `include` in all its forms, associations by their aliases, tables that join. */

import type { Expr, Operation, Span } from "../../model.ts";
import type { Ask, Named, TableName } from "./adapter.ts";
import { unknownName } from "./builders.ts";
import { entry, isTrue } from "./expressions.ts";
import { pluralize, singularize } from "./inflection.ts";
import { modelOf } from "./sequelize-models.ts";
import type { Association, SequelizeModel } from "./sequelize-sources.ts";
import { keyOf, methodOf } from "./sequelize-sources.ts";

const DEEPEST = 8;

/** What options bring along: `include`, wherever a caller or a helper makes it. */
export function along(model: SequelizeModel, options: Expr, operation: Operation, ask: Ask): Named[] {
  const inner = ask.follow(options);
  const given = inner.kind === "parameter" ? ask.given(inner) : null;
  if (inner.kind === "either") return inner.options.flatMap((option) => along(model, option, operation, ask));
  if (given) return along(model, given, operation, ask);
  if (inner.kind !== "object") return [];
  const include = entry(inner, "include");
  return [
    ...(include ? included(model, include, operation, ask) : []),
    ...(inner.entries["..."] ? along(model, inner.entries["..."], operation, ask) : []),
  ];
}

/**
 * The tables that an `include` names.
 *
 * @param operation what is done to them: `create` with an `include` writes them, too
 */
export function included(
  from: SequelizeModel | null,
  include: Expr,
  operation: Operation,
  ask: Ask,
  depth = 0,
): Named[] {
  if (depth > DEEPEST) return [];
  const next = (inner: Expr, owner = from) => included(owner, inner, operation, ask, depth + 1);
  const inner = ask.follow(include);
  switch (inner.kind) {
    case "array":
      return inner.items.flatMap((item) => next(item));
    case "either":
      return inner.options.flatMap((option) => next(option));
    case "parameter": {
      const given = ask.given(inner);
      return given ? next(given) : alongside(from, include, null, operation, ask).named;
    }
    case "object": {
      if (isTrue(entry(inner, "all"), ask))
        return from ? everything(from, inner.at, operation, isTrue(entry(inner, "nested"), ask), ask) : [];
      const target = entry(inner, "model", "association");
      const nested = entry(inner, "include");
      const through = entry(inner, "through");
      if (!target) return [];
      const along = alongside(from, target, entry(inner, "as"), operation, ask);
      return [
        ...along.named,
        ...(nested ? next(nested, along.model) : []),
        ...(through ? next(through, along.model) : []),
      ];
    }
    case "call": {
      const items = listed(inner, ask);
      return items
        ? items.flatMap((item) => next(item))
        : alongside(from, include, null, operation, ask).named;
    }
    case "member":
      // An option that is left out includes nothing.
      if (ask.follow(inner.of).kind === "object") return [];
      return next(ask.given(inner) ?? NOTHING).concat(
        ask.given(inner) ? [] : alongside(from, include, null, operation, ask).named,
      );
    case "text":
    case "class":
    case "import":
      return alongside(from, include, null, operation, ask).named;
    default:
      return [];
  }
}

const NOTHING: Expr = { kind: "unknown", reason: "", at: { file: "", start: 0, end: 0 } };

/** The items of a list that a method makes of another: `names.map((association) => ({ association }))`. */
function listed(call: Expr & { kind: "call" }, ask: Ask): Expr[] | null {
  const method = methodOf(call);
  const [first] = call.args;
  const of = method && ask.follow(method.of);
  switch (method?.name) {
    case "filter":
    case "flat":
    case "reverse":
      return [method.of];
    case "concat":
      return [method.of, ...call.args];
    case "compact":
      return first ? [first] : null;
    case "map":
    case "flatMap":
      if (of?.kind !== "array" || !first) return null;
      return of.items.map((item) => ask.apply(first, [item]) ?? item);
    case "values": {
      const inner = first && ask.follow(first);
      return inner?.kind === "object" ? Object.values(inner.entries) : null;
    }
    default:
      return null;
  }
}

/** One included model or association, with the table that joins it. */
function alongside(
  from: SequelizeModel | null,
  target: Expr,
  as: Expr | null,
  operation: Operation,
  ask: Ask,
): { named: Named[]; model: SequelizeModel | null } {
  const alias = as ? ask.text(as) : aliasOf(target, ask);
  const byAlias =
    alias === null ? undefined : from?.associations.find((item) => aliasesOf(item, ask).has(alias));
  const byKey = from?.associations.find((item) => item.key === keyOf(ask.follow(target)));
  const direct = byKey || (byAlias && ask.text(target) !== null) ? null : modelOf(target, ask);
  const association =
    byKey ?? byAlias ?? from?.associations.find((item) => direct && modelOf(item.target, ask) === direct);
  const model = direct ?? (association ? modelOf(association.target, ask) : null);
  if (!model)
    return {
      named: [{ name: unknownName(target, reasonOf(target, ask)), operation }],
      model: null,
    };
  return {
    named: [
      { name: { ...model.table, at: target.at }, operation },
      ...joining(association, target.at, operation, ask),
    ],
    model,
  };
}

function reasonOf(target: Expr, ask: Ask): string {
  const inner = ask.follow(target);
  if (inner.kind === "parameter")
    return `\`${inner.name}\` is a parameter${inner.function ? ` of ${inner.function}` : ""}`;
  if (inner.kind === "unknown" || inner.kind === "call") return inner.reason;
  const name = inner.kind === "member" ? inner.property : ask.text(inner);
  return name === null
    ? "no model is known that it includes"
    : `no model or association is known by the name of ${name}`;
}

/** The table through which many belong to many. */
export function joining(
  association: Association | undefined,
  at: Span,
  operation: Operation,
  ask: Ask,
): Named[] {
  const name = association?.through ? joinTable(association.through, ask) : null;
  return name ? [{ name: { ...name, at }, operation }] : [];
}

/** A join table is a model of its own, or bears the name that it is given. */
export function joinTable(through: Expr, ask: Ask): TableName | null {
  const model = modelOf(through, ask);
  if (model) return model.table;
  const text = ask.text(through);
  return text === null ? null : { schema: null, table: text, reason: null, at: through.at };
}

/** Every association of a model, and of those in turn where it is asked for. */
function everything(
  from: SequelizeModel,
  at: Span,
  operation: Operation,
  nested: boolean,
  ask: Ask,
  seen = new Set<SequelizeModel>([from]),
): Named[] {
  return from.associations.flatMap((association) => {
    const model = modelOf(association.target, ask);
    if (!model) return [];
    const fresh = !seen.has(model);
    seen.add(model);
    return [
      { name: { ...model.table, at }, operation },
      ...joining(association, at, operation, ask),
      ...(nested && fresh ? everything(model, at, operation, true, ask, seen) : []),
    ];
  });
}

/** The names by which an association goes: its alias, else the target's name in singular or plural. */
export function aliasesOf({ as, kind, target }: Association, ask: Ask): Set<string> {
  if (as !== null) return new Set([as]);
  const name = modelOf(target, ask)?.name ?? "";
  return new Set([kind === "belongsTo" || kind === "hasOne" ? singularize(name) : pluralize(name)]);
}

/** `"posts"`, `User.associations.posts`, `User.Posts`. */
function aliasOf(target: Expr, ask: Ask): string | null {
  const inner = ask.follow(target);
  if (inner.kind === "text") return ask.text(inner);
  return inner.kind === "member" ? inner.property : null;
}
