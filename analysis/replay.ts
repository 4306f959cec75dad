/**
 * Each service's migrations, replayed in order without a database: the tables at their head, and
 * every name that a table ever had.
 */

import type { Dialect, Manifest, Service } from "../manifest/model.ts";
import type { SchemaChange, Span, SqlStatement, TableId, TableKind } from "./model.ts";
import { migrationName } from "./sql/mod.ts";

export interface ReplayedTable {
  service: string;
  /** Set where the service keeps a history for each of several engines: the one in whose history it is. */
  engine: Dialect | null;
  /** As the migration says it; the service's own where it names none. */
  schema: string;
  name: string;
  object: TableKind;
  /** Null where they are not known. */
  columns: string[] | null;
  createdAt: Span;
  droppedAt: Span | null;
  formerNames: string[];
}

/** A service's migration files in the order in which a runner applies them, down files left out. */
export function migrationOrder(files: readonly string[]): string[] {
  return files
    .filter((file) => !migrationName(file)?.down)
    .map((file) => ({ file, version: migrationName(file)?.version ?? file }))
    .sort((a, b) => compareNaturally(a.version, b.version) || compareNaturally(a.file, b.file))
    .map(({ file }) => file);
}

/** Numbers by their size, whatever their length, and all else by code units: 2 before 10, `2_a` before `10_a`. */
function compareNaturally(a: string, b: string): number {
  const [first, second] = [a, b].map((text) => text.match(/\d+|\D+/g) ?? []);
  for (let index = 0; ; index++) {
    const [one, other] = [first?.[index], second?.[index]];
    if (one === undefined || other === undefined)
      return Number(one !== undefined) - Number(other !== undefined);
    const numbers = /^\d/.test(one) && /^\d/.test(other);
    const [left, right] = numbers ? [BigInt(one), BigInt(other)] : [one, other];
    if (left !== right) return left < right ? -1 : 1;
  }
}

/**
 * @param changesOf what a migration does on its way up, statement by statement
 * @param migrationsOf a service's migration files
 * @param engineOf the one engine that a migration is for; null where it is for whichever there is
 */
export function replay(
  manifest: Manifest,
  changesOf: (file: string) => Iterable<SchemaChange>,
  migrationsOf: (service: string) => readonly string[],
  engineOf: (file: string) => Dialect | null,
): ReplayedTable[] {
  return manifest.services.flatMap((service) => {
    const files = migrationOrder(migrationsOf(service.name)).map((file) => ({
      file,
      engine: engineOf(file),
    }));
    const engines = new Set(files.flatMap(({ engine }) => engine ?? []));
    const histories = engines.size > 1 ? [...engines].sort() : [null];
    return histories.flatMap((one) => {
      const order = files.filter(({ engine }) => one === null || engine === null || engine === one);
      return replayService(
        service,
        one,
        order.map(({ file }) => file),
        changesOf,
      );
    });
  });
}

/** What a migration's statements do on the way up. */
export function changesOf(statements: readonly SqlStatement[]): SchemaChange[] {
  return statements.flatMap(({ down, changes }) => (down ? [] : changes));
}

function isSame(columns: readonly string[] | null, others: readonly string[] | null): boolean {
  return new Set(columns).symmetricDifference(new Set(others)).size === 0;
}

/** `"$user"` is whoever is connected, and pg_temp and pg_catalog hold nobody's tables. */
function standing(path: readonly string[], usual: string): string[] {
  const plain = path.filter((schema) => schema !== "" && schema !== "$user" && !schema.startsWith("pg_"));
  return plain.length ? plain : [usual];
}

function replayService(
  service: Service,
  engine: Dialect | null,
  order: readonly string[],
  changesOf: (file: string) => Iterable<SchemaChange>,
): ReplayedTable[] {
  const live = new Map<string, ReplayedTable>();
  const gone: ReplayedTable[] = [];
  /** The tables that are partitions or heirs of each. */
  const tied = new Map<ReplayedTable, Set<ReplayedTable>>();
  for (const file of order) {
    // Schemas in which an unqualified name is looked for; the first is where it is created.
    let path = [service.schema];
    for (const change of changesOf(file)) {
      if (change.kind !== "search-path") apply(change, path);
      else path = standing(change.path, service.schema);
    }
  }
  return [...live.values(), ...gone];

  function apply(change: SchemaChange, path: readonly string[]): void {
    if (change.kind === "create" && change.temporary) return;
    const created = change.schema ?? path[0] ?? service.schema;
    const at = change.kind === "create" || change.schema !== null ? created : found(change.name, path);
    const schema = at ?? created;
    const key = `${schema}\0${change.name}`;
    const table = live.get(key);
    switch (change.kind) {
      case "create": {
        if (table && change.ifNotExists) return;
        if (table) {
          // CREATE OR REPLACE VIEW, or a second CREATE that the server would refuse: the first one stays the origin.
          const columns = columnsOf(change, path);
          const same = change.object !== "table" || isSame(table.columns, columns);
          table.columns = same ? columns : null;
          return;
        }
        const made: ReplayedTable = {
          service: service.name,
          engine,
          schema,
          name: change.name,
          object: change.object,
          columns: columnsOf(change, path),
          createdAt: change.at,
          droppedAt: null,
          formerNames: [],
        };
        live.set(key, made);
        for (const one of change.from ?? []) if (one.tied) tie(made, tableOf(one, path));
        return;
      }
      case "drop":
        if (table) drop(table, change.at);
        return;
      case "rename":
        if (!table) return;
        live.delete(key);
        gone.push({ ...table, droppedAt: change.at });
        table.formerNames = [...table.formerNames, table.name];
        table.name = change.to;
        live.set(`${schema}\0${change.to}`, table);
        return;
      case "set-schema":
        if (!table) return;
        live.delete(key);
        gone.push({ ...table, droppedAt: change.at });
        table.schema = change.to;
        live.set(`${change.to}\0${change.name}`, table);
        return;
      case "drop-schema":
        for (const item of [...live.values()]) if (item.schema === change.name) drop(item, change.at);
        return;
      case "add-column":
        reshape(table, (columns) =>
          columns.includes(change.column) ? columns : [...columns, change.column],
        );
        return;
      case "drop-column":
        reshape(table, (columns) => columns.filter((column) => column !== change.column));
        return;
      case "rename-column":
        reshape(table, (columns) => columns.map((column) => (column === change.column ? change.to : column)));
        return;
      case "reshape":
        reshape(table, () => null);
        return;
      case "tie":
        if (table) tie(table, tableOf(change.to, path));
        return;
      case "untie":
        if (table) tied.get(tableOf(change.from, path) ?? table)?.delete(table);
        return;
      case "create-schema":
      case "search-path":
        return;
    }
  }

  /** The table that a statement names, as it is by now. */
  function tableOf({ schema, name }: TableId, path: readonly string[]): ReplayedTable | undefined {
    return live.get(`${schema ?? found(name, path) ?? ""}\0${name}`);
  }

  function columnsOf(
    { columns, from = [] }: SchemaChange & { kind: "create" },
    path: readonly string[],
  ): string[] | null {
    const all: string[] = [];
    for (const one of from) {
      const theirs = tableOf(one, path)?.columns;
      if (!theirs) return null;
      all.push(...theirs);
    }
    const known = [...new Set([...all, ...columns])];
    return known.length > 0 ? known : null;
  }

  function tie(child: ReplayedTable, parent: ReplayedTable | undefined): void {
    if (!parent || parent === child) return;
    tied.set(parent, (tied.get(parent) ?? new Set()).add(child));
  }

  /** With its partitions; heirs it could not go without. */
  function drop(table: ReplayedTable, at: Span): void {
    if (!live.delete(`${table.schema}\0${table.name}`)) return;
    gone.push({ ...table, droppedAt: at });
    for (const child of tied.get(table) ?? []) drop(child, at);
  }

  /** What is done to a table's columns is done to its partitions' and heirs', too. */
  function reshape(
    table: ReplayedTable | undefined,
    change: (columns: string[]) => string[] | null,
    met = new Set<ReplayedTable>(),
  ): void {
    if (!table || met.has(table)) return;
    met.add(table);
    if (table.columns) table.columns = change(table.columns);
    for (const child of tied.get(table) ?? []) reshape(child, change, met);
  }

  /** The first schema of the path that has the table. */
  function found(name: string, path: readonly string[]): string | null {
    return path.find((schema) => live.has(`${schema}\0${name}`)) ?? null;
  }
}
