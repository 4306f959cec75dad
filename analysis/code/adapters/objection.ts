/**
 * Objection: https://vincit.github.io/objection.js. Queries begin with a model, a class that says its
 * table's name, or with one of its rows; relations are named by expressions of their own, and what is
 * joined otherwise is named as in Knex, on which it stands.
 */
import type { ChainStep, Expr, Operation } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { bound } from "./bindings.ts";
import { operations, resultOf, unknownName } from "./builders.ts";
import { knex, tableNames } from "./knex.ts";
import { graphRows, graphTables } from "./objection-graphs.ts";
import { define, modelOf, type Relation, relationOf } from "./objection-models.ts";

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
    return modelOf(inner.of, ask)?.name.table ?? null;
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
      if (!subjectOf(chain, held, ask)) return null;
      return knex.chain?.({ ...chain, certain: true, receiver: [], steps: steps.slice(held + 1) }, ask) ?? [];
    }
    if (!step) return null;
    const model = subjectOf(chain, start, ask);
    const own = steps.slice(start);
    if (!model) return isBeyond(chain, step) ? unknown(step, own) : null;
    if (!/[rR]elatedQuery$/.test(step.name)) return told(model, null, own, ask);
    const [name] = step.args ?? [];
    const relation = name && related(model, name, ask);
    if (relation) return told(relation.target, relation, own, ask);
    const missing = unknownName(name ?? chain.root, "the relation is not known");
    return [{ name: { ...missing, at: step.at }, operation: verbOf(own) }];
  },
};

/** What is done to a model's table, or to what a relation leads to, and to all that comes along. */
function told(
  model: TableDefinition | null,
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
  } else if (model && !fetching) found.push({ name: { ...model.name, at: start.at }, operation });
  if (!model) return found;
  for (const { name, args } of steps) {
    const [first, second] = args ?? [];
    if (ALONG.test(name)) {
      const expr = /^(?:fetchGraph|loadRelated)$/.test(name) ? second : first;
      if (expr) found.push(...graphTables(model, expr, "select", ask));
    } else if (GRAPHS.test(name) && first && VERBS.has(name)) {
      const rows = graphRows(model, first, "insert", ask);
      const allowed = steps.find((step) => /^allow(?:Graph|Insert|Upsert)$/.test(step.name))?.args?.[0];
      found.push(...(rows.length > 0 || !allowed ? rows : graphTables(model, allowed, "insert", ask)));
    } else if (JOIN.test(name) && first)
      found.push(...joined(first, ask).map((table) => ({ name: table, operation: "select" as const })));
  }
  return found;
}

/** A table by its name, a model that stands for one, or a query. */
function joined(expr: Expr, ask: Ask) {
  const model = modelOf(expr, ask);
  return model ? [{ ...model.name, at: expr.at }] : tableNames(expr, ask);
}

/** The relation that a text names, any of a few. */
function related(model: TableDefinition, name: Expr, ask: Ask): Relation | null {
  const texts = ask.names(name).map(({ table }) => table);
  const found = texts.map((text) => (text === null ? null : relationOf(model, text, ask)));
  const [first] = found;
  if (!first || found.some((relation) => relation === null)) return null;
  return {
    tables: found.flatMap((relation) => relation?.tables ?? []),
    through: found.flatMap((relation) => relation?.through ?? []),
    target: first.target,
  };
}

function verbOf(steps: readonly ChainStep[]): Operation {
  const verb = steps.findLast(({ name, args }) => args !== null && VERBS.has(name));
  return (verb && VERBS.get(verb.name)) ?? "select";
}

/** The model on which the step `before` is called: a class, or the class of a row. */
function subjectOf(chain: Chain, before: number, ask: Ask): TableDefinition | null {
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
  return step?.name.startsWith("$") ? rowOf(expr, ask) : modelOf(expr, ask);
}

const DEEPEST = 8;

/** The model of which an expression is a row, or a list of rows. */
function rowOf(expr: Expr, ask: Ask, depth = 0): TableDefinition | null {
  if (depth > DEEPEST) return null;
  const next = (inner: Expr) => rowOf(inner, ask, depth + 1);
  const called = ask.follow(expr);
  const fn = called.kind === "call" ? ask.follow(called.callee) : null;
  // What a function says that it returns is more than how it comes to it.
  const typed =
    fn?.kind === "function" && fn.type
      ? modelOf({ kind: "typed", name: "", type: fn.type, at: fn.at }, ask)
      : null;
  if (typed) return typed;
  const inner = resultOf(expr, ask);
  switch (inner.kind) {
    // User.create(…), a static method of its own.
    case "class":
      return modelOf(inner, ask);
    case "new":
      return modelOf(inner.callee, ask);
    case "typed":
      return (
        modelOf(inner, ask) ??
        inner.type.args.map((type) => modelOf({ ...inner, type }, ask)).find((model) => model !== null) ??
        null
      );
    case "parameter": {
      if (inner.type && inner.path.length === 0)
        return next({ kind: "typed", name: inner.name, type: inner.type, at: inner.at });
      if (inner.handed)
        return /^(?:map|forEach|filter|find|some|every|flatMap|then)$/.test(inner.handed.method)
          ? next(inner.handed.receiver)
          : null;
      const given = ask.given(inner);
      return given && next(given);
    }
    case "array":
      return inner.items[0] ? next(inner.items[0]) : null;
    case "either":
      for (const option of inner.options) {
        const found = next(option);
        if (found) return found;
      }
      return null;
    case "call": {
      const callee = ask.follow(inner.callee);
      if (callee.kind !== "member") return null;
      const [first] = inner.args;
      if (/^(?:query|fromJson|fromDatabaseJson)$/.test(callee.property))
        return modelOf(callee.of, ask) ?? next(callee.of);
      if (/^\$?relatedQuery$/.test(callee.property) && first) {
        const model = callee.property.startsWith("$") ? next(callee.of) : modelOf(callee.of, ask);
        return (model && related(model, first, ask)?.target) ?? null;
      }
      return next(callee.of);
    }
    case "member": {
      const owner = next(inner.of);
      if (!owner || /^(?:\d+|\[each\])$/.test(inner.property)) return owner;
      return relationOf(owner, inner.property, ask)?.target ?? null;
    }
    default:
      return null;
  }
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
