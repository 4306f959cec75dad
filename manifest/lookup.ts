/**
 * Whose table is a name, whose code is a file. Asked for every reference of a workspace, so a manifest is
 * compiled once and each answer is kept.
 */
import { globMatcher } from "./globs.ts";
import type { Manifest, Service, TablePattern, Use } from "./model.ts";
import { foldersAbove } from "./paths.ts";
import { hasStar, matchName, matchTable } from "./pattern.ts";
import { isEngineSchema, isEngineTable } from "./system.ts";

/** What the manifest says of a name that a service's code uses. */
export interface TableJudgement {
  verdict: "own" | "foreign" | "unowned" | "engine";
  /** The service itself where it is its own; every owner where it is foreign; else nobody. */
  owners: string[];
  /** The entry that names the table: the first owner's, or that of `system`. */
  pattern: TablePattern | null;
}

interface Owned {
  service: Service;
  pattern: TablePattern;
}

interface Compiled {
  services: Map<string, Service>;
  /** Owned entries without a star, by table. */
  exact: Map<string, Owned[]>;
  starred: Owned[];
  /** Entries that cover a table, by schema and table. */
  owners: Map<string, Map<string, Owned[]>>;
  /** Judgements by who asks, and by table. */
  answers: Map<string, Map<string, TableJudgement>>;
  folders: Map<string, string>;
  migrations: Map<string, string>;
  variables: Map<string, string[]>;
}

const compiled = new WeakMap<Manifest, Compiled>();

function compile(manifest: Manifest): Compiled {
  const known = compiled.get(manifest);
  if (known !== undefined) return known;
  const result: Compiled = {
    services: new Map(),
    exact: new Map(),
    starred: [],
    owners: new Map(),
    answers: new Map(),
    folders: new Map(),
    migrations: new Map(),
    variables: new Map(),
  };
  for (const service of manifest.services) {
    result.services.set(service.name, service);
    for (const pattern of service.owns) {
      if (hasStar(pattern)) result.starred.push({ service, pattern });
      else append(result.exact, pattern.table, { service, pattern });
    }
    for (const path of service.paths) result.folders.set(path, service.name);
    for (const path of service.migrations) result.migrations.set(path, service.name);
    for (const name of new Set([...service.database, ...service.migrate])) {
      append(result.variables, name, service.name);
    }
  }
  compiled.set(manifest, result);
  return result;
}

function innerMap<T>(maps: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let inner = maps.get(key);
  if (inner === undefined) {
    inner = new Map();
    maps.set(key, inner);
  }
  return inner;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/**
 * Judges a table that the code of `service` names.
 *
 * What is in a service's `owns` by its full name is a service's; else a tool's or the server's table is
 * engine; else what a pattern in `owns` covers is a service's: that of `service` before any other's. Answers are
 * kept and shared, and not to be changed.
 *
 * @param service the name of the service whose code it is; any other text for code that is nobody's
 * @param schema as the database would store it, or null for an unqualified name, which stands in the service's own schema
 * @param table as the database would store it
 */
export function judgeTable(
  manifest: Manifest,
  service: string,
  schema: string | null,
  table: string,
): TableJudgement {
  const { answers } = compile(manifest);
  const key = schema === null ? service : `${service}\0${schema}`;
  const known = innerMap(answers, key);
  let answer = known.get(table);
  if (answer === undefined) {
    answer = judge(manifest, service, schema, table);
    known.set(table, answer);
  }
  return answer;
}

function judge(manifest: Manifest, name: string, schema: string | null, table: string): TableJudgement {
  const { services } = compile(manifest);
  const service = services.get(name);
  const dialect = service?.dialect ?? manifest.dialect;
  const isDefault = schema === null || (dialect === "sqlite" && schema === "main");
  const stands = isDefault ? (service?.schema ?? (dialect === "postgresql" ? "public" : "")) : schema;
  const engine: TableJudgement = { verdict: "engine", owners: [], pattern: null };
  if (isEngineSchema(dialect, stands)) return engine;
  const owned = ownersOf(manifest, stands, table);
  if (!owned.some(({ pattern }) => !hasStar(pattern))) {
    if (isEngineTable(schema, table)) return engine;
    const system = manifest.system.find(
      (pattern) =>
        (pattern.schema === null || matchName(pattern.schema, stands)) && matchName(pattern.table, table),
    );
    if (system !== undefined) return { ...engine, pattern: system };
  }
  const found = owned.find((candidate) => candidate.service === service) ?? owned[0];
  if (found === undefined) return { verdict: "unowned", owners: [], pattern: null };
  if (found.service === service) return { verdict: "own", owners: [name], pattern: found.pattern };
  const owners = [...new Set(owned.map((candidate) => candidate.service.name))];
  return { verdict: "foreign", owners, pattern: found.pattern };
}

/** Every entry that covers the table, those with its full name first; the same whoever asks. */
function ownersOf(manifest: Manifest, schema: string, table: string): Owned[] {
  const { exact, starred, owners } = compile(manifest);
  const known = innerMap(owners, schema);
  let found = known.get(table);
  if (found === undefined) {
    found = [...(exact.get(table) ?? []), ...starred].filter(({ service, pattern }) =>
      matchTable(pattern, schema, table, service.schemas),
    );
    known.set(table, found);
  }
  return found;
}

/** The service whose code a workspace file is: the deepest path or migrations folder that holds it; null for nobody's. */
export function serviceOfFile(manifest: Manifest, file: string): string | null {
  const { folders, migrations } = compile(manifest);
  const find = (path: string) => migrations.get(path) ?? folders.get(path);
  return nearestFolder(file, find);
}

/** The service in whose migrations a workspace file lies, or null. */
export function migrationOwner(manifest: Manifest, file: string): string | null {
  const { migrations } = compile(manifest);
  return nearestFolder(file, (path) => migrations.get(path));
}

function nearestFolder(file: string, find: (path: string) => string | undefined): string | null {
  const own = find(file);
  if (own !== undefined) return own;
  for (const folder of foldersAbove(file)) {
    const found = find(folder);
    if (found !== undefined) return found;
  }
  return null;
}

/** The services whose database or migrate variable this is, in the manifest's order. */
export function servicesOfVariable(manifest: Manifest, variable: string): string[] {
  return [...(compile(manifest).variables.get(variable) ?? [])];
}

/** The service of that name, or null. */
export function serviceByName(manifest: Manifest, name: string): Service | null {
  return compile(manifest).services.get(name) ?? null;
}

/**
 * The entries of a service's `uses` that name a table of `owner` for the code in `file`, expired ones
 * included, whatever access they give.
 */
export function usesOfTable(
  manifest: Manifest,
  service: string,
  owner: string,
  schema: string | null,
  table: string,
  file: string,
): Use[] {
  const { services } = compile(manifest);
  const [user, target] = [services.get(service), services.get(owner)];
  if (user === undefined || target === undefined || user.uses.length === 0) return [];
  const stands = schema ?? user.schema;
  return user.uses.filter(
    (use) =>
      use.service === owner &&
      matchTable(use, stands, table, target.schemas) &&
      (use.via === null || globMatcher(use.via)(file)),
  );
}

/** The services that own a table of this name in another schema than the one asked about: a hint for a name that nobody owns. */
export function ownersElsewhere(manifest: Manifest, table: string): string[] {
  const { exact } = compile(manifest);
  return [...new Set((exact.get(table) ?? []).map(({ service }) => service.name))];
}
