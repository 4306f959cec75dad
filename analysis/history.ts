/** What the migrations say of a name: who made it, who gave it up, and what is owned on paper alone. */
import { serviceByName } from "../manifest/lookup.ts";
import type { Manifest } from "../manifest/model.ts";
import { matchTable } from "../manifest/pattern.ts";
import type { Joinable } from "./joinable.ts";
import type { HeadTable, MissingTable, Place, Related, Span } from "./model.ts";
import type { Named } from "./named.ts";
import type { ReplayedTable } from "./replay.ts";

/** What the migrations say of a name: who made it, who gave it up. */
export class History {
  private readonly former = new Map<string, string[]>();
  private readonly tables: ReadonlyMap<string, readonly ReplayedTable[]>;
  private readonly place: (span: Span) => Place;

  constructor(tables: readonly ReplayedTable[], place: (span: Span) => Place) {
    this.tables = Map.groupBy(tables, ({ service }) => service);
    this.place = place;
    for (const { schema, name, service, droppedAt } of tables) {
      if (!droppedAt) continue;
      const key = `${schema}\0${name}`;
      this.former.set(key, [...new Set([...(this.former.get(key) ?? []), service])]);
    }
  }

  formerOwners(schema: string, name: string): string[] {
    return this.former.get(`${schema}\0${name}`) ?? [];
  }

  /** The table that a service's migrations made for an entry of `owns`. */
  find(service: string, matches: (table: ReplayedTable) => boolean): ReplayedTable | null {
    const all = (this.tables.get(service) ?? []).filter(matches);
    return all.find(({ droppedAt }) => droppedAt === null) ?? all[0] ?? null;
  }

  origin(manifest: Manifest, owners: readonly string[], { schema, table }: Named): Related | null {
    for (const owner of owners) {
      const schemas = serviceByName(manifest, owner)?.schemas ?? [];
      const found = this.find(
        owner,
        (item) =>
          item.name === table && (schema === null || item.schema === schema || schemas.includes(schema)),
      );
      if (found) {
        const at = this.place(found.createdAt);
        return { at, message: `created in ${at.file}:${at.line}` };
      }
    }
    return null;
  }
}

export function headOf(table: ReplayedTable, place: (span: Span) => Place): HeadTable {
  const { service, schema, name, object, columns, createdAt, droppedAt, formerNames } = table;
  return {
    service,
    schema,
    name,
    object,
    columns,
    createdAt: place(createdAt),
    droppedAt: droppedAt && place(droppedAt),
    formerNames,
  };
}

/** Entries of `owns` that no migration makes, or that one dropped. */
export function missingTables(
  { manifest, unreplayed, definitions, territory }: Joinable,
  history: History,
  place: (span: Span) => Place,
): MissingTable[] {
  const found: MissingTable[] = [];
  for (const service of manifest.services) {
    // Migrations written in code that do more than is known are not replayed: nothing is claimed of them.
    if (service.external || unreplayed.has(service.name)) continue;
    for (const pattern of service.owns) {
      const made = history.find(service.name, (table) =>
        matchTable(pattern, table.schema, table.name, service.schemas),
      );
      if (made && !made.droppedAt) continue;
      // A mapper's own schema makes tables, too.
      const mapped = definitions.some(
        ({ definition: { name, joins = [] }, file }) =>
          [name, ...joins.map((join) => join.name)].some(
            ({ schema, table }) =>
              table !== null && matchTable(pattern, schema ?? service.schema, table, service.schemas),
          ) && territory.of(file).some((belonging) => belonging.service === service.name),
      );
      if (mapped) continue;
      found.push({
        service: service.name,
        schema: pattern.schema,
        table: pattern.table,
        pattern: pattern.table.includes("*"),
        at: pattern.at,
        droppedAt: made?.droppedAt ? place(made.droppedAt) : null,
      });
    }
  }
  return found;
}
