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

/** A table as it stands after all migrations, with the places that made and dropped it. */
export function headOf(table: ReplayedTable, place: (span: Span) => Place): HeadTable {
  const { service, engine, schema, name, object, columns, createdAt, droppedAt, formerNames } = table;
  return {
    service,
    engine,
    schema,
    name,
    object,
    columns,
    createdAt: place(createdAt),
    droppedAt: droppedAt && place(droppedAt),
    formerNames,
  };
}

/**
 * Each name of a service's once, as its own engine has it where there is a history for each of several, and what the
 * histories of other engines say of it beside.
 */
export function headsByEngine(
  manifest: Manifest,
  heads: readonly HeadTable[],
): { heads: HeadTable[]; otherHeads: HeadTable[] } {
  const first = new Map<string, HeadTable>();
  const rank = ({ service, engine, droppedAt }: HeadTable) =>
    Number(droppedAt === null) * 2 + Number(engine === serviceByName(manifest, service)?.dialect);
  const keyOf = ({ service, schema, name }: HeadTable) => JSON.stringify([service, schema, name]);
  for (const head of heads) {
    if (head.engine === null) continue;
    const known = first.get(keyOf(head));
    if (!known || rank(head) > rank(known)) first.set(keyOf(head), head);
  }
  const isMain = (head: HeadTable) => {
    const main = first.get(keyOf(head));
    return !main || main.engine === head.engine;
  };
  const { heads: own = [], others = [] } = Object.groupBy(heads, (head) =>
    isMain(head) ? "heads" : "others",
  );
  return { heads: own, otherHeads: others };
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
