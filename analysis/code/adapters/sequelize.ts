/**
 * Sequelize: https://sequelize.org, with sequelize-typescript and Nest's module. Models are tables;
 * their methods name them, options (`include`) name what comes along.
 */
import type { DatabaseAct, Expr, Span } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { boundByDollars } from "./bindings.ts";
import { operations, unknownName } from "./builders.ts";
import { addressOf, entry, isTrue } from "./expressions.ts";
import { definitionOf } from "./sequelize-definitions.ts";
import { along } from "./sequelize-includes.ts";
import { isInterface, MIGRATING, migrated, wholeActs } from "./sequelize-migrations.ts";
import { modelOf, modelsOf } from "./sequelize-models.ts";
import { DOLLARS, MIXIN, ofRow, standing } from "./sequelize-rows.ts";
import type { SequelizeModel } from "./sequelize-sources.ts";
import { isModelClass, isPackage, keyOf, methodOf, openingOptions } from "./sequelize-sources.ts";

/** A model's methods, with what they do to its table and which argument holds the options. */
const STATIC = operations({
  find: "select",
  findAll: "select",
  findOne: "select",
  findByPk: "select",
  findById: "select",
  findByPrimary: "select",
  findAndCountAll: "select",
  findAndCount: "select",
  findOrBuild: "select",
  findOrInitialize: "select",
  count: "select",
  max: "select",
  min: "select",
  sum: "select",
  aggregate: "select",
  findOrCreate: "insert",
  findCreateFind: "insert",
  create: "insert",
  bulkCreate: "insert",
  upsert: "insert",
  insertOrUpdate: "insert",
  update: "update",
  increment: "update",
  decrement: "update",
  restore: "update",
  destroy: "delete",
  truncate: "truncate",
  sync: "create-table",
  drop: "drop-table",
});

/** Methods whose options come second. */
const SECOND =
  /^(?:findByPk|findById|findByPrimary|create|bulkCreate|upsert|insertOrUpdate|update|increment|decrement|max|min|sum|aggregate)$/;

/** Methods that write what they include, too. */
const CREATING = /^(?:create|bulkCreate)$/;

/** Methods that no other client's objects have. */
const TELLING = /^(?:findByPk|findAndCountAll|findCreateFind|bulkCreate|findOrBuild)$/;

/** `findAllInBatches`, `createWithCtx`: a static of the workspace's own, and the method that it is named after. */
const OWN =
  /^(findAll|findOne|findByPk|findAndCountAll|findOrCreate|count|create|bulkCreate|upsert|update|destroy)(?=[A-Z])/;

/** What people keep their models in. */
const HOLDERS = /^(?:db|database|models?|sequelize|orm|tables|entities)$/i;

export const sequelize: Adapter = {
  name: "sequelize",
  packages: ["sequelize", "sequelize-typescript", "@sequelize/core", "@nestjs/sequelize"],
  dialect: null,
  opens: { Sequelize: { address }, default: { address }, "SequelizeModule.forRoot": { address } },
  ready: [],
  types: ["Sequelize", "QueryInterface", "AbstractQueryInterface"],
  variables: [],
  habits: ["sequelize", "queryInterface"],
  begets: {
    getQueryInterface: "result",
    queryInterface: "property",
    sequelize: "property",
  },
  tags: ["literal", "Sequelize", "default", "*", "sql"],
  methods: [...STATIC.keys(), ...MIGRATING, ...DOLLARS],
  mixins: MIXIN,
  statics: OWN,
  defining: [
    "define",
    "init",
    "Table",
    "Model",
    "belongsTo",
    "hasMany",
    "hasOne",
    "belongsToMany",
    "Sequelize",
    "forRoot",
    "forRootAsync",
  ],

  read({ form, method, args }) {
    const [first, options] = args;
    if (!first) return null;
    if (form === "tag" || method === "literal") return { kind: "query", text: first };
    if (method === "query" || method === "queryRaw")
      return { kind: "query", text: boundByDollars(entry(first, "query") ?? first, entry(options, "bind")) };
    return null;
  },

  define(definition, ask) {
    const { byKey } = modelsOf(ask);
    const method = methodOf(definition);
    const model = byKey.get(keyOf(definition)) ?? (method?.name === "init" ? modelOf(method.of, ask) : null);
    if (!model) return null;
    return ask.gather<TableDefinition | null>(model, null, () => definitionOf(model, ask));
  },

  chain(chain, ask) {
    if (synchronised(chain)) return [];
    const found = migrated(chain, ask);
    if (found) return found;
    const at = chain.steps.findIndex(({ name, args }) => args !== null && STATIC.has(name));
    const step = chain.steps[at];
    const operation = step && STATIC.get(step.name);
    const subjects = step?.args && operation ? subjectsOf(chain, at, ask) : [];
    if (!step?.args || !operation || subjects.length === 0) return ofOwn(chain, ask) ?? ofRow(chain, ask);
    const options = step.args[SECOND.test(step.name) ? 1 : 0];
    const included = CREATING.test(step.name) ? "insert" : "select";
    return subjects.flatMap(({ model, place, schema, expr, reason }): Named[] =>
      model
        ? [
            { name: { ...model.table, schema: schema ?? model.table.schema, at: place }, operation },
            ...(options ? along(model, options, included, ask) : []),
          ]
        : [{ name: { ...unknownName(expr, reason), at: place }, operation }],
    );
  },

  told(expr, ask) {
    const inner = expr.kind === "call" ? ask.follow(expr.callee) : expr;
    if (inner.kind !== "member" || !/^(?:tableName|getTableName)$/.test(inner.property)) return null;
    return modelOf(inner.of, ask)?.table.table ?? null;
  },

  acts(chain, ask) {
    const sync = synchronised(chain);
    return sync ? [sync] : wholeActs(chain, ask);
  },

  asksFor(definition, ask) {
    const made = definition.kind === "client" ? definition.made : definition;
    const options = made?.kind === "call" ? openingOptions(made, ask) : null;
    const asked = options && entry(ask.follow(options), "synchronize");
    return asked && isTrue(asked, ask)
      ? [{ act: "synchronize: true", name: null, ddl: true, at: asked.at }]
      : [];
  },
};

/** A static that the model's class, or one that it extends, has beside the mapper's. */
function ofOwn(chain: Chain, ask: Ask): Named[] | null {
  const at = chain.steps.findIndex(({ name, args }) => args !== null && OWN.test(name));
  const name = chain.steps[at]?.name ?? "";
  const operation = STATIC.get(OWN.exec(name)?.[1] ?? "");
  if (!operation) return null;
  const found = subjectsOf(chain, at, ask).flatMap(({ model, place, schema, expr }): Named[] =>
    model && hasStatic(expr, name, ask)
      ? [{ name: { ...model.table, schema: schema ?? model.table.schema, at: place }, operation }]
      : [],
  );
  return found.length ? found : null;
}

function hasStatic(expr: Expr, name: string, ask: Ask, depth = 0): boolean {
  let inner = ask.follow(expr);
  // Event.unscoped().findAllInBatches(): still the class.
  while (inner.kind === "call" && methodOf(inner)) inner = ask.follow(methodOf(inner)?.of ?? inner.callee);
  if (inner.kind !== "class" || depth > 8) return false;
  if (inner.members.some((member) => member.static && member.name === name)) return true;
  return inner.extends !== null && hasStatic(inner.extends, name, ask, depth + 1);
}

interface Subject {
  model: SequelizeModel | null;
  schema: string | null;
  expr: Expr;
  place: Span;
  reason: string;
}

/** The models on which a method is called: what stands before it, however it is come by. */
function subjectsOf(chain: Chain, before: number, ask: Ask): Subject[] {
  const index = chain.steps.slice(0, before).findIndex(({ key }) => key);
  const step = chain.steps[index];
  if (!step?.key) return [subjectOf(chain, before, ask) ?? []].flat();
  // models[name]: any of the names that it may be.
  const key = step.key;
  return ask.names(key).flatMap(({ table, reason, at }) => {
    const named = { ...step, name: table ?? "", at };
    const steps = chain.steps.map((item, place) => (place === index ? named : item));
    const subject = subjectOf({ ...chain, steps }, before, ask);
    // sequelize.models[name]: a model, whichever.
    if (table === null && !subject && chain.certain && chain.steps[index - 1]?.name === "models")
      return {
        model: null,
        schema: null,
        expr: key,
        place: key.at,
        reason: reason ?? "its name is not known",
      };
    if (table !== null || !subject || subject.model) return subject ?? [];
    return { ...subject, reason: reason ?? subject.reason };
  });
}

function subjectOf(chain: Chain, before: number, ask: Ask): Subject | null {
  const expr = standing(chain, before);
  let place = chain.rootAt;
  let schema: string | null = null;
  for (const { name, args, at } of chain.steps.slice(0, before)) {
    const [first] = args ?? [];
    if (args === null) place = at;
    else if (/^(?:model|getRepository)$/.test(name) && first) place = first.at;
    else if (/^(?:with)?schema$/i.test(name) && first) schema = ask.text(first);
  }
  const method = chain.steps[before]?.name ?? "";
  const model = modelOf(expr, ask);
  if (model) return isPlausible(expr, chain, method, ask) ? { model, schema, expr, place, reason: "" } : null;
  const inner = ask.follow(expr);
  if (inner.kind === "class" && isModelClass(inner, ask))
    return { model, schema, expr, place, reason: `nothing says which table ${inner.name || "it"} is` };
  if (
    inner.kind === "typed" &&
    inner.type.from &&
    isPackage(inner.type.from.specifier) &&
    inner.type.args.length > 0
  )
    return { model, schema, expr, place, reason: `nothing says which model \`${inner.name}\` is` };
  // sequelize.models.User is a model, whether the workspace knows of any or not.
  const offered = chain.certain && inner.kind === "member" && chain.steps[before - 2]?.name === "models";
  if (offered || (TELLING.test(method) && modelsOf(ask).byKey.size > 0)) {
    if (inner.kind === "parameter" && !inner.type) {
      const of = inner.function ? ` of ${inner.function}` : "";
      return { model, schema, expr, place, reason: `\`${inner.name}\` is a parameter${of}` };
    }
    if (inner.kind === "member" || inner.kind === "import") {
      const name = inner.kind === "member" ? inner.property : inner.name;
      return { model, schema, expr, place, reason: `no model is known by the name of ${name}` };
    }
  }
  if (chain.certain && inner.kind === "call" && methodOf(inner)?.name === "model")
    return { model, schema, expr, place, reason: "no model is known by that name" };
  return null;
}

/** A model found by its name alone must be called as models are, and kept where models are kept. */
function isPlausible(expr: Expr, chain: Chain, method: string, ask: Ask): boolean {
  const inner = ask.follow(expr);
  if (inner.kind !== "member" && inner.kind !== "import" && inner.kind !== "parameter") return true;
  const name = inner.kind === "member" ? inner.property : inner.name;
  return (
    /^[A-Z]/.test(name) ||
    TELLING.test(method) ||
    chain.habitual ||
    chain.receiver.some((holder) => HOLDERS.test(holder))
  );
}

/** `sequelize.sync()`, on whatever holds the connection. */
function synchronised(chain: Chain): DatabaseAct | null {
  const at = chain.steps.findIndex(({ name, args }) => args !== null && /^(?:sync|drop)$/.test(name));
  const step = chain.steps[at];
  if (!step || isInterface(chain)) return null;
  const owner = chain.steps[at - 1]?.name ?? chain.receiver.at(-1) ?? "";
  const held = chain.certain ? at === 0 || chain.steps[at - 1]?.name === "sequelize" : owner === "sequelize";
  return held ? { act: `sequelize.${step.name}()`, name: null, ddl: true, at: step.at } : null;
}

/** `new Sequelize(url)`, `new Sequelize(name, user, password, { host })`, `new Sequelize({ … })`. */
function address(args: Expr[]): Expr | null {
  const [database, username, password, options] = args;
  if (!database || !password) return addressOf(args, "url", "uri", "storage");
  const inner = options?.kind === "alias" ? options.of : options;
  const entries = inner?.kind === "object" ? inner.entries : {};
  return {
    kind: "object",
    entries: { ...entries, database, ...(username && { username }), password },
    keys: {},
    at: database.at,
  };
}
