/** How TypeORM names tables and columns: its own way, `typeorm-naming-strategies`' way, with a connection's prefix. */
import type { Expr } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";
import { resultOf } from "./builders.ts";
import { snakeCase } from "./entities.ts";
import type { Naming } from "./entity-shapes.ts";
import { settingOf } from "./mapper-settings.ts";

/** Calls that take a connection's options. */
export const OPENINGS = /^(?:DataSource|createConnection|.*\.DataSource|TypeOrmModule\.forRoot(?:Async)?)$/;

const DEEPEST = 6;

/** Who names: TypeORM itself, the strategy of snake case, or what the workspace wrote; by what it overrides. */
interface Strategy {
  snake: boolean;
  ownTables: boolean;
  ownColumns: boolean;
}

export interface TypeormNaming extends Naming {
  /** With the connection's prefix; null where a strategy of the workspace's own names it, or nobody knows the prefix. */
  table(name: string | null, className: string): string | null;
}

/** How a file's connection names tables and columns that say no name themselves. */
export function typeormNaming(file: string, ask: Ask): TypeormNaming {
  const given = settingOf("namingStrategy", file, OPENINGS, ask);
  const { snake, ownTables, ownColumns } = given ? strategyOf(given, ask) : DEFAULT;
  const prefixed = settingOf("entityPrefix", file, OPENINGS, ask);
  const prefix = prefixed ? ask.text(prefixed) : "";
  const withPrefix = (table: string | null) => (table === null || prefix === null ? null : prefix + table);
  const bare = (table: string) => (prefix && table.startsWith(prefix) ? table.slice(prefix.length) : table);
  const joinColumn = (table: string, { property, column }: { property: string; column: string }) =>
    snake ? snakeCase(`${table}_${column || property}`) : camelCase(`${table}_${column || property}`);
  return {
    table: (name, className) => withPrefix(name ?? (ownTables ? null : snakeCase(className))),
    column: (property, name, prefixes) => {
      if (ownColumns) return prefixes.length > 0 ? null : name;
      if (snake) return snakeCase(prefixes.concat("").join("_")) + (name ?? snakeCase(property));
      const column = name ?? property;
      return prefixes.length > 0 ? camelCase(prefixes.join("_")) + titleCase(column) : column;
    },
    key: (relation, { property }) =>
      ownColumns ? null : snake ? snakeCase(`${relation}_${property}`) : camelCase(`${relation}_${property}`),
    prefix: (property) => property,
    join: (own, property, other) => {
      if (own.table === null || other.table === null || ownTables) return null;
      const table = withPrefix(
        snakeCase(`${bare(own.table)}_${property.replaceAll(".", "_")}_${bare(other.table)}`),
      );
      return { schema: own.schema, table, reason: null, at: own.at };
    },
    joinColumns: (own, keys, other, others) => {
      if (ownColumns || own.table === null || other.table === null) return null;
      const mine = keys.map((key) => joinColumn(bare(own.table ?? ""), key));
      const its = others.map((key) => joinColumn(bare(other.table ?? ""), key));
      // An entity joined with itself: the columns are counted.
      return mine.some((column) => its.includes(column))
        ? [...mine.map((column) => `${column}_1`), ...its.map((column) => `${column}_2`)]
        : [...mine, ...its];
    },
  };
}

/** Why a table's name is not known. */
export function unknownReason(file: string, ask: Ask): string {
  return settingOf("namingStrategy", file, OPENINGS, ask)
    ? "a naming strategy of its own makes the table's name"
    : "the prefix of all tables is not known before it runs";
}

/** A tree's table of paths. */
export function closureOf(name: TableName): TableName {
  return { ...name, table: name.table === null ? null : `${name.table}_closure` };
}

const DEFAULT: Strategy = { snake: false, ownTables: false, ownColumns: false };
const UNKNOWN: Strategy = { snake: false, ownTables: true, ownColumns: true };

function strategyOf(expr: Expr, ask: Ask, depth = 0): Strategy {
  const made = resultOf(expr, ask);
  const inner = made.kind === "new" ? ask.follow(made.callee) : made;
  if (depth > DEEPEST) return UNKNOWN;
  if (inner.kind === "import" || inner.kind === "member") {
    const name = inner.kind === "import" ? inner.name : inner.property;
    if (name === "DefaultNamingStrategy") return DEFAULT;
    return /^Snake(?:Case)?NamingStrategy$/.test(name) ? { ...DEFAULT, snake: true } : UNKNOWN;
  }
  if (inner.kind !== "class") return UNKNOWN;
  const base = inner.extends ? strategyOf(inner.extends, ask, depth + 1) : DEFAULT;
  const overrides = (names: RegExp) => inner.members.some(({ name }) => names.test(name));
  return {
    snake: base.snake,
    ownTables: base.ownTables || overrides(/^(?:tableName|prefixTableName|joinTableName)$/),
    ownColumns:
      base.ownColumns ||
      overrides(/^(?:columnName|joinColumnName|joinTableColumnName|joinTableInverseColumnName)$/),
  };
}

/** TypeORM's own: a letter after a separator is made great, the first one small. */
function camelCase(text: string): string {
  return text.replace(/^([A-Z])|[\s\-_](\w)/g, (_, first, after) =>
    after ? after.toUpperCase() : first.toLowerCase(),
  );
}

function titleCase(text: string): string {
  return text.replace(/\w\S*/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
}
