/**
 * Tables behind other names. DROP INDEX, ALTER INDEX and REINDEX name the index alone; the statement
 * that made it names the table, wherever in the workspace that one stands. DROP SCHEMA … CASCADE names
 * the schema, and the migrations say what is in it.
 */
import type { SqlReference } from "./model.ts";
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
 * @param home the service whose code is a file
 * @returns a function that puts tables in the place of an index or a schema: one reference for each table that it may be,
 * none where there need not be any, and the reference as it is where nothing is known
 */
export function behind(
  statements: Iterable<{ file: string; statement: { references: readonly SqlReference[] } }>,
  replayed: readonly ReplayedTable[],
  home: (file: string) => string | null,
): (reference: SqlReference, file: string) => readonly SqlReference[] {
  const makers = new Map<string, Made[]>();
  const formerly = new Map<string, Former[]>();
  for (const { file, statement } of statements)
    for (const { schema, table, makes, index } of statement.references) {
      if (table !== null)
        for (const name of makes ?? []) add(makers, name, { schema, table, home: home(file) });
      if (index?.to !== undefined) add(formerly, index.to, { name: index.name, home: home(file) });
    }

  return (reference, file) => {
    const { index, schema, perhaps } = reference;
    if (index === undefined) {
      if (reference.table !== null || schema === null || !perhaps) return [reference];
      const all = replayed.filter((table) => table.schema === schema);
      const own = all.filter(({ service }) => service === home(file));
      return (own.length > 0 ? own : all).map(({ name }) => found(reference, schema, name));
    }
    const made = madeAs(index.name, home(file), new Set()).filter(
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

function found(reference: SqlReference, schema: string | null, table: string): SqlReference {
  return { ...reference, schema, table, reason: null, perhaps: false };
}

function add<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const known = lists.get(name);
  if (known) known.push(item);
  else lists.set(name, [item]);
}
