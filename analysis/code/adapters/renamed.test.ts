import { expect, test } from "bun:test";
import { readCode } from "../../../fixtures/adapter-tester.ts";
import { judged } from "../../../fixtures/judged.ts";

const tables = async (code: string) =>
  (await readCode(code)).lines.filter((line) => !line.startsWith("open")).map((line) => line.split(" ")[2]);

test("of two knex instances, each has its own names", async () => {
  expect(
    await tables(`import knexOf from "knex";
import { knexSnakeCaseMappers } from "objection";
const renamed = knexOf({ client: "pg", connection: "postgres://a", ...knexSnakeCaseMappers() });
const upper = knexOf({ client: "pg", connection: "postgres://b", ...knexSnakeCaseMappers({ upperCase: true }) });
const plain = knexOf({ client: "pg", connection: "postgres://b" });
const unknown = knexOf({ client: "pg", ...process.env.OPTIONS });
renamed("orderItems").select();
plain("orderItems").select();
upper("orderItems").select();`),
  ).toEqual(["order_items", "orderItems", "ORDER_ITEMS"]);
});

test("of one that nobody knows, they are as the service writes them", async () => {
  const unknown = `const unknown = knexOf({ client: "pg", ...process.env.OPTIONS });
unknown("orderItems").select();
unknown.raw("select 1 from ORDER_ITEMS");`;
  const open = `import knexOf from "knex";\nimport { knexSnakeCaseMappers } from "objection";\n`;
  expect(await tables(`${open}export const options = knexSnakeCaseMappers();\n${unknown}`)).toEqual([
    "order_items",
    "order_items",
  ]);
  expect(
    await tables(`${open}export const options = knexSnakeCaseMappers({ upperCase: true });\n${unknown}`),
  ).toEqual(["ORDER_ITEMS", "order_items"]);
});

test("of two Kysely instances, each has its own names", async () => {
  expect(
    await tables(`import { CamelCasePlugin, DeduplicateJoinsPlugin, Kysely } from "kysely";
const renamed = new Kysely({ dialect, plugins: [new DeduplicateJoinsPlugin(), new CamelCasePlugin()] });
const plain = new Kysely({ dialect });
const other = new Kysely({ dialect, plugins: [new DeduplicateJoinsPlugin()] });
renamed.selectFrom("orderItems").execute();
plain.selectFrom("orderItems").execute();
other.selectFrom("orderItems").execute();
plain.withPlugin(new CamelCasePlugin()).selectFrom("orderItems").execute();`),
  ).toEqual(["order_items", "orderItems", "orderItems", "order_items"]);
});

test("names are renamed for the service that says so alone", async () => {
  const use = (prefix: string) => `import type { Knex } from "knex";
export const all = (knex: Knex) => knex("${prefix}Items").select();`;
  expect(
    await judged({
      "services/lobby/knexfile.ts": `import { knexSnakeCaseMappers } from "objection";
export default { client: "pg", ...knexSnakeCaseMappers() };`,
      "services/lobby/all.ts": use("lobby"),
      "services/router/all.ts": use("router"),
    }),
  ).toEqual([
    "services/lobby/all.ts:2:42 lobby select lobby_items own",
    "services/router/all.ts:2:42 router select routerItems unowned",
  ]);
});

test("where shared code says so, they are for everybody", async () => {
  expect(
    await judged({
      "shared/knexfile.ts": `import { knexSnakeCaseMappers } from "objection";
export default { client: "pg", ...knexSnakeCaseMappers() };`,
      "services/lobby/all.ts": `import type { Knex } from "knex";
export const all = (knex: Knex) => knex("lobbyItems").select();`,
    }),
  ).toEqual(["services/lobby/all.ts:2:42 lobby select lobby_items own"]);
});
