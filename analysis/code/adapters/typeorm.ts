/**
 * TypeORM: https://typeorm.io. A class is a table (`@Entity`), or an EntitySchema is; repositories,
 * managers and query builders name tables by these, relations by properties' paths.
 */
import type { Expr, Operation, Span } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { entityOf, relationPath, relationsIn } from "./entities.ts";
import { addressOf, entry } from "./expressions.ts";
import { defineClass, defineSchema } from "./typeorm-definitions.ts";
import { mine, subjectOf, unknownEntity } from "./typeorm-subjects.ts";

/** Methods of repositories, managers and active records, with what they do to the entity's table. */
const DOING: Readonly<Record<string, Operation>> = {
  find: "select",
  findBy: "select",
  findAndCount: "select",
  findAndCountBy: "select",
  findByIds: "select",
  findOne: "select",
  findOneBy: "select",
  findOneById: "select",
  findOneOrFail: "select",
  findOneByOrFail: "select",
  findTrees: "select",
  findRoots: "select",
  findDescendants: "select",
  findAncestors: "select",
  count: "select",
  countBy: "select",
  exist: "select",
  exists: "select",
  existsBy: "select",
  sum: "select",
  average: "select",
  minimum: "select",
  maximum: "select",
  reload: "select",
  preload: "select",
  save: "insert",
  insert: "insert",
  upsert: "insert",
  update: "update",
  updateAll: "update",
  increment: "update",
  decrement: "update",
  softDelete: "update",
  softRemove: "update",
  restore: "update",
  recover: "update",
  delete: "delete",
  deleteAll: "delete",
  remove: "delete",
  clear: "truncate",
};

const JOINS = /^(?:left|inner)Join(?:AndSelect|AndMapOne|AndMapMany)?$|^relation$/;

/** QueryRunner's DDL: the table is the first argument, by name or as `new Table({ name })`. */
const SCHEMA: Readonly<Record<string, Operation>> = {
  createTable: "create-table",
  dropTable: "drop-table",
  renameTable: "alter-table",
  addColumn: "alter-table",
  addColumns: "alter-table",
  dropColumn: "alter-table",
  dropColumns: "alter-table",
  renameColumn: "alter-table",
  changeColumn: "alter-table",
  createForeignKey: "alter-table",
  createForeignKeys: "alter-table",
  dropForeignKey: "alter-table",
  createPrimaryKey: "alter-table",
  createUniqueConstraint: "alter-table",
  createCheckConstraint: "alter-table",
  createIndex: "create-index",
  createIndices: "create-index",
  clearTable: "truncate",
};

export const typeorm: Adapter = {
  name: "typeorm",
  packages: ["typeorm", "@nestjs/typeorm"],
  dialect: null,
  opens: {
    DataSource: { address: (args) => addressOf(args, "url") },
    createConnection: { address: (args) => addressOf(args, "url") },
  },
  ready: [],
  types: [
    "DataSource",
    "Connection",
    "EntityManager",
    "QueryRunner",
    "Repository",
    "TreeRepository",
    "MongoRepository",
    "SelectQueryBuilder",
  ],
  variables: [],
  begets: { transaction: "callback", createQueryRunner: "result", initialize: "result", connect: "result" },
  methods: [...Object.keys(DOING), ...Object.keys(SCHEMA), "getRepository", "createQueryBuilder"],
  defining: ["Entity", "ViewEntity", "ChildEntity", "EntitySchema"],

  read({ form, method, args }) {
    const [first] = args;
    return first && form === "method" && method === "query" ? { kind: "query", text: first } : null;
  },

  define(definition, ask) {
    if (definition.kind === "class") return defineClass(definition, ask);
    if (
      definition.kind === "new" &&
      calleeName(definition.callee, ask) === "EntitySchema" &&
      definition.args[0]
    )
      return defineSchema(definition.args[0], ask);
    return null;
  },

  chain(chain, ask) {
    const builder = chain.steps.findIndex(({ name }) => name === "createQueryBuilder");
    if (builder >= 0) return readBuilder(chain, builder, ask);
    const schema = readSchema(chain, ask);
    if (schema) return schema;
    const at = chain.steps.findIndex(({ name, args }) => name in DOING && args !== null);
    const step = chain.steps[at];
    const operation = step && DOING[step.name];
    if (!step?.args || !operation) return null;
    const [first, second] = step.args;
    const subject = subjectOf(chain, at, ask);
    if (subject)
      return withRelations(subject, step.at, operation, operation === "select" ? first : undefined, ask);
    // manager.find(User, …)
    const entity = first ? entityOf(first, ask) : null;
    if (entity?.client === "typeorm" && first)
      return withRelations(entity, first.at, operation, operation === "select" ? second : undefined, ask);
    return unknownEntity(chain, step, operation, ask);
  },
};

function withRelations(
  entity: TableDefinition,
  at: Span,
  operation: Operation,
  options: Expr | undefined,
  ask: Ask,
): Named[] {
  const found: Named[] = [{ name: { ...entity.name, at }, operation }];
  for (const key of ["relations", "where"]) {
    const value = options ? entry(options, key) : null;
    if (value) found.push(...relationsIn(entity, value, ask));
  }
  return found;
}

/** `createQueryBuilder("user").leftJoinAndSelect("user.posts", "post")`: aliases stand for tables. */
function readBuilder(chain: Chain, start: number, ask: Ask): Named[] | null {
  const aliases = new Map<string, TableDefinition>();
  const found: Named[] = [];
  const steps = chain.steps.slice(start);
  const [first, second] = steps[0]?.args ?? [];
  const doing = steps.find(
    ({ name, args }) => args !== null && /^(?:update|delete|insert|softDelete|restore)$/.test(name),
  )?.name;
  const operation: Operation =
    doing === "insert" ? "insert" : doing === "delete" ? "delete" : doing ? "update" : "select";
  const name = (definition: TableDefinition, at: Span, as: Operation, alias: Expr | undefined) => {
    found.push({ name: { ...definition.name, at }, operation: as });
    const text = alias ? ask.text(alias) : null;
    if (text !== null) aliases.set(text, definition);
  };
  const subject = subjectOf(chain, start, ask);
  if (subject) name(subject, steps[0]?.at ?? chain.at, operation, first);
  else if (first) {
    const entity = mine(entityOf(first, ask));
    if (entity) name(entity, first.at, operation, second);
  }
  for (const { name: method, args } of steps.slice(1)) {
    const [target, alias] = args ?? [];
    if (!target) continue;
    if (/^(?:from|addFrom|into|update)$/.test(method)) {
      const entity = mine(entityOf(target, ask));
      if (entity)
        name(
          entity,
          target.at,
          /^(?:into|update)$/.test(method)
            ? operation
            : method === "from" && operation === "delete"
              ? "delete"
              : "select",
          alias,
        );
      else found.push(...byName(target, operation, ask));
    } else if (JOINS.test(method)) found.push(...joined(target, alias, aliases, ask));
  }
  return found.length || chain.certain ? found : null;
}

function joined(
  target: Expr,
  alias: Expr | undefined,
  aliases: Map<string, TableDefinition>,
  ask: Ask,
): Named[] {
  const entity = mine(entityOf(target, ask));
  const as = alias ? ask.text(alias) : null;
  if (entity) {
    if (as !== null) aliases.set(as, entity);
    return [{ name: { ...entity.name, at: target.at }, operation: "select" }];
  }
  const text = ask.text(target);
  const [from = "", property] = (text ?? "").split(".");
  const owner = aliases.get(from);
  if (!owner || !property)
    return text !== null && property === undefined ? byName(target, "select", ask) : [];
  const to = owner.relations[property];
  const definition = to ? entityOf(to, ask) : null;
  if (as !== null && definition) aliases.set(as, definition);
  return relationPath(owner, [property], target.at, ask);
}

/** A table by its own name, or an entity by the name of its class. */
function byName(expr: Expr, operation: Operation, ask: Ask): Named[] {
  const text = ask.text(expr);
  if (text !== null && /[\s(]/.test(text)) return [];
  if (ask.follow(expr).kind === "function") return [];
  const model = text === null ? null : ask.model(text, "typeorm");
  if (model) return [{ name: { ...model.name, at: expr.at }, operation }];
  return ask.names(expr).map((name) => ({ name, operation }));
}

/** `queryRunner.createTable(new Table({ name: "orders" }))`. */
function readSchema(chain: Chain, ask: Ask): Named[] | null {
  if (!chain.certain && !chain.receiver.some((name) => /queryRunner|runner/i.test(name))) return null;
  for (const { name, args } of chain.steps) {
    const operation = SCHEMA[name];
    const [first] = args ?? [];
    if (!operation || !first) continue;
    const inner = ask.follow(first);
    const options = inner.kind === "new" ? inner.args[0] : undefined;
    const named = options ? entry(options, "name") : null;
    return [
      ...ask.names(named ?? first).map((table) => ({ name: table, operation })),
      ...foreignTables([entry(options, "foreignKeys"), args?.[1] ?? null], ask),
    ];
  }
  return null;
}

/** `new TableForeignKey({ referencedTableName: "users" })`, alone or in a list. */
function foreignTables(given: readonly (Expr | null)[], ask: Ask): Named[] {
  return given.flatMap((expr) => {
    const inner = expr && ask.follow(expr);
    if (!inner) return [];
    if (inner.kind === "array") return foreignTables(inner.items, ask);
    const named = entry(inner.kind === "new" ? inner.args[0] : inner, "referencedTableName");
    return named ? ask.names(named).map((name) => ({ name, operation: "references" as const })) : [];
  });
}

function calleeName(expr: Expr, ask: Ask): string {
  const callee = ask.follow(expr);
  return callee.kind === "import" ? callee.name : callee.kind === "member" ? callee.property : "";
}
