/**
 * Objection: https://vincit.github.io/objection.js. Queries begin with a model, a class that says its
 * table's name, or with one of its rows; relations are named by expressions of their own, and what is
 * joined otherwise is named as in Knex, on which it stands.
 */
import type { ChainStep, Expr, Operation } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { bound } from "./bindings.ts";
import { operations, unknownName } from "./builders.ts";
import { knex, tableNames } from "./knex.ts";
import { asStored } from "./knex-naming.ts";
import { graphRows, graphTables } from "./objection-graphs.ts";
import { define, modelsOf, type Relation, related, relationAnywhere } from "./objection-models.ts";
import { rowsOf } from "./objection-rows.ts";

const VERBS = operations({
  insert: "insert",
  insertAndFetch: "insert",
  insertGraph: "insert",
  insertGraphAndFetch: "insert",
  insertWithRelated: "insert",
  insertWithRelatedAndFetch: "insert",
  upsertGraph: "insert",
  upsertGraphAndFetch: "insert",
  update: "update",
  updateAndFetch: "update",
  updateAndFetchById: "update",
  patch: "update",
  patchAndFetch: "update",
  patchAndFetchById: "update",
  increment: "update",
  decrement: "update",
  delete: "delete",
  deleteById: "delete",
  del: "delete",
  truncate: "truncate",
});

/** What query builders of people's own call such methods. */
const OWN_VERBS: readonly [RegExp, Operation][] = [
  [/^(?:hard|soft|force)Delete/, "delete"],
  [/^(?:insert|upsert)[A-Z]/, "insert"],
  [/^(?:update|patch)[A-Z]|^restore$/, "update"],
];

/** Verbs whose rows may hold rows of relations. */
const GRAPHS = /Graph|WithRelated/;

/** Methods that begin a query on a model or on one of its rows. */
const STARTS =
  /^(?:query|knexQuery|relatedQuery|\$query|\$relatedQuery|\$fetchGraph|\$loadRelated|fetchGraph|loadRelated)$/;

/** Methods that take an expression of relations whose rows are fetched along. */
const ALONG =
  /^(?:withGraph(?:Fetched|Joined)?|eager|joinEager|naiveEager|mergeEager|mergeJoinEager|mergeNaiveEager|\$?fetchGraph|\$?loadRelated|(?:inner|left|leftOuter|right|rightOuter|outer|fullOuter)?[jJ]oinRelat(?:ed|ion))$/;

const JOIN = /^(?:(?:inner|left|leftOuter|right|rightOuter|outer|fullOuter|cross)Join|join|from|table|into)$/;

export const objection: Adapter = {
  name: "objection",
  packages: ["objection"],
  dialect: null,
  opens: {},
  ready: [],
  types: ["TransactionOrKnex", "Transaction"],
  variables: [],
  begets: {},
  tags: ["raw"],
  describing: ["tableName", "relationMappings"],
  statics: /^(?:query|knexQuery|relatedQuery|fetchGraph|loadRelated)$/,
  methods: [
    "$query",
    "$relatedQuery",
    "$fetchGraph",
    "$loadRelated",
    "relatedQuery",
    "knexQuery",
    "withGraphFetched",
    "withGraphJoined",
    "joinRelated",
    "insertGraph",
    "upsertGraph",
    "patchAndFetchById",
    "bindKnex",
  ],

  read({ form, method, args }) {
    const [first, ...rest] = args;
    if (!first) return null;
    if (form === "call" && method === "raw") {
      const [values] = rest;
      const list = rest.length === 1 && values && /^(?:array|object)$/.test(values.kind) ? values : null;
      return {
        kind: "query",
        text: bound(first, list ?? { kind: "array", items: rest, at: first.at }),
        part: true,
      };
    }
    return form === "method" ? knex.read({ form, method, args }) : null;
  },

  define,

  told(expr, ask) {
    const inner = expr.kind === "call" ? ask.follow(expr.callee) : expr;
    if (inner.kind !== "member" || !/^(?:tableName|getTableName)$/.test(inner.property)) return null;
    const [model, more] = modelsOf(inner.of, ask);
    return model && !more ? model.name.table : null;
  },

  binds: (chain, ask) => knex.binds?.(chain, ask) ?? [],

  chain(chain, ask) {
    const { steps } = chain;
    // A transaction is Knex's own.
    if (chain.certain) return knex.chain?.(chain, ask) ?? [];
    const held = steps.findIndex(({ name, args }) => args !== null && /^\$?knex$/.test(name));
    const start = steps.findIndex(({ name, args }) => args !== null && STARTS.test(name));
    const step = steps[start];
    if (held >= 0 && (!step || held < start)) {
      if (subjectsOf(chain, held, ask).length === 0) return null;
      return knex.chain?.({ ...chain, certain: true, receiver: [], steps: steps.slice(held + 1) }, ask) ?? [];
    }
    if (!step) return null;
    const models = subjectsOf(chain, start, ask);
    const own = steps.slice(start);
    const [name] = step.args ?? [];
    if (/[rR]elatedQuery$/.test(step.name) && name) {
      const relation = related(models, name, ask);
      // Whichever model the row is of, it has a relation of that name.
      const any = relation ?? (step.name.startsWith("$") ? relationAnywhere(name, ask) : null);
      if (any) return told(any.targets, any, own, ask);
    } else if (models.length > 0) return told(models, null, own, ask);
    if (models.length === 0) return isBeyond(chain, step) ? unknown(step, own) : null;
    const missing = unknownName(name ?? chain.root, "the relation is not known");
    return [{ name: { ...missing, at: step.at }, operation: verbOf(own) }];
  },
};

/** What is done to a model's table, or to what a relation leads to, and to all that comes along. */
function told(
  models: readonly TableDefinition[],
  relation: Relation | null,
  steps: readonly ChainStep[],
  ask: Ask,
): Named[] {
  const [start] = steps;
  if (!start) return [];
  const fetching = /^\$?(?:fetchGraph|loadRelated)$/.test(start.name);
  const operation = fetching ? "select" : verbOf(steps);
  const found: Named[] = [];
  if (relation) {
    const linking = steps.some(({ name, args }) => args !== null && /^(?:un)?relate$/.test(name));
    const joining: Operation = steps.some(({ name }) => name === "unrelate") ? "delete" : "insert";
    // Rows are tied to each other in the table that joins them, or by a key of their own.
    const tied: Operation = relation.through.length > 0 ? "select" : "update";
    const writes = linking || operation === "insert";
    found.push(
      ...relation.tables.map((name) => ({
        name: { ...name, at: start.at },
        operation: linking ? tied : operation,
      })),
      ...relation.through.map((name) => ({
        name: { ...name, at: start.at },
        operation: writes ? joining : ("select" as const),
      })),
    );
  } else if (!fetching)
    found.push(...models.map(({ name }) => ({ name: { ...name, at: start.at }, operation })));
  for (const { name, args } of steps) {
    const [first, second] = args ?? [];
    if (ALONG.test(name)) {
      const expr = /^(?:fetchGraph|loadRelated)$/.test(name) ? second : first;
      if (expr) found.push(...models.flatMap((model) => graphTables(model, expr, "select", ask)));
    } else if (GRAPHS.test(name) && first && VERBS.has(name)) {
      const rows = models.flatMap((model) => graphRows(model, first, "insert", ask));
      const allowed = steps.find((step) => /^allow(?:Graph|Insert|Upsert)$/.test(step.name))?.args?.[0];
      found.push(
        ...(rows.length > 0 || !allowed
          ? rows
          : models.flatMap((model) => graphTables(model, allowed, "insert", ask))),
      );
    } else if (JOIN.test(name) && first)
      found.push(...joined(first, ask).map((table) => ({ name: table, operation: "select" as const })));
  }
  return found;
}

/** A table by its name, a model that stands for one, or a query. */
function joined(expr: Expr, ask: Ask) {
  const models = modelsOf(expr, ask);
  return models.length > 0
    ? models.map(({ name }) => ({ ...name, at: expr.at }))
    : tableNames(expr, ask).map((name) =>
        name.table === null ? name : { ...name, table: asStored(name.table, expr.at.file, ask) },
      );
}

function verbOf(steps: readonly ChainStep[]): Operation {
  for (const { name, args } of steps.toReversed()) {
    const told =
      args === null ? undefined : (VERBS.get(name) ?? OWN_VERBS.find(([verb]) => verb.test(name))?.[1]);
    if (told) return told;
  }
  return "select";
}

/** The models on which the step `before` may be called: classes, or the classes of rows. */
function subjectsOf(chain: Chain, before: number, ask: Ask): TableDefinition[] {
  const step = chain.steps[before];
  const expr = chain.steps
    .slice(0, before)
    .reduce<Expr>(
      (of, { name, args, at }) =>
        args === null
          ? { kind: "member", of, property: name, at }
          : { kind: "call", callee: { kind: "member", of, property: name, at }, args, reason: "", at },
      chain.root,
    );
  return step?.name.startsWith("$") ? rowsOf(expr, ask) : modelsOf(expr, ask);
}

/** What only Objection's rows have, or a model that comes with a parameter: `ModelClass<M>`, `typeof Model`. */
function isBeyond({ root }: Chain, { name }: ChainStep): boolean {
  const type = root.kind === "typed" || root.kind === "parameter" ? root.type : undefined;
  return /^\$(?:query|relatedQuery)$/.test(name) || type?.from?.specifier === "objection";
}

function unknown(step: ChainStep, own: readonly ChainStep[]): Named[] {
  return [
    {
      name: {
        schema: null,
        table: null,
        reason: "the model that it is about is not known before it runs",
        at: step.at,
      },
      operation: verbOf(own),
    },
  ];
}
