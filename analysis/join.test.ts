import { expect, test } from "bun:test";
import { modelOf } from "../fixtures/workspace.ts";

const manifest = JSON.stringify({
  services: {
    orders: { path: "orders", database: "ORDERS_DATABASE_URL", owns: ["orders", "shop.items"] },
    billing: { path: "billing", database: "BILLING_DATABASE_URL", owns: [] },
  },
});
const create = "create table orders (id int); create table shop.items (id int);";

test("the down part of a file is not replayed, and its statements are a down migration's", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "billing/main.ts": "",
    "orders/migrations/001_all.sql": `-- +goose Up\n${create}\n-- +goose Down\ndrop table orders;\n`,
  });
  expect(model.heads.map(({ name, droppedAt }) => [name, droppedAt])).toEqual([
    ["orders", null],
    ["items", null],
  ]);
  expect(model.references.map(({ operation, migration }) => [operation, migration?.down])).toEqual([
    ["create-table", false],
    ["create-table", false],
    ["drop-table", true],
  ]);
});

test("SET search_path says where unqualified names stand, to the end of its file", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "orders/migrations/001_all.sql": create,
    "billing/report.sql": "select 1 from items;\nset search_path to shop;\nselect 1 from items;\n",
  });
  expect(
    model.references
      .filter(({ at }) => at.file === "billing/report.sql")
      .map(({ at, schema, verdict }) => [at.line, schema, verdict]),
  ).toEqual([
    [1, null, "unowned"],
    [3, "shop", "foreign"],
  ]);
});

test("a name that may be a type's counts only where somebody owns it", async () => {
  const model = await modelOf({
    "freehold.json": manifest,
    "orders/migrations/001_all.sql": create,
    "billing/functions.sql":
      "create function a() returns setof orders language sql as 'select null';\ncreate function b() returns setof money_amount language sql as 'select null';\n",
  });
  expect(
    model.references
      .filter(({ at }) => at.file === "billing/functions.sql")
      .map(({ table, verdict }) => [table, verdict]),
  ).toEqual([["orders", "foreign"]]);
});
