/**
 * A first manifest for a workspace that has none: services, their variables, and for each table its
 * probable owner. Everything follows from the files; nothing of them is run.
 */
import {
  type Dialect,
  type DraftService,
  diskSource,
  loadManifest,
  type Manifest,
  type ManifestDraft,
  ManifestReadError,
  type ManifestSource,
  normalizePath,
} from "../../manifest/mod.ts";
import { noStore, type Store } from "../cache/store.ts";
import { discover } from "../files.ts";
import { type AnalyseOptions, analyse } from "../mod.ts";
import type { Model } from "../model.ts";
import { listFolder } from "../tree/listing.ts";
import { type Candidate, findCandidates, folderOf } from "./candidates.ts";
import { dialectsOf, spokenBy } from "./dialects.ts";
import { runningServices, type SurveyedService, settleServices } from "./services.ts";
import { nameOf, surveyTables } from "./tables.ts";
import { variableOf } from "./variables.ts";

const FILE = "freehold.json";

/**
 * @param root absolute path of the workspace
 * @param since the version whose rules count in full
 */
export async function draftManifest(
  root: string,
  since: string,
  options: AnalyseOptions = {},
): Promise<{ draft: ManifestDraft; model: Model }> {
  const { files, configs } = discover(root);
  // What the manifest cannot name, it cannot give to anybody.
  const paths = listFolder(root).paths.filter(isNameable);
  const packages = new Map(
    [...configs].filter(([path]) => /(?:^|\/)package\.json$/.test(path) && isNameable(path)),
  );
  const disk = diskSource(root, FILE);
  for (const path of paths.filter((one) => /(?:^|\/)project\.json$/.test(one))) {
    const text = readOr(disk, path);
    if (text !== null) packages.set(path, text);
  }
  const candidates = findCandidates(paths, packages);
  // The files stay the same from one look to the next: each is compiled once.
  const cache = { store: memoryStore(), answers: noStore, stats: null };
  const look = (services: readonly SurveyedService[], dialects: ReadonlyMap<string, Dialect>) =>
    analyse({ ...options, root, cache, manifest: provisional(root, services, dialects) });

  const running = runningServices(candidates);
  const dialects = dialectsOf(candidates, files);
  const first = await look(running, dialects);
  const { services, shared } = settleServices(candidates, first);
  // Shared migrations are somebody's, or nobody would know what they make; whose they are is a guess.
  const keepers = new Map(shared.map((library) => [library, mostUsing(first, library.services)]));
  const withShared = services.map((service) => {
    const kept = shared.flatMap((library) =>
      keepers.get(library) === service.name ? library.migrations : [],
    );
    const found = [...service.migrations, ...kept];
    const inCode = found.length === 0 ? codeMigrations(first, service) : [];
    const doubts = new Map([
      ...kept.map((path) => [path, "several services use what it makes"] as const),
      ...inCode.map((path) => [path, "code that makes tables, and is called after migrations"] as const),
    ]);
    return { ...service, migrations: [...found, ...inCode], migrationDoubts: doubts };
  });
  const settled = JSON.stringify(withShared.map(({ paths: folders, migrations }) => [folders, migrations]));
  const before = JSON.stringify(running.map(({ paths: folders, migrations }) => [folders, migrations]));
  const model = settled === before ? first : await look(withShared, dialects);
  const runs = new Set(running.map(({ name }) => name));
  const folders = shared.map(({ path }) => path);
  const tables = surveyTables(model, folders, (name) => runs.has(name));

  for (const { name, paths: parts } of services) {
    if (dialects.has(name)) continue;
    const part = candidates.find((one) => parts.includes(one.path) && dialects.has(one.name));
    const dialect = part ? dialects.get(part.name) : spokenBy(model, name);
    if (dialect) dialects.set(name, dialect);
  }
  const usual = mostCommon(services.flatMap(({ name }) => dialects.get(name) ?? [])) ?? "postgresql";
  const variables = new Map(services.map(({ name }) => [name, variableOf(model, name)]));
  const owned = (name: string) =>
    tables.tables.filter(({ owner, rivals, makers }) => {
      if (owner === name) return true;
      const apart = (other: string) => {
        const [one, two] = [other, name].map((each) => JSON.stringify(variables.get(each)?.value));
        if (one !== undefined || two !== undefined) return one !== two;
        return makers.has(other) && makers.has(name);
      };
      return rivals.includes(name) && [owner, ...rivals.slice(0, rivals.indexOf(name))].every(apart);
    });
  const draft: ManifestDraft = {
    dialect: usual,
    since,
    services: withShared.map((service): DraftService => {
      const { name, doubts } = service;
      const dialect = dialects.get(name) ?? usual;
      return {
        name,
        doubts,
        paths: service.paths.map(written),
        migrations: migrationsOf(service).map((folder) => ({
          value: written(folder),
          doubt: service.migrationDoubts.get(folder) ?? null,
        })),
        dialect: dialect === usual ? null : dialect,
        database: variables.get(name) ?? null,
        owns: owned(name).map((table) => ({ value: nameOf(table), doubt: table.doubt })),
        extensions: extensionsOf(model, name),
      };
    }),
    system: tables.tools.map((value) => ({ value, doubt: "nobody creates it, and its name is a tool's" })),
    ignore: shownFolders(model).map((value) => ({ value, doubt: "it shows something, and runs nowhere" })),
    doubts: [
      ...shared.map(
        ({ path, services: users }) =>
          `${path} touches tables and stays shared: ${users.join(", ")} use it. Each table's owner should have its own part of it.`,
      ),
      ...(tables.nobodys.length > 0
        ? [`No service's code names ${tables.nobodys.join(", ")}: whose are they?`]
        : []),
    ],
  };
  return { draft, model };
}

/**
 * Modules that look after the schema of a service without a folder of migrations: code that creates
 * tables, in files called after migrations.
 */
function codeMigrations({ references }: Model, { paths }: SurveyedService): string[] {
  const found = references.flatMap(({ operation, dependency, test, migration, at }) => {
    const makes = operation === "create-table" && !dependency && !test && migration === null;
    const inside = paths.some((path) => path === "" || at.file.startsWith(`${path}/`));
    return makes && inside && /(?:^|[\W_])migrat(?:e|ions?)\b[^/]*$/i.test(at.file) ? [at.file] : [];
  });
  return [...new Set(found)].filter(isNameable).sort();
}

/** The extensions that a service's migrations install, whether or not a later one drops them again. */
function extensionsOf({ acts }: Model, service: string): string[] {
  const names = acts.flatMap(({ act, name, migration }) =>
    act === "CREATE EXTENSION" && name !== null && migration?.service === service && !migration.down
      ? [name]
      : [],
  );
  return [...new Set(names)].sort();
}

function memoryStore(): Store {
  const texts = new Map<string, string>();
  return {
    get: (key) => texts.get(key) ?? null,
    set: (key, text) => {
      texts.set(key, text());
    },
    flush: () => {},
    close: () => {},
  };
}

function isNameable(path: string): boolean {
  return !path.includes("*") && normalizePath(path).fault === null;
}

function readOr(source: ManifestSource, path: string): string | null {
  try {
    return source.read(path);
  } catch (error) {
    if (error instanceof ManifestReadError) return null;
    throw error;
  }
}

/** The workspace's files with another manifest. */
export function withManifest(root: string, text: string): ManifestSource {
  const disk = diskSource(root, FILE);
  return {
    ...disk,
    read: (path) => (path === FILE ? text : disk.read(path)),
    exists: (path) => path === FILE || disk.exists(path),
  };
}

function provisional(
  root: string,
  services: readonly SurveyedService[],
  dialects: ReadonlyMap<string, Dialect>,
): Manifest {
  const entries = services.map((service) => [
    service.name,
    {
      path: service.paths.map(written),
      migrations: service.migrations.map(written),
      dialect: dialects.get(service.name),
    },
  ]);
  const { manifest, problems } = loadManifest(
    withManifest(root, JSON.stringify({ services: Object.fromEntries(entries) })),
  );
  if (manifest === null) throw new Error(problems.map(({ message }) => message).join("; "));
  return manifest;
}

/** The folders that must be named: one that is called `migrations` in the service's folder is found without. */
function migrationsOf({ paths, migrations }: SurveyedService): string[] {
  const usual = paths.map((path) => (path === "" ? "migrations" : `${path}/migrations`));
  return migrations.every((folder) => usual.includes(folder)) ? [] : migrations;
}

function written(path: string): string {
  return path === "" ? "." : path;
}

function mostUsing({ references }: Model, services: readonly string[]): string {
  const uses = references.flatMap((reference) =>
    reference.services.filter((name) => services.includes(name)),
  );
  return mostCommon(uses) ?? services[0] ?? "";
}

function mostCommon<T>(items: readonly T[]): T | null {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** Folders of examples whose code names tables and that no service holds. */
function shownFolders({ references }: Model): string[] {
  const found = references
    .filter(({ services, verdict }) => services.length === 0 && verdict !== "engine")
    .flatMap(
      ({ at }) =>
        /^(?:.*\/)?(?:examples?|samples?|demos?|docs?|playgrounds?)(?=\/)/.exec(
          `${folderOf(at.file)}/`,
        )?.[0] ?? [],
    );
  return [...new Set(found)].sort().map((folder) => `${folder}/**`);
}

export type { Candidate };
