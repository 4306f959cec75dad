/**
 * From text to {@link Manifest}: shapes first, one part at a time, then what only the whole can say.
 * Every problem is collected; a manifest with one is no manifest.
 */
import { deploymentOf } from "./deployments.ts";
import { type Document, parseDocument } from "./document.ts";
import { globProblems } from "./glob-problems.ts";
import { validate } from "./issues.ts";
import type { Deployment, Manifest, ManifestProblem, Service, TablePattern } from "./model.ts";
import { didYouMean, show } from "./nearest.ts";
import { ownershipProblems } from "./ownership.ts";
import { normalizePath } from "./paths.ts";
import { parseTableName } from "./pattern.ts";
import { ManifestReadError, sortProblems, startOf } from "./problem.ts";
import { deploymentSchema, headSchema, serviceSchema } from "./schema.ts";
import { type ServiceEntry, serviceOf } from "./service.ts";
import type { ManifestSource } from "./source.ts";
import { knownSystemTables } from "./system.ts";

export type LoadedManifest =
  | { manifest: Manifest; problems: [] }
  | { manifest: null; problems: ManifestProblem[] };

/**
 * Reads and validates the manifest and the fragments it names. Runs nothing, imports nothing.
 *
 * @param source where files come from: {@link diskSource}, {@link memorySource}, or staged blobs
 * @param knownRules the ids that `rules` may name; left out, any id will do
 * @returns the manifest, or every problem found, sorted by place
 */
export function loadManifest(source: ManifestSource, knownRules?: readonly string[]): LoadedManifest {
  const problems: ManifestProblem[] = [];
  const missing = 'does not exist: run "freehold init" to write one, or name another with --config';
  const document = readDocument(source, source.file, startOf(source.file), missing, problems);
  const manifest = document && manifestOf(source, document, knownRules, problems);
  if (manifest === null || problems.length > 0) {
    return { manifest: null, problems: sortProblems(problems, source.file) };
  }
  return { manifest, problems: [] };
}

function readDocument(
  source: ManifestSource,
  file: string,
  at: ManifestProblem["at"],
  missing: string,
  problems: ManifestProblem[],
): Document | null {
  const said = at.file === file ? "" : `${show(file)} `;
  try {
    const text = source.read(file);
    if (text !== null) {
      const parsed = parseDocument(file, text);
      problems.push(...parsed.problems);
      return parsed.document;
    }
    problems.push({ at, message: said + missing });
  } catch (error) {
    if (!(error instanceof ManifestReadError)) throw error;
    problems.push({ at, message: said + error.message });
  }
  return null;
}

function manifestOf(
  source: ManifestSource,
  document: Document,
  knownRules: readonly string[] | undefined,
  problems: ManifestProblem[],
): Manifest | null {
  const head = validate(headSchema, document, [], document.value, problems);
  const written = new Map(entriesOf(document.value, "services"));
  const deployments = deploymentsOf(document, problems);
  const defaults = { dialect: head?.dialect ?? "postgresql", deployments } as const;
  const entries = serviceEntries(source, document, written, problems);
  const services = entries.map((entry) => serviceOf(entry, defaults, source, problems));
  problems.push(...ownershipProblems(services, new Set(written.keys())));
  if (head === null) return null;
  const manifest: Manifest = {
    file: source.file,
    dialect: head.dialect,
    services: services.map(({ service }) => service),
    deployments,
    system: systemTables(
      document,
      head.system,
      services.map(({ service }) => service),
    ),
    rules: head.rules,
    tests: head.tests,
    ignore: head.ignore,
  };
  problems.push(...ruleProblems(document, head.rules, knownRules));
  problems.push(...globProblems(document, manifest, services, source));
  return manifest;
}

function entriesOf(value: unknown, key: string): [string, unknown][] {
  const part = (value as Record<string, unknown> | null)?.[key];
  return typeof part === "object" && part !== null && !Array.isArray(part) ? Object.entries(part) : [];
}

function deploymentsOf(document: Document, problems: ManifestProblem[]): Deployment[] {
  return entriesOf(document.value, "deployments").flatMap(([name, value]) => {
    const path = ["deployments", name];
    const raw = validate(deploymentSchema, document, path, value, problems);
    return raw === null ? [] : [deploymentOf(name, raw, document.keyAt(path))];
  });
}

function serviceEntries(
  source: ManifestSource,
  document: Document,
  written: ReadonlyMap<string, unknown>,
  problems: ManifestProblem[],
): ServiceEntry[] {
  return [...written].flatMap(([name, value]) => {
    const path = ["services", name];
    const found =
      typeof value === "string" ? fragment(source, document, name, value, problems) : { document, path };
    if (found === null) return [];
    const part = typeof value === "string" ? found.document.value : value;
    const raw = validate(serviceSchema, found.document, found.path, part, problems);
    return raw === null
      ? []
      : [{ name, raw, document: found.document, path: found.path, at: found.document.keyAt(found.path) }];
  });
}

function fragment(
  source: ManifestSource,
  document: Document,
  name: string,
  text: string,
  problems: ManifestProblem[],
): { document: Document; path: string[] } | null {
  const at = document.at(["services", name]);
  const { path, fault } = normalizePath(text);
  if (fault !== null) {
    problems.push({ at, message: `the file of service ${show(name)} ${fault}` });
    return null;
  }
  const found = readDocument(
    source,
    path,
    at,
    `does not exist: it should hold service ${show(name)}`,
    problems,
  );
  return found && { document: found, path: [] };
}

/** What the manifest names, then the well-known ones, but for those in a schema that is a service's here. */
function systemTables(
  document: Document,
  written: readonly string[],
  services: readonly Service[],
): TablePattern[] {
  const taken = new Set(
    services.flatMap(({ schemas, owns }) => [...schemas, ...owns.flatMap(({ schema }) => schema ?? [])]),
  );
  return [
    ...written.map((text, index) => ({ ...parseTableName(text), at: document.at(["system", index]) })),
    ...knownSystemTables
      .filter(({ schema }) => schema === null || !taken.has(schema))
      .map((known) => ({ ...known, at: startOf(document.file) })),
  ];
}

function ruleProblems(
  document: Document,
  rules: Readonly<Record<string, unknown>>,
  knownRules: readonly string[] | undefined,
): ManifestProblem[] {
  if (knownRules === undefined) return [];
  return Object.keys(rules)
    .filter((id) => !knownRules.includes(id))
    .map((id) => ({
      at: document.keyAt(["rules", id]),
      message: `unknown rule ${show(id)}${didYouMean(id, knownRules) || ': "freehold rules" lists them'}`,
    }));
}
