import { expect, test } from "bun:test";
import { mappedTables, testAdapter } from "../../../fixtures/adapter-tester.ts";
import { objection } from "./objection.ts";
import { parseGraph } from "./objection-graphs.ts";

const models = {
  "services/app/models.ts": `import { Model } from "objection";
export class Order extends Model {
  static tableName = "orders";
  lines!: Line[];
  static relationMappings = {
    lines: { relation: Model.HasManyRelation, modelClass: () => Line, join: { from: "orders.id", to: "lines.orderId" } },
    tags: { relation: Model.ManyToManyRelation, modelClass: "Tag", join: { from: "orders.id", through: { from: "orders_tags.orderId", to: "orders_tags.tagId" }, to: "tags.id" } },
  };
}
export class Line extends Model {
  static get tableName() { return "lines"; }
}
export class Draft extends Order {}
`,
};
const from = `import { Draft, Line, Order } from "./models";\n`;

testAdapter(
  objection,
  [
    ["a select", `${from}await Order.query().where({ id: 1 });`, ["2:13 select orders"]],
    ["nothing but the query", `${from}export const all = () => Order.query();`, ["2:32 select orders"]],
    ["a model that extends another", `${from}await Draft.query().first();`, ["2:13 select orders"]],
    ["an insert", `${from}await Order.query().insert({ id: 1 });`, ["2:13 insert orders"]],
    ["an update", `${from}await Order.query().patch({ id: 1 }).where({ id: 2 });`, ["2:13 update orders"]],
    ["a delete", `${from}await Order.query().deleteById(1);`, ["2:13 delete orders"]],
    [
      "relations that come along",
      `${from}await Order.query().withGraphFetched("[lines, tags]");`,
      ["2:13 select orders", "2:38 select lines", "2:38 select tags", "2:38 select orders_tags"],
    ],
    [
      "relations that are written along",
      `${from}await Order.query().insertGraph([{ lines: [{ id: 1 }] }]);`,
      ["2:13 insert orders", "2:36 insert lines"],
    ],
    [
      "a relation's rows",
      `${from}await Order.relatedQuery("tags").for(1).unrelate();`,
      ["2:13 select tags", "2:13 delete orders_tags"],
    ],
    [
      "a row, and the rows that it has",
      `${from}export const pay = async (order: Order) => {
  await order.$query().patch({ paid: true });
  for (const line of order.lines) await line.$query().delete();
};`,
      ["3:15 update orders", "4:46 delete lines"],
    ],
    [
      "a row that nobody knows",
      `import { load } from "elsewhere";\nawait (await load()).$query().patch({ paid: true });`,
      ["2:22 update ? the model that it is about is not known before it runs"],
    ],
    [
      "a relation that nobody knows",
      `${from}export const of = (name: string) => Order.relatedQuery(name).for(1);`,
      ["2:43 select ? the relation is not known"],
    ],
    [
      "its name in SQL",
      `${from}import { raw } from "objection";\nOrder.query().where(raw(\`exists (select 1 from \${Line.tableName})\`));`,
      ["3:7 select orders", "3:50 select lines"],
    ],
    [
      "methods of these names on other things",
      `class Params { static query() {} }
Params.query().where("x");
router.query().insert("a");
relatedQuery("x").for(1);`,
      [],
    ],
  ],
  models,
);

testAdapter(
  objection,
  [
    [
      "names that are written another way",
      `import { Item } from "./items";\nawait Item.query().withGraphFetched("order").join("orderNotes", "orderNotes.itemId", "orderItems.id");`,
      ["2:12 select order_items", "2:37 select sales_orders", "2:52 select order_notes"],
    ],
  ],
  {
    "services/app/items.ts": `import { Model } from "objection";
export class Item extends Model {
  static tableName = "orderItems";
  static relationMappings = { order: { relation: Model.BelongsToOneRelation, modelClass: "Order", join: { from: "orderItems.orderId", to: "salesOrders.id" } } };
}
`,
    "services/app/knexfile.ts": `import { knexSnakeCaseMappers } from "objection";\nexport default { client: "pg", ...knexSnakeCaseMappers() };\n`,
  },
);

test("the tables that models stand for, and those that join them", async () => {
  expect(await mappedTables("", models)).toEqual(["orders(?)", "orders_tags(?)", "lines(?)"]);
});

test("relation expressions", () => {
  const shown = (text: string) => show(parseGraph(text));
  expect(shown("a")).toBe("a");
  expect(shown("[a.[b, c(only)], d(x, y) as e.f, a.g]")).toBe("a(b c g) d(f)");
  expect(shown("[a.^3, b.*, __proto__.x]")).toBe("a b __proto__(x)");
  expect(shown("[[[")).toBe("");
});

function show(graph: ReturnType<typeof parseGraph>): string {
  return [...graph].map(([name, inner]) => (inner.size ? `${name}(${show(inner)})` : name)).join(" ");
}
