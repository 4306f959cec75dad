/** TypeORM behind what people write themselves: functions and classes that give rows, base classes, lists, `require`. */
import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { typeorm } from "./typeorm.ts";

const entities = `import { BaseEntity, DataSource, Entity, EntityManager, Repository } from "typeorm";
@Entity("customers") export class Customer extends BaseEntity { id: number; }
@Entity("orders") export class Order extends BaseEntity { id: number; }
`;

testAdapter(
  typeorm,
  [
    [
      "rows that a function gives",
      `${entities}async function load(id: number) { const row = await Order.findOneBy({ id }); if (!row) throw new Error("none"); return row; }
export async function run() { const row = await load(1); await row.remove(); (await load(2)).save(); }`,
      ["4:59 select orders", "5:68 delete orders", "5:94 insert orders"],
    ],
    [
      "rows that methods give",
      `${entities}class Store { constructor(private repo: Repository<Order>) {}
  async get(id: number) { return this.repo.findOneBy({ id }); }
  async all() { return await this.repo.find(); }
  async run() { for (const row of await this.all()) await row.save(); (await this.all())[0].remove(); } }
class Special extends Store {}
const store = new Special(null);
export async function run(other: Store) {
  const row = await store.get(1); await row.softRemove();
  const [first] = await other.all(); await first.remove(); }`,
      [
        "5:44 select orders",
        "6:40 select orders",
        "7:63 insert orders",
        "7:93 delete orders",
        "11:45 update orders",
        "12:50 delete orders",
      ],
    ],
    [
      "rows that functions and methods of other files give",
      `import { load, Store } from "./rows.ts";
export class Service { constructor(private store: Store) {}
  async run() { const row = await this.store.get(1); await row.save(); for (const one of await this.store.all()) await one.remove(); await (await load(1)).recover(); } }`,
      ["3:64 insert orders", "3:124 delete orders", "3:156 update orders"],
    ],
    [
      "rows out of lists that are made of others",
      `${entities}export async function run(repo: Repository<Order>) { const rows = await repo.find();
for (const row of Array.from(rows)) await row.save();
Array.from(rows, (row) => row.remove());
for (const row of [...rows]) await row.softRemove();
for (const row of new Set(rows)) await row.save();
Array.from(new Set(rows)).forEach((row) => { row.recover(); });
rows.sort((a, b) => a.id - b.id).map((row) => row.remove());
Array.from([1, 2], (n) => n.remove()); }`,
      [
        "4:78 select orders",
        "5:47 insert orders",
        "6:31 delete orders",
        "7:40 update orders",
        "8:44 insert orders",
        "9:50 update orders",
        "10:51 delete orders",
      ],
    ],
    [
      "entities of a module that is loaded where they are used",
      `import type { DataSource, EntityManager } from "typeorm";
export async function run(manager: EntityManager, source: DataSource) {
  await manager.find(require("./rows").Order); await source.getRepository(require("./rows").Customer).count();
  await require("./rows").Order.delete(1); await Object.assign(new (require("./rows").Order)(), { id: 1 }).save();
  const rows = require("./rows"); const row = await rows.Order.findOneBy({}); await row.remove(); manager.count((await import("./rows")).Customer); }`,
      [
        "3:22 select orders",
        "3:103 select customers",
        "4:33 delete orders",
        "4:108 insert orders",
        "5:64 select orders",
        "5:89 delete orders",
        "5:113 select customers",
      ],
    ],
    [
      "a repository in a field of a class of any entity, as those that extend it say",
      `${entities}class Base<T> { constructor(protected repo: Repository<T>) {} all() { return this.repo.find(); } built() { return this.repo.createQueryBuilder("x").getMany(); } }
class Middle<A, B> extends Base<B> {}
class Orders extends Middle<string, Order> {}
class Customers extends Base<Customer> { constructor(repo: Repository<Customer>) { super(repo); } }
abstract class Kept<T> { protected abstract repo: Repository<T>; all() { return this.repo.count(); } }
class KeptOrders extends Kept<Order> { constructor(protected repo: Repository<Order>) { super(); } }
class Alone<T> { constructor(private repo: Repository<T>) {} all() { return this.repo.find(); } }`,
      [
        "4:88 select customers",
        "4:88 select orders",
        "4:125 select customers",
        "4:125 select orders",
        "8:91 select orders",
        "10:87 select ? the entity `T` is not known before it runs",
      ],
    ],
    [
      "an entity in a field of a class that others extend",
      `${entities}abstract class Base { protected abstract readonly entity: any; constructor(protected source: DataSource) {} all() { return this.source.getRepository(this.entity).find(); } }
class Orders extends Base { entity = Order; }
class Customers extends Base { protected entity = Customer; }
class Given { constructor(private source: DataSource, private entity: any) {} all() { return this.source.getRepository(this.entity).count(); } }
class GivenOrders extends Given { constructor(source: DataSource) { super(source, Order); } }
class Typed<T> { constructor(protected manager: EntityManager, protected entity: EntityTarget<T>) {} rm() { return this.manager.delete(this.entity, 1); } }
class TypedOrders extends Typed<Order> { constructor(manager: EntityManager) { super(manager, Order); } }`,
      ["4:163 select orders", "4:163 select customers", "7:133 select orders", "9:136 delete orders"],
    ],
    [
      "an entity that callers hand over",
      `${entities}const clear = (manager: EntityManager, entity: any) => manager.delete(entity, 1);
const count = (source: DataSource, entity: any) => source.getRepository(entity).count();
export const run = (manager: EntityManager, source: DataSource, other: any) => [clear(manager, Order), clear(manager, other), count(source, Customer)];`,
      ["4:71 delete orders", "4:71 delete ? `other` is a parameter of run", "5:81 select customers"],
    ],
  ],
  {
    "services/app/rows.ts": `${entities}export async function load(id: number): Promise<Order> { return find(id); }
export class Store { constructor(private repo: Repository<Order>) {} async get(id: number): Promise<Order | null> { return this.repo.findOneBy({ id }); } all = async () => this.repo.find(); }`,
  },
);
