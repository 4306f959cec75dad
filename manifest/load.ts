/**
 * From text to {@link Manifest}: shapes first, one part at a time, then what only the whole can say.
 * Every problem is collected; a manifest with one is no manifest.
 */

import { deploymentSchema } from "./deployment-schema.ts";
import type { Document, Path } from "./document.ts";
import { globProblems, normalizeGlob } from "./globs.ts";
import { validate } from "./issues.ts";
import type { Deployment, Manifest, ManifestProblem, RoleNames, Service, TablePattern } from "./model.ts";
import { show } from "./nearest.ts";
import { ownershipProblems } from "./ownership.ts";
import { parseTableName } from "./pattern.ts";
import { addProblems, sortProblems, startOf } from "./problem.ts";
import { readDocument, readFragment } from "./reading.ts";
import { type KnownRule, settingsOf, settingsProblems } from "./rule-settings.ts";
import { headSchema, nameSchema, QUERY_FUNCTION, type RawRoleNames, serviceSchema } from "./schema.ts";
import { type ServiceEntry, serviceOf } from "./service.ts";
import type { ManifestSource } from "./source.ts";
import { knownSystemTables } from "./system.ts";
import { transferProblems } from "./transfers.ts";

export type LoadedManifest =
  | { manifest: Manifest; problems: [] }
  | { manifest: null; problems: ManifestProblem[] };

/**
 * Reads and validates the manifest and the fragments it names. Runs nothing, imports nothing.
 *
 * @param source where files come from: {@link diskSource}, {@link memorySource}, or staged blobs
 * @param knownRules the rules that `rules` may name; left out, any id will do
 * @returns the manifest, or every problem found, sorted by place
 */
export function loadManifest(source: ManifestSource, knownRules?: readonly KnownRule[]): LoadedManifest {
  const problems: ManifestProblem[] = [];
  const document = readDocument(source, problems);
  const manifest = document && manifestOf(source, document, knownRules, problems);
  if (manifest === null || problems.length > 0) {
    return { manifest: null, problems: sortProblems(problems, source.file) };
  }
  return { manifest, problems: [] };
}

function manifestOf(
  source: ManifestSource,
  document: Document,
  knownRules: readonly KnownRule[] | undefined,
  problems: ManifestProblem[],
): Manifest | null {
  const { value } = document;
  const { value: head } = validate(headSchema, { document, path: [], value, name: "the manifest" }, problems);
  addProblems(problems, settingsProblems(document, ["rules"], knownRules));
  const deployments = deploymentsOf(document, head?.roles, head?.project ?? null, problems);
  const written = namedParts(document, "services", problems);
  const defaults = { dialect: head?.dialect ?? "postgresql", deployments } as const;
  const loaded = written
    .flatMap(([name, part]) => serviceEntry(source, document, name, part, problems) ?? [])
    .map((entry) => {
      addProblems(problems, settingsProblems(entry.document, [...entry.path, "rules"], knownRules));
      return serviceOf(entry, defaults, source, problems);
    });
  addProblems(problems, ownershipProblems(loaded, new Set(written.map(([name]) => name))));
  if (head === null) return null;
  const ignore = head.ignore.map((glob, index) => ({
    key: "ignore",
    glob: normalizeGlob(glob),
    at: document.at(["ignore", index]),
  }));
  addProblems(problems, globProblems([...ignore, ...loaded.flatMap(({ vias }) => vias)], source));
  const services = loaded.map(({ service }) => service);
  const transfers = head.transfers.map((transfer, index) => ({
    ...parseTableName(transfer.table),
    from: transfer.from,
    to: transfer.to,
    action: transfer.action,
    until: transfer.until ?? null,
    at: document.at(["transfers", index]),
  }));
  addProblems(problems, transferProblems(transfers, services, new Set(written.map(([name]) => name))));
  return {
    file: source.file,
    project: head.project ?? null,
    dialect: head.dialect,
    services,
    deployments,
    system: systemTables(document, head.system, services),
    rules: settingsOf(head.rules),
    since: head.since ?? null,
    transfers,
    tests: head.tests,
    queryFunctions: head.queryFunctions.map((entry) => {
      const [, name = "", key] = QUERY_FUNCTION.exec(entry) ?? [];
      return { path: name.split("."), key: key ?? null };
    }),
    ignore: ignore.map(({ glob }) => glob),
  };
}

function entriesOf(document: Document, key: string): [string, unknown][] {
  const part = (document.value as Record<string, unknown> | null)?.[key];
  return typeof part === "object" && part !== null && !Array.isArray(part) ? Object.entries(part) : [];
}

/** The services or deployments as they are written, in the order of the file. */
function namedParts(
  document: Document,
  key: "services" | "deployments",
  problems: ManifestProblem[],
): [string, unknown][] {
  const kind = key === "services" ? "service" : "deployment";
  const entries = entriesOf(document, key);
  for (const [name] of entries) {
    const fault = nameSchema.safeParse(name).error?.issues[0]?.message;
    if (fault === undefined) continue;
    problems.push({ at: document.keyAt([key, name]), message: `${kind} ${show(name)} ${fault}` });
  }
  return entries;
}

function deploymentsOf(
  document: Document,
  usual: RawRoleNames = "{service}_{kind}",
  project: string | null,
  problems: ManifestProblem[],
): Deployment[] {
  return namedParts(document, "deployments", problems).flatMap(([key, part]) => {
    const path = ["deployments", key];
    const name = `deployment ${show(key)}`;
    const { value } = validate(deploymentSchema, { document, path, value: part, name }, problems);
    if (value === null) return [];
    const { layout, database = null, schemas, tenants: source = null } = value;
    const tenants = typeof source === "string" ? { file: source } : source;
    const at = document.keyAt(path);
    const roles = roleNamesOf(value.roles ?? usual);
    if (project === null && Object.values(roles).some((template) => template.includes("{project}")))
      problems.push({
        at,
        message: `${name} names its roles by {project}, and the manifest has no "project"`,
      });
    return [{ name: key, layout, database, schemas, tenants, roles, at }];
  });
}

function roleNamesOf(written: RawRoleNames): RoleNames {
  if (typeof written !== "string") return written;
  const of = (kind: string) => written.replaceAll("{kind}", kind);
  return { owner: of("owner"), migrator: of("migrator"), app: of("app") };
}

/** A service from the manifest itself or from the file that it names; null where nothing sound is left of it. */
function serviceEntry(
  source: ManifestSource,
  manifest: Document,
  name: string,
  written: unknown,
  problems: ManifestProblem[],
): ServiceEntry | null {
  const inline: Path = ["services", name];
  const split = typeof written === "string";
  const document = split ? readFragment(source, written, manifest.at(inline), name, problems) : manifest;
  if (document === null) return null;
  const path = split ? [] : inline;
  const part = { document, path, value: split ? document.value : written, name: `service ${show(name)}` };
  const { value, faulty } = validate(serviceSchema, part, problems);
  return value && { name, raw: value, faulty, document, path, at: document.keyAt(path) };
}

/** What the manifest names, then the well-known ones, but for those in a schema that is a service's here. */
function systemTables(
  document: Document,
  written: readonly string[],
  services: readonly Service[],
): TablePattern[] {
  const taken = new Set(
    services.flatMap(({ name, schemas, owns }) => [
      name,
      ...schemas,
      ...owns.flatMap(({ schema }) => schema ?? []),
    ]),
  );
  return [
    ...written.map((text, index) => ({ ...parseTableName(text), at: document.at(["system", index]) })),
    ...knownSystemTables
      .filter(({ schema }) => schema === null || !taken.has(schema))
      .map((known) => ({ ...known, at: startOf(document.file) })),
  ];
}
