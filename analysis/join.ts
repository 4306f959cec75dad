/**
 * Everything joined: each named table with whose code names it, whose it is, and which entry of the
 * manifest allows it. Rules read the result and nothing else.
 */
import { judgeTable, serviceByName, servicesOfVariable, usesOfTable } from "../manifest/lookup.ts";
import { isTestFile } from "../manifest/test-file.ts";
import { collisions } from "./collisions.ts";
import { History, headOf, headsByEngine, missingTables } from "./history.ts";
import { nextStatement, readIgnores } from "./ignores.ts";
import type { Joinable } from "./joinable.ts";
import { actsOfUses } from "./link/acts.ts";
import { crossImports, touching } from "./link/cross-imports.ts";
import type { Belonging } from "./link/territory.ts";
import { isRunner, migrationAt, migrationFiles } from "./migrations.ts";
import type { Act, Judgement, MappedTable, Model, Place, Reference, Span, Verdict } from "./model.ts";
import { eachNamed, eachStatement, type Named, schemaAct, temporaryTables } from "./named.ts";
import { toPlace } from "./places.ts";

/** Gravest first: what several services are told is summed up by the gravest. */
const GRAVITY: readonly Verdict[] = ["foreign", "unresolved", "unowned", "own", "engine"];

/** Joins what the files say with the manifest into the model that rules read. */
export function join(input: Joinable): Model {
  const { manifest, files, territory } = input;
  const place = (span: Span): Place => toPlace(span, files.get(span.file)?.lineStarts ?? [0]);
  const history = new History(input.tables, place);
  const belongings = (file: string) => territory.of(file);
  const servicesOf = (file: string) => belongings(file).map(({ service }) => service);
  const isTest = (file: string) =>
    isTestFile(file) || (belongings(file).length > 0 && belongings(file).every(({ test }) => test));
  const migrationOf = (file: string, enclosing: string | null, down = false) =>
    migrationAt(input, file, enclosing, down);

  const statements = [...eachStatement(input)];
  const isTemporary = temporaryTables(statements);

  // One place names one table for one purpose once, in however many readings it stands: of all who
  // put its text into a statement of theirs.
  const told = new Map<string, { named: Named; files: Set<string> }>();
  for (const named of eachNamed(input, statements)) {
    if (isTemporary(named)) continue;
    const { at, schema, table, operation, dependency } = named;
    const id = JSON.stringify([at.file, at.start, at.end, schema, table, operation, dependency]);
    const known = told.get(id);
    if (known) known.files.add(named.file);
    else told.set(id, { named, files: new Set([named.file]) });
  }
  const references: Reference[] = [];
  for (const { named, files: users } of told.values()) {
    const reference = judge(named, [...users]);
    if (!named.perhaps || reference.verdict !== "unowned") references.push(reference);
  }
  references.sort((a, b) =>
    a.at.file < b.at.file
      ? -1
      : a.at.file > b.at.file
        ? 1
        : a.at.line - b.at.line || a.at.column - b.at.column,
  );

  const acts: Act[] = [];
  for (const { file, client, enclosing, statement } of statements) {
    const common = {
      client,
      services: servicesOf(file),
      test: isTest(file),
      migration: migrationOf(file, enclosing, statement.down),
      statement: statement.normalized,
    };
    if (common.migration && isRunner(file, enclosing, files.get(file))) common.migration.runner = true;
    for (const { act, name, at } of statement.acts)
      acts.push({ act, name, ddl: false, temporary: false, at: place(at), ...common });
    const ddl = schemaAct(statement);
    if (ddl) acts.push({ ...ddl, at: place(statement.at), ddl: true, ...common });
  }
  for (const { act, name, ddl = false, at, file, client, enclosing = null } of [
    ...input.acts,
    ...actsOfUses(input.uses),
  ])
    acts.push({
      act,
      name,
      ddl,
      temporary: false,
      at: place(at),
      client,
      services: servicesOf(file),
      test: isTest(file),
      migration: migrationOf(file, enclosing),
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
    mapped: mappedTables(input, concerned, isTest, place),
    // What follows from migrations is told of the workspace as a whole.
    ...headsByEngine(manifest, input.rest ? [] : input.tables.map((table) => headOf(table, place))),
    migrations: input.rest ? [] : migrationFiles(manifest, files, input.landed, place),
    missing: input.rest ? [] : missingTables(input, history, place),
    collisions: [],
    unparsed: [],
    ignores: [],
    baseline: [],
    problems: [...input.problems, ...[...files.values()].flatMap(({ problems }) => problems)],
    today: input.today,
    files: files.size,
    leftOut: input.leftOut,
    unseen: [...input.unseen],
  };
  model.collisions = collisions(manifest, model.heads);
  for (const [file, facts] of files) {
    const common = { services: servicesOf(file), test: isTest(file) };
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
  for (const { file, client, at, sources } of input.connections)
    model.connections.push({
      client,
      at: place(at),
      services: servicesOf(file),
      test: isTest(file),
      sources: sources.map((source) =>
        source.kind === "variable"
          ? { ...source, at: place(source.at), owners: servicesOfVariable(manifest, source.variable) }
          : { ...source, at: place(source.at) },
      ),
    });
  for (const site of input.sites) {
    const statements = site.facts.statements.map(({ at }) => at).filter(({ file }) => file === site.file);
    const comments = site.facts.comments.filter(({ at }) => at.file === site.file);
    for (const { rules, reason, at, covers } of readIgnores(comments, nextStatement(statements)))
      model.ignores.push({ rules, reason, at: place(at), covers: covers && place(covers) });
    for (const { message, at } of site.facts.problems)
      model.unparsed.push({
        message,
        at: place(at),
        client: site.client,
        services: servicesOf(site.file),
        test: isTest(site.file),
      });
  }
  const here = touching(files, references);
  const touches = (file: string) =>
    here.get(file) ?? (files.has(file) ? null : (input.rest?.touches(file) ?? null));
  model.imports = crossImports(manifest, files, territory, touches, place);
  return model;

  function judge(named: Named, users: readonly string[]): Reference {
    const { holder } = named;
    const concern = holder ? holders(named.file, holder.schema, holder.table) : belongingsOf(users);
    const judgements = concern.map((belonging) => judgementFor(named, belonging));
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
      test: users.every(isTest),
      migration: migrationOf(named.file, named.enclosing, named.down),
      enclosing: named.enclosing,
      statement: named.statement,
      origin: history.origin(manifest, judgements.length ? owners : (nobody?.owners ?? []), named),
    };
  }

  /** Code that several services share describes tables of each: a table is its owner's concern, and so is its key. */
  function concerned(file: string, schema: string | null, table: string | null): readonly Belonging[] {
    const all = belongings(file);
    if (table === null || all.length < 2) return all;
    const owners = all.filter(
      ({ service }) => judgeTable(manifest, service, schema, table).verdict === "own",
    );
    return owners.length ? owners : all;
  }

  /** Whose concern a key is: in code that no service imports, a model for a tool to read, its table's owner's. */
  function holders(file: string, schema: string | null, table: string | null): readonly Belonging[] {
    const all = concerned(file, schema, table);
    if (all.length > 0 || table === null) return all;
    const { owners } = judgeTable(manifest, "", schema, table);
    return owners.map((service) => ({ service, chain: [file], test: isTest(file) }));
  }

  /** Each service once, by the first of the files that is its code; code before tests. */
  function belongingsOf(users: readonly string[]): Belonging[] {
    const [only] = users;
    if (users.length === 1 && only !== undefined) return [...belongings(only)];
    const all = users.flatMap(belongings).sort((a, b) => Number(a.test) - Number(b.test));
    const first = new Map(all.map((belonging) => [belonging.service, belonging] as const).reverse());
    return manifest.services.flatMap(({ name }) => first.get(name) ?? []);
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

/** Tables as mappers describe them, each for the services whose code it is. */
function mappedTables(
  { definitions, unreplayed, engineOf }: Joinable,
  concerned: (file: string, schema: string | null, table: string | null) => readonly Belonging[],
  isTest: (file: string) => boolean,
  place: (span: Span) => Place,
): MappedTable[] {
  const told = new Set<string>();
  return definitions.flatMap(({ definition: { client, name, columns, joins = [] }, file }) =>
    [{ name, columns }, ...joins].flatMap(({ name: { schema, table, at }, columns }, index) => {
      // Both sides of many to many name the table that joins them.
      const key = JSON.stringify([client, schema, table]);
      if (table === null || (index > 0 && told.has(key))) return [];
      told.add(key);
      const services = concerned(file, schema, table)
        .map(({ service }) => service)
        .filter((service) => !unreplayed.has(service));
      const engine = engineOf(file);
      return [{ client, engine, schema, table, columns, at: place(at), services, test: isTest(file) }];
    }),
  );
}
