/**
 * Two services that own one table in one schema behind one `database` variable: their owners cannot be
 * told apart. Which deployments bring other services together is a rule's question, not the manifest's.
 */
import type { ManifestProblem, Place, TablePattern } from "./model.ts";
import { show } from "./nearest.ts";
import { hasStar, matchName, tableText } from "./pattern.ts";
import type { LoadedService } from "./service.ts";

interface Owned {
  service: string;
  pattern: TablePattern;
  /** The schema in which the entry stands. */
  schema: string;
  /** Its turn in the manifest: of two equal entries, the later one is at fault. */
  turn: number;
}

/** Tables of one name that services own in one database. */
export function* tableCollisions(services: readonly LoadedService[]): Generator<ManifestProblem> {
  const groups = Map.groupBy(services, ({ databaseKey }) => databaseKey);
  for (const [database, group] of groups) {
    if (database !== null && group.length > 1) yield* collisionsWithin(group);
  }
}

function* collisionsWithin(group: readonly LoadedService[]): Generator<ManifestProblem> {
  const all: Owned[] = group
    .flatMap(({ service }) =>
      service.owns.map((pattern) => ({
        service: service.name,
        pattern,
        schema: pattern.schema ?? service.schema,
      })),
    )
    .map((owned, turn) => ({ ...owned, turn }));
  const exact = Map.groupBy(
    all.filter(({ pattern }) => !hasStar(pattern)),
    ({ pattern }) => pattern.table,
  );
  const starred = all.filter(({ pattern }) => hasStar(pattern));
  for (const owned of all) {
    const isRival = (other: Owned) => other.service !== owned.service && outranks(other, owned);
    const rival = exact.get(owned.pattern.table)?.find(isRival) ?? starred.find(isRival);
    if (rival === undefined) continue;
    const table = show(tableText(owned.pattern));
    const where = lineOf(rival.pattern.at, owned.pattern.at);
    const message = `table ${table} is also owned by ${show(rival.service)} (${where}), in the same schema of the same database`;
    yield { at: owned.pattern.at, message };
  }
}

/** Whether `other` covers all of `owned`, and was there first if the two are equal. */
function outranks(other: Owned, owned: Owned): boolean {
  return includes(other, owned) && (other.turn < owned.turn || !includes(owned, other));
}

function includes(outer: Owned, inner: Owned): boolean {
  return matchName(outer.pattern.table, inner.pattern.table) && matchName(outer.schema, inner.schema);
}

function lineOf(at: Place, from: Place): string {
  return at.file === from.file ? `line ${at.line}` : `${at.file}:${at.line}`;
}
