import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";

const up = (code: string) =>
  `import type { MigrationBuilder } from "node-pg-migrate";\nexport async function up(pgm: MigrationBuilder) {\n${code}\n}`;

testAdapter(nodePgMigrate, [
  ["a table", up(`pgm.createTable("orders", { id: "id" });`), ["3:18 create-table orders"]],
  [
    "a table in a schema",
    up(`pgm.createTable({ schema: "shop", name: "orders" }, {});`),
    ["3:42 create-table shop.orders"],
  ],
  [
    "references of columns",
    up(
      `pgm.createTable("orders", { user_id: { type: "uuid", references: "users" }, item: { references: '"items"(id)' } });`,
    ),
    ["3:18 create-table orders", "3:67 references users", "3:98 references items"],
  ],
  [
    "references of constraints",
    up(
      `pgm.addConstraint("orders", "fk", { foreignKeys: { columns: "user_id", references: "users(id)" } });`,
    ),
    ["3:20 alter-table orders", "3:85 references users"],
  ],
  [
    "columns added",
    up(
      `pgm.addColumns("orders", { at: { type: "date" }, by: { references: { schema: "people", name: "users" } } });`,
    ),
    ["3:17 alter-table orders", "3:95 references people.users"],
  ],
  ["an index", up(`pgm.createIndex("orders", ["at"]);`), ["3:18 create-index orders"]],
  ["text", up("pgm.sql(`insert into orders select * from old`);"), ["3:22 insert orders", "3:43 select old"]],
  ["a query", up(`const { rows } = await pgm.db.query("select * from orders");`), ["3:52 select orders"]],
  ["a name that nobody knows", up(`pgm.dropTable(pick());`), ["3:15 drop-table ? the result of pick()"]],
  [
    "a builder that only its name tells",
    `exports.up = (pgm) => {\n  pgm.renameTable("orders", "old");\n};`,
    ["2:20 alter-table orders"],
  ],
  ["others", `const list = new Map();\nlist.dropColumn?.("orders");\ncanvas.createIndex("orders");`, []],
]);
