/**
 * One service: defaults filled in, paths found on disk.
 */
import type { Document, Path } from "./document.ts";
import { globMatcher, isGlob } from "./globs.ts";
import type { Deployment, Dialect, ManifestProblem, Place, Service } from "./model.ts";
import { show } from "./nearest.ts";
import { foldersAbove, normalizePath } from "./paths.ts";
import { parseTableName } from "./pattern.ts";
import { ManifestReadError } from "./problem.ts";
import type { RawConnection, RawService } from "./schema.ts";
import type { ManifestSource } from "./source.ts";

/** A service as it is written, and where. */
export interface ServiceEntry {
  name: string;
  raw: RawService;
  document: Document;
  path: Path;
  at: Place;
}

/** A service, and what only the checks on the whole manifest still need. */
export interface LoadedService {
  service: Service;
  /** The same for two services whose connections open the same database; null without one. */
  databaseKey: string | null;
  /** Where each of `service.paths` is written. */
  pathPlaces: Place[];
  /** Where each of `service.migrations` is written; null for a default. */
  migrationPlaces: (Place | null)[];
  /** Where the `via` of each of `service.uses` is written. */
  viaPlaces: Place[];
}

interface Defaults {
  dialect: Dialect;
  deployments: readonly Deployment[];
}

export function serviceOf(
  entry: ServiceEntry,
  defaults: Defaults,
  source: ManifestSource,
  problems: ManifestProblem[],
): LoadedService {
  const { name, raw, document, path, at } = entry;
  const place = (...steps: Path) => document.at([...path, ...steps]);
  const dialect = raw.dialect ?? defaults.dialect;
  const schema = raw.schema ?? (dialect === "postgresql" ? "public" : "");
  const perService = defaults.deployments.some(({ schemas }) => schemas === "per-service");
  const external = raw.external ?? false;
  if (external) {
    for (const key of ["path", "migrations"] as const) {
      if (raw[key] === undefined) continue;
      const message = `service ${show(name)} is external, so its ${show(key)} is in another repository`;
      problems.push({ at: document.keyAt([...path, key]), message });
    }
  } else if (raw.path === undefined) {
    const message = `service ${show(name)} lacks "path"; one that lives in another repository says "external": true`;
    problems.push({ at, message });
  }
  const find = (key: "path" | "migrations") => locate(entry, key, source, problems);
  const paths = external ? [] : find("path");
  const migrations = external
    ? []
    : raw.migrations === undefined
      ? paths.map(({ path: folder }) => ({
          path: folder === "" ? "migrations" : `${folder}/migrations`,
          at: null,
        }))
      : find("migrations");
  const database = variablesOf(raw.database);
  const service: Service = {
    name,
    external,
    paths: paths.map(({ path: folder }) => folder),
    migrations: migrations.map(({ path: folder }) => folder),
    dialect,
    schema,
    schemas: [...new Set(perService ? [schema, name] : [schema])],
    database,
    migrate: raw.migrate === undefined ? database : variablesOf(raw.migrate),
    owns: raw.owns.map((text, index) => ({ ...parseTableName(text), at: place("owns", index) })),
    publishes: raw.publishes.map((published, index) => ({
      ...parseTableName(typeof published === "string" ? published : published.table),
      at: place("publishes", index),
      columns: typeof published === "string" ? null : published.columns,
    })),
    uses: raw.uses.map((use, index) => ({
      service: use.service,
      ...parseTableName(use.table),
      access: use.access,
      via: use.via ?? null,
      reason: use.reason,
      until: use.until ?? null,
      at: place("uses", index),
    })),
    extensions: raw.extensions,
    serverVersion: raw.serverVersion?.trim() ?? null,
    versionTable: raw.versionTable ?? null,
    at,
  };
  return {
    service,
    databaseKey: databaseKey(raw.database),
    pathPlaces: paths.map((found) => found.at),
    migrationPlaces: migrations.map((found) => found.at),
    viaPlaces: raw.uses.map((_, index) => place("uses", index, "via")),
  };
}

function variablesOf(connection: RawConnection | undefined): string[] {
  if (connection === undefined) return [];
  return typeof connection === "string"
    ? [connection]
    : [...new Set(Object.values(connection).filter((name) => name !== undefined))];
}

/** Who asks does not change which database it is: user and password are left out. */
function databaseKey(connection: RawConnection | undefined): string | null {
  if (connection === undefined || typeof connection === "string") return connection ?? null;
  const { host, port, name } = connection;
  return JSON.stringify([host ?? null, port ?? null, name ?? null]);
}

interface Located {
  path: string;
  at: Place;
}

/** Every folder that `path` or `migrations` names; what is missing is a problem. */
function locate(
  { raw, document, path: above }: ServiceEntry,
  key: "path" | "migrations",
  source: ManifestSource,
  problems: ManifestProblem[],
): Located[] {
  const written = raw[key];
  const texts = written === undefined ? [] : typeof written === "string" ? [written] : written;
  return texts.flatMap((text, index) => {
    const at = document.at(typeof written === "string" ? [...above, key] : [...above, key, index]);
    const { path } = normalizePath(text);
    if (path === null) return [];
    const said = (fault: string) => problems.push({ at, message: `${show(key)} ${show(text)} ${fault}` });
    try {
      if (source.isFolder(path)) return [{ path, at }];
      if (source.exists(path)) {
        if (key === "migrations") return [{ path, at }];
        said("is a file, and a service's path is a folder");
        return [];
      }
      if (!isGlob(path)) {
        said("does not exist");
        return [];
      }
      const found = foldersMatching(path, source);
      if (found.length === 0) said("matches no folder");
      return found.map((folder) => ({ path: folder, at }));
    } catch (error) {
      if (!(error instanceof ManifestReadError)) throw error;
      said(error.message);
      return [];
    }
  });
}

/** The outermost folders that the glob matches: what lies beneath them is theirs anyway. */
function foldersMatching(glob: string, source: ManifestSource): string[] {
  const matches = globMatcher(glob);
  const folders = new Set((source.files?.() ?? []).flatMap((file) => [...foldersAbove(file)]));
  const found = new Set([...folders].filter(matches));
  return [...found].filter((folder) => ![...foldersAbove(folder)].some((above) => found.has(above))).sort();
}
