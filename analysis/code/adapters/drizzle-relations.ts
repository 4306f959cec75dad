/**
 * Drizzle's relational queries: `db.query.users.findMany({ with: { posts: true } })`. The models are
 * the keys of the schema that the client is given; `relations()` and `defineRelations()` say where a
 * relation leads.
 */
import type { Expr, Span } from "../../model.ts";
import type { Ask, Chain, Named, TableName } from "./adapter.ts";
import { eachEntry, entryOf, innermostCall, resultOf, unknownName } from "./builders.ts";
import { tableName } from "./drizzle-tables.ts";

export const RELATIONAL = new Set(["findMany", "findFirst"]);

const MOST_DEEP = 8;

/** The tables of a relational query; null where the chain is none. */
export function readRelational(chain: Chain, ask: Ask): Named[] | null {
  const at = chain.steps.findIndex(({ name, args }) => args !== null && RELATIONAL.has(name));
  const [query, model, call] = [chain.steps[at - 2], chain.steps[at - 1], chain.steps[at]];
  if (at < 2 || query?.name !== "query" || query.args !== null || !model || model.args !== null || !call)
    return null;
  const speaks = chain.certain || chain.habitual;
  const names = model.name !== "" ? [model.name] : model.key ? keyTexts(model.key, ask) : [];
  const found: Named[] = [];
  for (const name of names.length ? names : [""]) {
    const table = modelOf(name, chain, ask);
    if (!table && !speaks) return null;
    found.push({
      name: table
        ? { ...table, at: model.at }
        : {
            schema: null,
            table: null,
            reason: name ? `no table object is called ${name}` : "the model is not known before it runs",
            at: model.at,
          },
      operation: "select",
    });
    const [options] = call.args ?? [];
    if (options && table) found.push(...loaded(options, table, ask, 0));
  }
  return found;
}

function keyTexts(key: Expr, ask: Ask): string[] {
  return ask.names(key).flatMap(({ table }) => table ?? []);
}

/** The table of a model: a key of the client's schema, else a table object of that name. */
function modelOf(name: string, { root, at }: Chain, ask: Ask): TableName | null {
  if (name === "") return null;
  const own = root.kind === "client" && root.made ? inSchemaOf(root.made.args, name, ask) : null;
  if (own) return own;
  const near = root.kind === "client" ? root.at.file : at.file;
  for (const { args } of nearestFirst(clients(ask), near)) {
    const found = inSchemaOf(args, name, ask);
    if (found) return found;
  }
  return ask.model(name, "drizzle", at.file)?.name ?? null;
}

/** `drizzle(pool, { schema })`, `drizzle({ client, relations })`: the schema's entry of this name. */
function inSchemaOf(args: readonly Expr[], name: string, ask: Ask): TableName | null {
  for (const arg of args) {
    const options = ask.follow(arg);
    if (options.kind !== "object") continue;
    const schema = entryOf(options, "schema", ask) ?? related(entryOf(options, "relations", ask), ask);
    const table = schema && entryOf(schema, name, ask);
    const found = table && tableName(table, ask);
    if (found) return found;
  }
  return null;
}

/** The schema that `defineRelations(schema, …)` is about. */
function related(relations: Expr | null, ask: Ask): Expr | null {
  const inner = relations && ask.follow(relations);
  return inner?.kind === "call" ? (inner.args[0] ?? null) : null;
}

function clients(ask: Ask): { args: readonly Expr[]; file: string }[] {
  return ask.sources().flatMap((source) => {
    if (source.kind === "client" && source.adapter === "drizzle" && source.made)
      return [{ args: source.made.args, file: source.at.file }];
    return [];
  });
}

/** Those whose files share the most folders with this one come first. */
function nearestFirst<T extends { file: string }>(items: readonly T[], near: string): T[] {
  const parts = near.split("/");
  const shared = ({ file }: T) => {
    const others = file.split("/");
    const end = parts.findIndex((part, index) => part !== others[index]);
    return end < 0 ? parts.length : end;
  };
  return [...items].sort((a, b) => shared(b) - shared(a));
}

// ── What a query loads with its rows ───────────────────────────────────────────────────────────────

/** Tables that `with` joins, and those that a condition on a relation asks. */
function loaded(given: Expr, from: TableName, ask: Ask, depth: number): Named[] {
  if (depth > MOST_DEEP) return [];
  const options = resultOf(given, ask);
  if (options.kind === "either")
    return options.options.flatMap((option) => loaded(option, from, ask, depth + 1));
  if (options.kind !== "object") return isOpen(options) ? [unread(given, ask)] : [];
  const found: Named[] = [];
  for (const { key, value } of eachEntry(options, ask)) {
    if (key === null) found.push(...(isOpen(value) ? [unread(value, ask)] : []));
    else if (key === "with") found.push(...withOf(value, from, ask, depth));
    else if (key === "where") found.push(...conditions(value, from, ask, depth));
  }
  return found;
}

function withOf(given: Expr, from: TableName, ask: Ask, depth: number): Named[] {
  const whole = resultOf(given, ask);
  if (whole.kind === "either") return whole.options.flatMap((option) => withOf(option, from, ask, depth));
  if (whole.kind !== "object") return isOpen(whole) ? [unread(given, ask)] : [];
  return eachEntry(whole, ask).flatMap(({ key, value, at }): Named[] => {
    if (key === null) return isOpen(value) ? [unread(value, ask)] : [];
    const targets = relationOf(from, key, ask);
    if (targets.length === 0)
      return [
        {
          name: { schema: null, table: null, reason: `no relation is called ${key}`, at },
          operation: "select",
        },
      ];
    const [to] = targets;
    return [
      ...targets.map((name) => ({ name: { ...name, at }, operation: "select" as const })),
      ...(to ? loaded(value, to, ask, depth + 1) : []),
    ];
  });
}

/** `where: { author: { name: "x" } }`: a condition on a relation reads its table. */
function conditions(given: Expr, from: TableName, ask: Ask, depth: number): Named[] {
  const whole = ask.follow(given);
  if (whole.kind !== "object" || depth > MOST_DEEP) return [];
  return eachEntry(whole, ask).flatMap(({ key, value, at }): Named[] => {
    if (key === null) return [];
    if (key === "AND" || key === "OR" || key === "NOT") {
      const list = ask.follow(value);
      return (list.kind === "array" ? list.items : [list]).flatMap((item) =>
        conditions(item, from, ask, depth + 1),
      );
    }
    const targets = relationOf(from, key, ask);
    const [to] = targets;
    return [
      ...targets.map((name) => ({ name: { ...name, at }, operation: "select" as const })),
      ...(to ? conditions(value, to, ask, depth + 1) : []),
    ];
  });
}

/** It may hold anything: no literal, and nothing that is known to be no object. */
function isOpen(expr: Expr): boolean {
  const { kind } = expr;
  if (kind === "unknown") return !/^`(?:true|false|null|undefined)` /.test(expr.reason);
  return kind === "parameter" || kind === "call" || kind === "import" || kind === "member";
}

function unread(expr: Expr, ask: Ask): Named {
  const reason =
    ask.names(expr).find((name) => name.reason !== null)?.reason ?? "it is not known before it runs";
  return {
    name: unknownName(expr, `what it loads with its rows is not known: ${reason}`),
    operation: "select",
  };
}

// ── Where relations lead ───────────────────────────────────────────────────────────────────────────

type Relations = Map<string, TableName[]>;

const RELATIONS = Symbol("the relations of Drizzle's tables");

function relationOf(from: TableName, relation: string, ask: Ask): TableName[] {
  const all = ask.gather<Map<string, Relations>>(RELATIONS, new Map(), (sources) =>
    readRelations(sources, ask),
  );
  return all.get(keyOf(from))?.get(relation) ?? [];
}

/** A table object is known by the place of its name: two schemas may have tables of one name. */
function keyOf({ at, schema, table }: TableName): string {
  return `${at.file}:${schema ?? ""}:${table}`;
}

function readRelations(sources: readonly Expr[], ask: Ask): Map<string, Relations> {
  const all = new Map<string, Relations>();
  const add = (table: TableName, relation: string, targets: TableName[]) => {
    const relations = all.get(keyOf(table)) ?? new Map<string, TableName[]>();
    if (targets.length && !relations.has(relation)) relations.set(relation, targets);
    all.set(keyOf(table), relations);
  };
  for (const source of sources) {
    const call = ask.follow(source);
    if (call.kind !== "call") continue;
    const callee = ask.follow(call.callee);
    const name = callee.kind === "import" ? callee.name : callee.kind === "member" ? callee.property : "";
    const [first, second] = call.args;
    if (!first || !second) continue;
    if (name === "relations") {
      const table = tableName(first, ask);
      if (table)
        for (const { key, value } of entriesOf(second, ask)) if (key) add(table, key, oneOrMany(value, ask));
    } else if (name === "defineRelations" || name === "defineRelationsPart")
      for (const { key: model, value } of entriesOf(second, ask)) {
        const entry = model === null ? null : entryOf(first, model, ask);
        const table = entry && tableName(entry, ask);
        if (table)
          for (const { key, value: to } of entriesOf(value, ask))
            if (key) add(table, key, through(to, first, ask));
      }
  }
  return all;
}

/** The entries of an object, or of the one that a function returns. */
function entriesOf(expr: Expr, ask: Ask): { key: string | null; value: Expr; at: Span }[] {
  const inner = ask.follow(expr);
  const result = inner.kind === "function" ? inner.result && ask.follow(inner.result) : inner;
  return result?.kind === "object" ? eachEntry(result, ask) : [];
}

/** `many(posts)`, `one(users, { … })` */
function oneOrMany(expr: Expr, ask: Ask): TableName[] {
  const call = innermostCall(expr, ask);
  const table = call?.args[0] && tableName(call.args[0], ask);
  return table ? [table] : [];
}

/** `r.many.groups({ from: r.users.id.through(r.members.userId), … })`: the far table, and the one between. */
function through(expr: Expr, schema: Expr, ask: Ask): TableName[] {
  const call = ask.follow(expr);
  if (call.kind !== "call") return [];
  const table = (name: string) => {
    const found = entryOf(schema, name, ask);
    return found ? (tableName(found, ask) ?? []) : [];
  };
  const callee = call.callee.kind === "alias" ? call.callee.of : call.callee;
  if (callee.kind !== "member") return [];
  const found = [table(callee.property)].flat();
  const options = call.args[0] && ask.follow(call.args[0]);
  for (const side of options?.kind === "object" ? [options.entries["from"], options.entries["to"]] : []) {
    const inner = side && ask.follow(side);
    const between = inner?.kind === "call" ? inner.args[0] : undefined;
    // r.members.userId
    const column = between?.kind === "alias" ? between.of : between;
    const owner =
      column?.kind === "member" && column.of.kind === "alias"
        ? column.of.of
        : column?.kind === "member"
          ? column.of
          : null;
    if (owner?.kind === "member")
      for (const name of [table(owner.property)].flat())
        if (!found.some((one) => keyOf(one) === keyOf(name))) found.push(name);
  }
  return found;
}
