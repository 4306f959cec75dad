/**
 * TypeORM: https://typeorm.io. A class is a table (`@Entity`), or an EntitySchema is; repositories,
 * managers and query builders name tables by these, relations by properties' paths.
 */
import type { Expr, Operation, Span } from "../../model.ts";
import type { Adapter, Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { operations } from "./builders.ts";
import { entityOf, relationsIn } from "./entities.ts";
import { toldName } from "./entity-metadata.ts";
import { TREE } from "./entity-shapes.ts";
import {
  isOwnRow,
  mine,
  ownRepository,
  repositoryEntity,
  rowOf,
  standing,
  subjectOf,
  typedRepository,
  unknownEntity,
} from "./entity-subjects.ts";
import { addressOf, entry } from "./expressions.ts";
import { boundByBuilder, isGiven, readBuilder } from "./typeorm-builder.ts";
import { cascaded } from "./typeorm-cascades.ts";
import { define, repositories } from "./typeorm-entities.ts";
import { asksFor, readSchema, SCHEMA, wholeActs } from "./typeorm-migrations.ts";

/** Methods of repositories, managers and active records, with what they do to the entity's table. */
const DOING = operations({
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
  findDescendantsTree: "select",
  countDescendants: "select",
  findAncestors: "select",
  findAncestorsTree: "select",
  countAncestors: "select",
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
});

/** Methods that give of rows, or of a row itself, what they are called on. */
const LISTS = /^(?:filter|slice|at|concat|reverse|sort|toSorted|assign)$/;

/** Methods that a row has, too, and that take rows. */
const OF_ROWS = /^(?:save|insert|remove|softRemove|recover|reload|upsert)$/;

/** Exports of TypeORM's older versions that find the connection by themselves. */
const GLOBAL = ["getManager", "getConnection"];

/** Methods that call a function back with a query builder. */
const CALLBACKS =
  "where andWhere orWhere from addFrom leftJoin innerJoin leftJoinAndSelect innerJoinAndSelect addSelect select addCommonTableExpression".split(
    " ",
  );

export const typeorm: Adapter = {
  name: "typeorm",
  packages: ["typeorm", "@nestjs/typeorm"],
  dialect: null,
  opens: {
    DataSource: { address: (args) => addressOf(args, "url") },
    createConnection: { address: (args) => addressOf(args, "url") },
    ...Object.fromEntries(GLOBAL.map((name) => [name, { address: () => undefined }])),
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
    "InsertQueryBuilder",
    "UpdateQueryBuilder",
    "DeleteQueryBuilder",
    "AbstractRepository",
    "MigrationInterface",
  ],
  variables: [],
  begets: {
    transaction: "callback",
    createQueryRunner: "result",
    createEntityManager: "result",
    initialize: "result",
    connect: "result",
    getRepository: "result",
    getTreeRepository: "result",
    getCustomRepository: "result",
    withRepository: "result",
    extend: "result",
    manager: "property",
    connection: "property",
    queryRunner: "property",
    sql: "property",
    ...Object.fromEntries(CALLBACKS.map((name) => [name, "callback"] as const)),
  },
  methods: [
    ...DOING.keys(),
    ...SCHEMA.keys(),
    "getRepository",
    "createQueryBuilder",
    "subQuery",
    "addFrom",
    "leftJoinAndSelect",
    "innerJoinAndSelect",
    "synchronize",
    "dropDatabase",
    "clearDatabase",
    "createSchema",
    "dropSchema",
    "createDatabase",
  ],
  defining: [
    "Entity",
    "ViewEntity",
    "ChildEntity",
    "EntitySchema",
    "DataSource",
    "createConnection",
    "forRoot",
    "forRootAsync",
  ],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    return form === "method" && method === "query" ? { kind: "query", text: first } : null;
  },

  define,
  asksFor,
  acts: wholeActs,
  binds: boundByBuilder,
  told: (expr, ask) => toldName(expr, repositories, ask),

  chain(given, ask) {
    const { root } = given;
    // getRepository(User).find(), by themselves.
    const chain =
      root.kind === "import" && root.specifier === "typeorm" ? { ...given, certain: true } : given;
    const built = readBuilder(chain, ask);
    if (built) return built;
    const schema = readSchema(chain, ask);
    if (schema) return schema;
    const at = chain.steps.findIndex(
      ({ name, args }) => args !== null && DOING.has(name) && !isOfList(name, args[0], ask),
    );
    const step = chain.steps[at];
    const operation = step && DOING.get(step.name);
    if (!step?.args || !operation) return null;
    const [first, second] = step.args;
    const subject = subjectOf(chain, at, repositories, ask);
    if (subject)
      return [
        ...withRelations(subject, step.at, operation, first, ask),
        ...cascaded(subject, step.name, first, step.at, ask),
      ];
    // manager.find(User, …)
    const entity = first ? mine(entityOf(first, ask), repositories) : null;
    if (entity && first)
      return [
        ...withRelations(entity, first.at, operation, second, ask),
        ...cascaded(entity, step.name, second, first.at, ask),
      ];
    const row = OF_ROWS.test(step.name) ? rowSubject(chain, at, ask) : null;
    if (row)
      return [
        ...withRelations(row.entity, row.at, operation, undefined, ask),
        ...cascaded(row.entity, step.name, row.at === first?.at ? first : undefined, row.at, ask),
      ];
    return unknown(chain, at, operation, ask);
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
  // A tree's paths are read and written along with its rows.
  for (const { name, relation } of entity.joins ?? [])
    if (relation === TREE) found.push({ name: { ...name, at }, operation });
  if (operation !== "select" || !options) return found;
  const inner = ask.follow(options);
  const relations = entry(inner, "relations");
  const conditions = ["where", "order", "select"].flatMap((key) => entry(inner, key) ?? []);
  if (relations) found.push(...relationsIn(entity, relations, ask));
  // findBy({ author: { name } }) is a condition by itself.
  for (const value of relations || conditions.length ? conditions : [inner])
    found.push(...relationsIn(entity, value, ask, true));
  const joins = entry(inner, "join");
  for (const key of ["leftJoin", "innerJoin", "leftJoinAndSelect", "innerJoinAndSelect"]) {
    const aliases = entry(joins ? ask.follow(joins) : undefined, key);
    const paths = aliases && ask.follow(aliases);
    if (paths?.kind === "object")
      for (const path of Object.values(paths.entries)) {
        const text = ask.text(path);
        const relation = text?.split(".").slice(1).join(".");
        if (relation)
          found.push(
            ...relationsIn(entity, { ...path, kind: "array", items: [relationText(relation, path)] }, ask),
          );
      }
  }
  return found;
}

function relationText(text: string, { at }: Expr): Expr {
  return { kind: "text", runs: [{ kind: "text", text, at }], at };
}

/** `manager.save(user)`, `user.save()`: the row that it is about. */
function rowSubject(chain: Chain, at: number, ask: Ask): { entity: TableDefinition; at: Span } | null {
  const step = chain.steps[at];
  const [first] = step?.args ?? [];
  const held = chain.steps.slice(0, at);
  if (held.every(({ name, args }) => args === null || LISTS.test(name) || isOfList(name, args[0], ask))) {
    const self = standing(chain, at);
    const entity = chain.root.kind === "client" ? null : rowOf(self, repositories, ask);
    if (entity && step) return { entity, at: step.at };
  }
  if (!first || !chain.certain) return null;
  const own = isOwnRow(first, chain.root, repositories, ask);
  const entity = rowOf(first, repositories, ask) ?? (own && repositoryEntity(chain.root, repositories, ask));
  return entity ? { entity, at: first.at } : null;
}

/** `rows.find((row) => …)`: a list's method. */
function isOfList(name: string, first: Expr | undefined, ask: Ask): boolean {
  return name === "find" && first !== undefined && ask.follow(first).kind === "function";
}

/** Whose entity nobody knows: a repository of a type parameter, a manager that is handed what it looks for. */
function unknown(chain: Chain, at: number, operation: Operation, ask: Ask): Named[] | null {
  const step = chain.steps[at];
  if (!step) return null;
  const { root } = chain;
  const own = ownRepository(root, repositories, ask);
  if (own && isGiven(chain.steps.slice(0, at))) return unknownEntity(own, operation, ask, step.at);
  if (!chain.certain) return null;
  const called = root.kind === "import" ? root.name : "";
  const getter = chain.steps.slice(0, at).find(({ name }) => repositories.getter.test(name || called));
  if (getter?.args?.[0]) return unknownEntity(getter.args[0], operation, ask);
  // A class of one's own may be called a repository, too; TypeORM's has its entity as an argument.
  const typed = root.kind === "typed" ? typedRepository(root, repositories, ask) : null;
  if (typed) return unknownEntity(typed, operation, ask, step.at);
  if (root.kind === "typed" && repositories.type.test(root.type.name)) return null;
  const [first] = step.args ?? [];
  if (own && first && isOwnRow(first, root, repositories, ask))
    return unknownEntity(own, operation, ask, first.at);
  const between = chain.steps.slice(0, at);
  const managing = between.every(({ name, args }) =>
    args === null
      ? !own || /^(?:manager|connection|queryRunner)$/.test(name)
      : /^(?:getManager|createEntityManager|createQueryRunner)$/.test(name),
  );
  return first && managing ? unknownEntity(first, operation, ask) : null;
}
