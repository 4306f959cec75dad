/**
 * Knex: https://knexjs.org. The builder is called with a table, or told by `from`, `into` and joins;
 * what is done to it is said anywhere in the chain. Text binds identifiers as `??` and `:name:`.
 */
import { isBuiltin } from "node:module";
import type { ChainStep, Expr, Operation } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableName } from "./adapter.ts";
import { bound } from "./bindings.ts";
import {
  after,
  callNames,
  inSchema,
  operations,
  ownerOf,
  placed,
  rawNames,
  resultOf,
  stepText,
  storedView,
} from "./builders.ts";
import { addressOf, entry } from "./expressions.ts";
import { MAPPERS, stored } from "./knex-naming.ts";
import { readKnexSchema, SCHEMA } from "./knex-schema.ts";
import { BUILDING } from "./knex-shaping.ts";

/** Names under which people keep the builder, or a transaction of it. */
const BUILDER = /^(?:knex|db|trx|tx|database|conn|connection|qb|pg|mysql)$/i;

/** Methods whose argument is the chain's main table. */
const MAIN = /^(?:from|into|table)$/;

const JOIN = /^(?:(?:inner|left|leftOuter|right|rightOuter|outer|fullOuter|cross)Join|join)$/;

const VERBS = operations({
  insert: "insert",
  upsert: "insert",
  batchInsert: "insert",
  into: "insert",
  update: "update",
  increment: "update",
  decrement: "update",
  del: "delete",
  delete: "delete",
  truncate: "truncate",
});

const WITH = /^with(?:Recursive|Materialized|NotMaterialized|Wrapped)?$/;

/** Methods of a query that take text, each told by its name alone. */
const RAW = [
  "joinRaw",
  "fromRaw",
  "whereRaw",
  "andWhereRaw",
  "orWhereRaw",
  "havingRaw",
  "orHavingRaw",
  "orderByRaw",
  "groupByRaw",
  "withRaw",
];

/** Methods that call a function back with a query, which is `this` there, too. */
const CALLBACKS =
  "where andWhere orWhere whereNot orWhereNot whereIn orWhereIn whereNotIn orWhereNotIn whereExists orWhereExists whereNotExists orWhereNotExists having from select union unionAll intersect except with withRecursive withMaterialized withNotMaterialized modify join innerJoin leftJoin rightJoin".split(
    " ",
  );

/** Methods that a chain on a builder without evidence has to have. */
const QUERYING =
  /^(?:select|insert|upsert|update|del|delete|truncate|first|pluck|count|countDistinct|max|min|sum|avg|increment|decrement|returning|columns|distinct|transacting|withSchema|orderBy|limit|having|onConflict|where|andWhere|orWhere|where[A-Z]\w*|orWhere[A-Z]\w*|(?:inner|left|right|cross)?[jJ]oin)$/;

export const knex: Adapter = {
  name: "knex",
  packages: ["knex"],
  dialect: null,
  opens: {
    default: { address: connectionOf },
    knex: { address: connectionOf },
    Knex: { address: connectionOf },
  },
  ready: [],
  types: ["Knex", "Transaction", "QueryBuilder", "SchemaBuilder", "CreateTableBuilder", "AlterTableBuilder"],
  variables: [],
  habits: ["knex"],
  begets: {
    transaction: "both",
    transactionProvider: "result",
    withSchema: "result",
    queryBuilder: "result",
    schema: "property",
    ...Object.fromEntries([...CALLBACKS, ...SCHEMA.keys()].map((name) => [name, "callback"] as const)),
    alterTable: "callback",
  },
  raw: RAW,
  building: BUILDING,
  defining: MAPPERS,
  methods: [
    ...VERBS.keys(),
    ...SCHEMA.keys(),
    "from",
    "select",
    "where",
    "first",
    "pluck",
    "whereIn",
    "whereExists",
    "innerJoin",
    "leftJoin",
    "rightJoin",
    "leftOuterJoin",
    "transacting",
    "returning",
    "onConflict",
    "inTable",
    "references",
  ],

  read({ form, method, args }) {
    const [first, second, third] = args;
    if (form !== "method" || !first) return null;
    if (method === "withRaw") return second ? { kind: "query", text: bound(second, third) } : null;
    if (method === "fromRaw") return { kind: "query", text: after("select * from ", bound(first, second)) };
    if (method === "raw") return { kind: "query", text: bound(first, second), part: true };
    // A column to sort by says nothing of tables.
    if (/^(?:orderBy|groupBy)Raw$/.test(method) && !isWritten(first)) return { kind: "nothing" };
    if (RAW.includes(method)) return { kind: "query", text: bound(first, second) };
    if (method === "ref") return { kind: "piece", hole: "identifier", of: [first] };
    return null;
  },

  binds: (chain, ask) =>
    chain.steps.flatMap(({ name, args }) => {
      const text = (WITH.test(name) || name === "withRaw") && args?.[0] ? ask.text(args[0]) : null;
      return text === null ? [] : [text];
    }),

  stores: ({ steps }, ask) => storedView(steps, ask),

  chain(chain, ask) {
    const schema = stepText(chain.steps, "withSchema", ask);
    const changes = readKnexSchema(chain, ask);
    if (changes) return stored(inSchema(changes, schema), chain, ask);
    if (!isMine(chain, ask)) return null;
    const verb = chain.steps.findLast(({ name, args }) => args !== null && VERBS.has(name));
    const operation = (verb && VERBS.get(verb.name)) ?? "select";
    const found = inSchema(
      chain.steps.flatMap((step, index): Named[] => {
        const [first] = step.args ?? [];
        if (!first) return [];
        if (namesMain(step, index, chain)) return named(first, operation, ask);
        if (JOIN.test(step.name)) return named(first, "select", ask);
        return step.name === "using" && operation === "delete" ? named(first, "select", ask) : [];
      }),
      schema,
    );
    return stored(found, chain, ask);
  },
};

/** `knex("t")`, `deps.knex("t")`, `.from("t")`, `.into("t")`, `.batchInsert("t", rows)`. */
function namesMain({ name }: ChainStep, index: number, { steps }: Chain): boolean {
  if (name === "" || name === "batchInsert" || MAIN.test(name)) return true;
  return BUILDER.test(name) && index === steps.findIndex(({ args }) => args !== null);
}

/** Does the chain speak of Knex? By evidence, or by its builder's name, its table's form and its methods. */
function isMine(chain: Chain, ask: Ask): boolean {
  const { steps, certain, habitual, receiver, root } = chain;
  if (steps.some(({ name }) => name === "subQuery" || name === "createQueryBuilder")) return false;
  // createHash("sha256").update(text)
  if (root.kind === "import" && isBuiltin(root.specifier)) return false;
  // Array.from("abc").join("")
  if (receiver[0] !== undefined && Object.hasOwn(globalThis, receiver[0])) return false;
  if (certain) return true;
  // require(root + "/container").makes({ … }).transacting(go): a query has no functions to take out of it.
  if (steps[0]?.name === "" && steps[0].args && steps[1]?.args === null) return false;
  const querying = steps.some(({ name, args }) => args !== null && QUERYING.test(name));
  const called = steps.find(({ args }) => args !== null);
  if (steps.some(({ name }) => name === "transacting"))
    return called?.name !== "" || (called.args?.length === 1 && isText(called.args[0], ask));
  const last = called?.name === "" ? receiver.at(-1) : called?.name;
  if (last !== undefined && called?.args?.length && isText(called.args[0], ask))
    if (
      /^knex$/i.test(last) ||
      (BUILDER.test(last) && querying) ||
      (habitual && called.name === "" && querying)
    )
      return true;
  const from = steps.find(({ name, args }) => MAIN.test(name) && args?.length === 1);
  if (!from || !isText(from.args?.[0], ask)) return false;
  if (/^(?:knex|trx)$/i.test(receiver.at(-1) ?? "")) return true;
  // up = (db) => db.insert(rows).into("t")
  const migrating =
    root.kind === "parameter" && root.index === 0 && /(?:^|\.)(?:up|down)$/.test(root.function);
  if (migrating && BUILDER.test(root.name) && querying) return true;
  // whereExists(function () { this.select("*").from("t") })
  const handed = root.kind === "parameter" ? root.handed : null;
  return (handed !== null && CALLBACKS.includes(handed.method) && querying) || (habitual && querying);
}

function isText(expr: Expr | undefined, ask: Ask): boolean {
  const inner = expr && ask.follow(expr);
  if (inner?.kind === "object") return Object.values(inner.entries).every((value) => isText(value, ask));
  return (
    inner?.kind === "concat" ||
    (inner?.kind === "text" && /^\s*["A-Za-z_][^()]*$/.test(ask.text(inner) ?? ""))
  );
}

/** The tables of one argument: text, `{ alias: "table" }`, a list; nothing for a subquery. */
function named(expr: Expr, operation: Operation, ask: Ask): Named[] {
  return tableNames(expr, ask).map((name) => ({ name, operation }));
}

/** The tables that a value may name, as `knex(…)`, `from` and `join` take it. */
export function tableNames(expr: Expr, ask: Ask): TableName[] {
  const inner = resultOf(expr, ask);
  switch (inner.kind) {
    case "function":
    case "client":
      return [];
    case "sql":
      return rawNames(inner, ask);
    case "array":
      return inner.items.flatMap((item) => tableNames(item, ask));
    case "object":
      return Object.values(inner.entries).flatMap((item) => tableNames(item, ask));
    case "either":
      // A choice stands where it is written, a name for one where it is used.
      return inner.options.flatMap((option) =>
        tableNames(expr.kind === "either" ? option : placed(option, expr.at), ask),
      );
    case "call": {
      const made = ownerOf(inner, ask);
      // knex.ref("t").withSchema("s")
      if (made?.kind === "sql") {
        const schema =
          callNames(inner, ask)[0] === "withSchema" && inner.args[0] ? ask.text(inner.args[0]) : null;
        return rawNames(made, ask).map((name) => ({ ...name, schema: name.schema ?? schema }));
      }
      const names = callNames(inner, ask);
      const [text, values] = inner.args;
      if (names[0] === "raw" && text)
        return rawNames({ kind: "sql", hole: "fragment", of: [bound(text, values)], at: inner.at }, ask);
      const query = names.some(
        (name) => name === "as" || name === "raw" || name === "from" || QUERYING.test(name),
      );
      return query || ask.follow(inner.callee).kind === "client" ? [] : ask.names(expr);
    }
    default:
      return ask.aliased(expr).map(({ name }) => name);
  }
}

function isWritten(expr: Expr): boolean {
  const inner = expr.kind === "alias" ? expr.of : expr;
  return inner.kind === "text" || inner.kind === "concat";
}

/** `{ client, connection }`: a URL, or an object that holds one or its parts. */
function connectionOf(args: Expr[]): Expr | null | undefined {
  const [config] = args;
  if (!config) return undefined;
  const inner = config.kind === "alias" ? config.of : config;
  if (inner.kind !== "object") return config;
  const connection = entry(inner, "connection");
  // Without a connection it only builds text.
  if (!connection) return inner.entries["..."] ? config : undefined;
  return addressOf([connection], "connectionString", "uri", "url");
}
