/** How MikroORM names tables and columns: with underscores, or as the code spells them. */
import type { Expr } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";
import { resultOf } from "./builders.ts";
import type { Naming } from "./entity-shapes.ts";
import { settingOf } from "./mapper-settings.ts";

/** Calls that take a connection's options. */
export const OPENINGS =
  /^(?:MikroORM|MikroORM\.init(?:Sync)?|defineConfig|MikroOrmModule\.forRoot(?:Async)?)$/;

const DEEPEST = 6;

type Way = "underscore" | "as-is" | "own";

export interface MikroNaming extends Naming {
  /** Null where a strategy of the workspace's own names it. */
  table(name: string | null, className: string): string | null;
  /** The schema in which tables stand that say none. */
  schema: string | null;
}

/** How a file's connection names tables and columns that say no name themselves. */
export function mikroNaming(file: string, ask: Ask): MikroNaming {
  const given = settingOf("namingStrategy", file, OPENINGS, ask);
  const way = given ? wayOf(given, ask) : "underscore";
  const schema = settingOf("schema", file, OPENINGS, ask);
  const cased = (name: string) => (way === "own" ? null : way === "as-is" ? name : underscore(name));
  const join = (first: string, second: string) => cased(`${first}_${second}`);
  return {
    schema: schema && ask.text(schema),
    table: (name, className) => name ?? cased(className),
    column: (property, name, prefixes) => {
      const column = name ?? cased(property);
      return column === null ? null : prefixes.join("") + column;
    },
    key: (relation, { column }) => {
      const name = cased(relation);
      return name === null ? null : way === "as-is" ? name : `${name}_${column}`;
    },
    prefix: (property) => {
      const name = cased(property);
      return name === null ? null : `${name}_`;
    },
    join: (own: TableName, property: string) => {
      const table = own.table === null ? null : join(own.table, property);
      return table === null ? null : { schema: own.schema, table, reason: null, at: own.at };
    },
    // Releases differ in it.
    joinColumns: () => null,
  };
}

function wayOf(expr: Expr, ask: Ask, depth = 0): Way {
  const inner = resultOf(expr, ask);
  if (depth > DEEPEST) return "own";
  if (inner.kind === "new") return wayOf(inner.callee, ask, depth + 1);
  if (inner.kind === "import" || inner.kind === "member") {
    const name = inner.kind === "import" ? inner.name : inner.property;
    return name === "UnderscoreNamingStrategy"
      ? "underscore"
      : name === "EntityCaseNamingStrategy"
        ? "as-is"
        : "own";
  }
  if (inner.kind !== "class" || !inner.extends) return "own";
  const overrides = inner.members.some(({ name }) =>
    /^(?:classToTableName|joinTableName|propertyToColumnName|joinColumnName|joinKeyColumnName)$/.test(name),
  );
  return overrides ? "own" : wayOf(inner.extends, ask, depth + 1);
}

/** MikroORM's own: only a small letter before a great one parts words. */
export function underscore(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}
