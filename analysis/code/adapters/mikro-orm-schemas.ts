/** What MikroORM's schemas say of tables: `new EntitySchema({ … })`, `defineEntity({ properties: { id: p.integer() } })`. */
import type { ClassExpr, Expr } from "../../model.ts";
import type { Ask } from "./adapter.ts";
import { eachEntry, resultOf } from "./builders.ts";
import { classOf, targetOf } from "./entities.ts";
import type { EntityShape, Property } from "./entity-shapes.ts";
import { entry, isFalse, isTrue } from "./expressions.ts";
import { columnOf, embeddedOf, named, relationOf, viewOf } from "./mikro-orm-definitions.ts";

/** Kinds of relations, as releases and builders spell them. */
const KINDS: Readonly<Record<string, string>> = {
  MANY_TO_ONE: "m:1",
  ONE_TO_MANY: "1:m",
  ONE_TO_ONE: "1:1",
  MANY_TO_MANY: "m:n",
  manyToOne: "m:1",
  oneToMany: "1:m",
  oneToOne: "1:1",
  manyToMany: "m:n",
};

type Options = Expr & { kind: "object" };

/** The options of a schema; null for any other expression. */
export function schemaOptions(expr: Expr, ask: Ask): Options | null {
  if ((expr.kind !== "new" && expr.kind !== "call") || !expr.args[0]) return null;
  const callee = ask.follow(expr.callee);
  const from = callee.kind === "member" ? ask.follow(callee.of) : callee;
  const name = callee.kind === "import" ? callee.name : callee.kind === "member" ? callee.property : "";
  const options = ask.follow(expr.args[0]);
  if (options.kind !== "object" || name !== (expr.kind === "new" ? "EntitySchema" : "defineEntity"))
    return null;
  const mikro = from.kind === "import" && /mikro-?orm/i.test(from.specifier);
  return mikro || entry(options, "properties") ? options : null;
}

/** The schema that a class is told by: the one it extends (`extends BookSchema.class`), or the one that names it. */
export function schemaOfClass(found: ClassExpr, ask: Ask): Options | null {
  const base = found.extends && ask.follow(found.extends);
  if (base?.kind === "member" && base.property === "class") {
    const schema = targetOf(base.of, ask);
    const options = schema && schemaOptions(schema, ask);
    if (options) return options;
  }
  for (const source of ask.sources()) {
    const options = schemaOptions(source, ask);
    const target = options && entry(options, "class");
    const of = target && classOf(target, ask);
    if (of && of.at.file === found.at.file && of.at.start === found.at.start) return options;
  }
  return null;
}

/** The entity of an `EntitySchema` or `defineEntity`; null for an abstract one. */
export function shapeOfSchema(options: Options, ask: Ask): EntityShape | null {
  if (isTrue(entry(options, "abstract"), ask)) return null;
  const name = entry(options, "name");
  const target = entry(options, "class");
  const of = target ? classOf(target, ask) : null;
  const text = (name && ask.text(name)) ?? of?.name ?? null;
  if (text === null && !entry(options, "tableName", "collection")) return null;
  const { properties, open } = propertiesOf(options, ask);
  const computed = entry(options, "expression", "view", "discriminatorColumn", "discriminatorMap");
  return {
    name: named(options, text ?? "", { at: (name ?? options).at }, ask),
    ...(text !== null && { model: text }),
    properties,
    open: open || computed !== null,
    ...viewOf(options, options.at, ask),
  };
}

/** A schema that is no table of its own: what extends it has its properties, what embeds it its columns. */
export function shapeOfPart(options: Options, ask: Ask): EntityShape {
  return {
    name: { schema: null, table: null, reason: "it is part of another table", at: options.at },
    ...propertiesOf(options, ask),
    embedded: true,
  };
}

function propertiesOf(options: Options, ask: Ask, depth = 0): { properties: Property[]; open: boolean } {
  const base = entry(options, "extends");
  const parent = base && targetOf(base, ask);
  const above = parent && schemaOptions(parent, ask);
  const inherited =
    above && depth < 6 ? propertiesOf(above, ask, depth + 1) : { properties: [], open: base !== null };
  const given = entry(options, "properties");
  const inner = given && ask.follow(given);
  // properties: (p) => ({ … })
  const made = inner?.kind === "function" ? ask.apply(inner, []) : inner;
  const object = made && resultOf(made, ask);
  if (object?.kind !== "object")
    return { properties: inherited.properties, open: inherited.open || given !== null };
  const properties: Property[] = [...inherited.properties];
  let { open } = inherited;
  for (const { key, value, at } of eachEntry(object, ask)) {
    if (key === null) open = true;
    else {
      const property = propertyOf({ name: key, at }, value, ask);
      if (property) properties.push(property);
    }
  }
  return { properties, open };
}

function propertyOf(base: Pick<Property, "name" | "at">, value: Expr, ask: Ask): Property | null {
  const written = ask.follow(value);
  const result = written.kind === "function" ? ask.apply(written, []) : written;
  const inner = result && ask.follow(result);
  if (inner?.kind === "call") return builtOf(base, inner, ask);
  if (inner?.kind !== "object") return { kind: "open", ...base };
  const given = entry(inner, "kind", "reference");
  const kind = given ? (ask.text(given) ?? memberName(given, ask)) : "scalar";
  const target = entry(inner, "entity", "type");
  const relation = KINDS[kind] ?? kind;
  if (/^[1m]:[1mn]$/.test(relation))
    return target ? relationOf(relation, base, target, inner, undefined, ask) : { kind: "open", ...base };
  if (/^embedded$/i.test(kind) && target) return embeddedOf(base, target, inner, ask);
  return columnOf(base, inner, false, ask);
}

/** `ReferenceKind.MANY_TO_ONE` */
function memberName(expr: Expr, ask: Ask): string {
  const inner = ask.follow(expr);
  return inner.kind === "member" ? inner.property : "";
}

/** `p.manyToOne(Author).fieldName("author")`: what it is, with the options as calls. */
function builtOf(
  base: Pick<Property, "name" | "at">,
  call: Expr & { kind: "call" },
  ask: Ask,
): Property | null {
  const entries: Record<string, Expr> = {};
  let at: Expr = call;
  let first: { name: string; args: Expr[] } | null = null;
  for (let depth = 0; at.kind === "call" && depth < 40; depth++) {
    const callee: Expr = at.callee.kind === "alias" ? at.callee.of : at.callee;
    if (callee.kind !== "member") break;
    first = { name: callee.property, args: at.args };
    entries[callee.property] = at.args[0] ?? flag("true", at);
    at = ask.follow(callee.of);
  }
  if (!first) return { kind: "open", ...base };
  const { name, args } = first;
  const [target, more] = args;
  const further = more && ask.follow(more);
  const options: Expr = {
    kind: "object",
    entries: { ...(further?.kind === "object" && further.entries), ...entries },
    keys: {},
    at: call.at,
  };
  const kind = KINDS[name];
  if (kind)
    return target ? relationOf(kind, base, target, options, undefined, ask) : { kind: "open", ...base };
  if (name === "embedded") return target ? embeddedOf(base, target, options, ask) : { kind: "open", ...base };
  if (name === "formula" || isFalse(entry(options, "persist"), ask)) return null;
  return columnOf(base, options, entries["primary"] !== undefined, ask);
}

function flag(word: string, { at }: Expr): Expr {
  return { kind: "unknown", reason: `\`${word}\``, at };
}
