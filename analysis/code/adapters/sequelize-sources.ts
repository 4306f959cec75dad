/**
 * What the workspace says of Sequelize's models, call by call: `sequelize.define("User", …)`,
 * `User.init(…)`, `@Table class User`, `User.belongsTo(Team)`, `new Sequelize(…, { define })`.
 */

import type { ClassExpr, Expr, Span } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";
import { classOf, shared } from "./entities.ts";
import { entry, isFalse, isTrue } from "./expressions.ts";
import { pluralize, underscore } from "./inflection.ts";

export interface SequelizeModel {
  key: string;
  /** The name by which Sequelize knows it. */
  name: string;
  table: TableName;
  /** Attributes by name, or a class whose members are decorated. */
  attributes: Expr | null;
  /** The model's own options, completed by those of the connection. */
  option(key: string): Expr | null;
  /** Some of the options are not known. */
  open: boolean;
  underscored: boolean;
  class: ClassExpr | null;
  associations: Association[];
}

export interface Association {
  kind: "belongsTo" | "hasMany" | "hasOne" | "belongsToMany";
  key: string;
  target: Expr;
  as: string | null;
  foreignKey: Expr | null;
  through: Expr | null;
  /** Made with a constraint, so that the database holds a foreign key. */
  constrained: boolean;
  at: Span;
}

export const ASSOCIATION = /^(belongsTo|hasMany|hasOne|belongsToMany)$/i;
const PACKAGES = /^(?:sequelize(?:-typescript)?(?:\/|$)|@sequelize\/|@nestjs\/sequelize)/;
const DEEPEST = 12;

/** A package of Sequelize's own. */
export function isPackage(specifier: string): boolean {
  return PACKAGES.test(specifier);
}

/** A class that is a model by what it extends, even where nothing says of which table. */
export function isModelClass(expr: Expr, ask: Ask, depth = 0): boolean {
  const inner = classOf(expr, ask);
  const parent = inner?.extends && ask.follow(inner.extends);
  if (!parent || depth > DEEPEST) return false;
  if (parent.kind === "import") return PACKAGES.test(parent.specifier) && parent.name === "Model";
  if (parent.kind === "member" && parent.property === "Model") {
    const owner = ask.follow(parent.of);
    return owner.kind === "import" && PACKAGES.test(owner.specifier);
  }
  return parent.kind === "class" && isModelClass(parent, ask, depth + 1);
}

/** What is called on what: `{ of: User, name: "belongsTo" }`. */
export function methodOf(expr: Expr): { of: Expr; name: string } | null {
  if (expr.kind !== "call") return null;
  const callee = expr.callee.kind === "alias" ? expr.callee.of : expr.callee;
  return callee.kind === "member" ? { of: callee.of, name: callee.property } : null;
}

/** What an expression is told apart by: where it stands. */
export function keyOf({ at }: Expr): string {
  return `${at.file}:${at.start}:${at.end}`;
}

export interface Setting {
  file: string;
  define: Expr | null;
}

/** What connections say of all their models: `new Sequelize(url, { define: { underscored: true } })`. */
export function settingsOf(sources: readonly Expr[], ask: Ask): Setting[] {
  return sources.flatMap((source) => {
    const options = openingOptions(source, ask);
    return options ? [{ file: source.at.file, define: entry(ask.follow(options), "define") }] : [];
  });
}

/** The options of `new Sequelize(…)` and of Nest's module. */
export function openingOptions(source: Expr, ask: Ask): Expr | null {
  if (source.kind === "client") return source.made ? openingOptions(source.made, ask) : null;
  if (source.kind === "new") {
    const callee = ask.follow(source.callee);
    const from = callee.kind === "member" && callee.property === "Sequelize" ? ask.follow(callee.of) : callee;
    if (from.kind !== "import" || !PACKAGES.test(from.specifier)) return null;
    if (!/^(?:Sequelize|default|\*)$/.test(from.name)) return null;
    return source.args.findLast((argument) => ask.follow(argument).kind === "object") ?? null;
  }
  const method = methodOf(source);
  if (source.kind !== "call" || !method || !/^forRoot(?:Async)?$/.test(method.name)) return null;
  const owner = ask.follow(method.of);
  if (owner.kind !== "import" || owner.name !== "SequelizeModule") return null;
  const [first] = source.args;
  const factory = first && entry(ask.follow(first), "useFactory");
  return (factory ? ask.apply(factory, []) : first) ?? null;
}

function nearestSetting(settings: readonly Setting[], file: string): Expr | null {
  const [best] = [...settings].sort((a, b) => shared(b.file, file) - shared(a.file, file));
  return best?.define ?? null;
}

/** `sequelize.define("User", { … }, { … })`. */
export function defined(
  call: Expr & { kind: "call" },
  settings: readonly Setting[],
  ask: Ask,
): SequelizeModel | null {
  const [first, attributes, options] = call.args;
  const method = methodOf(call);
  if (!first || !method) return null;
  const name = ask.text(first);
  const fields = attributes && ask.follow(attributes);
  if (ask.client(method.of) !== "sequelize" && !(name !== null && fields && hasTypes(fields, ask)))
    return null;
  return build(
    { key: keyOf(call), name, at: first.at, attributes: attributes ?? null, options, class: null },
    settings,
    ask,
  );
}

/** `{ id: DataTypes.INTEGER, name: { type: Sequelize.STRING } }`: what tells a model from other things that are defined. */
function hasTypes(fields: Expr, ask: Ask): boolean {
  if (fields.kind !== "object") return false;
  return Object.values(fields.entries).some((value) => {
    const type = entry(ask.follow(value), "type") ?? value;
    const method = methodOf(ask.follow(type));
    const inner = method ? method.of : ask.follow(type);
    return inner.kind === "member" && /^[A-Z][A-Z0-9_]*$/.test(inner.property);
  });
}

/** `User.init({ … }, { sequelize, tableName })`. */
export function initialised(
  call: Expr & { kind: "call" },
  settings: readonly Setting[],
  ask: Ask,
): SequelizeModel | null {
  const method = methodOf(call);
  const found = method && classOf(method.of, ask);
  const [attributes, options] = call.args;
  if (!found || !attributes || !options || !isModelClass(found, ask)) return null;
  const given = entry(ask.follow(options), "modelName");
  return build(
    {
      key: keyOf(found),
      name: given ? ask.text(given) : found.name || null,
      at: given?.at ?? found.at,
      attributes,
      options,
      class: found,
    },
    settings,
    ask,
  );
}

/** `@Table({ tableName: "users" }) class User extends Model`. */
export function tableClass(found: ClassExpr, settings: readonly Setting[], ask: Ask): SequelizeModel | null {
  const decorator = found.decorators.find(
    ({ name, from }) => name === "Table" && (!from || PACKAGES.test(from.specifier)),
  );
  if (!decorator || (!decorator.from && !isModelClass(found, ask))) return null;
  const [options] = decorator.args;
  const given = options && entry(ask.follow(options), "modelName");
  const model = build(
    {
      key: keyOf(found),
      name: given ? ask.text(given) : found.name,
      at: given?.at ?? found.at,
      attributes: null,
      options,
      class: found,
    },
    settings,
    ask,
  );
  scopesOf(found, model, ask);
  for (const member of found.members)
    for (const { name, args, at } of member.decorators) {
      if (!ASSOCIATION.test(name) || !args[0]) continue;
      const [target, second, third] = args;
      const many = name === "BelongsToMany";
      model.associations.push({
        ...association(name, target, many ? third : second, ask),
        as: member.name,
        through: many ? (second ?? null) : null,
        key: `${at.file}:${at.start}:${at.end}`,
        at,
      });
    }
  return model;
}

/** `@DefaultScope(() => ({ … }))` and `@Scopes(() => ({ … }))` are options like others. */
function scopesOf(found: ClassExpr, model: SequelizeModel, ask: Ask): void {
  const { option } = model;
  const said = (name: string): Expr | null => {
    const [first] = found.decorators.find((item) => item.name === name)?.args ?? [];
    const inner = first && ask.follow(first);
    return (inner?.kind === "function" ? ask.apply(inner, []) : inner) ?? null;
  };
  model.option = (key) =>
    (key === "defaultScope" ? said("DefaultScope") : key === "scopes" ? said("Scopes") : null) ?? option(key);
}

/** An association, by the method's name and what it is given. */
export function association(
  name: string,
  target: Expr,
  options: Expr | undefined,
  ask: Ask,
): Omit<Association, "key" | "at"> {
  const inner = options && ask.follow(options);
  const as = entry(inner, "as");
  const through = entry(inner, "through");
  const constraints = entry(inner, "constraints");
  return {
    kind: (name.charAt(0).toLowerCase() + name.slice(1)) as Association["kind"],
    target,
    as: as && ask.text(as),
    foreignKey: entry(inner, "foreignKey") ?? (inner?.kind === "text" ? inner : null),
    through: through && (entry(ask.follow(through), "model") ?? through),
    constrained: !isFalse(constraints, ask),
  };
}

interface Said {
  key: string;
  name: string | null;
  at: Span;
  attributes: Expr | null;
  options: Expr | undefined;
  class: ClassExpr | null;
}

/** The model with its table's name, as Sequelize makes it: given, frozen, or the model's name in the plural. */
function build({ options, ...said }: Said, settings: readonly Setting[], ask: Ask): SequelizeModel {
  const own = options && ask.follow(options);
  const spread = own?.kind === "object" && own.entries["..."] ? ask.follow(own.entries["..."]) : null;
  const general = nearestSetting(settings, said.at.file);
  const option = (key: string) =>
    entry(own, key) ?? (spread && entry(spread, key)) ?? (general && entry(ask.follow(general), key));
  const open = (own !== undefined && own.kind !== "object") || (spread !== null && spread.kind !== "object");
  const underscored = isTrue(option("underscored"), ask);
  const given = option("tableName");
  const schema = option("schema");
  const made = (name: string) => {
    if (isTrue(option("freezeTableName"), ask)) return name;
    return underscored ? underscore(pluralize(name)) : pluralize(name);
  };
  const known = given ? ask.text(given) : open || said.name === null ? null : made(said.name);
  return {
    ...said,
    name: said.name ?? "",
    table: {
      schema: schema && ask.text(schema),
      table: known,
      reason: known === null ? "the model's table is not known before it runs" : null,
      at: given?.at ?? said.at,
    },
    option,
    open,
    underscored,
    associations: [],
  };
}
