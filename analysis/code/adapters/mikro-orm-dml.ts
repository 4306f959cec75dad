/** Medusa's models, from which it makes MikroORM's entities: `model.define("order_item", { title: model.text() })`. */
import type { Expr } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";
import { eachEntry, innermostCall, resultOf } from "./builders.ts";
import type { EntityShape, Property } from "./entity-shapes.ts";
import { entry } from "./expressions.ts";
import { pluralize } from "./inflection.ts";
import { underscore } from "./mikro-orm-naming.ts";

/** Columns that every one of its tables has. */
const IMPLIED = ["created_at", "updated_at", "deleted_at"];

type Defining = Expr & { kind: "call" };

/** The call of `model.define`, without what is called on its result; null for any other expression. */
export function defining(expr: Expr, ask: Ask): Defining | null {
  if (expr.kind !== "call") return null;
  const call = innermostCall(expr, ask);
  const callee = call && behind(call.callee);
  const from = callee?.kind === "member" && callee.property === "define" ? behind(callee.of) : null;
  const mine = from?.kind === "import" && /^@medusajs\//.test(from.specifier) && from.name === "model";
  return call && mine && call.args[0] ? call : null;
}

function behind(expr: Expr): Expr {
  return expr.kind === "alias" ? behind(expr.of) : expr;
}

/** The entity of Medusa's `model.define`. */
export function shapeOfModel(call: Defining, ask: Ask): EntityShape {
  const [given, schema] = call.args;
  const name = nameOf(call, ask);
  const object = schema && resultOf(schema, ask);
  const implied = IMPLIED.map((column): Property => columnOf(column, call.at));
  if (object?.kind !== "object") return { name, properties: implied, open: true };
  const entries = eachEntry(object, ask);
  const model = given && modelName(given, ask);
  return {
    name,
    ...(model && { model }),
    properties: [
      ...entries.flatMap(({ key, value, at }) =>
        key === null ? [] : propertiesOf(key, value, at, { ...name, table: model || null }, ask),
      ),
      ...implied,
    ],
    open: entries.some(({ key }) => key === null),
  };
}

function columnOf(name: string, at: Expr["at"]) {
  return { kind: "column", name, at, column: name, primary: false } as const;
}

/** `"region"`, `{ name: "Country", tableName: "region_country" }`, `"platform.user"`. */
function nameOf({ args: [given], at }: Defining, ask: Ask): TableName {
  const told = given && (entry(ask.follow(given), "tableName", "name") ?? given);
  const text = told && ask.text(told);
  if (!text) return { schema: null, table: null, reason: "the model's name is not known before it runs", at };
  const [first = "", second] = underscore(text).split(".");
  return {
    schema: second === undefined ? null : first,
    table: second ?? first,
    reason: null,
    at: ask.names(told)[0]?.at ?? at,
  };
}

function modelName(given: Expr, ask: Ask): string | null {
  return ask.text(entry(ask.follow(given), "name") ?? given);
}

/** @param own the model by its own name */
function propertiesOf(name: string, value: Expr, at: Expr["at"], own: TableName, ask: Ask): Property[] {
  const call = innermostCall(value, ask);
  const callee = call && behind(call.callee);
  if (!call || callee?.kind !== "member") return [{ kind: "open", name, at }];
  const [target, options] = call.args;
  const given = options && ask.follow(options);
  switch (callee.property) {
    case "belongsTo":
    case "hasOneWithFK":
      return target
        ? [{ kind: "key", name, at, target, columns: [`${name}_id`], primary: false, constrained: true }]
        : [{ kind: "open", name, at }];
    case "hasOne":
    case "hasMany":
      return target ? [{ kind: "inverse", name, at, target }] : [];
    case "manyToMany": {
      const entity = entry(given, "pivotEntity");
      const told = entry(given, "pivotTable");
      const table = told ? (ask.names(told)[0] ?? null) : target ? joining(own, target, at, ask) : null;
      return target
        ? [{ kind: "many", name, at, target, owner: true, table, entity, columns: null, mappedBy: null }]
        : [];
    }
    case "bigNumber":
      return [columnOf(name, at), columnOf(`raw_${name}`, at)];
    default:
      return [columnOf(name, at)];
  }
}

/** The table that joins two: both names in their order, the second one in the plural. */
function joining(own: TableName, target: Expr, at: Expr["at"], ask: Ask): TableName | null {
  const other = resultOf(target, ask);
  const made = other.kind === "function" ? ask.apply(other, []) : other;
  const call = made && defining(ask.follow(made), ask);
  const theirs = call?.args[0] && modelName(call.args[0], ask);
  if (!theirs || own.table === null) return null;
  const [first = "", second = ""] = [own.table, theirs]
    .map((name) => name.replaceAll("_", "").toLowerCase())
    .sort();
  return { schema: own.schema, table: `${first}_${pluralize(second)}`, reason: null, at };
}
