/**
 * Sequelize's models, gathered once, before any of them is asked for: two models may name each other.
 */
import type { Expr } from "../../model.ts";
import type { Ask } from "./adapter.ts";
import { shared, typeExpr } from "./entities.ts";
import type { SequelizeModel } from "./sequelize-sources.ts";
import {
  ASSOCIATION,
  association,
  defined,
  initialised,
  keyOf,
  methodOf,
  settingsOf,
  tableClass,
} from "./sequelize-sources.ts";

/** What the workspace says of Sequelize. */
export interface Models {
  byKey: ReadonlyMap<string, SequelizeModel>;
  byName: ReadonlyMap<string, SequelizeModel[]>;
}

const DEEPEST = 12;

const MODELS = Symbol("the models of Sequelize");

/** The models of the workspace: gathered when they are first asked for. */
export function modelsOf(ask: Ask): Models {
  const byKey = new Map<string, SequelizeModel>();
  const byName = new Map<string, SequelizeModel[]>();
  const models = { byKey, byName };
  return ask.gather<Models>(MODELS, models, (sources) => read(models, sources, ask));
}

function read(
  models: { byKey: Map<string, SequelizeModel>; byName: Map<string, SequelizeModel[]> },
  sources: readonly Expr[],
  ask: Ask,
): Models {
  const { byKey, byName } = models;
  const settings = settingsOf(sources, ask);
  const add = (model: SequelizeModel | null) => {
    if (!model || byKey.has(model.key)) return;
    byKey.set(model.key, model);
    for (const name of new Set([model.name, model.class?.name ?? ""]))
      if (name) byName.set(name, [...(byName.get(name) ?? []), model]);
  };
  for (const source of sources) {
    if (source.kind === "class") add(tableClass(source, settings, ask));
    const method = methodOf(source);
    if (method?.name === "define") add(defined(source as Expr & { kind: "call" }, settings, ask));
    if (method?.name === "init") add(initialised(source as Expr & { kind: "call" }, settings, ask));
  }
  for (const source of sources) {
    const method = methodOf(source);
    if (source.kind !== "call" || !method || !ASSOCIATION.test(method.name) || !source.args[0]) continue;
    const owner = modelOf(method.of, ask);
    const options = source.args[1];
    owner?.associations.push({
      ...association(method.name, source.args[0], options, ask),
      key: keyOf(source),
      at: source.at,
    });
  }
  return models;
}

/** The model that an expression stands for, by what it is, else by the name it goes under. */
export function modelOf(expr: Expr, ask: Ask, depth = 0): SequelizeModel | null {
  if (depth > DEEPEST) return null;
  const { byKey } = modelsOf(ask);
  const next = (inner: Expr) => modelOf(inner, ask, depth + 1);
  const inner = ask.follow(expr);
  switch (inner.kind) {
    case "class":
      return byKey.get(keyOf(inner)) ?? null;
    case "text": {
      const name = ask.text(inner);
      return name === null ? null : modelNamed(name, expr.at.file, ask);
    }
    case "function": {
      const result = ask.apply(inner, []);
      return result && next(result);
    }
    case "typed": {
      // ModelStatic<User>, and a parameter that is `typeof User`.
      const [of] = inner.type.args;
      return /^Model(?:Static|Ctor|Type)$|^Repository$/.test(inner.type.name) && of
        ? next(typeExpr(of, inner.at))
        : null;
    }
    case "either":
      for (const option of inner.options) {
        const model = next(option);
        if (model) return model;
      }
      return null;
    case "member":
      if (inner.property === "constructor") return classModel(inner.of, ask, depth);
      return modelNamed(inner.property, expr.at.file, ask);
    case "import":
      return inner.name === "default" || inner.name === "*"
        ? null
        : modelNamed(inner.name, expr.at.file, ask);
    case "parameter": {
      if (inner.type && inner.path.length === 0)
        return next({ kind: "typed", name: inner.name, type: inner.type, at: inner.at });
      const given = ask.given(inner);
      return (given && next(given)) ?? modelNamed(inner.path.at(-1) ?? inner.name, expr.at.file, ask);
    }
    case "call":
      return byKey.get(keyOf(inner)) ?? calledModel(inner, ask, depth);
    default:
      return null;
  }
}

/** The model of a row's class: `this.constructor`. */
function classModel(expr: Expr, ask: Ask, depth: number): SequelizeModel | null {
  const inner = ask.follow(expr);
  return inner.kind === "new" ? modelOf(inner.callee, ask, depth + 1) : null;
}

/** `User.scope("x")`, `sequelize.model("User")`, `require("./user")(sequelize, DataTypes)`. */
function calledModel(call: Expr & { kind: "call" }, ask: Ask, depth: number): SequelizeModel | null {
  const callee = ask.follow(call.callee);
  const [first] = call.args;
  if (callee.kind === "member") {
    if (/^(?:model|getRepository)$/.test(callee.property) && first) return modelOf(first, ask, depth + 1);
    const same =
      /^(?:scope|unscoped|schema|withSchema|withScope|withoutScope|withInitialScope|init\w*|initialize)$/;
    // A class's own method that narrows it: User.active().findAll(); rows are what others give.
    const rows = /^(?:find|create|build|bulk|upsert|count|get|max|min|sum)/;
    const own = ask.follow(callee.of).kind === "class" && !rows.test(callee.property);
    return own || same.test(callee.property) ? modelOf(callee.of, ask, depth + 1) : null;
  }
  const result = callee.kind === "function" ? ask.apply(callee, call.args) : null;
  return result ? modelOf(result, ask, depth + 1) : null;
}

/** The model of that name; of several, the one nearest to the file. */
export function modelNamed(name: string, file: string, ask: Ask): SequelizeModel | null {
  const found = modelsOf(ask).byName.get(name) ?? [];
  const [first] = found;
  if (!first || found.length === 1) return first ?? null;
  const ranked = found.map((model) => ({ model, rank: shared(model.table.at.file, file) }));
  const best = Math.max(...ranked.map(({ rank }) => rank));
  const [leading, second] = ranked.filter(({ rank }) => rank === best);
  return leading && !second ? leading.model : null;
}
