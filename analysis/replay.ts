/**
 * Each service's migrations, replayed in order without a database: the tables at their head, and
 * every name that a table ever had.
 */

import type { Manifest, Service } from "../manifest/model.ts";
import type { FileFacts, SchemaChange, Span, TableKind } from "./model.ts";
import { migrationName } from "./sql/mod.ts";

export interface ReplayedTable {
  service: string;
  /** As the migration says it; the service's own where it names none. */
  schema: string;
  name: string;
  object: TableKind;
  columns: string[];
  createdAt: Span;
  droppedAt: Span | null;
  formerNames: string[];
}

/** A service's migration files in the order in which a runner applies them, down files left out. */
export function migrationOrder(files: readonly string[]): string[] {
  return files
    .filter((file) => !migrationName(file)?.down)
    .sort((a, b) => compareVersions(versionOf(a), versionOf(b)) || (a < b ? -1 : a > b ? 1 : 0));
}

/** By number where both are numbers of any length, else by code units. */
function compareVersions(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) {
    const [first, second] = [BigInt(a), BigInt(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function versionOf(file: string): string {
  return migrationName(file)?.version ?? file;
}

/**
 * @param files facts of every `.sql` file, by path
 * @param migrationsOf a service's migration files
 */
export function replay(
  manifest: Manifest,
  files: ReadonlyMap<string, FileFacts>,
  migrationsOf: (service: string) => readonly string[],
): ReplayedTable[] {
  return manifest.services.flatMap((service) =>
    replayService(service, migrationOrder(migrationsOf(service.name)), files),
  );
}

function replayService(
  service: Service,
  order: readonly string[],
  files: ReadonlyMap<string, FileFacts>,
): ReplayedTable[] {
  const live = new Map<string, ReplayedTable>();
  const gone: ReplayedTable[] = [];
  for (const file of order) {
    let path = service.schema;
    for (const statement of files.get(file)?.sql?.statements ?? []) {
      if (statement.down) continue;
      for (const change of statement.changes) {
        if (change.kind === "search-path") path = change.path[0] ?? service.schema;
        else apply(change, path);
      }
    }
  }
  return [...live.values(), ...gone];

  function apply(change: SchemaChange, path: string): void {
    const schema = change.schema ?? path;
    const key = `${schema}\0${change.name}`;
    const table = live.get(key);
    switch (change.kind) {
      case "create":
        if (change.temporary || (table && change.ifNotExists)) return;
        if (table) {
          // CREATE OR REPLACE VIEW, or a second CREATE that the server would refuse: the first one stays the origin.
          table.columns = change.columns;
          return;
        }
        live.set(key, {
          service: service.name,
          schema,
          name: change.name,
          object: change.object,
          columns: [...change.columns],
          createdAt: change.at,
          droppedAt: null,
          formerNames: [],
        });
        return;
      case "drop":
        if (!table) return;
        live.delete(key);
        gone.push({ ...table, droppedAt: change.at });
        return;
      case "rename":
        if (!table) return;
        live.delete(key);
        live.set(`${schema}\0${change.to}`, {
          ...table,
          name: change.to,
          formerNames: [...table.formerNames, table.name],
        });
        gone.push({ ...table, droppedAt: change.at });
        return;
      case "set-schema":
        if (!table) return;
        live.delete(key);
        live.set(`${change.to}\0${change.name}`, { ...table, schema: change.to });
        gone.push({ ...table, droppedAt: change.at });
        return;
      case "drop-schema":
        for (const [at, item] of live) {
          if (item.schema !== change.name) continue;
          live.delete(at);
          gone.push({ ...item, droppedAt: change.at });
        }
        return;
      case "add-column":
        if (table && !table.columns.includes(change.column)) table.columns.push(change.column);
        return;
      case "drop-column":
        if (table) table.columns = table.columns.filter((column) => column !== change.column);
        return;
      case "rename-column":
        if (table)
          table.columns = table.columns.map((column) => (column === change.column ? change.to : column));
        return;
      case "create-schema":
      case "search-path":
        return;
    }
  }
}
