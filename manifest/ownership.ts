/**
 * What only all services together can say: whose folder, whose table, and is each road one that its
 * owner knows.
 */
import type { ManifestProblem, Place, Service, TablePattern, Use } from "./model.ts";
import { didYouMean, show } from "./nearest.ts";
import { hasStar, includesPattern, tableText } from "./pattern.ts";
import type { LoadedService } from "./service.ts";

/**
 * @param services those whose own entries are sound
 * @param written the names of all, so that a mistake in one makes no second one of every mention
 */
export function ownershipProblems(
  services: readonly LoadedService[],
  written: ReadonlySet<string>,
): ManifestProblem[] {
  const byName = new Map(services.map(({ service }) => [service.name, service]));
  return [
    ...sharedFolders(services),
    ...sharedTables(services),
    ...services.flatMap(({ service }) => [
      ...repeatedTables(service),
      ...foreignPublications(service),
      ...service.uses.flatMap((use) => useProblems(service, use, byName, written)),
    ]),
  ];
}

/** Nested folders are well: the deepest wins. The same folder twice has no deepest. */
function* sharedFolders(services: readonly LoadedService[]): Generator<ManifestProblem> {
  const kinds = ["path", "migrations"] as const;
  for (const kind of kinds) {
    const owners = new Map<string, string>();
    for (const { service, pathPlaces, migrationPlaces } of services) {
      const [folders, places] =
        kind === "path" ? [service.paths, pathPlaces] : [service.migrations, migrationPlaces];
      for (const [index, folder] of folders.entries()) {
        const at = places[index] ?? null;
        const other = owners.get(folder);
        owners.set(folder, other ?? service.name);
        if (other === undefined || at === null) continue;
        const shown = show(folder || ".");
        const message =
          other === service.name
            ? `${show(kind)} ${shown} is listed twice`
            : `${show(kind)} ${shown} is also that of service ${show(other)}: whose code it is cannot be told`;
        yield { at, message };
      }
    }
  }
}

/** Two owners of one table behind one variable cannot be told apart. Which deployments bring others together is a rule's question. */
function* sharedTables(services: readonly LoadedService[]): Generator<ManifestProblem> {
  const groups = Map.groupBy(
    services.filter(({ databaseKey }) => databaseKey !== null),
    ({ databaseKey }) => databaseKey,
  );
  for (const group of groups.values()) {
    if (group.length > 1) yield* collisions(group.map(({ service }) => service));
  }
}

interface Owned {
  service: Service;
  pattern: TablePattern;
}

function* collisions(services: readonly Service[]): Generator<ManifestProblem> {
  const all = services.flatMap((service) => service.owns.map((pattern) => ({ service, pattern })));
  const exact = new Map<string, Owned[]>();
  const starred: Owned[] = [];
  for (const owned of all) {
    if (hasStar(owned.pattern)) starred.push(owned);
    else {
      const list = exact.get(owned.pattern.table);
      if (list === undefined) exact.set(owned.pattern.table, [owned]);
      else list.push(owned);
    }
  }
  for (const owned of all) {
    const rivals = [...(exact.get(owned.pattern.table) ?? []), ...starred];
    const rival = rivals.find((other) => other.service !== owned.service && covers(other, owned));
    if (rival === undefined) continue;
    const message = `table ${show(tableText(owned.pattern))} is also owned by ${show(rival.service.name)} (${lineOf(rival.pattern.at, owned.pattern.at)}), in the same schema of the same database`;
    yield { at: owned.pattern.at, message };
  }
}

/** Whether `other` covers `owned`; of two equal entries the later one is at fault. */
function covers(other: Owned, owned: Owned): boolean {
  return stands(owned).some((inner) => {
    const within = stands(other).some((outer) => includesPattern(outer, inner, []));
    const equal = within && stands(other).some((outer) => includesPattern(inner, outer, []));
    return within && (!equal || isEarlier(other.pattern.at, owned.pattern.at));
  });
}

/** Deployment-given schemas are left out: each is named like its one service. */
function stands({ service, pattern }: Owned): TablePattern[] {
  return [{ ...pattern, schema: pattern.schema ?? service.schema }];
}

function isEarlier(a: Place, b: Place): boolean {
  if (a.file !== b.file) return a.file < b.file;
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}

function lineOf(at: Place, from: Place): string {
  return at.file === from.file ? `line ${at.line}` : `${at.file}:${at.line}`;
}

function repeatedTables({ owns, schema }: Service): ManifestProblem[] {
  const seen = new Set<string>();
  return owns.flatMap((pattern) => {
    const key = tableText({ ...pattern, schema: pattern.schema ?? schema });
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ at: pattern.at, message: `table ${show(tableText(pattern))} is listed twice` }];
  });
}

function foreignPublications(service: Service): ManifestProblem[] {
  return service.publishes
    .filter((published) => !owns(service, published))
    .map((published) => {
      const name = tableText(published);
      const hint = didYouMean(name, service.owns.map(tableText));
      return {
        at: published.at,
        message: `"publishes" names ${show(name)}, which is not under "owns"${hint}`,
      };
    });
}

function owns(service: Service, table: TablePattern | Use): boolean {
  return service.owns.some((pattern) => includesPattern(pattern, table, service.schemas));
}

function useProblems(
  service: Service,
  use: Use,
  services: ReadonlyMap<string, Service>,
  written: ReadonlySet<string>,
): ManifestProblem[] {
  const said = (message: string) => [{ at: use.at, message }];
  const target = services.get(use.service);
  const table = show(tableText(use));
  if (use.service === service.name)
    return said(`"uses" names ${table} of the service itself: its own tables need no entry`);
  if (target === undefined) {
    if (written.has(use.service)) return [];
    return said(`"uses" names an unknown service ${show(use.service)}${didYouMean(use.service, written)}`);
  }
  if (!owns(target, use)) {
    const hint = didYouMean(tableText(use), target.owns.map(tableText));
    return said(`"uses" names ${table}, which ${show(target.name)} does not own${hint}`);
  }
  if (use.until !== null) return [];
  const published = target.publishes.some((pattern) => includesPattern(pattern, use, target.schemas));
  if (published && use.access === "read") return [];
  const why = published ? "is published for reading only" : `is not published by ${show(target.name)}`;
  return said(
    `"uses" of ${table} lacks "until": the table ${why}, so the entry needs a last day (YYYY-MM-DD)`,
  );
}
