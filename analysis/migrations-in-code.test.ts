import { describe, expect, test } from "bun:test";
import { modelOf } from "../fixtures/workspace.ts";

/** The tables after migrations in code, `name (columns)`; those that are gone behind a minus, unknown columns as `?`. */
async function heads(migrations: Record<string, string>): Promise<string[]> {
  const model = await modelOf({
    "freehold.json": JSON.stringify({ services: { app: { path: "app", owns: [] } } }),
    ...Object.fromEntries(Object.entries(migrations).map(([name, text]) => [`app/${name}`, text])),
  });
  return model.heads.map(
    ({ schema, name, columns, droppedAt }) =>
      `${droppedAt ? "-" : ""}${schema === "public" ? "" : `${schema}.`}${name} (${columns?.join(" ") ?? "?"})`,
  );
}

describe("what schema builders make", () => {
  test("Knex", async () => {
    expect(
      await heads({
        "migrations/001.ts": `
        import type { Knex } from "knex";
        import { external } from "elsewhere";
        import { stamps } from "../stamps";
        const T = { orders: "orders" } as const;
        const money = (t: Knex.CreateTableBuilder, name: string) => { t.integer(name); t.string(name + "_currency"); };
        export async function up(knex: Knex): Promise<void> {
          await knex.schema.createTable(T.orders, (t) => {
            t.increments().primary();
            t.bigIncrements("big");
            t.timestamps(true, true);
            money(t, "total");
            stamps(t);
            t.enu("state", ["a"]).notNullable().index();
            t.specificType("tags", "text[]");
            t.foreign("user_id").references("id").inTable("users").onDelete("CASCADE");
            t.unique(["state", "big"]);
            ["x", "y"].forEach((n) => t.string(n));
            for (const n of ["z"]) t.string(n);
            if (process.env.PG) t.jsonb("data"); else t.text("data");
          });
          await knex.schema.createTable("opened", (t) => { external(t); t.string("a"); });
          await knex.schema.table("opened", (t) => t.string("b"));
          await knex.schema.hasTable("guarded").then(async (exists) => { if (!exists) await knex.schema.createTable("guarded", (t) => { t.uuid("id"); }); });
          await knex.schema.alterTable("orders", (t) => { t.renameColumn("x", "xx"); t.dropColumn("y"); t.dropColumns("z", "big"); t.dropTimestamps(); t.string("state", 10).alter(); t.dropForeign(["user_id"]); t.setNullable("xx"); });
          await knex.schema.createTableLike("orders2", "orders");
          await knex.schema.renameTable("orders2", "orders3");
          await knex.schema.withSchema("s").createTable("t", function () { this.uuid("id").primary(); });
          await knex.schema.withSchema("s").renameTable("t", "tt").dropTableIfExists("none");
          await knex.schema.createView("v", (view) => { view.columns(["id"]); view.as(knex("orders").select("id")); });
          await knex.schema.raw("alter table orders add column r int");
          await knex.raw("create table raw_t (id int)");
          await knex.schema.createTable("one", (t) => { t.uuid("id"); }).createTable("two", (t) => { t.uuid("id"); t.string("n"); }).dropTable("one");
          await knex.transaction(async (trx) => { await trx.schema.alterTable("two", (t) => { t.integer("m"); }); });
          await knex.schema.raw("alter index orders_state_index rename to other");
          await knex.schema.createMaterializedView("mv", (v) => v.as(knex("orders").select("id")));
          await knex.schema.createSchema("zz");
        }
        export async function down(knex: Knex) { await knex.schema.dropTable("orders"); }
        `,
        "stamps.js": `
        exports.stamps = (table) => { table.timestamp("made_at"); table.timestamp("gone_at").nullable(); };
        `,
      }),
    ).toEqual([
      "orders (id total total_currency made_at gone_at state tags xx data r)",
      "opened (?)",
      "guarded (id)",
      "orders3 (?)",
      "s.tt (id)",
      "v (?)",
      "raw_t (id)",
      "two (id n m)",
      "mv (?)",
      "-orders2 (?)",
      "-s.t (id)",
      "-one (id)",
    ]);
  });

  test("Kysely", async () => {
    expect(
      await heads({
        "migrations/001.ts": `
        import { type Kysely, sql, type CreateTableBuilder } from "kysely";
        import { external } from "elsewhere";
        const stamped = <T extends string, C extends string>(tb: CreateTableBuilder<T, C>) => tb.addColumn("created_at", "timestamp", (c) => c.notNull()).addColumn("updated_at", "timestamp");
        export async function up(db: Kysely<any>): Promise<void> {
          await db.schema.createTable("a").addColumn("id", "uuid").$call(stamped).$call((tb) => tb.addColumn("x", "int2")).execute();
          await db.schema.createTable("o").addColumn("id", "uuid").$call(external).execute();
          await db.schema.alterTable("o").addColumn("more", "text").execute();
          let builder = db.schema.createTable("b").addColumn("id", "uuid");
          for (const c of ["p", "q"]) builder = builder.addColumn(c, "text");
          await builder.execute();
          await db.schema.createTable("copy").as(db.selectFrom("a").selectAll()).execute();
          await db.schema.alterTable("a").renameColumn("x", "y").dropColumn("id").execute();
          await db.schema.alterTable("a").modifyColumn("y", "text").alterColumn("y", (c) => c.setNotNull()).addForeignKeyConstraint("fk", ["y"], "b", ["id"]).execute();
          await db.schema.withSchema("s").createTable("t").ifNotExists().addColumn("id", "uuid").execute();
          await db.schema.alterTable("s.t").renameTo("tt").execute();
          await db.schema.createView("v").orReplace().as(db.selectFrom("a").select("y")).execute();
          await db.schema.createTable("tmp").temporary().addColumn("id", "uuid").execute();
          await db.schema.dropTable("copy").ifExists().cascade().execute();
          await db.schema.createIndex("i").on("a").column("y").execute();
          await db.schema.createType("e").asEnum(["a"]).execute();
          await sql\`alter table b add column z int\`.execute(db);
        }
        export async function down(db: Kysely<any>) { await db.schema.dropTable("a").execute(); }
        `,
      }),
    ).toEqual([
      "a (created_at updated_at y)",
      "o (?)",
      "b (?)",
      "s.tt (id)",
      "v (?)",
      "-s.t (id)",
      "-copy (?)",
    ]);
  });

  test("TypeORM", async () => {
    expect(
      await heads({
        "migrations/1700000000001-a.ts": `
        import { MigrationInterface, QueryRunner, Table, TableColumn, TableForeignKey, TableIndex } from "typeorm";
        const columns = [{ name: "id", type: "int" }];
        export class A1700000000001 implements MigrationInterface {
          private readonly table = new Table({ name: "held", columns: [{ name: "id", type: "int" }] });
          public async up(queryRunner: QueryRunner): Promise<void> {
            await queryRunner.createTable(new Table({ name: "question", columns: [...columns, { name: "title", type: "text" }] }), true);
            await queryRunner.createTable(this.table);
            await queryRunner.addColumns("question", [new TableColumn({ name: "a", type: "int" }), new TableColumn({ name: "b", type: "int" })]);
            const table = await queryRunner.getTable("question");
            const fk = table!.foreignKeys.find((k) => k.columnNames.indexOf("a") !== -1);
            await queryRunner.dropForeignKey("question", fk!);
            await queryRunner.dropForeignKey(table!, fk!);
            await queryRunner.dropColumn(table!, "a");
            await queryRunner.changeColumn("question", "b", new TableColumn({ name: "c", type: "int" }));
            await queryRunner.changeColumns("question", [{ oldColumn: new TableColumn({ name: "c", type: "int" }), newColumn: new TableColumn({ name: "d", type: "int" }) }]);
            await queryRunner.createIndex("question", new TableIndex({ name: "i", columnNames: ["d"] }));
            await queryRunner.createForeignKey("question", new TableForeignKey({ columnNames: ["d"], referencedTableName: "held", referencedColumnNames: ["id"] }));
            await queryRunner.renameTable("held", "holding");
            await queryRunner.renameTable(new Table({ name: "holding" }), "holdings");
            await queryRunner.dropTable("none", true);
            await queryRunner.createSchema("s", true);
            await queryRunner.createTable(new Table({ name: "s.t", columns: [{ name: "id", type: "int" }] }));
            await queryRunner.query(\`ALTER TABLE "question" ADD "e" int\`);
            await queryRunner.clearTable("question");
            if (await queryRunner.hasColumn("question", "zz")) await queryRunner.dropColumn("question", "zz");
          }
          public async down(queryRunner: QueryRunner): Promise<void> { await queryRunner.dropTable("question"); }
        }
        `,
      }),
    ).toEqual(["question (id title d e)", "holdings (id)", "s.t (id)", "-held (id)", "-holding (id)"]);
  });

  test("Sequelize", async () => {
    expect(
      await heads({
        "migrations/001-a.js": `
        'use strict';
        const { base } = require("some-lib");
        module.exports = {
          async up(queryInterface, Sequelize) {
            await queryInterface.createTable("Open", { ...base, id: Sequelize.INTEGER });
            await queryInterface.addColumn("Open", "more", { type: Sequelize.TEXT });
            const t = await queryInterface.sequelize.transaction();
            await queryInterface.createTable("Known", { id: { type: Sequelize.INTEGER }, userId: { type: Sequelize.INTEGER, field: "user_id", references: { model: "Users", key: "id" } } }, { transaction: t });
            await queryInterface.addColumn("Known", "a", Sequelize.TEXT, { transaction: t });
            await queryInterface.addColumn({ tableName: "Known", schema: "public" }, "b", Sequelize.TEXT);
            await queryInterface.renameColumn("Known", "a", "c");
            await queryInterface.changeColumn("Known", "c", { type: Sequelize.STRING });
            await queryInterface.removeColumn("Known", "b");
            await queryInterface.addIndex("Known", ["c"]);
            await queryInterface.addConstraint("Known", { fields: ["c"], type: "unique" });
            await queryInterface.removeIndex("Known", "known_c");
            await queryInterface.renameTable("Known", { tableName: "Renamed" });
            await queryInterface.bulkInsert("Renamed", [{ id: 1 }]);
            const def = await queryInterface.describeTable("Renamed");
            if (!def.x) await queryInterface.addColumn("Renamed", "x", Sequelize.TEXT);
            await queryInterface.sequelize.query('ALTER TABLE "Renamed" ADD COLUMN "y" int');
            for (const name of ["u", "v"]) await queryInterface.addColumn("Renamed", name, Sequelize.TEXT);
            await Promise.all(["One", "Two"].map((name) => queryInterface.createTable(name, { id: Sequelize.INTEGER })));
            await queryInterface.dropTable("Two", { cascade: true });
            await queryInterface.sequelize.query('CREATE TYPE "e" AS ENUM (\\'a\\')');
          },
          async down(queryInterface) { await queryInterface.dropTable("Known"); }
        };
        `,
      }),
    ).toEqual([
      "Open (?)",
      "Renamed (id user_id c x y u v)",
      "One (id)",
      "-Known (id user_id c)",
      "-Two (id)",
    ]);
  });

  test("MikroORM", async () => {
    expect(
      await heads({
        "migrations/Migration20260101.ts": `
        import { Migration } from "@mikro-orm/migrations";
        export class Migration20260101 extends Migration {
          override async up(): Promise<void> {
            this.addSql('create table "a" ("id" serial primary key, "b" text);');
            this.addSql(\`alter table "a" add column "c" int;\`);
            this.addSql(this.getKnex().raw('alter table "a" add column "d" int').toQuery());
            const knex = this.getKnex();
            this.addSql(knex.schema.createTable("kn", (t) => { t.increments(); t.string("name"); }).toSQL().sql);
            this.addSql(this.getKnex().schema.alterTable("kn", (t) => { t.string("more"); }).toQuery());
            await this.execute('alter table "a" drop column "b"');
          }
          override async down(): Promise<void> { this.addSql('drop table "a"'); }
        }
        `,
      }),
    ).toEqual(["a (id c d)", "kn (id name more)"]);
  });

  test("node-pg-migrate", async () => {
    expect(
      await heads({
        "migrations/001.js": `
        exports.up = (pgm) => {
          pgm.createTable("a", { id: "id", b: "text" }, { inherits: "p" });
          pgm.addColumns("a", { c: "int" });
          pgm.createTable({ schema: "s", name: "t" }, { id: "id", ...require("x").shared });
          pgm.addColumn("s.t", { z: "int" });
          pgm.createTable("k", { id: "id" });
          pgm.addColumns("k", { c: { type: "int" } });
          pgm.alterTable("k", { levelSecurity: "ENABLE" });
          pgm.sql("alter table k add column q int");
        };
        `,
      }),
    ).toEqual(["a (?)", "s.t (?)", "k (id c q)"]);
  });

  test("Knex, where it writes names another way", async () => {
    expect(
      await heads({
        "knexfile.js":
          'const { knexSnakeCaseMappers } = require("objection");\nmodule.exports = { client: "pg", ...knexSnakeCaseMappers() };',
        "migrations/001.js": `
        exports.up = async (knex) => {
          await knex.schema.createTable("orderItems", (t) => { t.increments("id"); t.integer("unitPrice"); });
          await knex.schema.alterTable("orderItems", (t) => { t.renameColumn("unitPrice", "netPrice"); });
          await knex.schema.renameTable("orderItems", "saleItems");
        };
        `,
      }),
    ).toEqual(["sale_items (id net_price)", "-order_items (id net_price)"]);
  });

  test("db-migrate", async () => {
    expect(
      await heads({
        "migrations/001-init.js": `
        exports.up = (db) => {
          db.createTable("a", { columns: { id: "int", old: "text" }, ifNotExists: true });
          db.createTable("b", shared);
          db.addColumn("b", "more", "text");
          db.addColumn("a", "sum", { type: "int" }).then(() => db.renameColumn("a", "sum", "total"));
          db.removeColumn("a", "old");
          db.runSql("alter table a add column note text");
          db.renameTable("a", "c");
          db.dropTable("b");
        };
        exports.down = (db) => db.dropTable("c");
        `,
      }),
    ).toEqual(["c (id total note)", "-a (id total note)", "-b (?)"]);
  });
});

test("what only the way back calls is none of the way there", async () => {
  expect(
    await heads({
      "migrations/001_soft.js": `
        const tables = ["a", "b"];
        async function add(knex, name) { await knex.schema.table(name, (t) => { t.timestamp("deleted_at"); }); }
        async function drop(knex, name) { await knex.schema.table(name, (t) => { t.dropColumn("deleted_at"); }); }
        async function dropEach(knex) { for (const name of tables) await drop(knex, name); }
        export async function up(knex) {
          await knex.schema.createTable("a", (t) => { t.increments("id"); });
          await knex.schema.createTable("b", (t) => { t.increments("id"); });
          for (const name of tables) await add(knex, name);
        }
        export async function down(knex) { await dropEach(knex); }
        `,
    }),
  ).toEqual(["a (id deleted_at)", "b (id deleted_at)"]);
});

describe("functions of other files that only migrations call", () => {
  const model = {
    "models/users.js": `
      const { stamps } = require("./stamps");
      async function createUsers(knex) {
        if (await knex.schema.hasTable("users")) return;
        await knex.schema.createTable("users", (t) => { t.increments("id"); t.string("name"); });
        await stamps(knex);
      }
      module.exports = { createUsers };`,
    "models/stamps.js": `
      exports.stamps = async (knex) => { await knex.schema.alterTable("users", (t) => { t.timestamp("made_at"); }); };`,
    "models/index.js": `module.exports = { ...require("./users") };`,
  };

  test("make what the migrations make, each time that one calls them", async () => {
    expect(
      await heads({
        ...model,
        "migrations/001.js": `
        const models = require("../models");
        exports.up = async (knex) => {
          await models.createUsers(knex);
          await knex.schema.alterTable("users", (t) => { t.renameColumn("name", "title"); });
        };`,
        "migrations/002.js": `
        const { createUsers } = require("../models");
        exports.up = async (knex) => {
          await knex.schema.dropTable("users");
          await createUsers(knex);
        };`,
      }),
    ).toEqual(["users (id name made_at)", "-users (id title made_at)"]);
  });

  test("what each hands them is its own", async () => {
    expect(
      await heads({
        "lib/audited.ts": `
        import type { Knex } from "knex";
        export async function addAudit(knex: Knex, table: string) {
          await knex.schema.alterTable(table, (t) => { t.timestamp("audited_at"); });
          await knex.raw("create index on ?? (audited_at)", [table]);
        }`,
        "lib/run.ts": "export const run = (knex, text: string) => knex.raw(text);",
        "migrations/001.ts": `
        import { addAudit } from "../lib/audited.ts";
        import { run } from "../lib/run.ts";
        export async function up(knex) {
          await run(knex, "create table a (id int)");
          await run(knex, "create table b (id int)");
          await addAudit(knex, "a");
        }
        export async function down(knex) { await run(knex, "drop table a"); }`,
        "migrations/002.ts": `
        import { addAudit } from "../lib/audited.ts";
        export async function up(knex) { await knex.schema.renameTable("a", "c"); await addAudit(knex, "b"); }
        export async function down() {}`,
      }),
    ).toEqual(["b (id audited_at)", "c (id audited_at)", "-a (id audited_at)"]);
  });

  test("and so is what they export by default", async () => {
    expect(
      await heads({
        "lib/a.ts": `
        import type { Knex } from "knex";
        export default async function make(knex: Knex) { await knex.schema.createTable("a", (t) => { t.increments("id"); }); }`,
        "lib/b.js": `
        const make = (knex) => knex.schema.createTable("b", (t) => { t.increments("id"); });
        module.exports = make;`,
        "migrations/001.js": `
        import makeA from "../lib/a.ts";
        const makeB = require("../lib/b");
        exports.up = async (knex) => { await makeA(knex); await makeB(knex); };`,
      }),
    ).toEqual(["a (id)", "b (id)"]);
  });

  test("but not those that code calls, too, by whatever name", async () => {
    const migration = {
      "migrations/001.js": `const { createUsers } = require("../models"); exports.up = (knex) => createUsers(knex);`,
    };
    for (const caller of [
      `const models = require("./models"); models.createUsers(require("knex")());`,
      `const { createUsers: create } = require("./models"); create(require("knex")());`,
      `import { createUsers as create } from "./models/users"; create(db);`,
      `import { createUsers } from "./models"; export const start = { createUsers };`,
      `import { createUsers } from "./models"; function start(knex) { return createUsers(knex); } start(db);`,
      `require("./models")["createUsers"](db);`,
      `import * as models from "./models"; for (const create of [models.createUsers]) create(db);`,
    ])
      expect([caller, await heads({ ...model, ...migration, "start.js": caller })]).toEqual([caller, []]);
    const byDefault = {
      "models/users.js": model["models/users.js"].replace("{ createUsers }", "createUsers"),
    };
    const other = {
      "migrations/001.js": `const users = require("../models/users"); exports.up = (knex) => users(knex);`,
    };
    for (const caller of [
      `import make from "./models/users"; make(db);`,
      `const make = require("./models/users"); make(db);`,
      `require("./models/users")(db);`,
      `export { default as make } from "./models/users";`,
    ])
      expect([caller, await heads({ ...model, ...byDefault, ...other, "start.js": caller })]).toEqual([
        caller,
        [],
      ]);
    for (const caller of [
      `import { createUsers } from "./models"; createUsers(db);`,
      `import { createUsers } from "./models"; export function setUp(knex) { return createUsers(knex); }`,
    ]) {
      expect(await heads({ ...model, ...migration, "start.test.js": caller })).toEqual([
        "users (id name made_at)",
      ]);
    }
  });
});
