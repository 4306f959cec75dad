/** Drizzle's table objects: what `pgTable("users", { … })` and its kin stand for. */
import type { Expr } from "../../model.ts";
import type { Ask, TableDefinition, TableName } from "./adapter.ts";
import { eachEntry, innermostCall, resultOf } from "./builders.ts";
import { snakeCase } from "./entities.ts";

const DIALECTS = "(?:pg|mysql|sqlite|singlestore|gel|cockroach|mssql)";
const TABLE = new RegExp(`^${DIALECTS}(?:Table|View|MaterializedView)$`);
const CREATOR = new RegExp(`^${DIALECTS}TableCreator$`);
const SCHEMA = new RegExp(`^${DIALECTS}Schema$`);
const IN_SCHEMA = /^(?:table|view|materializedView)$/;
const ALIAS = /^(?:alias|aliasedTable)$/;

/** Methods of a table object that give it back changed. */
const CHANGED = /^(?:as|existing|enableRLS|with|using|tablespace|withNoData)$/;

const DEEPEST = 12;

/** A defining call, as it is written: its name and what follows that. */
interface Made {
  name: TableName;
  /** The columns, and what else the table has (keys, indexes). */
  args: readonly Expr[];
  call: Expr & { kind: "call" };
}

/** The table or view that an expression is; null where it is none of Drizzle's. */
export function tableName(expr: Expr, ask: Ask): TableName | null {
  return made(expr, ask)?.name ?? null;
}

/** The table that a call such as `pgTable` defines; null where it is none. */
export function defineTable(definition: Expr, ask: Ask): TableDefinition | null {
  const table = definition.kind === "call" ? made(definition, ask) : null;
  if (!table) return null;
  const columns = table.args[0] ? columnsOf(table.args[0], ask) : null;
  const keys = table.args[1] ? foreignKeys(table.args[1], table.call, ask) : [];
  return {
    client: "drizzle",
    name: table.name,
    columns: columns?.map(({ name }) => name) ?? null,
    properties: Object.fromEntries((columns ?? []).map(({ property, name }) => [property, name])),
    references: [...(columns ?? []).flatMap(({ reference }) => reference ?? []), ...keys],
    relations: {},
  };
}

function made(expr: Expr, ask: Ask, depth = 0): Made | null {
  const call = ask.follow(expr);
  if (call.kind !== "call" || depth > DEEPEST) return null;
  const [first, ...rest] = call.args;
  const callee = ask.follow(call.callee);
  const named = (schema: string | null, name = first): Made | null =>
    name && first ? { name: nameOf(name, schema, first, ask), args: rest, call } : null;
  switch (callee.kind) {
    case "import":
      if (TABLE.test(callee.name)) return named(null);
      return ALIAS.test(callee.name) && first ? made(first, ask, depth + 1) : null;
    case "member": {
      const owner = ask.follow(callee.of);
      // pgTable.withRLS("users", …), and pg.pgTable where pg is the whole module.
      if (owner.kind === "import" && (TABLE.test(owner.name) || TABLE.test(callee.property)))
        return named(null);
      // pgSchema("shop").table("orders")
      if (owner.kind === "call" && IN_SCHEMA.test(callee.property) && SCHEMA.test(importedName(owner, ask)))
        return named(owner.args[0] ? ask.text(owner.args[0]) : null);
      return CHANGED.test(callee.property) ? made(callee.of, ask, depth + 1) : null;
    }
    case "call": {
      // pgTableCreator((name) => `app_${name}`)("orders")
      const [rename] = callee.args;
      if (!rename || !first || !CREATOR.test(importedName(callee, ask))) return null;
      return named(null, ask.apply(rename, [first]) ?? first);
    }
    case "function": {
      // A function of one's own around pgTable.
      const result = ask.apply(callee, call.args);
      const inner = result && made(result, ask, depth + 1);
      return inner && { ...inner, name: { ...inner.name, at: first?.at ?? inner.name.at }, call };
    }
    default:
      return null;
  }
}

function nameOf(name: Expr, schema: string | null, place: Expr, ask: Ask): TableName {
  const text = ask.text(name);
  return {
    schema,
    table: text,
    reason: text === null ? "the table object's name is not known" : null,
    at: place.at,
  };
}

/** The name under which a call's function is imported, `pg.pgSchema` included. */
function importedName(call: Expr & { kind: "call" }, ask: Ask): string {
  const callee = ask.follow(call.callee);
  return callee.kind === "import" ? callee.name : callee.kind === "member" ? callee.property : "";
}

interface ColumnDefinition {
  property: string;
  name: string;
  reference: TableDefinition["references"];
}

/** Columns of `{ id: serial("id").primaryKey(), userId: integer("user_id").references(() => users.id) }`. */
function columnsOf(expr: Expr, ask: Ask): ColumnDefinition[] | null {
  const inner = ask.follow(expr);
  // (t) => ({ id: t.serial() })
  const written = inner.kind === "function" ? inner.result : inner;
  const whole = written && resultOf(written, ask);
  if (whole?.kind !== "object") return null;
  const entries = eachEntry(whole, ask);
  // What is spread in and cannot be followed has columns that nobody knows.
  const all = entries.every(({ key }) => key !== null);
  const columns = entries.flatMap(({ key, value }) => (key === null ? [] : [columnOf(key, value, ask)]));
  return all || columns.some(({ reference }) => reference.length) ? columns : null;
}

function columnOf(property: string, value: Expr, ask: Ask): ColumnDefinition {
  const reference: TableDefinition["references"] = [];
  let at = resultOf(value, ask);
  for (let depth = 0; at.kind === "call" && depth < 40; depth++) {
    const callee = at.callee.kind === "alias" ? at.callee.of : at.callee;
    if (callee.kind !== "member") break;
    if (callee.property === "references" && at.args[0]) reference.push(...target(at.args[0], ask));
    const next = resultOf(callee.of, ask);
    if (next.kind !== "call") break;
    at = next;
  }
  const first = at.kind === "call" ? at.args[0] : undefined;
  const name = first ? ask.text(first) : null;
  return { property, name: name ?? (isSnakeCased(ask) ? snakeCase(property) : property), reference };
}

/** `() => users.id` */
function target(expr: Expr, ask: Ask): TableDefinition["references"] {
  const inner = ask.follow(expr);
  const column = inner.kind === "function" ? inner.result : inner;
  return column ? referenced(column, ask) : [];
}

function referenced(column: Expr, ask: Ask): TableDefinition["references"] {
  const inner = column.kind === "alias" ? column.of : column;
  if (inner.kind !== "member") return [];
  const to = tableName(inner.of, ask);
  if (!to) return [];
  // A table that stands for the callback's parameter stands elsewhere.
  const { at } = inner.of;
  const place =
    at.file === inner.at.file && at.start >= inner.at.start && at.end <= inner.at.end ? at : inner.at;
  return [{ to: { ...to, at: place }, at: place }];
}

/** `(t) => [foreignKey({ columns: [t.userId], foreignColumns: [users.id] })]`, a list or an object. */
function foreignKeys(extra: Expr, table: Expr, ask: Ask): TableDefinition["references"] {
  const inner = ask.follow(extra);
  const result = inner.kind === "function" ? ask.apply(inner, [table]) : inner;
  const whole = result && ask.follow(result);
  const items =
    whole?.kind === "array"
      ? whole.items
      : whole?.kind === "object"
        ? eachEntry(whole, ask).map(({ value }) => value)
        : [];
  return items.flatMap((item) => {
    const call = innermostCall(item, ask);
    if (!call?.args[0] || importedName(call, ask) !== "foreignKey") return [];
    const given = ask.follow(call.args[0]);
    const options = given.kind === "function" && given.result ? ask.follow(given.result) : given;
    const columns = options.kind === "object" ? options.entries["foreignColumns"] : undefined;
    const list = columns && ask.follow(columns);
    const [column] = list?.kind === "array" ? list.items : [];
    return column ? referenced(column, ask) : [];
  });
}

const CASING = Symbol("the casing of Drizzle's clients");

/** Columns without a name of their own are named by the client's `casing`. */
function isSnakeCased(ask: Ask): boolean {
  return ask.gather<boolean>(CASING, false, (sources) =>
    sources.some((source) => {
      const args =
        source.kind === "client" ? (source.made?.args ?? []) : source.kind === "call" ? source.args : [];
      return args.some((arg) => {
        const options = arg.kind === "alias" ? arg.of : arg;
        const casing = options.kind === "object" ? options.entries["casing"] : undefined;
        return casing !== undefined && ask.text(casing) === "snake_case";
      });
    }),
  );
}
