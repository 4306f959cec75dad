import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { typeorm } from "./typeorm.ts";

const entities = `import { Entity, ManyToOne, OneToMany, Column, Repository, DataSource, EntityManager, QueryRunner, Table, BaseEntity } from "typeorm";
@Entity("customers") class Customer { @OneToMany(() => Order, (o) => o.customer) orders: Order[]; }
@Entity({ name: "orders" }) class Order { @ManyToOne(() => Customer, (c) => c.orders) customer: Customer; @OneToMany(() => OrderItem, (i) => i.order) items: OrderItem[]; }
@Entity() class OrderItem { @ManyToOne(() => Order) order: Order; }
`;
const keys = ["3:54 references customers", "4:40 references orders"];
const rows = (code: string, ...expected: string[]): [string, string[]] => [
  entities + code,
  [...keys, ...expected],
];

testAdapter(typeorm, [
  [
    "a repository's field",
    ...rows(
      `class Store { constructor(private orders: Repository<Order>) {} all() { return this.orders.find(); } }`,
      "5:92 select orders",
    ),
  ],
  [
    "a repository by a type's property",
    ...rows(
      `interface Deps { orders: Repository<Order> }\nclass Store { constructor(private orders: Deps["orders"]) {} all() { return this.orders.find(); } }`,
      "6:89 select orders",
    ),
  ],
  [
    "a repository of any entity, which callers hand over",
    ...rows(
      `const clear = (repo: Repository<any>) => repo.delete({});\nexport const run = (source: DataSource) => [clear(source.getRepository(Order)), clear(source.getRepository(OrderItem))];`,
      "5:47 delete orders",
      "5:47 delete order_item",
    ),
  ],
  [
    "a repository handed in",
    ...rows(`export const all = (repo: Repository<Order>) => repo.find();`, "5:54 select orders"),
  ],
  [
    "a repository from a data source",
    ...rows(
      `export const all = (source: DataSource) => source.getRepository(Order).find();`,
      "5:72 select orders",
    ),
  ],
  [
    "a repository kept in a constant",
    ...rows(
      `declare const source: DataSource;\nconst repo = source.getRepository(OrderItem);\nrepo.delete({ id: 1 });`,
      "7:6 delete order_item",
    ),
  ],
  [
    "the name from the class",
    ...rows(`export const all = (repo: Repository<OrderItem>) => repo.count();`, "5:58 select order_item"),
  ],
  [
    "a save",
    ...rows(`export const put = (repo: Repository<Order>, o: Order) => repo.save(o);`, "5:64 insert orders"),
  ],
  [
    "an update",
    ...rows(
      `export const put = (repo: Repository<Order>) => repo.update(1, { paid: true });`,
      "5:54 update orders",
    ),
  ],
  [
    "relations by name",
    ...rows(
      `export const all = (repo: Repository<Order>) => repo.find({ relations: ["customer", "items"] });`,
      "5:54 select orders",
      "5:73 select customers",
      "5:85 select order_item",
    ),
  ],
  [
    "relations by a path",
    ...rows(
      `export const all = (repo: Repository<Customer>) => repo.find({ relations: ["orders.items"] });`,
      "5:57 select customers",
      "5:76 select orders",
      "5:76 select order_item",
    ),
  ],
  [
    "relations as an object",
    ...rows(
      `export const all = (repo: Repository<Customer>) => repo.find({ relations: { orders: { items: true } } });`,
      "5:57 select customers",
      "5:85 select orders",
      "5:94 select order_item",
    ),
  ],
  [
    "a condition on a relation",
    ...rows(
      `export const all = (repo: Repository<Order>) => repo.find({ where: { customer: { name: "a" } } });`,
      "5:54 select orders",
      "5:80 select customers",
    ),
  ],
  [
    "a manager",
    ...rows(
      `export const all = (manager: EntityManager) => manager.find(Order, { relations: ["items"] });`,
      "5:61 select orders",
      "5:82 select order_item",
    ),
  ],
  [
    "a manager's write",
    ...rows(`export const put = (manager: EntityManager) => manager.delete(Order, 1);`, "5:63 delete orders"),
  ],
  [
    "a transaction",
    ...rows(
      `export const put = (source: DataSource) => source.transaction(async (m) => { await m.insert(Order, {}); });`,
      "5:93 insert orders",
    ),
  ],
  [
    "a repository's query builder",
    ...rows(
      `export const all = (repo: Repository<Order>) => repo.createQueryBuilder("o").leftJoinAndSelect("o.customer", "c").innerJoin("c.orders", "other").getMany();`,
      "5:54 select orders",
      "5:96 select customers",
      "5:125 select orders",
    ),
  ],
  [
    "a data source's query builder",
    ...rows(
      `export const put = (source: DataSource) => source.createQueryBuilder().update(Order).set({ paid: true }).execute();`,
      "5:79 update orders",
    ),
  ],
  [
    "an insert by query builder",
    ...rows(
      `export const put = (source: DataSource) => source.createQueryBuilder().insert().into(Order).values({}).execute();`,
      "5:86 insert orders",
    ),
  ],
  [
    "a delete by query builder",
    ...rows(
      `export const put = (source: DataSource) => source.createQueryBuilder().delete().from(Order).execute();`,
      "5:86 delete orders",
    ),
  ],
  [
    "a join on an entity",
    ...rows(
      `export const all = (repo: Repository<Order>) => repo.createQueryBuilder("o").innerJoin(OrderItem, "i", "i.order = o.id").getMany();`,
      "5:54 select orders",
      "5:88 select order_item",
    ),
  ],
  [
    "plain SQL",
    ...rows(
      `export const all = (source: DataSource) => source.query("select * from orders");`,
      "5:72 select orders",
    ),
  ],
  [
    "plain SQL that nobody knows",
    ...rows(
      `export const all = (source: DataSource, text: string) => source.query(text);`,
      "5:71 ? ? `text` is a parameter of all",
    ),
  ],
  [
    "DDL in a migration",
    ...rows(
      `export class One { async up(queryRunner: QueryRunner) { await queryRunner.createTable(new Table({ name: "refunds" })); await queryRunner.dropTable("orders"); } }`,
      "5:106 create-table refunds",
      "5:149 drop-table orders",
    ),
  ],
  [
    "SQL in a migration",
    ...rows(
      `export class One { async up(queryRunner: QueryRunner) { await queryRunner.query("create table refunds (id int)"); } }`,
      "5:95 create-table refunds",
    ),
  ],
  [
    "an entity of another module",
    `import { Entity } from "typeorm";\n@Entity({ name: "orders", schema: "shop" }) export class Order {}\nimport type { Repository } from "typeorm";\nexport const all = (r: Repository<Order>) => r.find();`,
    ["4:48 select shop.orders"],
  ],
  [
    "an active record",
    ...rows(
      `@Entity("refunds") class Refund extends BaseEntity {}\nawait Refund.findOneBy({ id: 1 });`,
      "6:14 select refunds",
    ),
  ],
  ["an array's find", ...rows(`export const one = [1, 2].find((n) => n > 1);`)],
  [
    "a repository of whatever a subclass says",
    ...rows(
      `class Store<T> { constructor(private repo: Repository<T>) {} all() { return this.repo.find(); } }`,
      "5:87 select ? the entity `T` is not known before it runs",
    ),
  ],
  [
    "objects that a manager saves",
    ...rows(
      `class Store { constructor(private orders: Repository<Order>, private source: DataSource) {}
async run(order: Order, other: unknown) { await this.source.transaction(async (manager) => {
await manager.save(order); await manager.save(new Order()); await manager.remove(manager.create(Order, {}));
await manager.save(other);
}); } }`,
      "7:20 insert orders",
      "7:47 insert orders",
      "7:82 delete orders",
      "8:20 insert ? `other` is a parameter of Store.run",
    ),
  ],
  [
    "a repository that is extended",
    ...rows(
      `import { source } from "./source.ts";
export const store = source.getRepository(Order).extend({ open() { return this.findBy({}); } });`,
      "6:80 select orders",
    ),
  ],
  [
    "a foreign key that a migration makes",
    ...rows(
      `export async function up(queryRunner: QueryRunner) { await queryRunner.createForeignKey("order_item", new TableForeignKey({ referencedTableName: "orders" })); }`,
      "5:90 alter-table order_item",
      "5:147 references orders",
    ),
  ],
  [
    "a repository of any entity, and those that extend it",
    ...rows(
      `class Base<T> extends Repository<T> { any() { return this.find(); } put(row: T) { return this.save(row); } q() { return this.createQueryBuilder("x").getMany(); } m(row: T) { return this.manager.save(row); } }
class Orders extends Base<Order> {}
class Customers extends Base<Customer> { constructor(source: DataSource) { super(Customer, source.manager); } }`,
      "5:59 select orders",
      "5:59 select customers",
      "5:95 insert orders",
      "5:95 insert customers",
      "5:126 select orders",
      "5:126 select customers",
      "5:200 insert orders",
      "5:200 insert customers",
    ),
  ],
  [
    "a repository of any entity that none extends",
    ...rows(
      `class Base<T> extends Repository<T> { any() { return this.find(); } q() { return this.createQueryBuilder("x").getMany(); } m(row: T) { return this.manager.save(row); } }`,
      "5:59 select ? the entity `T` is not known before it runs",
      "5:87 select ? the entity `T` is not known before it runs",
      "5:161 insert ? the entity `T` is not known before it runs",
    ),
  ],
  [
    "rows that know themselves, by a class that others extend",
    ...rows(
      `abstract class Base extends BaseEntity { static latest() { return this.find({}); } keep() { return this.save(); } }
@Entity("logs") class Log extends Base {}`,
      "5:72 select logs",
      "5:105 insert logs",
    ),
  ],
  [
    "a repository that a class gives, which others extend",
    ...rows(
      `abstract class Base extends BaseEntity { static add(n: number) { const repository = this.getRepository(); return repository.increment({}, "n", n); } static all() { return this.createQueryBuilder("x").getMany(); } }
@Entity("logs") class Log extends Base {}
abstract class Open extends BaseEntity { static all() { return this.find({}); } static built() { return this.getRepository().createQueryBuilder().getMany(); } tags() { return this.list.find((tag) => tag); } }`,
      "5:125 update logs",
      "5:177 select logs",
      "7:69 select ? the entity that it is about is not known before it runs",
      "7:126 select ? the entity that it is about is not known before it runs",
    ),
  ],
  [
    "rows that save themselves, out of lists, loops and relations",
    ...rows(
      `@Entity("logs") class Log extends BaseEntity { @OneToMany(() => Tag, (t) => t.log) tags?: Tag[]; }
@Entity("tags") class Tag extends BaseEntity { log: Log; }
export async function f() {
  const logs = await Log.find({});
  await Promise.all(logs.map(async (log) => { log.n = 1; await log.save(); }));
  for (const log of await Log.find({})) await log.remove();
  const [first] = (await Log.find({})) as [Log | undefined];
  await first?.softRemove();
  const tag = logs[0].tags?.find((one) => one.id === 1);
  await tag.assign({ n: 1 }).save();
  first.tags.filter((one) => one.id).forEach((one) => one.remove());
  [{ id: 1 }].find((one) => one.id)?.save();
}`,
      "8:26 select logs",
      "9:68 insert logs",
      "10:31 select logs",
      "10:51 delete logs",
      "11:30 select logs",
      "12:16 update logs",
      "14:30 insert tags",
      "15:59 delete tags",
    ),
  ],
  [
    "a builder that is told what it writes, not where",
    ...rows(
      `export const one = (source: DataSource) => source.getRepository(Order).createQueryBuilder("o").where({}).update({ n: () => "n + 1" }).execute();`,
      "5:72 update orders",
    ),
  ],
  [
    "a builder without an alias, whose entity's name is one",
    ...rows(
      `export const all = (source: DataSource) => source.getRepository(Order).createQueryBuilder().leftJoinAndSelect("Order.items", "i").leftJoin("i.order", "o").getMany();`,
      "5:72 select orders",
      "5:111 select order_item",
      "5:140 select orders",
    ),
  ],
  [
    "a table's name that a repository tells",
    ...rows(
      `class Store { constructor(private repository: Repository<Order>) {}
  a() { return this.repository.query(\`select * from \${this.repository.metadata.tableName}\`); }
  b() { const { tableName } = this.repository.metadata; return this.repository.manager.query("delete from " + tableName); } }
class Orders extends Repository<Order> { c() { return this.query(\`delete from \${this.metadata.tablePath}\`); } }
export const d = (repository: Repository<Order>) => repository.query(\`update \${repository.metadata.tableName} set id = 1\`);`,
      "6:55 select orders",
      "7:111 delete orders",
      "8:81 delete orders",
      "9:80 update orders",
    ),
  ],
  [
    "the package's own functions, by an entity and by a table's name",
    `import { createQueryBuilder as build, getRepository, Entity } from "typeorm";
@Entity("orders") class Order {}
export const a = () => getRepository("customers").count();
export const b = () => build("customers", "c").getMany();
export const c = () => build(Order, "o").getMany();
export const d = (name: string) => getRepository(name).count();
export const e = (entity: unknown) => build(entity, "e").getOne();`,
    [
      "3:38 select customers",
      "4:30 select customers",
      "5:30 select orders",
      "6:50 select ? `name` is a parameter of d",
      "7:45 select ? `entity` is a parameter of e",
    ],
  ],
  [
    "a repository of another kind",
    ...rows(
      `class Store { constructor(private orders: OrderRepository) {} all() { return this.orders.find(1); } }`,
    ),
  ],
]);
