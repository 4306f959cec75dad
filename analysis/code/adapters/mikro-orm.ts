/**
 * MikroORM: https://mikro-orm.io. A class is a table (`@Entity`), or a schema is (`defineEntity`);
 * entity managers, repositories and query builders name tables by these, relations by properties.
 */
import type { DatabaseAct, Expr, Operation, Span } from "../../model.ts";
import type { Adapter, Answer, Ask, Chain, Named, TableDefinition } from "./adapter.ts";
import { ASSIGNED, operations } from "./builders.ts";
import { entityOf, relationsIn } from "./entities.ts";
import { toldName } from "./entity-metadata.ts";
import {
  isOwnRow,
  mine,
  ownRepository,
  repositoryEntity,
  subjectOf,
  typedRepository,
  unknownEntity,
} from "./entity-subjects.ts";
import { addressOf, entry, isFalse } from "./expressions.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { openingOptions } from "./mapper-settings.ts";
import { readBuilder } from "./mikro-orm-builder.ts";
import { define, repositories } from "./mikro-orm-entities.ts";
import { OPENINGS } from "./mikro-orm-naming.ts";
import { changed, loaded, ofRows, populate, populated } from "./mikro-orm-rows.ts";

/** Methods of entity managers and repositories, with what they do to the entity's table. */
const DOING = operations({
  find: "select",
  findAll: "select",
  findOne: "select",
  findOneOrFail: "select",
  findAndCount: "select",
  findByCursor: "select",
  count: "select",
  countBy: "select",
  stream: "select",
  refresh: "select",
  lock: "select",
  create: "insert",
  insert: "insert",
  insertMany: "insert",
  nativeInsert: "insert",
  nativeInsertMany: "insert",
  upsert: "insert",
  upsertMany: "insert",
  persist: "insert",
  persistLater: "insert",
  persistAndFlush: "insert",
  assign: "update",
  nativeUpdate: "update",
  nativeUpdateMany: "update",
  remove: "delete",
  removeLater: "delete",
  removeAndFlush: "delete",
  nativeDelete: "delete",
});

/** Methods that take rows instead of an entity and its values. */
const OF_ROWS = /^(?:persist|remove)(?:Later|AndFlush)?$|^(?:refresh|lock|assign|upsert|insert)$/;

const SCHEMA = /^(?:create|update|drop|refresh|clear|ensure)(?:Schema|Database)?$/;

/** Packages that hold the same exports for one database each. */
const PACKAGES =
  "core postgresql mysql mariadb sqlite better-sqlite libsql mssql oracledb sql knex nestjs migrations seeder".split(
    " ",
  );

function address(args: Expr[]): Expr | null | undefined {
  const [first] = args;
  // What it is given is what defineConfig made, or what a file that it finds by itself says.
  const inner = first?.kind === "alias" ? first.of : first;
  return inner?.kind === "object" ? addressOf([inner], "clientUrl") : undefined;
}

export const mikroOrm: Adapter = {
  name: "mikro-orm",
  packages: PACKAGES.flatMap((name) => [`@mikro-orm/${name}`, `@medusajs/framework/mikro-orm/${name}`]),
  dialect: null,
  opens: {
    "MikroORM.init": { address },
    "MikroORM.initSync": { address },
    "MikroOrmModule.forRoot": { address },
    MikroORM: { address },
    defineConfig: { address },
  },
  ready: [],
  types: [
    "MikroORM",
    "EntityManager",
    "SqlEntityManager",
    "EntityRepository",
    "SqlEntityRepository",
    "AbstractSqlConnection",
    "Connection",
    "QueryBuilder",
    "Migration",
    "SchemaGenerator",
  ],
  variables: ["MIKRO_ORM_CLIENT_URL"],
  begets: {
    em: "property",
    schema: "property",
    fork: "result",
    getContext: "result",
    getEntityManager: "result",
    getConnection: "result",
    getDriver: "result",
    getRepository: "result",
    getSchemaGenerator: "result",
    getKnex: "result",
    getKysely: "result",
    createQueryBuilder: "result",
    qb: "result",
    transactional: "callback",
  },
  tags: ["sql", "raw"],
  raw: ["addSql"],
  models: ["model.define"],
  methods: [
    ...DOING.keys(),
    "createQueryBuilder",
    "qb",
    "populate",
    "getKnex",
    "getKysely",
    "loadItems",
    "loadCount",
    "matching",
    "loadOrFail",
    "init",
    "getSchemaGenerator",
    "updateSchema",
    "createSchema",
    "dropSchema",
    "refreshDatabase",
    "clearDatabase",
    "ensureDatabase",
    "schema",
    "flush",
  ],
  flushing: ["flush", "persistAndFlush", "removeAndFlush", "transactional"],
  defining: [
    "Entity",
    "EntitySchema",
    "defineEntity",
    "MikroORM",
    "init",
    "initSync",
    "defineConfig",
    "forRoot",
    "forRootAsync",
  ],

  read({ form, method, args }) {
    const [first] = args;
    if (!first) return null;
    if (form === "tag") return { kind: "query", text: first };
    if (form === "call") return { kind: "query", text: first, part: true };
    if (method === "addSql") return added(first);
    if (method === "execute") return { kind: "query", text: first };
    return method === "raw" ? { kind: "query", text: first, part: true } : null;
  },

  define,

  chain(chain, ask) {
    const change = changed(chain, ask);
    if (change || chain.steps.at(-1)?.name === ASSIGNED) return change;
    const other = builtByOther(chain, ask);
    if (other) return other;
    const built = readBuilder(chain, ask);
    if (built) return built;
    const at = chain.steps.findIndex(
      ({ name, args }) => args !== null && (DOING.has(name) || name === "populate"),
    );
    const step = chain.steps[at];
    if (!step?.args) return loaded(chain, ask);
    const [first, second, third] = step.args;
    const subject = subjectOf(chain, at, repositories, ask);
    if (step.name === "populate") return populated(chain, first, second, ask);
    const operation = DOING.get(step.name) ?? "select";
    if (OF_ROWS.test(step.name) && first && (chain.certain || subject)) {
      const own = isOwnRow(first, chain.root, repositories, ask);
      const of = subject ?? (own ? repositoryEntity(chain.root, repositories, ask) : null);
      const rows = ofRows(first, of, operation, ask);
      if (rows) return rows;
    }
    if (subject) return withRelations(subject, step.at, operation, [first, second], ask);
    // em.find(Book, …)
    const entity = first ? mine(entityOf(first, ask), repositories) : null;
    if (entity && first) return withRelations(entity, first.at, operation, [second, third], ask);
    return loaded(chain, ask) ?? unknown(chain, at, operation, ask);
  },

  told: (expr, ask) => toldName(expr, repositories, ask),

  acts(chain) {
    return chain.steps.flatMap(({ name, args, at }, index): DatabaseAct[] => {
      const owner = chain.steps[index - 1]?.name ?? chain.receiver.at(-1) ?? "";
      const generating = /^(?:schema|getSchemaGenerator|schemaGenerator|generator)$/.test(owner);
      const telling = /^(?:update|create|drop)Schema$|^(?:refresh|clear|ensure)Database$/.test(name);
      if (args === null || !SCHEMA.test(name) || !(generating || (chain.certain && telling))) return [];
      return [{ act: `schema.${name}()`, name: null, ddl: true, at }];
    });
  },

  asksFor(definition, ask) {
    const options = openingOptions(definition, OPENINGS, ask);
    const asked = options && entry(options, "ensureDatabase");
    return asked && !isFalse(asked, ask)
      ? [{ act: "ensureDatabase", name: null, ddl: true, at: asked.at }]
      : [];
  },
};

/**
 * `this.addSql(this.getKnex().schema.createTable("books", …).toQuery())`: what another's builder makes is
 * read where it is built, the text that it is given here.
 */
function added(expr: Expr): Answer {
  for (let at = expr; ; ) {
    if (at.kind === "sql") return { kind: "query", text: at };
    if (at.kind === "client") return { kind: "nothing" };
    if (at.kind === "call") at = at.callee;
    else if (at.kind === "alias" || at.kind === "member") at = at.of;
    else return { kind: "query", text: expr };
  }
}

/** `em.getKnex()("books").select()`: the rest of the chain is another builder's. */
function builtByOther(chain: Chain, ask: Ask): Named[] | null {
  const at = chain.steps.findIndex(({ name, args }) => args !== null && /^get(?:Knex|Kysely)$/.test(name));
  const step = chain.steps[at];
  if (!step) return null;
  const adapter = step.name === "getKnex" ? knex : kysely;
  return (
    adapter.chain?.({ ...chain, certain: true, receiver: [], steps: chain.steps.slice(at + 1) }, ask) ?? []
  );
}

/** @param options conditions and options, in whichever order */
function withRelations(
  entity: TableDefinition,
  at: Span,
  operation: Operation,
  options: readonly (Expr | undefined)[],
  ask: Ask,
): Named[] {
  const found: Named[] = [{ name: { ...entity.name, at }, operation }];
  if (operation === "insert") return found;
  for (const option of options) {
    const inner = option && ask.follow(option);
    if (!inner) continue;
    // Older releases take what to populate by itself.
    if (inner.kind === "array") found.push(...populate(entity, inner, ask));
    const along = entry(inner, "populate");
    if (along) found.push(...populate(entity, along, ask));
    for (const key of ["where", "orderBy", "populateWhere"]) {
      const value = entry(inner, key);
      if (value) found.push(...relationsIn(entity, value, ask, true));
    }
    if (!along) found.push(...relationsIn(entity, inner, ask, true));
  }
  return found;
}

/** Whose entity nobody knows: a repository of a type parameter, a manager that is handed what it looks for. */
function unknown(chain: Chain, at: number, operation: Operation, ask: Ask): Named[] | null {
  const step = chain.steps[at];
  const [first] = step?.args ?? [];
  if (!step || !chain.certain) return null;
  const { root, steps } = chain;
  const getter = steps.slice(0, at).find(({ name }) => repositories.getter.test(name));
  if (getter?.args?.[0]) return unknownEntity(getter.args[0], operation, ask);
  const typed = root.kind === "typed" ? typedRepository(root, repositories, ask) : null;
  if (typed) return unknownEntity(typed, operation, ask, step.at);
  // A class of one's own may be called a repository, too.
  if (root.kind === "typed" && repositories.type.test(root.type.name)) return null;
  if (step.name === "assign") return null;
  const own = ownRepository(root, repositories, ask);
  if (own && (at === 0 || (first && isOwnRow(first, root, repositories, ask))))
    return unknownEntity(own, operation, ask, first && at > 0 ? first.at : step.at);
  const managing = steps
    .slice(0, at)
    .every(({ name, args }) =>
      args === null
        ? !own || /^_?em$|manager$/i.test(name)
        : /^(?:fork|getContext|getEntityManager|clear)$/.test(name),
    );
  return first && managing ? unknownEntity(first, operation, ask) : null;
}
