/** Objection's models: classes that say by static members which table they stand for, and what they lead to. */
import type { ClassExpr, Expr, Span } from "../../model.ts";
import type { Ask, Named, TableDefinition, TableName } from "./adapter.ts";
import { eachEntry, entryOf, resultOf, tableOfColumn, unknownName } from "./builders.ts";
import { classOf, membersOf, shared, typeExpr } from "./entities.ts";
import { asStored } from "./knex-naming.ts";

const DEEPEST = 8;

/** Static members that only Objection's models have. */
const TELLING =
  /^(?:relationMappings|jsonSchema|idColumn|modelPaths|modifiers|virtualAttributes|jsonAttributes)$/;

export interface Relation {
  /** What it leads to, and the tables that join many to many. */
  tables: TableName[];
  through: TableName[];
  targets: TableDefinition[];
}

/** The table that a class of Objection's stands for; null for any other. */
export function define(definition: Expr, ask: Ask): TableDefinition | null {
  if (definition.kind !== "class") return null;
  const { members } = membersOf(definition, ask);
  const told = members.find((member) => member.static && member.name === "tableName");
  if (!told || !isModel(definition, ask)) return null;
  const first = told.init && ask.names(told.init)[0];
  const named = first?.table ? { ...first, table: asStored(first.table, definition.at.file, ask) } : first;
  const name = named ? { ...named, at: isWithin(named.at, told.init?.at) ? named.at : told.at } : null;
  const joins = [...relationEntries(definition, ask).keys()].flatMap((relation) =>
    throughOf(definition, relation, ask).map((table) => ({ name: table, columns: null, relation })),
  );
  const found: TableDefinition = {
    client: "objection",
    name: name ?? { ...unknownName(definition, "the model does not say its table's name"), at: told.at },
    columns: null,
    references: [],
    relations: {},
    ...(joins.length > 0 && { joins }),
  };
  classes.set(found, definition);
  return found;
}

/** By definition: relations are read when they are asked for, as they lead in circles. */
const classes = new WeakMap<TableDefinition, ClassExpr>();

function isWithin(inner: Span, outer: Span | undefined): boolean {
  return outer !== undefined && inner.file === outer.file;
}

/** Whether a class is derived from Objection's `Model`, through mixins too, or has what only its models have. */
function isModel(found: ClassExpr, ask: Ask): boolean {
  if (found.members.some(({ name, static: shared }) => shared && TELLING.test(name))) return true;
  return found.extends !== null && isBase(found.extends, ask, 0);
}

function isBase(expr: Expr, ask: Ask, depth: number): boolean {
  if (depth > DEEPEST) return false;
  const inner = ask.follow(expr);
  switch (inner.kind) {
    case "import":
      return inner.specifier === "objection" && /^(?:Model|default|\*)$/.test(inner.name);
    case "member":
      return isBase(inner.of, ask, depth + 1);
    case "class":
      return isModel(inner, ask);
    // DbErrors(Model), compose(timestamps, softDelete)(Model), mixin(Model, [timestamps])
    case "call":
      return [...inner.args, inner.callee].some((item) => isBase(item, ask, depth + 1));
    default:
      return false;
  }
}

/** The models that an expression may stand for: the class, a name for it, one that is bound to a connection. */
export function modelsOf(expr: Expr, ask: Ask): TableDefinition[] {
  const found = classesOf(expr, ask, 0).map((one) => ask.definition(one));
  return [...new Set(found.filter((definition) => definition?.client === "objection"))] as TableDefinition[];
}

function classesOf(expr: Expr, ask: Ask, depth: number): ClassExpr[] {
  if (depth > DEEPEST) return [];
  const next = (inner: Expr) => classesOf(inner, ask, depth + 1);
  const inner = resultOf(expr, ask);
  switch (inner.kind) {
    case "class":
      return [inner];
    case "typed": {
      // ModelClass<User>, typeof User
      const { type, at } = inner;
      const [of] = type.args;
      return next(
        typeExpr(/^Model(?:Class|Constructor)$|^PartialModel/.test(type.name) && of ? of : type, at),
      );
    }
    case "parameter": {
      if (inner.type) return next({ kind: "typed", name: inner.name, type: inner.type, at: inner.at });
      const given = ask.given(inner);
      return given ? next(given) : [];
    }
    case "either":
      return inner.options.flatMap(next);
    case "member": {
      // row.constructor
      const owner = inner.property === "constructor" ? resultOf(inner.of, ask) : null;
      return owner?.kind === "new" ? next(owner.callee) : [];
    }
    case "call": {
      const callee = ask.follow(inner.callee);
      return callee.kind === "member" && /^bind(?:Knex|Transaction)$/.test(callee.property)
        ? next(callee.of)
        : [];
    }
    default:
      return [];
  }
}

/** The entries of `relationMappings`, an object or a function that gives one; of the class and of those that it extends. */
function relationEntries(found: ClassExpr, ask: Ask, depth = 0): Map<string, Expr> {
  const parent = found.extends && depth < DEEPEST ? classOf(found.extends, ask) : null;
  const entries = parent ? relationEntries(parent, ask, depth + 1) : new Map<string, Expr>();
  const told = found.members.find((member) => member.static && member.name === "relationMappings")?.init;
  const given = told && ask.follow(told);
  const inner = given?.kind === "function" ? ask.apply(given, []) : given;
  const object = inner && resultOf(inner, ask);
  if (object?.kind === "object")
    for (const { key, value } of eachEntry(object, ask)) if (key !== null) entries.set(key, value);
  return entries;
}

/** What a model's relation of that name leads to; null where the model has none. */
export function relationOf(model: TableDefinition, name: string, ask: Ask): Relation | null {
  const found = classes.get(model);
  const mapping = found && relationEntries(found, ask).get(name);
  if (!found || !mapping) return null;
  const join = entryOf(mapping, "join", ask);
  const to = join && entryOf(join, "to", ask);
  const joined = to && columnTable(to, ask);
  const target = targetOf(mapping, joined, ask);
  const table = target?.name ?? joined;
  return {
    tables: table ? [table] : [],
    through: throughOf(found, name, ask),
    targets: target ? [target] : [],
  };
}

/** The relation that a text names, any of a few, of whichever model it may be about. */
export function related(models: readonly TableDefinition[], name: Expr, ask: Ask): Relation | null {
  return together(name, ask, (text) => models.flatMap((model) => relationOf(model, text, ask) ?? []));
}

/** A relation of that name, whichever model has it, where all of that name lead to one table. */
export function relationAnywhere(name: Expr, ask: Ask): Relation | null {
  return together(name, ask, (text) => {
    const found = allModels(ask).flatMap(({ definition }) => relationOf(definition, text, ask) ?? []);
    const tables = new Set(
      found.flatMap((one) => one.tables.map(({ schema, table }) => `${schema}.${table}`)),
    );
    return tables.size === 1 ? found : [];
  });
}

/** All that the relations of each name that a text may be lead to, each table once; null where one of them has none. */
function together(name: Expr, ask: Ask, of: (text: string) => readonly Relation[]): Relation | null {
  const found = ask.names(name).map(({ table }) => (table === null ? [] : of(table)));
  if (found.length === 0 || found.some((relations) => relations.length === 0)) return null;
  const all = found.flat();
  const once = (names: readonly TableName[]) => [
    ...new Map(names.map((item) => [`${item.schema}.${item.table}`, item])).values(),
  ];
  return {
    tables: once(all.flatMap(({ tables }) => tables)),
    through: once(all.flatMap(({ through }) => through)),
    targets: [...new Set(all.flatMap(({ targets }) => targets))],
  };
}

/** `modelClass: Animal`, `() => Animal`, `require("./animal")`, `path.join(__dirname, "animal")`, `"animal"`. */
function targetOf(mapping: Expr, table: TableName | null, ask: Ask): TableDefinition | null {
  const given = entryOf(mapping, "modelClass", ask);
  if (!given) return null;
  const inner = resultOf(given, ask);
  const found =
    inner.kind === "object"
      ? Object.values(inner.entries).map((item) => classOf(item, ask))
      : [classOf(inner, ask)];
  for (const one of found) {
    const definition = one && ask.definition(one);
    if (definition?.client === "objection") return definition;
  }
  const path = inner.kind === "call" ? inner.args.at(-1) : inner;
  const text = path && lastText(path, ask);
  if (!text) return null;
  // The join says which table it is: files of one name have models of several.
  const named = allModels(ask).filter(
    ({ names, definition }) =>
      names.has(withoutEnding(text.split("/").at(-1) ?? "")) &&
      (!table?.table || definition.name.table === table.table),
  );
  const best = Math.max(...named.map(({ at }) => shared(at.file, given.at.file)));
  const [first, second] = named.filter(({ at }) => shared(at.file, given.at.file) === best);
  return first && !second ? first.definition : null;
}

interface Model {
  definition: TableDefinition;
  /** Of its class, and of the file that it is in. */
  names: ReadonlySet<string>;
  at: Span;
}

const MODELS = Symbol("the models of Objection");

/** The workspace's models. */
function allModels(ask: Ask): readonly Model[] {
  return ask.gather<readonly Model[]>(MODELS, [], (sources) =>
    sources.flatMap((source) => {
      const definition = source.kind === "class" ? ask.definition(source) : null;
      if (source.kind !== "class" || definition?.client !== "objection") return [];
      const base = withoutEnding(source.at.file.split("/").at(-1) ?? "");
      return [{ definition, names: new Set([source.name, base]), at: source.at }];
    }),
  );
}

function withoutEnding(file: string): string {
  return file.replace(/\.[cm]?[jt]sx?$/, "");
}

/** The end of a text whose beginning may not be known: `${__dirname}/animal`. */
function lastText(expr: Expr, ask: Ask): string | null {
  const inner = ask.follow(expr);
  const last = inner.kind === "concat" ? inner.parts.at(-1) : inner;
  return last ? ask.text(last) : null;
}

function throughOf(found: ClassExpr, relation: string, ask: Ask): TableName[] {
  const mapping = relationEntries(found, ask).get(relation);
  const join = mapping && entryOf(mapping, "join", ask);
  const through = join && entryOf(join, "through", ask);
  const from = through && entryOf(through, "from", ask);
  const table = from && columnTable(from, ask);
  return table ? [table] : [];
}

/** The table of `"users.id"`, alone or the first of a list. */
function columnTable(expr: Expr, ask: Ask): TableName | null {
  const inner = ask.follow(expr);
  const [first] = inner.kind === "array" ? inner.items : [inner];
  const table = first && tableOfColumn(first, ask);
  return table?.table ? { ...table, table: asStored(table.table, expr.at.file, ask) } : (table ?? null);
}

/** What is done to the tables of a relation, named where it is asked for. */
export function relationNamed(relation: Relation, operation: Named["operation"], at: Span): Named[] {
  return [...relation.tables, ...relation.through].map((name) => ({ name: { ...name, at }, operation }));
}
