/** Whose a table probably is: who creates it, else who writes it most, else who names it most. */
import { tableFault } from "../../manifest/mod.ts";
import type { Model, Reference } from "../model.ts";
import { isShown } from "./candidates.ts";

export interface SurveyedTable {
  /** Null where it stands in its owner's usual schema. */
  schema: string | null;
  table: string;
  owner: string;
  /** Others that create one of this name: theirs, too, where their databases are others. */
  rivals: string[];
  /** Services whose migrations make one of this name: no two of them can run in one schema. */
  makers: ReadonlySet<string>;
  /** What a person should look at; null where one service alone creates it, or alone writes it. */
  doubt: string | null;
}

interface Votes {
  schema: string | null;
  table: string;
  creates: Map<string, number>;
  writes: Map<string, number>;
  names: Map<string, number>;
  makers: Set<string>;
  /** A mapper's model describes it, which nobody writes for a tool's table. */
  mapped: boolean;
}

export interface SurveyedTables {
  tables: SurveyedTable[];
  /** Tables that look like a tool's own. */
  tools: string[];
  /** Tables that only code of no service names. */
  nobodys: string[];
}

/** Nobody creates them, and their names are a tool's. */
const tool = /^(?:_|pg_|sqlite_)|migrations?(?:_lock)?$|^schema_version|^(?:qrtz|celery|django|hangfire)_/i;

/**
 * @param model of the workspace in which no service owns anything yet
 * @param shared folders whose code several services run: what it creates is nobody's in particular
 * @param runs whether a service is known to run by itself: one that is comes before others
 */
export function surveyTables(
  model: Model,
  shared: readonly string[],
  runs: (service: string) => boolean,
): SurveyedTables {
  const gone = goneTables(model);
  const votes = new Map<string, Votes>();
  const votesFor = (schema: string | null, table: string) => {
    const plain = schema === "public" || schema === "dbo" || schema === "" ? null : schema;
    const key = JSON.stringify([plain, table]);
    const known = votes.get(key) ?? {
      schema: plain,
      table,
      creates: new Map(),
      writes: new Map(),
      names: new Map(),
      makers: new Set(),
      mapped: false,
    };
    votes.set(key, known);
    return known;
  };
  // A schema that is called like a platform's (`auth`), and in which migrations make tables, is none.
  const schemas = new Set(model.heads.map(({ schema }) => schema).filter((schema) => schema !== null));
  const isShared = (file: string) => shared.some((folder) => file.startsWith(`${folder}/`));
  for (const reference of model.references) {
    const { verdict, table, schema, test, at, services, operation, access, migration } = reference;
    if (table === null || test || isShown(at.file)) continue;
    if (verdict === "engine" && (schema === null || !schemas.has(schema))) continue;
    if (migration?.down || (gone.has(table) && migration !== null)) continue;
    const found = votesFor(schema, table);
    const lawful = !isShared(at.file) && services.length === 1;
    if ((operation === "create-table" || operation === "view") && !reference.dependency) {
      if (lawful) count(found.creates, services);
    } else if (access === "write") count(found.writes, ownFirst(reference));
    count(found.names, services);
  }
  for (const { schema, table, services, at, test } of model.mapped) {
    if (test || isShown(at.file)) continue;
    const found = votesFor(schema, table);
    found.mapped = true;
    if (!isShared(at.file) && services.length === 1) count(found.creates, services);
    count(found.names, services);
  }
  for (const { schema, name, service, droppedAt, createdAt } of model.heads) {
    if (droppedAt !== null || isShared(createdAt.file)) continue;
    const found = votesFor(schema, name);
    count(found.creates, [service]);
    found.makers.add(service);
  }
  // Where others make one of this name, too, those who run the shared migrations have a table of their own.
  for (const { schema, name, service, droppedAt, createdAt } of model.heads) {
    if (droppedAt !== null || !isShared(createdAt.file)) continue;
    const found = votesFor(schema, name);
    if (found.makers.size === 0) continue;
    count(found.creates, [service]);
    found.makers.add(service);
  }
  const result: SurveyedTables = { tables: [], tools: [], nobodys: [] };
  for (const one of [...votes.values()].filter(isWritable).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    if (one.creates.size === 0 && !one.mapped && tool.test(one.table)) result.tools.push(nameOf(one));
    else if (one.names.size === 0 && one.creates.size === 0) result.nobodys.push(nameOf(one));
    else result.tables.push(judged(one, runs));
  }
  return result;
}

/** The manifest has no way to write a dot or a star within a name. */
function isWritable(one: Votes): boolean {
  return tableFault(nameOf(one)) === null && !/[.*]/.test(one.table) && !/[.*]/.test(one.schema ?? "");
}

function judged(one: Votes, runs: (service: string) => boolean): SurveyedTable {
  const { schema, table, creates, writes, names, makers } = one;
  const [ranked, verb] =
    creates.size > 0
      ? [rank(creates, runs), "creates"]
      : writes.size > 0
        ? [rank(writes, runs), "writes"]
        : [rank(names, runs), "names"];
  const [owner = ""] = ranked[0] ?? [];
  const told = ranked.map(([service, times]) => `${service} ${times}`).join(", ");
  if (creates.size === 1 || (verb === "writes" && writes.size === 1 && runs(owner)))
    return { schema, table, owner, rivals: [], makers, doubt: null };
  const doubt =
    creates.size > 1
      ? `several create it: ${told}`
      : verb === "writes"
        ? `no service creates it; who writes it, and how often: ${told}`
        : `no service creates or writes it; who names it, and how often: ${told}`;
  const rivals = verb === "creates" ? ranked.slice(1).map(([service]) => service) : [];
  return { schema, table, owner, rivals, makers, doubt };
}

/** What runs before what may not, then the most first; of equals the one whose name comes first. */
function rank(votes: ReadonlyMap<string, number>, runs: (service: string) => boolean): [string, number][] {
  return [...votes].sort(([a, x], [b, y]) => Number(runs(b)) - Number(runs(a)) || y - x || (a < b ? -1 : 1));
}

/** Shared code that writes speaks for whoever imports it. */
function ownFirst({ judgements, services }: Reference): string[] {
  const own = judgements.filter(({ chain }) => chain.length === 1).map(({ service }) => service);
  return own.length > 0 ? own : services;
}

function count(votes: Map<string, number>, services: readonly string[]): void {
  for (const service of services) votes.set(service, (votes.get(service) ?? 0) + 1);
}

/** As the manifest writes it. */
export function nameOf({ schema, table }: { schema: string | null; table: string }): string {
  return schema === null ? table : `${schema}.${table}`;
}

/** Names that migrations gave up, and that none has any more. */
function goneTables(model: Model): Set<string> {
  const heads = [...model.heads, ...model.otherHeads];
  const here = new Set(heads.filter(({ droppedAt }) => droppedAt === null).map(({ name }) => name));
  return new Set(heads.map(({ name }) => name).filter((name) => !here.has(name)));
}
