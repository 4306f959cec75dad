/**
 * Whose table is an index on? DROP INDEX, ALTER INDEX and REINDEX name the index alone; the statement
 * that made it names the table, wherever in the workspace that one stands.
 */
import type { SqlReference } from "./model.ts";

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
 * @returns a function that puts a table in the place of an index: one reference for each table that it may be on,
 * none where there need not be such an index, and the reference as it is where nothing is known
 */
export function indexes(
  statements: Iterable<{ file: string; statement: { references: readonly SqlReference[] } }>,
  home: (file: string) => string | null,
): (reference: SqlReference, file: string) => readonly SqlReference[] {
  const made = new Map<string, Made[]>();
  const formerly = new Map<string, Former[]>();
  for (const { file, statement } of statements)
    for (const { schema, table, makes, index } of statement.references) {
      if (table !== null)
        for (const name of makes ?? []) add(made, name, { schema, table, home: home(file) });
      if (index?.to !== undefined) add(formerly, index.to, { name: index.name, home: home(file) });
    }

  return (reference, file) => {
    const { index, schema, perhaps } = reference;
    if (index === undefined) return [reference];
    const found = madeAs(index.name, home(file), new Set()).filter(
      (item) => schema === null || item.schema === null || item.schema === schema,
    );
    const tables = new Map(found.map((item) => [`${item.schema}\0${item.table}`, item]));
    if (tables.size === 0) return perhaps ? [] : [reference];
    return [...tables.values()].map((item) => ({
      ...reference,
      schema: item.schema ?? schema,
      table: item.table,
      reason: null,
      perhaps: false,
    }));
  };

  /** Each service's database has indexes of its own: its own code says best which ones. */
  function madeAs(name: string, service: string | null, seen: Set<string>): Made[] {
    const id = `${name}\0${service}`;
    if (seen.has(id)) return [];
    seen.add(id);
    const former = (formerly.get(name) ?? []).flatMap((one) => madeAs(one.name, one.home, seen));
    const all = [...(made.get(name) ?? []), ...former];
    const own = all.filter((item) => item.home === service);
    return own.length > 0 ? own : all;
  }
}

function add<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const known = lists.get(name);
  if (known) known.push(item);
  else lists.set(name, [item]);
}
