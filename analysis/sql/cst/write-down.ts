/** From what a reader found to facts: names, holes, temporary tables and places, once for all readers. */

import type { DatabaseAct, SchemaChange, SqlReference, SqlStatement } from "../../model.ts";
import { append } from "../append.ts";
import { type Name, withoutLast } from "../names.ts";
import { accessOf } from "../operations.ts";
import { type SqlText, showHoles, surrounded } from "../text.ts";
import { dynamicTexts } from "./dynamic.ts";
import { isMysql } from "./flavour.ts";
import type { Found, NamedTable, Stored } from "./found.ts";
import { folded, type Known, knownName, nameFrom } from "./names.ts";
import type { Context, Session } from "./session.ts";
import type { RawStatement } from "./splitter.ts";

type Facts = Pick<SqlStatement, "references" | "changes" | "acts">;

/** Acts of the session that a stored program keeps to itself. */
const TRANSACTIONAL = /^(?:BEGIN|COMMIT|ROLLBACK|SET|RESET|USE)\b/;

/** Statements inside statements inside statements: beyond this, texts go round in circles. */
const DEEPEST = 16;

/** Writes down what a statement does, as facts, by what the session has made before it. */
export function writeDown(
  source: SqlText,
  raw: RawStatement,
  found: readonly Found[],
  session: Session,
  context: Context,
): Facts {
  const writer = new Writer(source, raw, session, context);
  const temporary = found.some((item) => item.kind === "inner" && item.stored)
    ? new Set(session.temporary)
    : null;
  for (const item of found) writer.write(item);
  // What a body makes and drops happens when it is called: to the session outside, nothing has changed.
  if (temporary) session.temporary = temporary;
  return { references: inOrder(writer.references), changes: writer.changes, acts: writer.acts };
}

class Writer implements Facts {
  readonly references: SqlReference[] = [];
  readonly changes: SchemaChange[] = [];
  readonly acts: DatabaseAct[] = [];
  private readonly source: SqlText;
  private readonly raw: RawStatement;
  private readonly session: Session;
  private readonly context: Context;

  constructor(source: SqlText, raw: RawStatement, session: Session, context: Context) {
    this.source = source;
    this.raw = raw;
    this.session = session;
    this.context = context;
  }

  write(item: Found): void {
    const { source, session } = this;
    switch (item.kind) {
      case "table":
        this.table(item);
        return;
      case "change":
        this.change(item);
        return;
      case "rename":
        this.rename(item);
        return;
      case "forget":
        return void session.temporary.delete(this.fold(this.named(item.at).known.table ?? ""));
      case "act":
        this.acts.push({
          act: item.words,
          name: item.name === null ? null : showHoles(item.name),
          at: source.span(this.raw.start, item.end),
        });
        return;
      case "unknown":
        this.unknown(item);
        return;
      case "assign": {
        const { start, end, variable } = item;
        const known = session.variables.get(variable) ?? [];
        session.variables.set(variable, [
          ...known,
          { source, start, end, order: session.assigned++, read: false },
        ]);
        return;
      }
      case "dynamic":
        this.dynamic(item);
        return;
      case "inner":
        // What stands in a block without a name runs, but perhaps under a condition.
        this.inside(surrounded(source, item.start, item.end, ""), item.stored, true);
        return;
    }
  }

  private table({ at, operation, column, perhaps, index, trigger, makes, schema, stored }: NamedTable): void {
    const { name, known } = this.named(at);
    const place = column ? withoutLast(name, 1) : name;
    const what = column ? knownName(this.source, this.raw.tokens, place) : known;
    if (schema !== undefined)
      what.schema = knownName(this.source, this.raw.tokens, this.named(schema).name).table;
    if (what.table !== null && !trigger && this.isTemporary(what)) return;
    const object = this.context.stored ?? stored;
    const made = makes === undefined ? null : this.named(makes).known.table;
    this.references.push({
      ...(index || trigger ? this.standing(what, index ? "index" : "trigger") : what),
      ...(made === null ? {} : { makes: [this.fold(made)] }),
      operation: object?.operation ?? operation,
      access: accessOf(operation),
      at: this.source.span(place.start, place.end),
      dependency: object ? { kind: object.kind, name: showHoles(object.name) } : null,
      ...(perhaps ? { perhaps } : {}),
    });
  }

  /** What stands on a table that is not named. */
  private standing(
    { schema, table, reason }: Known,
    kind: "index" | "trigger",
  ): Pick<SqlReference, "schema" | "table" | "reason" | "index" | "trigger"> {
    if (table === null) return { schema, table, reason };
    const name = this.fold(table);
    return {
      schema,
      table: null,
      reason: `nothing that is read makes the ${kind} ${table}`,
      ...(kind === "index" ? { index: { name } } : { trigger: name }),
    };
  }

  private change({ at, change, stored }: Extract<Found, { kind: "change" }>): void {
    const { session } = this;
    const { known, name } = this.named(at);
    if (known.table === null) return;
    // A program's temporary tables are known to the rest of it; what else it makes, it makes when it is called.
    const inProgram = stored !== null || this.context.stored !== null;
    if (inProgram && !(change.kind === "create" && change.temporary)) return;
    const place = { schema: known.schema, name: known.table, at: this.source.span(name.start, name.end) };
    if (change.kind === "create") {
      const temporary = change.temporary || this.isTemporarySchema(known.schema);
      if (temporary) session.temporary.add(this.fold(known.table));
      // A permanent table may bear the name of a temporary one: then it is not the one that is made.
      else session.temporary.delete(this.fold(known.table));
      const ifNotExists = change.ifNotExists || this.context.conditional;
      if (inProgram) return;
      this.changes.push({ ...place, ...change, temporary, ifNotExists });
      return;
    }
    if (this.isTemporary(known)) {
      if (change.kind === "drop") session.temporary.delete(this.fold(known.table));
      return;
    }
    if (change.kind === "drop") {
      this.changes.push({ ...place, ...change, ifExists: change.ifExists || this.context.conditional });
    } else this.changes.push({ ...place, ...change });
  }

  private rename({ at, to, stored }: Extract<Found, { kind: "rename" }>): void {
    if (stored || this.context.stored) return;
    const { known, name } = this.named(at);
    const target = this.named(to).known;
    if (known.table === null || target.table === null) return;
    if (this.isTemporary(known)) {
      this.session.temporary.delete(this.fold(known.table));
      this.session.temporary.add(this.fold(target.table));
      return;
    }
    const place = { schema: known.schema, at: this.source.span(name.start, name.end) };
    this.changes.push({ ...place, name: known.table, kind: "rename", to: target.table });
    if (target.schema !== null && target.schema !== known.schema) {
      this.changes.push({ ...place, name: target.table, kind: "set-schema", to: target.schema });
    }
  }

  private unknown({
    start,
    end,
    reason,
    operation,
    stored,
  }: Omit<Extract<Found, { kind: "unknown" }>, "kind">): void {
    const object = this.context.stored ?? stored;
    this.references.push({
      schema: null,
      table: null,
      reason,
      operation: object?.operation ?? operation,
      access: accessOf(operation),
      at: this.source.span(start, end),
      dependency: object ? { kind: object.kind, name: showHoles(object.name) } : null,
    });
  }

  private dynamic({ variable, start, end, stored }: Extract<Found, { kind: "dynamic" }>): void {
    const texts = dynamicTexts(
      { source: this.source, start, end, order: this.session.assigned },
      this.session,
    );
    for (const text of texts) {
      if (text !== null) this.inside(text, stored, this.context.conditional || texts.length > 1);
    }
    if (!texts.includes(null)) return;
    const reason =
      variable === null
        ? "the statement's text is put together when it runs"
        : `the statement's text is in ${variable}`;
    this.unknown({ start, end, reason, operation: "select", stored });
  }

  /** Reads text inside this statement's text as statements; what they do is this statement's doing. */
  private inside(text: SqlText, stored: Stored | null, conditional: boolean): void {
    const { session, context } = this;
    if (session.depth >= DEEPEST) return;
    session.depth++;
    const object = context.stored ?? stored;
    session.read(text, { stored: object, conditional: conditional || context.conditional }, (statement) => {
      append(this.references, statement.references);
      if (!object) append(this.changes, statement.changes);
      append(
        this.acts,
        statement.acts.filter(({ act }) => !object || !TRANSACTIONAL.test(act)),
      );
    });
    session.depth--;
  }

  private named(at: number): { name: Name; known: Known } {
    const name = nameFrom(this.raw.tokens, at);
    return { name, known: knownName(this.source, this.raw.tokens, name) };
  }

  private fold(name: string): string {
    return folded(name, this.session.flavour);
  }

  private isTemporarySchema(schema: string | null): boolean {
    return schema !== null && !isMysql(this.session.flavour) && /^temp$/i.test(schema);
  }

  private isTemporary({ schema, table }: Known): boolean {
    if (this.isTemporarySchema(schema)) return true;
    return schema === null && table !== null && this.session.temporary.has(this.fold(table));
  }
}

/** Each named place once, in the order of the text. */
function inOrder(references: SqlReference[]): SqlReference[] {
  if (references.length < 2) return references;
  const seen = new Set<string>();
  return references
    .filter(({ at, schema, table, operation }) => {
      // One template may have made several names, all at its place.
      const key = JSON.stringify([at.file, at.start, at.end, schema, table, operation]);
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .sort((a, b) => a.at.start - b.at.start || a.at.end - b.at.end);
}
