/**
 * What only all services together can say: whose folder, whose table, and is each road one that its
 * owner knows.
 */
import { tableCollisions } from "./collisions.ts";
import type { ManifestProblem, Service, TablePattern } from "./model.ts";
import { didYouMean, show } from "./nearest.ts";
import { includesPattern, type TableName, tableText } from "./pattern.ts";
import type { LoadedService } from "./service.ts";

/**
 * @param services what is sound of each
 * @param names the names of all, so that a mistake in one makes no second one of every mention
 */
export function ownershipProblems(
  services: readonly LoadedService[],
  names: ReadonlySet<string>,
): ManifestProblem[] {
  const byName = new Map(services.map((loaded) => [loaded.service.name, loaded]));
  return [
    ...sharedFolders(services),
    ...tableCollisions(services),
    ...services.flatMap((loaded) => [
      ...repeatedTables(loaded.service),
      ...(loaded.faulty.has("owns") ? [] : foreignPublications(loaded.service)),
      ...useProblems(loaded, byName, names),
    ]),
  ];
}

/** Nested folders are well: the deepest wins. The same folder twice has no deepest. */
function sharedFolders(services: readonly LoadedService[]): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  for (const key of ["paths", "migrations"] as const) {
    const owners = new Map<string, string>();
    for (const { service, [key]: folders } of services) {
      for (const { path, at } of folders) {
        const other = owners.get(path);
        owners.set(path, other ?? service.name);
        // Migrations that go with a path stand where the path does: said once is enough.
        if (other === undefined || problems.some((problem) => problem.at === at)) continue;
        const folder = `${key === "paths" ? '"path"' : '"migrations"'} ${show(path || ".")}`;
        const message =
          other === service.name
            ? `${folder} is listed twice`
            : `${folder} is also that of service ${show(other)}: whose it is cannot be told`;
        problems.push({ at, message });
      }
    }
  }
  return problems;
}

function repeatedTables({ owns, schema }: Service): ManifestProblem[] {
  const seen = new Set<string>();
  return owns.flatMap((pattern) => {
    const key = tableText({ ...pattern, schema: pattern.schema ?? schema });
    if (seen.has(key))
      return [{ at: pattern.at, message: `table ${show(tableText(pattern))} is listed twice` }];
    seen.add(key);
    return [];
  });
}

function foreignPublications(service: Service): ManifestProblem[] {
  return service.publishes
    .filter((published) => !covers(service.owns, published, service))
    .map((published) => {
      const name = tableText(published);
      const hint = didYouMean(name, service.owns.map(tableText));
      return {
        at: published.at,
        message: `"publishes" names ${show(name)}, which is not under "owns"${hint}`,
      };
    });
}

function covers(patterns: readonly TablePattern[], table: TableName, { schemas }: Service): boolean {
  return patterns.some((pattern) => includesPattern(pattern, table, schemas));
}

function useProblems(
  { service, place }: LoadedService,
  services: ReadonlyMap<string, LoadedService>,
  names: ReadonlySet<string>,
): ManifestProblem[] {
  return service.uses.flatMap((use, index) => {
    const said = (key: string, message: string) => [{ at: place("uses", index, key), message }];
    const table = show(tableText(use));
    const named = show(use.service);
    if (use.service === service.name) return said("service", `${named} needs no "uses" for its own tables`);
    const target = services.get(use.service);
    if (target === undefined) {
      const known = names.has(use.service);
      return known ? [] : said("service", `unknown service ${named}${didYouMean(use.service, names)}`);
    }
    const owner = target.service;
    if (!covers(owner.owns, use, owner)) {
      const hint = didYouMean(tableText(use), owner.owns.map(tableText));
      return target.faulty.has("owns") ? [] : said("table", `${named} does not own ${table}${hint}`);
    }
    if (use.until !== null || target.faulty.has("publishes")) return [];
    const published = covers(owner.publishes, use, owner);
    if (published && use.access === "read") return [];
    const why = published ? `publishes ${table} for reading only` : `does not publish ${table}`;
    return said("table", `${named} ${why}, so this entry needs "until": its last day, YYYY-MM-DD`);
  });
}
