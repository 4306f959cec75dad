/** A model as a table: its columns where they are certain, its foreign keys, its relations. */

import type { Expr } from "../../model.ts";
import type { Ask, Named, TableDefinition, TableName } from "./adapter.ts";
import { membersOf } from "./entities.ts";
import { entry, isFalse, isTrue } from "./expressions.ts";
import { singularize, underscore } from "./inflection.ts";
import { aliasesOf, along, joinTable } from "./sequelize-includes.ts";
import { modelOf } from "./sequelize-models.ts";
import type { Association, SequelizeModel } from "./sequelize-sources.ts";

/** A model as the table that it stands for. */
export function definitionOf(model: SequelizeModel, ask: Ask): TableDefinition {
  return {
    client: "sequelize",
    name: model.table,
    model: model.name,
    columns: columnsOf(model, ask),
    references: [...attributeReferences(model, ask), ...associationReferences(model, ask)],
    reads: scopeReads(model, ask),
    relations: Object.fromEntries(
      model.associations.flatMap((item) => [...aliasesOf(item, ask)].map((name) => [name, item.target])),
    ),
    joins: model.associations.flatMap((item) => {
      // A join that is a model of its own is told by that.
      const name = item.through && !modelOf(item.through, ask) ? joinTable(item.through, ask) : null;
      const [relation = ""] = aliasesOf(item, ask);
      return name ? [{ name, columns: null, relation }] : [];
    }),
  };
}

/** `{ teamId: { references: { model: "teams", key: "id" } } }`, wherever attributes are written. */
export function referencesIn(attributes: Expr | null, ask: Ask): TableDefinition["references"] {
  const inner = attributes && ask.follow(attributes);
  if (inner?.kind !== "object") return [];
  const own = entry(inner, "references");
  const found = own ? referenced(own, ask) : null;
  if (found) return [found];
  return Object.values(inner.entries).flatMap((value) => {
    const to = entry(ask.follow(value), "references");
    return (to && referenced(to, ask)) ?? [];
  });
}

function referenced(expr: Expr, ask: Ask): TableDefinition["references"][number] | null {
  const inner = ask.follow(expr);
  const target = inner.kind === "object" ? entry(inner, "model", "table") : expr;
  const to = target && tableNamed(target, ask);
  return to ? { to, at: expr.at } : null;
}

/** A table by its name, by `{ tableName, schema }`, by a model or by what a model says of its table. */
export function tableNamed(expr: Expr, ask: Ask): TableName | null {
  const inner = ask.follow(expr);
  if (inner.kind === "object") {
    const name = entry(inner, "tableName", "name");
    const schema = entry(inner, "schema");
    const [found] = name ? ask.names(name) : [];
    return found ? { ...found, schema: schema ? ask.text(schema) : found.schema } : null;
  }
  const told =
    inner.kind === "member" && inner.property === "tableName"
      ? inner.of
      : inner.kind === "call" && memberOf(inner.callee)?.property === "getTableName"
        ? (memberOf(inner.callee)?.of ?? null)
        : null;
  const model = inner.kind === "text" ? null : modelOf(told ?? expr, ask);
  if (model) return { ...model.table, at: expr.at };
  const [found] = ask.names(expr);
  return found ?? null;
}

function memberOf(expr: Expr): (Expr & { kind: "member" }) | null {
  const inner = expr.kind === "alias" ? expr.of : expr;
  return inner.kind === "member" ? inner : null;
}

function attributeReferences(model: SequelizeModel, ask: Ask): TableDefinition["references"] {
  if (model.attributes) return referencesIn(model.attributes, ask);
  return (model.class ? membersOf(model.class, ask).members : []).flatMap(({ decorators }) =>
    decorators.flatMap(({ name, args, at }) => {
      const target = name === "ForeignKey" && args[0] ? modelOf(args[0], ask) : null;
      return target && args[0] ? [{ to: { ...target.table, at: args[0].at }, at }] : [];
    }),
  );
}

/** `belongsTo` keeps the key in this table, `belongsToMany` in one that is kept for both. */
function associationReferences(model: SequelizeModel, ask: Ask): TableDefinition["references"] {
  return model.associations.flatMap(({ kind, target, constrained, at, through }) => {
    if (!constrained || (kind !== "belongsTo" && kind !== "belongsToMany")) return [];
    if (kind === "belongsToMany" && through && modelOf(through, ask)) return [];
    const to = modelOf(target, ask);
    return to ? [{ to: { ...to.table, at: target.at }, at }] : [];
  });
}

/** What scopes include: the default one, and those that are asked for by name. */
function scopeReads(model: SequelizeModel, ask: Ask): Named[] {
  const scopes = model.option("scopes");
  const named = scopes && ask.follow(scopes);
  const usual = model.option("defaultScope");
  return [
    ...(usual ? [usual] : []),
    ...(named?.kind === "object" ? Object.values(named.entries) : []),
  ].flatMap((scope) => {
    const inner = ask.follow(scope);
    const result = inner.kind === "function" ? ask.apply(inner, []) : inner;
    return result ? along(model, result, "select", ask) : [];
  });
}

/** The columns as the database has them; null as soon as one of them is not certain. */
function columnsOf(model: SequelizeModel, ask: Ask): string[] | null {
  if (model.open) return null;
  const attributes = model.attributes ? writtenAttributes(model, ask) : decoratedAttributes(model, ask);
  if (!attributes) return null;
  const column = (attribute: string) => (model.underscored ? underscore(attribute) : attribute);
  const columns = new Map(attributes.map(({ name, field }) => [name, field ?? column(name)]));
  const found: string[] = attributes.some(({ primary }) => primary) || columns.has("id") ? [] : ["id"];
  found.push(...columns.values());
  const add = (attribute: string) => {
    if (!columns.has(attribute)) found.push(column(attribute));
  };
  for (const item of model.associations) {
    // Decorated models keep the key in a member of their own.
    if (item.kind !== "belongsTo" || (!model.attributes && !item.foreignKey)) continue;
    const key = foreignKeyOf(item, ask);
    if (key === null) return null;
    add(key);
  }
  const stamp = (option: string, usual: string): boolean => {
    const given = model.option(option);
    if (isFalse(given, ask)) return true;
    const text = given && !isTrue(given, ask) ? ask.text(given) : usual;
    if (text === null) return false;
    add(text);
    return true;
  };
  const stamps = model.option("timestamps");
  if (stamps && !isTrue(stamps, ask) && !isFalse(stamps, ask)) return null;
  if (!isFalse(stamps, ask)) {
    const paranoid = isTrue(model.option("paranoid"), ask);
    if (!stamp("createdAt", "createdAt") || !stamp("updatedAt", "updatedAt")) return null;
    if (paranoid && !stamp("deletedAt", "deletedAt")) return null;
  }
  if (model.option("version")) return null;
  return [...new Set(found)];
}

interface Attribute {
  name: string;
  field: string | null;
  primary: boolean;
}

function writtenAttributes(model: SequelizeModel, ask: Ask): Attribute[] | null {
  const inner = model.attributes && ask.follow(model.attributes);
  if (inner?.kind !== "object" || inner.entries["..."]) return null;
  const found: Attribute[] = [];
  for (const [name, value] of Object.entries(inner.entries)) {
    const options = ask.follow(value);
    const type = entry(options, "type") ?? value;
    if (/\bVIRTUAL\b/.test(typeText(type, ask))) continue;
    if (options.kind === "object" && options.entries["..."]) return null;
    const field = entry(options, "field");
    const text = field ? ask.text(field) : null;
    if (field && text === null) return null;
    found.push({ name, field: text, primary: isTrue(entry(options, "primaryKey"), ask) });
  }
  return found;
}

function typeText(type: Expr, ask: Ask): string {
  const inner = ask.follow(type);
  if (inner.kind === "member") return inner.property;
  if (inner.kind === "call" || inner.kind === "new") return typeText(inner.callee, ask);
  return inner.kind === "import" ? inner.name : "";
}

/** Members that sequelize-typescript's decorators make columns of. */
function decoratedAttributes(model: SequelizeModel, ask: Ask): Attribute[] | null {
  if (!model.class) return null;
  const found: Attribute[] = [];
  for (const { name, decorators } of membersOf(model.class, ask).members) {
    const stamp = decorators.find((item) => /^(?:CreatedAt|UpdatedAt|DeletedAt)$/.test(item.name));
    // A stamp under another name is one that the options would have to know.
    if (stamp) return null;
    const column = decorators.find((item) => item.name === "Column");
    if (!column) continue;
    const options = column.args[0] && ask.follow(column.args[0]);
    if (/\bVIRTUAL\b/.test(typeText(entry(options, "type") ?? column.args[0] ?? NOTHING, ask))) continue;
    const field = entry(options, "field");
    const text = field ? ask.text(field) : null;
    if (field && text === null) return null;
    found.push({
      name,
      field: text,
      primary:
        decorators.some((item) => item.name === "PrimaryKey") || isTrue(entry(options, "primaryKey"), ask),
    });
  }
  return found;
}

const NOTHING: Expr = { kind: "unknown", reason: "", at: { file: "", start: 0, end: 0 } };

/** The attribute in which `belongsTo` keeps the other's key: what it is called, and what the key is called there. */
function foreignKeyOf({ foreignKey, as, target }: Association, ask: Ask): string | null {
  if (foreignKey) {
    const inner = ask.follow(foreignKey);
    const name = inner.kind === "object" ? entry(inner, "name", "fieldName") : inner;
    return name && ask.text(name);
  }
  const model = modelOf(target, ask);
  const attributes = model?.attributes ? writtenAttributes(model, ask) : null;
  if (!model || !attributes) return null;
  const key = attributes.find(({ primary }) => primary)?.name ?? "id";
  return `${as ?? singularize(model.name)}_${key}`.replace(/[-_\s]+(.)?/g, (_, first = "") =>
    first.toUpperCase(),
  );
}
