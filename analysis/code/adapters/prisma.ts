/**
 * Prisma: https://www.prisma.io/docs/orm/prisma-client. A table is a model of schema.prisma, which
 * the client offers as a property: `prisma.user.findMany(…)`. What is read and written along
 * relations is in prisma-relations.ts.
 *
 * Where a whole argument (`findMany(args)`), a filter or the data are not known, the model's own
 * table is named and nothing else: such values rarely reach into a relation. An unknown `include` or
 * `select` always does, so it is said to be unresolved.
 */

import type { ChainStep, ClassExpr, Expr, Operation, Span } from "../../model.ts";
import { KIND } from "../../prisma/compile.ts";
import type { Model, Schema } from "../../prisma/schemas.ts";
import { readSchemas, schemaOfFile } from "../../prisma/schemas.ts";
import type { Adapter, Ask, Named, TableDefinition } from "./adapter.ts";
import { addressOf, entry } from "./expressions.ts";
import { modelsFor } from "./prisma-models.ts";
import { argumentsOf, fluent, objectsOf } from "./prisma-relations.ts";

const OPERATIONS: Readonly<Record<string, Operation>> = {
  findMany: "select",
  findFirst: "select",
  findFirstOrThrow: "select",
  findUnique: "select",
  findUniqueOrThrow: "select",
  count: "select",
  aggregate: "select",
  groupBy: "select",
  create: "insert",
  createMany: "insert",
  createManyAndReturn: "insert",
  upsert: "insert",
  update: "update",
  updateMany: "update",
  updateManyAndReturn: "update",
  delete: "delete",
  deleteMany: "delete",
};

/** What well-known extensions add to every model; others' methods are read where they are written. */
const EXTENSIONS: Readonly<Record<string, Operation>> = {
  paginate: "select",
  exists: "select",
  findManyAndCount: "select",
  softDelete: "update",
  restore: "update",
};

/** Operations that other objects have, too: without evidence of a client, their arguments must look like Prisma's. */
const COMMON = new Set(["count", "aggregate", "create", "update", "delete", "upsert"]);

/** Keys of an operation's one argument. */
const ARGUMENTS = new Set(
  "where data include select create update orderBy take skip cursor distinct omit skipDuplicates".split(" "),
);

const RAW = ["$queryRaw", "$executeRaw", "$queryRawUnsafe", "$executeRawUnsafe"];

/** Names under which people keep clients of databases. */
const CLIENTS = /^(?:db|tx|trx|client|database|orm)$/i;

/** Names of things that offer what a model offers, and are none. */
const OTHERS = /^(?:api|trpc|caller|axios|http|sdk|stripe|cache|redis|services?)$/i;

const ANY_MODEL = "an extension is called on whichever model is asked for it";

/** Driver adapters open the connection in the client's place. */
const url = (...keys: string[]) => ({ address: (args: Expr[]) => addressOf(args, ...keys) });

export const prisma: Adapter = {
  name: "prisma",
  packages: [
    "@prisma/client",
    "@prisma/client/edge",
    "@prisma/client/extension",
    ".prisma/client",
    "@prisma/adapter-pg",
    "@prisma/adapter-neon",
    "@prisma/adapter-mariadb",
    "@prisma/adapter-planetscale",
    "@prisma/adapter-libsql",
    "@prisma/adapter-better-sqlite3",
    "prisma/config",
  ],
  dialect: null,
  opens: {
    PrismaClient: { address: ([options]) => clientAddress(options) },
    PrismaPg: url("connectionString"),
    PrismaNeon: url("connectionString"),
    PrismaMariaDb: url("connectionString", "uri"),
    PrismaPlanetScale: url("url"),
    PrismaLibSQL: url("url"),
    PrismaBetterSQLite3: url("url"),
    defineConfig: { address: ([options]) => entry(entry(options, "datasource") ?? undefined, "url") },
  },
  ready: [],
  types: ["PrismaClient", "TransactionClient", "DefaultPrismaClient"],
  variables: ["PGHOST", "PGDATABASE"],
  begets: { $transaction: "callback", $extends: "result", $replica: "result", $primary: "result" },
  tags: ["Prisma", "sql"],
  exports: ["PrismaClient", "Prisma"],
  raw: RAW,
  methods: [...Object.keys(OPERATIONS), ...Object.keys(EXTENSIONS)],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag" || RAW.includes(method)) return { kind: "query", text: first };
    if (method === "raw" || method === "sql") return { kind: "query", text: first };
    if (method === "join") return joined(first, args[1] ?? null);
    return null;
  },

  define(definition, ask) {
    if (definition.kind !== "class") return null;
    const kind = definition.decorators[0]?.name;
    if (kind !== KIND.model && kind !== KIND.view && kind !== KIND.join) return null;
    const schema = schemaOfFile(readSchemas(ask.sources()), definition.at.file);
    if (!schema) return null;
    return kind === KIND.join ? defineJoin(definition, schema) : defineModel(definition, schema);
  },

  chain(chain, ask) {
    const at = chain.steps.findIndex(({ name, args }) => args !== null && operationOf(name) !== undefined);
    const step = chain.steps[at];
    const operation = operationOf(step?.name ?? "");
    if (!step?.args || !operation) return null;
    const delegate = at === 0 ? delegateOf(chain.root) : null;
    const property = delegate ?? chain.steps[at - 1];
    if (property?.name === "getExtensionContext")
      return [{ name: { schema: null, table: null, reason: ANY_MODEL, at: step.at }, operation }];
    if (!property || property.args !== null) return null;
    const names = chain.receiver.slice(0, -1);
    const speaks = chain.certain || delegate !== null || names.some((name) => /prisma/i.test(name));
    if (!speaks && (names.some((name) => OTHERS.test(name)) || !looksLikePrisma(step, names, ask)))
      return null;
    const place = placeOf(property.at, step.at, chain.at);
    const found = modelsFor(property, chain, ask);
    if (!speaks && !found.some(({ model }) => model)) return null;
    return found.flatMap(({ model, reason }): Named[] => {
      if (!model) return [{ name: { schema: null, table: null, reason, at: place }, operation }];
      return [
        { name: { ...model.table, reason: null, at: place }, operation },
        ...argumentsOf(model, step, chain.at, ask),
        ...fluent(model, chain.steps.slice(at + 1), chain.at, ask),
      ];
    });
  },
};

/** `users: Prisma.UserDelegate`: a model handed over without its client. */
function delegateOf(root: Expr): ChainStep | null {
  const [, name = ""] = (root.kind === "typed" && /^(\w+)Delegate$/.exec(root.type.name)) || [];
  return name ? { name, args: null, at: root.at } : null;
}

function operationOf(name: string): Operation | undefined {
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name];
  return Object.hasOwn(EXTENSIONS, name) ? EXTENSIONS[name] : undefined;
}

/** A model that a variable holds is named where the variable is used. */
function placeOf(model: Span, operation: Span, chain: Span): Span {
  const within = model.file === chain.file && chain.start <= model.start && model.end <= chain.end;
  return within ? model : { ...chain, end: Math.max(chain.start, operation.start - 1) };
}

/** `datasources` and `datasourceUrl` override the schema's own address, which is told there. */
function clientAddress(options: Expr | undefined): Expr | null | undefined {
  const sources = entry(options, "datasources");
  const inner = sources?.kind === "alias" ? sources.of : sources;
  const [source] = inner?.kind === "object" ? Object.values(inner.entries) : [];
  return entry(options, "datasourceUrl") ?? entry(source, "url") ?? undefined;
}

/** `Prisma.join([sql, sql], " and ")`: pieces where they are known, else values. */
function joined(list: Expr, separator: Expr | null): ReturnType<Adapter["read"]> {
  const inner = list.kind === "alias" ? list.of : list;
  if (inner.kind !== "array" || !inner.items.some(({ kind }) => kind === "sql"))
    return { kind: "piece", hole: "value", of: [list] };
  const comma: Expr = {
    kind: "text",
    runs: [{ kind: "text", text: ", ", at: list.at }],
    at: list.at,
  };
  const parts = inner.items.flatMap((item, index) => (index ? [separator ?? comma, item] : [item]));
  return { kind: "query", text: { kind: "concat", parts, at: list.at } };
}

function defineModel(source: ClassExpr, schema: Schema): TableDefinition | null {
  const model = schema.models.get(source.name);
  if (!model || model.source !== source) return null;
  const relations = [...model.relations.values()];
  return {
    client: "prisma",
    name: { ...model.table, reason: null },
    columns: [...model.columns.values()],
    properties: Object.fromEntries(model.columns),
    references: relations.flatMap(({ declares, target, at }) =>
      declares && schema.foreignKeys ? [{ to: { ...target.table, reason: null, at }, at }] : [],
    ),
    relations: Object.fromEntries(relations.map(({ field, target }) => [field, target.source])),
  };
}

/** The table between two lists, told at the first one's end. */
function defineJoin(source: ClassExpr, schema: Schema): TableDefinition | null {
  const [owner = "", field = ""] = source.name.split(".");
  const model = schema.models.get(owner);
  const relation = model?.relations.get(field);
  if (!model || !relation || typeof relation.key === "string") return null;
  const { key, target, at } = relation;
  const first = model.name < target.name || (model === target && isFirst(model, field, key.table));
  if (!first) return null;
  const ends = [model.table, target.table];
  return {
    client: "prisma",
    name: { ...key, reason: null },
    columns: ["A", "B"],
    references: schema.foreignKeys ? ends.map((end) => ({ to: { ...end, reason: null, at }, at })) : [],
    relations: {},
  };
}

/** A model related to itself has both ends: the upper one counts. */
function isFirst(model: Model, field: string, table: string): boolean {
  const ends = [...model.relations.values()].filter(
    ({ key }) => typeof key !== "string" && key.table === table,
  );
  return ends[0]?.field === field;
}

/** Without evidence of a client: an operation that only Prisma has, or one with arguments like its own. */
function looksLikePrisma({ name, args }: ChainStep, receiver: readonly string[], ask: Ask): boolean {
  if (Object.hasOwn(EXTENSIONS, name)) return false;
  if (!COMMON.has(name)) return true;
  const [first, ...others] = args ?? [];
  if (!first) return name === "count" && receiver.some((item) => CLIENTS.test(item));
  const keys = objectsOf(first, ask).objects.flatMap(({ entries }) => Object.keys(entries));
  return others.length === 0 && keys.length > 0 && keys.every((key) => ARGUMENTS.has(key) || key === "...");
}
