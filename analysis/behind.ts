/**
 * Tables behind other names. DROP INDEX, ALTER INDEX and REINDEX name the index alone; the statement
 * that made it names the table, wherever in the workspace that one stands; so it is with DROP TRIGGER in
 * SQLite and MySQL. DROP SCHEMA … CASCADE names the schema, and the migrations say what is in it. A type
 * may be a table's row, unless the service makes a type of that name.
 */
import type { SqlReference, SqlStatement } from "./model.ts";
import type { ReplayedTable } from "./replay.ts";

interface Made {
  schema: string | null;
  table: string;
  /** The service whose code makes it. */
  home: string | null;
}

interface Former {
  name: string;
  /** The service whose code renames it. */
  home: string | null;
}

/**
 * @param builders what clients make without SQL
 * @param home the service whose code is a file
 * @param isOwned whether the manifest names a table by its full name
 * @returns a function that puts tables in the place of an index, a trigger or a schema: one reference for each table that it may be,
 * none where there need not be any, and the reference as it is where nothing is known
 */
export function behind(
  statements: Iterable<{ file: string; statement: Pick<SqlStatement, "references" | "types"> }>,
  builders: Iterable<{ file: string; schema: string | null; table: string | null; makes?: string[] }>,
  replayed: readonly ReplayedTable[],
  home: (file: string) => string | null,
  isOwned: (table: string) => boolean,
): (reference: SqlReference, file: string) => readonly SqlReference[] {
  const makers = new Map<string, Made[]>();
  const formerly = new Map<string, Former[]>();
  const types = new Set<string>();
  const tableNames = new Set(replayed.map(({ name }) => name));
  for (const { file, statement } of statements) {
    for (const type of statement.types ?? []) types.add(`${type}\0${home(file)}`);
    for (const { schema, table, makes, index, operation, access, dependency } of statement.references) {
      if (table !== null)
        for (const name of makes ?? []) add(makers, name, { schema, table, home: home(file) });
      if (index?.to !== undefined) add(formerly, index.to, { name: index.name, home: home(file) });
      if (table !== null && operation === "trigger" && access === "schema" && dependency !== null)
        add(makers, triggerKey(dependency.name), { schema, table, home: home(file) });
    }
  }
  for (const { file, schema, table, makes = [] } of builders)
    if (table !== null) for (const name of makes) add(makers, name, { schema, table, home: home(file) });

  return (reference, file) => {
    const { index, trigger, schema, perhaps, rowType } = reference;
    // Most types are no tables: only a name that is known for one is, and a pattern of "owns" covers any name.
    if (rowType) {
      const { table } = reference;
      const known = table !== null && (tableNames.has(table) || isOwned(table));
      return known && !types.has(`${table}\0${home(file)}`) ? [reference] : [];
    }
    const name = trigger === undefined ? index?.name : triggerKey(trigger);
    if (name === undefined) {
      if (reference.table !== null || schema === null || !perhaps) return [reference];
      const all = replayed.filter((table) => table.schema === schema);
      const own = all.filter(({ service }) => service === home(file));
      return (own.length > 0 ? own : all).map(({ name }) => found(reference, schema, name));
    }
    const made = madeAs(name, home(file), new Set()).filter(
      (item) => schema === null || item.schema === null || item.schema === schema,
    );
    const tables = new Map(made.map((item) => [`${item.schema}\0${item.table}`, item]));
    if (tables.size === 0) return perhaps ? [] : [reference];
    return [...tables.values()].map((item) => found(reference, item.schema ?? schema, item.table));
  };

  /** Each service's database has indexes of its own: its own code says best which ones. */
  function madeAs(name: string, service: string | null, seen: Set<string>): Made[] {
    const id = `${name}\0${service}`;
    if (seen.has(id)) return [];
    seen.add(id);
    const former = (formerly.get(name) ?? []).flatMap((one) => madeAs(one.name, one.home, seen));
    const all = [...(makers.get(name) ?? []), ...former];
    const own = all.filter((item) => item.home === service);
    return own.length > 0 ? own : all;
  }
}

/** Triggers have names of their own beside the indexes, and no case. */
function triggerKey(name: string): string {
  return `\0${name.toLowerCase()}`;
}

function found(reference: SqlReference, schema: string | null, table: string): SqlReference {
  return { ...reference, schema, table, reason: null, perhaps: false };
}

function add<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const known = lists.get(name);
  if (known) known.push(item);
  else lists.set(name, [item]);
}
