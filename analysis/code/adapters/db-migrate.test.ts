import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { dbMigrate } from "./db-migrate.ts";

const up = (body: string) => `exports.up = function (db, callback) {\n  ${body}\n};`;

testAdapter(dbMigrate, [
  ["a table", up('db.createTable("orders", { id: "int" }, callback);'), ["2:19 create-table orders"]],
  [
    "a table with keys",
    up(
      'return db.createTable("lines", { columns: { order: { type: "int", foreignKey: { name: "k", table: "orders" } } } });',
    ),
    ["2:26 create-table lines", "2:102 references orders"],
  ],
  [
    "what follows one another",
    up('return db.addColumn("orders", "state", "string").then(() => db.removeColumn("orders", "old"));'),
    ["2:24 alter-table orders", "2:80 alter-table orders"],
  ],
  [
    "a key",
    up('db.addForeignKey("lines", "orders", "k", { order: "id" }, {}, callback);'),
    ["2:21 alter-table lines", "2:30 references orders"],
  ],
  ["an index", up('db.addIndex("orders", "by_state", ["state"]);'), ["2:16 create-index orders"]],
  ["an index by its name alone", up('db.removeIndex("by_state", callback);'), []],
  ["text", up('db.runSql("alter table orders add column a int", callback);'), ["2:26 alter-table orders"]],
  [
    "a table that is not known",
    up("db.dropTable(process.argv[2]);"),
    ["2:16 drop-table ? `process.argv[2]` is not known before it runs"],
  ],
  ["rows", up('db.insert("orders", ["id"], [1], callback);'), ["2:14 insert orders"]],
  [
    "methods of these names on other things",
    'export const load = (db) => db.createTable("orders");\nexport function up(grid) { grid.addColumn("orders", "state"); }',
    [],
  ],
]);
