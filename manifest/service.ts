/**
 * One service: defaults filled in, its folders found.
 */
import type { Document, Path } from "./document.ts";
import { normalizeGlob, type WrittenGlob } from "./globs.ts";
import { type Located, locateFolders } from "./locate.ts";
import type { ConnectionParts, Deployment, Dialect, ManifestProblem, Place, Service } from "./model.ts";
import { show } from "./nearest.ts";
import { parseTableName } from "./pattern.ts";
import { addProblems } from "./problem.ts";
import { settingsOf } from "./rule-settings.ts";
import type { RawConnection, RawService } from "./schema.ts";
import type { ManifestSource } from "./source.ts";

/** A service as it is written, and where. */
export interface ServiceEntry {
  name: string;
  raw: RawService;
  /** Keys that were at fault and are left out of `raw`. */
  faulty: ReadonlySet<string>;
  document: Document;
  path: Path;
  at: Place;
}

/** A service, and what only the checks on the whole manifest still need. */
export interface LoadedService {
  service: Service;
  faulty: ReadonlySet<string>;
  /** The same for two services whose connections open the same database; null where that is not known. */
  databaseKey: string | null;
  paths: Located[];
  migrations: Located[];
  vias: WrittenGlob[];
  /** The place of a part of the service's entry. */
  place(...steps: Path): Place;
}

/** Reads one service's part of a manifest; what is wrong with it goes to `problems`. */
export function serviceOf(
  entry: ServiceEntry,
  defaults: { dialect: Dialect; deployments: readonly Deployment[] },
  source: ManifestSource,
  problems: ManifestProblem[],
): LoadedService {
  const { name, raw, faulty, document, path, at } = entry;
  const place = (...steps: Path) => document.at([...path, ...steps]);
  addProblems(problems, homeProblems(entry));
  const { paths, migrations } = foldersOf(entry, source, problems);
  const dialect = raw.dialect ?? defaults.dialect;
  const schema = raw.schema ?? (dialect === "postgresql" ? "public" : "");
  const hasOwnSchema = defaults.deployments.some(({ schemas }) => schemas === "per-service");
  const database = variablesOf(raw.database);
  const uses = raw.uses.map((use, index) => ({
    service: use.service,
    ...parseTableName(use.table),
    access: use.access,
    via: use.via === undefined ? null : normalizeGlob(use.via),
    reason: use.reason,
    until: use.until ?? null,
    at: place("uses", index),
  }));
  const service: Service = {
    name,
    external: raw.external ?? false,
    paths: paths.map((found) => found.path),
    migrations: migrations.map((found) => found.path),
    dialect,
    schema,
    schemas: [...new Set(hasOwnSchema ? [schema, name] : [schema])],
    database,
    migrate: raw.migrate === undefined ? database : variablesOf(raw.migrate),
    databaseParts: partsOf(raw.database),
    migrateParts: partsOf(raw.migrate ?? raw.database),
    owns: raw.owns.map((text, index) => ({ ...parseTableName(text), at: place("owns", index) })),
    publishes: raw.publishes.map((published, index) => ({
      ...parseTableName(typeof published === "string" ? published : published.table),
      at: place("publishes", index),
      columns: typeof published === "string" ? null : published.columns,
    })),
    uses,
    extensions: raw.extensions,
    serverVersion: raw.serverVersion ?? null,
    versionTable: raw.versionTable ?? null,
    rules: settingsOf(raw.rules),
    at,
  };
  const vias = uses.flatMap(({ via }, index) =>
    via === null ? [] : [{ key: "via", glob: via, at: place("uses", index, "via") }],
  );
  return { service, faulty, databaseKey: databaseKey(raw.database), paths, migrations, vias, place };
}

/** A service has its code here, or lives elsewhere: one of the two, and not both. */
function homeProblems({ name, raw, faulty, document, path, at }: ServiceEntry): ManifestProblem[] {
  const said = `service ${show(name)}`;
  if (raw.external !== true) {
    if (raw.path !== undefined || faulty.has("path") || faulty.has("external")) return [];
    const message = `${said} lacks "path"; one that lives in another repository says "external": true`;
    return [{ at, message }];
  }
  return (["path", "migrations"] as const)
    .filter((key) => raw[key] !== undefined)
    .map((key) => ({
      at: document.keyAt([...path, key]),
      message: `${said} is external, so its ${show(key)} is in another repository`,
    }));
}

function foldersOf(
  { raw, document, path }: ServiceEntry,
  source: ManifestSource,
  problems: ManifestProblem[],
): { paths: Located[]; migrations: Located[] } {
  if (raw.external === true) return { paths: [], migrations: [] };
  const find = (key: "path" | "migrations") =>
    locateFolders(key, raw[key], (steps) => document.at([...path, key, ...steps]), source, problems);
  const paths = find("path");
  if (raw.migrations !== undefined) return { paths, migrations: find("migrations") };
  const migrations = paths.map(({ path: folder, at }) => ({
    path: folder === "" ? "migrations" : `${folder}/migrations`,
    at,
  }));
  return { paths, migrations };
}

function variablesOf(connection: RawConnection | undefined): string[] {
  if (connection === undefined) return [];
  if (typeof connection === "string") return [connection];
  return [...new Set(Object.values(connection).filter((name) => name !== undefined))];
}

function partsOf(connection: RawConnection | undefined): ConnectionParts | null {
  if (connection === undefined || typeof connection === "string") return null;
  return Object.fromEntries(Object.entries(connection).filter(([, name]) => name !== undefined));
}

/** Who asks does not change which database it is, unless it goes unnamed: it is then named like the user. */
function databaseKey(connection: RawConnection | undefined): string | null {
  if (connection === undefined || typeof connection === "string") return connection ?? null;
  const { host = null, port = null, name, user = null } = connection;
  return JSON.stringify([host, port, name ?? user]);
}
