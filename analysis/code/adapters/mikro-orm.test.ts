import { expect, test } from "bun:test";
import { mappedTables, schemaActs, testAdapter } from "../../../fixtures/adapter-tester.ts";
import { mikroOrm } from "./mikro-orm.ts";

const entities = `import { Collection, Entity, EntityManager, EntityRepository, EntitySchema, ManyToMany, ManyToOne, MikroORM, OneToMany, defineEntity, p, sql, Migration } from "@mikro-orm/postgresql";
@Entity() class Author { @OneToMany(() => Book, (b) => b.author) books = new Collection<Book>(this); }
@Entity({ tableName: "books", schema: "shop" }) class Book { @ManyToOne(() => Author) author: Author; @ManyToMany(() => Tag) tags = new Collection<Tag>(this); }
const Tag = defineEntity({ name: "BookTag", properties: { id: p.integer().primary(), parent: () => p.manyToOne(Tag) } });
`;
const keys = ["3:73 references author", "3:115 references book_tag", "4:112 references book_tag"];
const rows = (code: string, ...expected: string[]): [string, string[]] => [
  entities + code,
  [...keys, ...expected],
];

testAdapter(mikroOrm, [
  [
    "a manager's reads",
    ...rows(
      `export const all = (em: EntityManager) => [em.find(Author, {}), em.count(Tag), em.findAndCount(Book, {})];`,
      "5:52 select author",
      "5:74 select book_tag",
      "5:96 select shop.books",
    ),
  ],
  [
    "a manager's writes",
    ...rows(
      `export async function put(em: EntityManager) { em.create(Author, {}); await em.upsert(Tag, {}); await em.nativeUpdate(Book, 1, {}); await em.nativeDelete(Book, 1); }`,
      "5:58 insert author",
      "5:87 insert book_tag",
      "5:119 update shop.books",
      "5:155 delete shop.books",
    ),
  ],
  [
    "relations that are populated, with the table between",
    ...rows(
      `export const all = (em: EntityManager) => em.find(Author, {}, { populate: ["books.tags"] });`,
      "5:51 select author",
      "5:76 select shop.books",
      "5:76 select book_tag",
      "5:76 select shop.books_tags",
    ),
  ],
  [
    "everything populated",
    ...rows(
      `export const all = (em: EntityManager) => em.findOne(Author, 1, { populate: ["*"] });`,
      "5:54 select author",
      "5:77 select shop.books",
    ),
  ],
  [
    "a condition on a relation, and a key",
    ...rows(
      `export const all = (em: EntityManager) => [em.find(Book, { author: { name: "a" } }), em.find(Book, { author: 1 })];`,
      "5:52 select shop.books",
      "5:68 select author",
      "5:94 select shop.books",
    ),
  ],
  [
    "a repository by its type",
    ...rows(
      `class Store { constructor(private books: EntityRepository<Book>) {} all() { return this.books.findAll({ populate: ["author"] }); } }`,
      "5:95 select shop.books",
      "5:116 select author",
    ),
  ],
  [
    "a repository of one's own",
    ...rows(
      `class Books extends EntityRepository<Book> { all() { return this.find({}); } }
export const one = (books: Books) => books.findOne(1);`,
      "5:66 select shop.books",
      "6:44 select shop.books",
    ),
  ],
  [
    "a repository that the manager gives",
    ...rows(
      `export const all = (em: EntityManager) => em.fork().getRepository(Tag).findAll();`,
      "5:72 select book_tag",
    ),
  ],
  [
    "rows that are persisted and removed",
    ...rows(
      `export async function put(em: EntityManager, old: Book) { const made = em.create(Author, {}); em.persist(made); em.remove(old); em.persist([new Author()]); await em.flush(); }`,
      "5:82 insert author",
      "5:123 delete shop.books",
      "5:141 insert author",
    ),
  ],
  [
    "a row of which nobody knows",
    ...rows(
      `export const put = (em: EntityManager, row: unknown) => em.persist(row);`,
      "5:68 insert ? `row` is a parameter of put",
    ),
  ],
  [
    "what a row loads",
    ...rows(
      `export async function all(em: EntityManager) { const author = await em.findOneOrFail(Author, 1); await author.books.loadItems(); await em.populate([author], ["books"]); }`,
      "5:86 select author",
      "5:111 select shop.books",
      "5:159 select shop.books",
    ),
  ],
  [
    "a query builder with joins",
    ...rows(
      `export const all = (em: EntityManager) => em.createQueryBuilder(Book, "b").leftJoinAndSelect("b.author", "a").join("b.tags", "t").getResult();`,
      "5:65 select shop.books",
      "5:94 select author",
      "5:116 select book_tag",
      "5:116 select shop.books_tags",
    ),
  ],
  [
    "a query builder's writes",
    ...rows(
      `export const put = (em: EntityManager) => [em.qb(Author).insert({}), em.qb(Tag).update({}).where({ id: 1 }), em.createQueryBuilder(Book).delete()];`,
      "5:50 insert author",
      "5:76 update book_tag",
      "5:132 delete shop.books",
    ),
  ],
  [
    "a relation that nobody tells",
    ...rows(
      `export const all = (em: EntityManager) => em.qb(Book, "b").leftJoin("b.shelf", "s");`,
      "5:49 select shop.books",
      "5:69 select ? no relation `b.shelf` is known",
    ),
  ],
  [
    "plain SQL",
    ...rows(
      `export const all = (em: EntityManager) => [em.execute("select * from logs"), em.getConnection().execute("delete from logs")];`,
      "5:70 select logs",
      "5:118 delete logs",
    ),
  ],
  [
    "plain SQL that nobody knows",
    ...rows(
      `export const all = (em: EntityManager, text: string) => em.getConnection().execute(text);`,
      "5:84 ? ? `text` is a parameter of all",
    ),
  ],
  [
    "another builder on the same connection",
    ...rows(
      `export const all = (em: EntityManager) => [em.getKnex()("logs").del(), em.getKysely().selectFrom("logs").selectAll()];`,
      "5:58 delete logs",
      "5:99 select logs",
    ),
  ],
  [
    "a migration",
    ...rows(
      `export class One extends Migration { async up() { this.addSql("create table logs (id int)"); await this.execute("select 1 from books"); } }`,
      "5:77 create-table logs",
      "5:128 select books",
    ),
  ],
  [
    "a transaction",
    ...rows(
      `export const put = (em: EntityManager) => em.transactional(async (tx) => { await tx.insert(Author, {}); });`,
      "5:92 insert author",
    ),
  ],
  [
    "an entity of which nobody knows",
    ...rows(
      `export const all = <T>(em: EntityManager, of: new () => T) => em.find(of, {});`,
      "5:71 select ? `of` is a parameter of all",
    ),
  ],
  [
    "a connection in parts",
    ...rows(
      `export const orm = await MikroORM.init({ dbName: process.env.DB_NAME, host: process.env.APP_DATABASE_URL });\norm.em.find(Author, {});`,
      "6:13 select author",
      "open APP_DATABASE_URL, DB_NAME",
    ),
  ],
  [
    "connections",
    ...rows(
      `export const orm = await MikroORM.init({ clientUrl: process.env["APP_DATABASE_URL"] });\norm.em.find(Author, {});`,
      "6:13 select author",
      "open APP_DATABASE_URL",
    ),
  ],
  [
    "a repository of any entity, and those that extend it",
    ...rows(
      `class Base<T extends object> extends EntityRepository<T> { put(row: T) { this.em.persist(row); } all() { return this.findAll(); } async drop(id: number) { const row = await this.findOne(id); this.em.remove(row); } n() { return this.qb().getCount(); } }
class Authors extends Base<Author> {}
abstract class Middle<D, T extends object> extends Base<T> { one() { return this.findOne({}); } }
class Books extends Middle<string, Book> {}`,
      "5:90 insert author",
      "5:90 insert shop.books",
      "5:118 select author",
      "5:118 select shop.books",
      "5:179 select author",
      "5:179 select shop.books",
      "5:207 delete author",
      "5:207 delete shop.books",
      "5:233 select author",
      "5:233 select shop.books",
      "7:82 select shop.books",
    ),
  ],
  [
    "a repository of any entity that none extends",
    ...rows(
      `class Base<T extends object> extends EntityRepository<T> { put(row: T) { this.em.persist(row); return from(this.em.remove(row).flush()); } all() { return this.findAll(); } n() { return this.qb().getCount(); } other(row) { this.em.remove(row); } books() { return this.em.find(Book, {}); } }`,
      "5:90 insert ? the entity `T` is not known before it runs",
      "5:123 delete ? the entity `T` is not known before it runs",
      "5:160 select ? the entity `T` is not known before it runs",
      "5:191 select ? the entity `T` is not known before it runs",
      "5:238 delete ? `row` is a parameter of Base.other",
      "5:276 select shop.books",
    ),
  ],
  [
    "a repository of any entity that is handed over",
    ...rows(
      `class Base<T extends object> extends EntityRepository<T> {}
abstract class Service<T extends object> { constructor(private readonly repository: Base<T>) {} all() { return this.repository.createQueryBuilder("entity"); } one() { return this.repository.findOne({}); } }
abstract class Other<T extends object> { constructor(private readonly repository: EntityRepository<T>) {} all() { return this.repository.createQueryBuilder("entity"); } }`,
      "6:128 select ? the entity `T` is not known before it runs",
      "6:191 select ? the entity `T` is not known before it runs",
      "7:138 select ? the entity `T` is not known before it runs",
    ),
  ],
  [
    "a repository's rows of other entities, and what it keeps besides",
    ...rows(
      `class Authors extends EntityRepository<Author> { put(row) { this.em.persist(row); this.em.persist(new Book()); return this.cache.find(row.id); } }`,
      "5:77 insert ? `row` is a parameter of Authors.put",
      "5:99 insert shop.books",
    ),
  ],
  ["an array's find", ...rows(`export const one = [new Author()].find((author) => author.books);`)],
]);

test("columns follow the naming strategy, embedded classes their prefix, relations the key that they refer to", async () => {
  expect(
    await mappedTables(`import { Embeddable, Embedded, Entity, Enum, Formula, ManyToMany, ManyToOne, OneToOne, PrimaryKey, Property } from "@mikro-orm/core";
@Embeddable() class Address { @Property() streetName: string; @Property({ fieldName: "zip" }) postCode: string }
abstract class Base { @PrimaryKey() id: number; @Property({ onCreate: () => new Date() }) createdAt: Date }
@Entity() export class UserAccount extends Base {
  @Embedded(() => Address) homeAddress: Address;
  @Embedded(() => Address, { prefix: "w_" }) work: Address;
  @Embedded(() => Address, { object: true }) old: Address;
  @Enum() kind: string;
  @Property({ persist: false }) shown: string;
  @Formula("lower(kind)") lower: string;
  @ManyToOne(() => Country) birthCountry: Country;
  @OneToOne(() => Country, (c) => c.ruler) rules: Country;
  @ManyToMany(() => Country, "visitors", { owner: true, pivotTable: "visits", joinColumn: "who", inverseJoinColumn: "where" }) visited: Country[];
}
@Entity() export class Country { @PrimaryKey({ name: "code" }) isoCode: string; @OneToOne(() => UserAccount, { fieldName: "ruler" }) ruler: UserAccount; @ManyToMany(() => UserAccount, (u) => u.visited) visitors: UserAccount[] }
`),
  ).toEqual([
    "user_account(id, created_at, home_address_street_name, home_address_zip, w_street_name, w_zip, old, kind, birth_country_code)",
    "visits(who, where)",
    "country(code, ruler)",
  ]);
});

test("schemas tell the same by options and by builders", async () => {
  expect(
    await mappedTables(`import { defineEntity, EntitySchema, EntityCaseNamingStrategy, MikroORM, p } from "@mikro-orm/core";
const base = { id: p.integer().primary(), createdAt: p.datetime() };
const AuthorSchema = defineEntity({ name: "Author", properties: { ...base, penName: p.string().fieldName("pen"), books: () => p.oneToMany(Book).mappedBy("author") } });
export class Author extends AuthorSchema.class {}
export const Book = new EntitySchema({ name: "Book", tableName: "books", properties: { id: { type: "number", primary: true }, author: { kind: "m:1", entity: () => Author }, total: { type: "number", formula: "1" } } });
await MikroORM.init({ namingStrategy: EntityCaseNamingStrategy });
`),
  ).toEqual(["Author(id, createdAt, pen)", "books(id, author)"]);
});

test("the table of a hierarchy is its root's", async () => {
  expect(
    await mappedTables(`import { Entity, PrimaryKey } from "@mikro-orm/core";
@Entity({ discriminatorColumn: "type", discriminatorMap: { a: "Staff" } }) class Person { @PrimaryKey() id: number }
@Entity() class Staff extends Person {}
@Entity({ abstract: true }) class Nothing {}
`),
  ).toEqual(["person(?)", "person(?)"]);
});

test("the schema generator changes schemas", async () => {
  expect(
    await schemaActs(`import { MikroORM } from "@mikro-orm/core";
const orm = await MikroORM.init({});
await orm.schema.updateSchema();
await orm.getSchemaGenerator().refreshDatabase();
`),
  ).toEqual(["3:18 schema.updateSchema()", "4:32 schema.refreshDatabase()"]);
});

test("models from which another mapper makes its entities", async () => {
  expect(
    await mappedTables(`import { model } from "@medusajs/framework/utils";
export const Region = model.define("salesRegion", { id: model.id().primaryKey(), tax: model.bigNumber().nullable(), countries: model.hasMany(() => Country) });
export const Country = model.define({ name: "Country", tableName: "region_country" }, { iso: model.text().primaryKey(), region: model.belongsTo(() => Region).nullable() }).indexes([{ on: ["iso"] }]);
export const Team = model.define("team", { id: model.id(), users: model.manyToMany(() => User) });
export const User = model.define({ name: "User", tableName: "platform.user" }, { ...shared, teams: model.manyToMany(() => Team, { pivotTable: "crews" }) });
`),
  ).toEqual([
    "sales_region(id, tax, raw_tax, created_at, updated_at, deleted_at)",
    "region_country(iso, region_id, created_at, updated_at, deleted_at)",
    "team(id, created_at, updated_at, deleted_at)",
    "team_users(?)",
    "platform.user(?)",
    "platform.crews(?)",
  ]);
});
