import { expect, test } from "bun:test";
import { judged } from "../../fixtures/judged.ts";

const base = `import { EntityRepository } from "@mikro-orm/postgresql";
export class Base<T extends object> extends EntityRepository<T> {
  put(row: T) { this.em.persist(row); }
}`;

test("what a shared class does is done by each service whose class extends it, where that stands", async () => {
  expect(
    await judged({
      "shared/mod.ts": `export * from "./base.ts";`,
      "shared/base.ts": base,
      "services/lobby/guest.ts": `import { Entity } from "@mikro-orm/postgresql";
@Entity({ tableName: "lobby_guests" }) export class Guest {}`,
      // Nothing in these files but what they extend speaks of a database.
      "services/lobby/guests.ts": `import { Base } from "../../shared/mod.ts";
import { Guest } from "./guest.ts";
export class Guests extends Base<Guest> {}`,
      "services/router/route.ts": `import { Entity } from "@mikro-orm/postgresql";
@Entity({ tableName: "router_routes" }) export class Route {}`,
      "services/router/routes.ts": `import { Base } from "../../shared/base.ts";
import { Route } from "./route.ts";
export class Routes extends Base<Route> {}`,
    }),
  ).toEqual([
    "services/lobby/guests.ts:3:14 lobby insert lobby_guests own",
    "services/router/routes.ts:3:14 router insert router_routes own",
  ]);
});

test("within one service it stands where it is done", async () => {
  expect(
    await judged({
      "services/lobby/base.ts": base,
      "services/lobby/guests.ts": `import { Entity } from "@mikro-orm/postgresql";
import { Base } from "./base.ts";
@Entity({ tableName: "lobby_guests" }) class Guest {}
@Entity({ tableName: "router_routes" }) class Route {}
class Guests extends Base<Guest> {}
class Routes extends Base<Route> {}`,
    }),
  ).toEqual([
    "services/lobby/base.ts:3:33 lobby insert lobby_guests own",
    "services/lobby/base.ts:3:33 lobby insert router_routes foreign",
  ]);
});

test("statics of a shared model are those of each model that extends it, as Sequelize is told of it", async () => {
  const model = (name: string, table: string) => `import { Base } from "../../shared/model.ts";
import { sequelize } from "./sequelize.ts";
export class ${name} extends Base {}
${name}.init({}, { sequelize, tableName: "${table}" });
export const latest = () => ${name}.latest();`;
  expect(
    await judged({
      "shared/model.ts": `import { Model } from "sequelize";
export class Base extends Model {
  static latest() { return this.findOne({ order: ["at"] }); }
  static clear() { return super.destroy({}); }
}`,
      "services/lobby/guest.ts": model("Guest", "lobby_guests"),
      "services/router/route.ts": model("Route", "router_routes"),
    }),
  ).toEqual([
    "services/lobby/guest.ts:3:14 lobby select lobby_guests own",
    "services/lobby/guest.ts:3:14 lobby delete lobby_guests own",
    "services/router/route.ts:3:14 router select router_routes own",
    "services/router/route.ts:3:14 router delete router_routes own",
  ]);
});

test("a table's name that an abstract class leaves to those that extend it", async () => {
  const table = (name: string, base: string) => `import { Store } from "${base}";
export class Own extends Store { protected table = "${name}"; }`;
  expect(
    await judged({
      "shared/store.ts": `import { sql } from "bun";
export abstract class Store {
  protected abstract readonly table: string;
  all() { return sql\`select * from \${sql(this.table)}\`; }
}`,
      "services/lobby/guests.ts": table("lobby_guests", "../../shared/store.ts"),
      "services/router/routes.ts": table("router_routes", "../../shared/store.ts"),
    }),
  ).toEqual([
    "services/lobby/guests.ts:2:14 lobby select lobby_guests own",
    "services/router/routes.ts:2:14 router select router_routes own",
  ]);
});

test("classes that extend each other in a circle end", async () => {
  expect(
    await judged({
      "services/lobby/a.ts": `import { Repository } from "typeorm";
import { B } from "./b.ts";
export class A<T> extends B<T> { all() { return this.find(); } }`,
      "services/lobby/b.ts": `import { A } from "./a.ts";
export class B<T> extends A<T> { one() { return this.find(); } }`,
    }),
  ).toEqual([]);
});
