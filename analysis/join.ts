/**
 * Everything joined: each named table with whose code names it, whose it is, and which entry of the
 * manifest allows it. Rules read the result and nothing else.
 */
import {
  isTestFile,
  judgeTable,
  matchTable,
  migrationOwner,
  serviceByName,
  servicesOfVariable,
  usesOfTable,
} from "../manifest/mod.ts";
import type { Manifest } from "../manifest/model.ts";
import { crossImports } from "./link/cross-imports.ts";
import type { ReadSite, ReadUse } from "./link/sites.ts";
import type { Belonging, Territory } from "./link/territory.ts";
import type {
  Access,
  Act,
  FileFacts,
  HeadTable,
  InputProblem,
  Judgement,
  MissingTable,
  Model,
  Operation,
  Place,
  Reference,
  Related,
  Span,
  SqlStatement,
  Verdict,
} from "./model.ts";
import { toPlace } from "./places.ts";
import type { ReplayedTable } from "./replay.ts";
import { accessOf, migrationName } from "./sql/mod.ts";

export interface Joinable {
  manifest: Manifest;
  files: ReadonlyMap<string, FileFacts>;
  sites: readonly ReadSite[];
  uses: readonly ReadUse[];
  territory: Territory;
  tables: readonly ReplayedTable[];
  problems: readonly InputProblem[];
  leftOut: number;
  today: string;
}

/** What one place says of one table, before it is judged. */
interface Named {
  file: string;
  client: string;
  at: Span;
  site: Span;
  schema: string | null;
  table: string | null;
  reason: string | null;
  operation: Operation | null;
  access: Access | null;
  dependency: Reference["dependency"];
  enclosing: string | null;
  statement: string;
}

/** Gravest first: what several services are told is summed up by the gravest. */
const GRAVITY: readonly Verdict[] = ["foreign", "unresolved", "unowned", "own", "engine"];

export function join(input: Joinable): Model {
  const { manifest, files, territory } = input;
  const place = (span: Span): Place => toPlace(span, files.get(span.file)?.lineStarts ?? [0]);
  const history = new History(input.tables, place);
  const belongings = (file: string) => territory.of(file);
  const servicesOf = (file: string) => belongings(file).map(({ service }) => service);
  const isTest = (file: string) =>
    isTestFile(file) || (belongings(file).length > 0 && belongings(file).every(({ test }) => test));
  const migrationOf = (file: string): Reference["migration"] => {
    const service = migrationOwner(manifest, file);
    return service === null ? null : { service, down: migrationName(file)?.down ?? false };
  };

  const statements = [...eachStatement(input)];
  const temporary = temporaryTables(statements);

  const references: Reference[] = [];
  const told = new Set<string>();
  for (const named of eachNamed(input, statements)) {
    if (named.schema === null && named.table !== null && temporary.has(`${named.file}\0${named.table}`))
      continue;
    // One place names one table for one purpose once, in however many readings it stands.
    const id = JSON.stringify([
      named.at.file,
      named.at.start,
      named.at.end,
      named.schema,
      named.table,
      named.operation,
      named.dependency,
    ]);
    if (told.has(id)) continue;
    told.add(id);
    references.push(judge(named));
  }
  references.sort((a, b) =>
    a.at.file < b.at.file
      ? -1
      : a.at.file > b.at.file
        ? 1
        : a.at.line - b.at.line || a.at.column - b.at.column,
  );

  const acts: Act[] = [];
  for (const { file, client, statement } of statements) {
    const common = {
      client,
      services: servicesOf(file),
      test: isTest(file),
      migration: migrationOf(file),
      statement: statement.normalized,
    };
    for (const { act, name, at } of statement.acts)
      acts.push({ act, name, ddl: false, temporary: false, at: place(at), ...common });
    const ddl = schemaAct(statement);
    if (ddl) acts.push({ ...ddl, at: place(statement.at), ddl: true, ...common });
  }
  for (const [file, facts] of files)
    for (const { act, name, at } of facts.commands)
      acts.push({
        act,
        name,
        ddl: false,
        temporary: false,
        at: place(at),
        client: "shell",
        services: servicesOf(file),
        test: isTest(file),
        migration: migrationOf(file),
        statement: "",
      });

  const model: Model = {
    manifest,
    references,
    acts,
    connections: [],
    variables: [],
    addresses: [],
    imports: [],
    heads: input.tables.map((table) => headOf(table, place)),
    missing: missingTables(input, history, place),
    unparsed: [],
    ignores: [],
    problems: [...input.problems, ...[...files.values()].flatMap(({ problems }) => problems)],
    today: input.today,
    files: files.size,
    leftOut: input.leftOut,
  };
  for (const [file, facts] of files) {
    const common = { services: servicesOf(file), test: isTest(file) };
    for (const { client, at, sources } of facts.connections)
      model.connections.push({
        client,
        at: place(at),
        ...common,
        sources: sources.map((source) =>
          source.kind === "variable"
            ? { ...source, at: place(source.at), owners: servicesOfVariable(manifest, source.variable) }
            : { ...source, at: place(source.at) },
        ),
      });
    for (const { variable, at, defaultUrl } of facts.environment) {
      const owners = servicesOfVariable(manifest, variable);
      if (owners.length || defaultUrl)
        model.variables.push({
          variable,
          at: place(at),
          ...common,
          owners,
          defaultUrl: defaultUrl && place(defaultUrl),
        });
    }
    for (const { text, at } of facts.addresses) model.addresses.push({ text, at: place(at), ...common });
    for (const { rules, reason, at, covers } of facts.ignores)
      model.ignores.push({ rules, reason, at: place(at), covers: covers && place(covers) });
    for (const { message, at } of facts.sql?.problems ?? [])
      model.unparsed.push({ message, at: place(at), client: "sql", ...common });
  }
  for (const site of input.sites)
    for (const { message, at } of site.facts.problems)
      model.unparsed.push({
        message,
        at: place(at),
        client: site.client,
        services: servicesOf(site.file),
        test: isTest(site.file),
      });
  model.imports = crossImports(manifest, files, territory, references, place);
  return model;

  function judge(named: Named): Reference {
    const judgements = belongings(named.file).map((belonging) => judgementFor(named, belonging));
    const nobody = judgements.length === 0 ? judgeNobody(named) : null;
    const verdict =
      GRAVITY.find((item) => judgements.some((judgement) => judgement.verdict === item)) ??
      nobody?.verdict ??
      "unowned";
    const owners = [
      ...new Set(judgements.flatMap((judgement) => (judgement.verdict === verdict ? judgement.owners : []))),
    ];
    return {
      client: named.client,
      at: place(named.at),
      site: place(named.site),
      schema: named.schema,
      table: named.table,
      reason: named.reason,
      operation: named.operation,
      access: named.access,
      services: judgements.map(({ service }) => service),
      judgements,
      verdict,
      owners: judgements.length ? owners : (nobody?.owners ?? []),
      dependency: named.dependency,
      test: isTest(named.file),
      migration: migrationOf(named.file),
      enclosing: named.enclosing,
      statement: named.statement,
      origin: history.origin(manifest, judgements.length ? owners : (nobody?.owners ?? []), named),
    };
  }

  function judgementFor(named: Named, { service, chain }: Belonging): Judgement {
    if (named.table === null) return { service, verdict: "unresolved", owners: [], use: null, chain };
    const { verdict, owners } = judgeTable(manifest, service, named.schema, named.table);
    if (verdict === "foreign")
      return { service, verdict, owners, use: useFor(named, named.table, service, owners, chain), chain };
    if (verdict !== "unowned") return { service, verdict, owners, use: null, chain };
    // A name that a service's migrations gave up is still that service's.
    const former = history.formerOwners(
      named.schema ?? serviceByName(manifest, service)?.schema ?? "",
      named.table,
    );
    if (former.includes(service)) return { service, verdict: "own", owners: [service], use: null, chain };
    if (former.length)
      return {
        service,
        verdict: "foreign",
        owners: former,
        use: useFor(named, named.table, service, former, chain),
        chain,
      };
    return { service, verdict, owners, use: null, chain };
  }

  /** Nobody's code owns nothing: every owned table is someone else's to it. */
  function judgeNobody(named: Named): { verdict: Verdict; owners: string[] } {
    if (named.table === null) return { verdict: "unresolved", owners: [] };
    return judgeTable(manifest, "", named.schema, named.table);
  }

  /** The entry that allows the access; failing one that still holds, one that has run out. */
  function useFor(
    named: Named,
    table: string,
    service: string,
    owners: readonly string[],
    chain: readonly string[],
  ) {
    const access = named.access;
    if (access !== "read" && access !== "write") return null;
    const found = owners.flatMap((owner) =>
      [...new Set(chain)]
        .flatMap((file) => usesOfTable(manifest, service, owner, named.schema, table, file))
        .filter((use) => use.access === access),
    );
    return found.find((use) => use.until === null || use.until >= input.today) ?? found[0] ?? null;
  }
}

interface Read {
  file: string;
  client: string;
  enclosing: string | null;
  site: Span;
  statement: SqlStatement;
}

function* eachStatement({ files, sites }: Joinable): Generator<Read> {
  for (const [file, { sql }] of files)
    for (const statement of sql?.statements ?? [])
      yield { file, client: "sql", enclosing: null, site: statement.at, statement };
  for (const { file, client, enclosing, at, facts } of sites)
    for (const statement of facts.statements) yield { file, client, enclosing, site: at, statement };
}

function* eachNamed({ sites, uses }: Joinable, statements: readonly Read[]): Generator<Named> {
  for (const { file, client, enclosing, site, statement } of statements)
    for (const reference of statement.references)
      yield { file, client, enclosing, site, ...reference, statement: statement.normalized };
  for (const { file, client, enclosing, at, unresolved } of sites)
    if (unresolved)
      yield {
        file,
        client,
        enclosing,
        site: at,
        at: unresolved.at,
        schema: null,
        table: null,
        reason: unresolved.reason,
        operation: null,
        access: null,
        dependency: null,
        statement: "",
      };
  for (const use of uses) yield { ...use, access: accessOf(use.operation), dependency: null, statement: "" };
}

/** Temporary tables of each file: their names stand for no table of anybody's. */
function temporaryTables(statements: readonly Read[]): Set<string> {
  const found = new Set<string>();
  for (const { file, statement } of statements)
    for (const change of statement.changes)
      if (change.kind === "create" && change.temporary) found.add(`${file}\0${change.name}`);
  return found;
}

const DDL = /^(?:create|alter|drop|rename|comment|grant|revoke|index|view|refresh|reindex|security)/;

/** The statement as an act of DDL, or null where it is none. */
function schemaAct({
  kind,
  changes,
  references,
  acts,
  normalized,
}: SqlStatement): Pick<Act, "act" | "name" | "temporary"> | null {
  // What has an act of its own (databases, roles, extensions) is told by that.
  if (acts.length) return null;
  const [change] = changes.filter((item) => item.kind !== "search-path");
  const schema = references.find(({ access }) => access === "schema");
  if (!change && !schema && !DDL.test(kind)) return null;
  const temporary = changes.length > 0 && changes.every((item) => item.kind === "create" && item.temporary);
  const words =
    /^\s*(\w+)(?:\s+(?:or replace|temp(?:orary)?|unlogged|global|local|unique|concurrently|foreign|materialized|recursive))*(?:\s+(\w+))?/i.exec(
      normalized,
    );
  const act = words
    ? [words[1], words[2]].filter(Boolean).join(" ").toUpperCase()
    : kind.toUpperCase().replaceAll("-", " ");
  return { act, name: change?.name ?? schema?.table ?? null, temporary };
}

/** What the migrations say of a name: who made it, who gave it up. */
class History {
  private readonly former = new Map<string, string[]>();
  private readonly tables: readonly ReplayedTable[];
  private readonly place: (span: Span) => Place;

  constructor(tables: readonly ReplayedTable[], place: (span: Span) => Place) {
    this.tables = tables;
    this.place = place;
    for (const { schema, name, service, droppedAt } of tables) {
      if (!droppedAt) continue;
      const key = `${schema}\0${name}`;
      this.former.set(key, [...new Set([...(this.former.get(key) ?? []), service])]);
    }
  }

  formerOwners(schema: string, name: string): string[] {
    return this.former.get(`${schema}\0${name}`) ?? [];
  }

  /** The table that a service's migrations made for an entry of `owns`. */
  find(service: string, matches: (table: ReplayedTable) => boolean): ReplayedTable | null {
    const all = this.tables.filter((table) => table.service === service && matches(table));
    return all.find(({ droppedAt }) => droppedAt === null) ?? all[0] ?? null;
  }

  origin(manifest: Manifest, owners: readonly string[], { schema, table }: Named): Related | null {
    for (const owner of owners) {
      const schemas = serviceByName(manifest, owner)?.schemas ?? [];
      const found = this.find(
        owner,
        (item) =>
          item.name === table && (schema === null || item.schema === schema || schemas.includes(schema)),
      );
      if (found) {
        const at = this.place(found.createdAt);
        return { at, message: `created in ${at.file}:${at.line}` };
      }
    }
    return null;
  }
}

function headOf(table: ReplayedTable, place: (span: Span) => Place): HeadTable {
  const { service, schema, name, object, columns, createdAt, droppedAt, formerNames } = table;
  return {
    service,
    schema,
    name,
    object,
    columns,
    createdAt: place(createdAt),
    droppedAt: droppedAt && place(droppedAt),
    formerNames,
  };
}

/** Entries of `owns` that no migration makes, or that one dropped. */
function missingTables(
  { manifest, files }: Joinable,
  history: History,
  place: (span: Span) => Place,
): MissingTable[] {
  const found: MissingTable[] = [];
  for (const service of manifest.services) {
    // What migrations written in code create is not replayed: nothing is claimed of it.
    const inCode = [...files.values()].some(
      ({ file, kind }) => kind === "code" && migrationOwner(manifest, file) === service.name,
    );
    if (service.external || inCode) continue;
    for (const pattern of service.owns) {
      const made = history.find(service.name, (table) =>
        matchTable(pattern, table.schema, table.name, service.schemas),
      );
      if (made && !made.droppedAt) continue;
      found.push({
        service: service.name,
        schema: pattern.schema,
        table: pattern.table,
        pattern: pattern.table.includes("*"),
        at: pattern.at,
        droppedAt: made?.droppedAt ? place(made.droppedAt) : null,
      });
    }
  }
  return found;
}
