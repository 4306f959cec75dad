/** Every statement and every name of a table, one after the other, whatever it was read from. */
import { behind } from "./behind.ts";
import type { Joinable } from "./joinable.ts";
import type { Access, Act, Operation, Reference, Span, SqlStatement } from "./model.ts";
import { accessOf } from "./sql/mod.ts";

/** What one place says of one table, before it is judged. */
export interface Named {
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
  /** The table that declares a foreign key, where code describes it. */
  holder?: { schema: string | null; table: string | null };
  enclosing: string | null;
  statement: string;
  /** It counts only where somebody owns it: the name may be a type's or an index's. */
  perhaps?: boolean;
  /** It stands in the part of its file that takes a migration back. */
  down?: boolean;
}

export interface Read {
  file: string;
  client: string;
  enclosing: string | null;
  site: Span;
  statement: SqlStatement;
}

/** Each statement of SQL that is read, in files and in code, with who wrote it. */
export function* eachStatement({ files, sites }: Joinable): Generator<Read> {
  for (const [file, { sql }] of files) {
    // SET search_path holds from where it stands to the end of its file.
    let path: string | null = null;
    for (const plain of sql?.statements ?? []) {
      const statement = path === null ? plain : standingIn(path, plain);
      yield { file, client: "sql", enclosing: null, site: statement.at, statement };
      for (const change of plain.changes)
        if (change.kind === "search-path") path = change.path.find(isPlainSchema) ?? null;
    }
  }
  for (const { file, client, enclosing, at, facts } of sites)
    for (const statement of facts.statements) yield { file, client, enclosing, site: at, statement };
}

/** `"$user"` is whoever is connected, and the server's own schemas hold nobody's tables. */
function isPlainSchema(name: string): boolean {
  return name !== "" && name !== "$user" && !/^pg_/.test(name);
}

function standingIn(schema: string, statement: SqlStatement): SqlStatement {
  const references = statement.references.map((reference) =>
    reference.schema === null && reference.table !== null ? { ...reference, schema } : reference,
  );
  return { ...statement, references };
}

/** Each table that somebody names, whether in SQL or by a client's own means, with whose access it is. */
export function* eachNamed(
  { manifest, sites, uses, definitions, territory, tables }: Joinable,
  statements: readonly Read[],
): Generator<Named> {
  /**
   * A name or an object that a caller hands over is the caller's access, and stands where he writes it
   * unless both are one house; so is text that a service's file wrote and handed to shared code.
   */
  const whose = (site: string, at: Span): { file: string; at: Span } => {
    const { handed, ...place } = at;
    if (handed) {
      const together = territory.home(site) === territory.home(handed.file);
      return { file: handed.file, at: together ? place : handed };
    }
    const theirs = at.file !== site && territory.home(site) === null && territory.home(at.file) !== null;
    return { file: theirs ? at.file : site, at };
  };
  const owned = new Set(manifest.services.flatMap(({ owns }) => owns.map(({ table }) => table)));
  const tablesOf = behind(
    statements,
    uses,
    tables,
    (file) => territory.home(file),
    (table) => owned.has(table),
  );
  for (const { file, client, enclosing, site, statement } of statements)
    for (const reference of statement.references.flatMap((item) => tablesOf(item, file)))
      yield {
        client,
        enclosing,
        site,
        ...reference,
        ...whose(file, reference.at),
        statement: statement.normalized,
        perhaps: reference.perhaps ?? false,
        down: statement.down ?? false,
      };
  for (const { file, client, enclosing, at, unresolved } of sites)
    if (unresolved)
      yield {
        client,
        enclosing,
        site: at,
        ...whose(file, unresolved.at),
        schema: null,
        table: null,
        reason: unresolved.reason,
        operation: null,
        access: null,
        dependency: null,
        statement: "",
      };
  for (const { stored, changes: _, makes: __, ...use } of uses)
    yield {
      ...use,
      ...whose(use.file, use.at),
      access: stored?.access ?? accessOf(use.operation),
      dependency: stored ? { kind: stored.kind, name: stored.name } : null,
      statement: "",
    };
  for (const { definition, file } of definitions) {
    for (const { name, operation } of definition.reads ?? [])
      yield {
        ...name,
        file,
        client: definition.client,
        site: name.at,
        operation,
        access: accessOf(operation),
        dependency: null,
        enclosing: null,
        statement: "",
      };
    // A foreign key that a mapped table declares.
    for (const { to, at } of definition.references)
      yield {
        ...to,
        holder: definition.name,
        file,
        client: definition.client,
        site: at,
        operation: "references",
        access: "schema",
        dependency: null,
        enclosing: null,
        statement: "",
      };
  }
}

/**
 * Tells names that stand for a temporary table which another statement of the same code file makes
 * further up. Within one text the SQL engine has told them apart already.
 */
export function temporaryTables(statements: readonly Read[]): (named: Named) => boolean {
  const made = new Map<string, number>();
  for (const { file, client, site, statement } of statements)
    for (const change of statement.changes) {
      if (client === "sql" || change.kind !== "create" || !change.temporary) continue;
      const key = `${file}\0${change.name}`;
      made.set(key, Math.min(made.get(key) ?? Infinity, site.end));
    }
  return ({ file, schema, table, site }) =>
    schema === null && table !== null && site.start >= (made.get(`${file}\0${table}`) ?? Infinity);
}

/** What is not here changes no shape: REFRESH fills a view again. */
const DDL = /^(?:create|alter|drop|rename|comment|grant|revoke|index|view|reindex|security)/;

/** The statement as an act of DDL, or null where it is none. */
export function schemaAct({
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
