/**
 * What the rules on access share: a foreign table is used and no `uses` entry names it. Each of the
 * rules adds which uses are its own and what to do instead.
 */
import type {
  Judgement,
  Model,
  Operation,
  Reference,
  Related,
  RuleFinding,
  Use,
} from "../../analysis/model.ts";
import { serviceByName } from "../../manifest/lookup.ts";
import { matchTable } from "../../manifest/pattern.ts";
import { list, placeKey, tableName, verbs, whoseTables } from "./words.ts";

/** The use of a foreign table, by the rule that it breaks: one of them, never two. */
export type Trespass = "read" | "write" | "schema-change" | "foreign-key" | "dependency";

const standsOn: ReadonlySet<Operation> = new Set([
  "view",
  "trigger",
  "function",
  "policy",
  "rule",
  "inherit",
  "partition",
]);

/** Null where nothing of the statement is known: such a reference is unresolved, whoever owns what. */
function trespassOf({ operation, access, dependency }: Reference): Trespass | null {
  if (operation === null) return null;
  if (dependency !== null || standsOn.has(operation)) return "dependency";
  if (operation === "references") return "foreign-key";
  return access === "schema" ? "schema-change" : access;
}

type Owners = ReadonlyMap<string, Reference>;

/** One reference, and the judgements by which it is a trespass. */
interface Offence {
  reference: Reference;
  judgements: Judgement[];
}

export interface AccessWords {
  /** Subject and verb, to which the tables and their owners are added. */
  does?(services: readonly string[], reference: Reference): string;
  /** What to do instead. */
  help(offence: { owners: string[]; table: string; published: boolean }): string;
}

/**
 * The findings of one rule on access. Code of one service gives one finding a reference. A site in
 * shared code gives one in all: it names every service for which a table is foreign, and the imports
 * by which the services come there. A shared module that needs tables of several owners gives one for
 * all its sites: it is the module that has to go, not this or that statement.
 */
export function* trespasses(model: Model, kind: Trespass, words: AccessWords): Iterable<RuleFinding> {
  const sites = new Map<string, Offence[]>();
  const owners = ownersByFile(model);
  for (const reference of model.references) {
    if (trespassOf(reference) !== kind) continue;
    const judgements = reference.judgements.filter(
      ({ verdict, use }) => verdict === "foreign" && use === null,
    );
    if (judgements.length === 0) continue;
    const god = isShared(reference) && (owners.get(reference.at.file)?.size ?? 0) > 1;
    const at = isShared(reference) ? (reference.site ?? reference.at) : reference.at;
    const key = god ? reference.at.file : placeKey(at);
    const offences = sites.get(key);
    if (offences) offences.push({ reference, judgements });
    else sites.set(key, [{ reference, judgements }]);
  }
  for (const offences of sites.values()) {
    const { reference } = offences[0]!;
    const needed = isShared(reference) ? owners.get(reference.at.file) : undefined;
    const finding = describe(model, offences, words, needed && needed.size > 1 ? needed : null);
    if (finding !== null) yield finding;
  }
}

function describe(
  model: Model,
  offences: readonly Offence[],
  words: AccessWords,
  god: Owners | null,
): RuleFinding | null {
  const first = offences[0]!.reference;
  const judgements = offences.flatMap((offence) => offence.judgements);
  const services = unique(judgements.map(({ service }) => service));
  const owners = unique(judgements.flatMap((judgement) => judgement.owners));
  const table = tableName(first);
  const help = god
    ? `give each service its own module for its own tables, so that nothing is left in ${first.at.file} to share`
    : words.help({ owners, table, published: isPublished(model, first) });

  const what = clauses(offences, words);
  return {
    at: first.at,
    message: what + roads(judgements) + godObject(first.at.file, god),
    help,
    // It stands for all of the module's accesses: one more is another finding.
    ...(god && { identity: what }),
    subject: { services, owners, table: first.table, access: first.access },
    related: related(model, offences, services, god),
    test: first.test,
  };
}

/** `billing reads orders, which orders owns`; uses that differ in who, what or whose are told one by one. */
function clauses(offences: readonly Offence[], words: AccessWords): string {
  const does = words.does ?? ((services, { operation }) => subjectAndVerb(services, operation));
  const tables = new Map<string, { subject: string; owners: string[]; tables: string[] }>();
  for (const { reference, judgements } of offences) {
    const subject = does(
      judgements.map(({ service }) => service),
      reference,
    );
    const owners = unique(judgements.flatMap((judgement) => judgement.owners));
    const key = JSON.stringify([subject, owners]);
    const clause = tables.get(key) ?? { subject, owners, tables: [] };
    clause.tables = unique([...clause.tables, tableName(reference)]);
    tables.set(key, clause);
  }
  return [...tables.values()]
    .map((clause) => `${clause.subject} ${whoseTables(clause.tables, clause.owners)}`)
    .join("; ");
}

/** `billing reads`, `billing and guardian read`. */
export function subjectAndVerb(services: readonly string[], operation: Operation | null): string {
  const [one, several] = operation === null ? (["uses", "use"] as const) : verbs[operation];
  return `${list(services)} ${services.length === 1 ? one : several}`;
}

const shownRoads = 3;

/** The imports that lead from each service's own code to the shared code. */
function roads(judgements: readonly Judgement[]): string {
  const chains = unique(
    judgements.filter(({ chain }) => chain.length > 1).map(({ chain }) => chain.join(" → ")),
  );
  if (chains.length === 0) return "";
  const shown = chains.slice(0, shownRoads);
  const more = chains.length - shown.length;
  return `, through ${list(more > 0 ? [...shown, `${more} more`] : shown)}`;
}

function isShared({ judgements }: Reference): boolean {
  return judgements.some(({ chain }) => chain.length > 1);
}

/** For each file the owners whose tables it needs, each with the first reference that says so. */
function ownersByFile({ references }: Model): Map<string, Owners> {
  const files = new Map<string, Map<string, Reference>>();
  for (const reference of references) {
    const owners = files.get(reference.at.file) ?? new Map<string, Reference>();
    files.set(reference.at.file, owners);
    for (const owner of reference.owners) if (!owners.has(owner)) owners.set(owner, reference);
  }
  return files;
}

function godObject(file: string, god: Owners | null): string {
  if (god === null) return "";
  return `; ${file} needs tables of ${list([...god.keys()])}: it is the "god object" of RFC-003`;
}

function related(
  model: Model,
  offences: readonly Offence[],
  services: readonly string[],
  god: Owners | null,
): Related[] {
  const found: Related[] = [];
  for (const { reference } of offences) if (reference.origin) found.push(reference.origin);
  for (const { reference, judgements } of offences) {
    for (const service of services) {
      for (const use of serviceByName(model.manifest, service)?.uses ?? []) {
        const owner = judgements.some((judgement) => judgement.owners.includes(use.service));
        if (owner && use.table === reference.table) found.push({ at: use.at, message: limits(service, use) });
      }
    }
  }
  const told = new Set(offences.map(({ reference }) => reference));
  for (const [owner, reference] of god ?? []) {
    if (told.has(reference)) continue;
    found.push({ at: reference.at, message: `here it needs ${tableName(reference)}, which ${owner} owns` });
  }
  const seen = new Set<string>();
  return found.filter(({ at, message }) => {
    const key = `${placeKey(at)} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Why an entry that seems to name the access does not. */
function limits(service: string, use: Use): string {
  const where = use.via === null ? "" : `, through ${use.via} alone`;
  return `this entry lets ${service} ${use.access} ${use.table}${where}`;
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

/** Does an owner let others be given the table to read? */
function isPublished({ manifest }: Model, { owners, schema, table }: Reference): boolean {
  return owners.some((owner) => {
    const service = serviceByName(manifest, owner);
    if (!service || table === null) return false;
    const stands = schema ?? service.schema;
    return service.publishes.some((entry) => matchTable(entry, stands, table, service.schemas));
  });
}
