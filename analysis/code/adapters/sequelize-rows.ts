/** Rows: what a model's methods gave, and what is done with it. */

import type { Expr, Operation } from "../../model.ts";
import type { Ask, Chain, Named } from "./adapter.ts";
import { operations } from "./builders.ts";
import { typeExpr } from "./entities.ts";
import { pluralize, singularize } from "./inflection.ts";
import { aliasesOf, along, joining } from "./sequelize-includes.ts";
import { modelOf, modelsOf } from "./sequelize-models.ts";
import type { Association, SequelizeModel } from "./sequelize-sources.ts";
import { methodOf } from "./sequelize-sources.ts";

const DOING = operations({
  save: "update",
  update: "update",
  increment: "update",
  decrement: "update",
  restore: "update",
  destroy: "delete",
  reload: "select",
});

/** Methods that Sequelize gives a row for each association: `user.getPosts()`, `user.$get("posts")`. */
export const MIXIN = /^(get|set|add|remove|create|count|has)([A-Z]\w*)$/;
const DOLLAR = /^\$(get|set|add|remove|create|count|has)$/;
export const DOLLARS: readonly string[] = ["$get", "$set", "$add", "$remove", "$create", "$count", "$has"];

const GIVING =
  /^(?:find\w*|create|bulkCreate|build|bulkBuild|upsert|reload|save|update|then|map|filter|forEach|find|all|scope|unscoped)$/;
const ITEMS = /^(?:then|map|forEach|filter|find|some|every|flatMap|spread|each)$/;

const DEEPEST = 12;

/** What the chain stands on before one of its steps. */
export function standing(chain: Chain, before: number): Expr {
  return chain.steps.slice(0, before).reduce<Expr>((of, { name, key, args, at }) => {
    const property = key?.kind === "text" ? key.runs.map(({ text }) => text).join("") : name;
    const member: Expr = { kind: "member", of, property, at };
    return args ? { kind: "call", callee: member, args: [...args], reason: "", at } : member;
  }, chain.root);
}

/** What a chain does with a row; null where it stands on none. */
export function ofRow(chain: Chain, ask: Ask): Named[] | null {
  if (modelsOf(ask).byKey.size === 0) return null;
  const index = chain.steps.findIndex(
    ({ name, args }) => args !== null && (DOING.has(name) || MIXIN.test(name) || DOLLAR.test(name)),
  );
  const step = chain.steps[index];
  if (!step?.args) return null;
  const row = standing(chain, index);
  const model = rowOf(row, ask);
  if (!model) return null;
  const operation = DOING.get(step.name);
  if (operation) {
    const fresh = step.name === "save" && isFresh(row, ask);
    const [options] = step.args;
    return [
      { name: { ...model.table, at: step.at }, operation: fresh ? "insert" : operation },
      ...(step.name === "reload" && options ? along(model, options, "select", ask) : []),
    ];
  }
  const [first] = step.args;
  const dollar = DOLLAR.exec(step.name);
  const [, verb = "", name = ""] = dollar ?? MIXIN.exec(step.name) ?? [];
  const alias = dollar ? first && ask.text(first) : name;
  const found = alias ? associationOf(model, alias, ask) : undefined;
  return found ? mixed(model, found, verb, step.at, ask) : null;
}

/** An association by its alias, as methods spell it. */
function associationOf(model: SequelizeModel, name: string, ask: Ask): Association | undefined {
  const wanted = new Set([name, pluralize(name), singularize(name)].map((item) => item.toLowerCase()));
  return model.associations.find((item) =>
    [...aliasesOf(item, ask)].some((alias) => wanted.has(alias.toLowerCase())),
  );
}

function mixed(
  from: SequelizeModel,
  item: Association,
  verb: string,
  at: Named["name"]["at"],
  ask: Ask,
): Named[] {
  const target = modelOf(item.target, ask);
  if (!target) return [];
  const own = (operation: Operation): Named[] => [{ name: { ...from.table, at }, operation }];
  const its = (operation: Operation): Named[] => [{ name: { ...target.table, at }, operation }];
  const many = item.kind === "belongsToMany";
  switch (verb) {
    case "create":
      return [
        ...its("insert"),
        ...joining(item, at, "insert", ask),
        ...(item.kind === "belongsTo" ? own("update") : []),
      ];
    case "set":
    case "add":
      if (many) return joining(item, at, "insert", ask);
      return item.kind === "belongsTo" ? own("update") : its("update");
    case "remove":
      return many ? joining(item, at, "delete", ask) : its("update");
    default:
      return [...its("select"), ...joining(item, at, "select", ask)];
  }
}

/** The model of which an expression is a row, or a list of rows. */
export function rowOf(expr: Expr, ask: Ask, depth = 0): SequelizeModel | null {
  if (depth > DEEPEST) return null;
  const next = (inner: Expr) => rowOf(inner, ask, depth + 1);
  const inner = ask.follow(expr);
  switch (inner.kind) {
    case "new":
      return modelOf(inner.callee, ask);
    case "typed":
      return modelOf(typeExpr(inner.type, inner.at), ask);
    case "parameter": {
      if (inner.type && inner.path.length === 0) return modelOf(typeExpr(inner.type, inner.at), ask);
      if (inner.handed)
        return ITEMS.test(inner.handed.method)
          ? (next(inner.handed.receiver) ?? modelOf(inner.handed.receiver, ask))
          : null;
      const given = ask.given(inner);
      return given && next(given);
    }
    case "either":
      for (const option of inner.options) {
        const model = next(option);
        if (model) return model;
      }
      return null;
    case "call": {
      const method = methodOf(inner);
      const [first] = inner.args;
      const called = resultIn(inner, ask);
      if (called) return next(called);
      if (!method) return null;
      if (GIVING.test(method.name)) return modelOf(method.of, ask) ?? next(method.of);
      const dollar = DOLLAR.exec(method.name);
      const [, verb, name] = dollar ?? MIXIN.exec(method.name) ?? [];
      const alias = dollar ? first && ask.text(first) : name;
      const owner = alias && /^(?:get|create|add)$/.test(verb ?? "") ? next(method.of) : null;
      const found = owner && alias ? associationOf(owner, alias, ask) : undefined;
      return found ? modelOf(found.target, ask) : null;
    }
    case "member": {
      const owner = next(inner.of);
      if (!owner || /^(?:\d+|\[each\]|rows)$/.test(inner.property)) return owner;
      const found = owner.associations.find((item) => aliasesOf(item, ask).has(inner.property));
      return found ? modelOf(found.target, ask) : null;
    }
    default:
      return null;
  }
}

/** What a function of the workspace returns: by what it does, else by its annotation. */
function resultIn(call: Expr & { kind: "call" }, ask: Ask): Expr | null {
  const callee = ask.follow(call.callee);
  if (callee.kind !== "function") return null;
  if (callee.type) return { kind: "typed", name: "", type: callee.type, at: call.at };
  return ask.apply(callee, call.args);
}

/** It has never been saved: `new User()`, `User.build()`. */
function isFresh(expr: Expr, ask: Ask): boolean {
  const inner = ask.follow(expr);
  return inner.kind === "new" || methodOf(inner)?.name === "build";
}
