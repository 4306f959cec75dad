/** Sequelize's models as tables, and what changes a schema without SQL. */
import { expect, test } from "bun:test";
import { mappedTables, schemaActs } from "../../../fixtures/adapter-tester.ts";

const head = `import { DataTypes, Model, Sequelize } from "sequelize";
declare const sequelize: Sequelize;
`;

test("a model has its attributes, a key and two times", async () => {
  expect(
    await mappedTables(
      `${head}sequelize.define("Team", { name: DataTypes.STRING, motto: { type: DataTypes.TEXT, field: "slogan" } });`,
    ),
  ).toEqual(["Teams(id, name, slogan, createdAt, updatedAt)"]);
});

test("options say which times a model keeps, and how its columns are written", async () => {
  expect(
    await mappedTables(
      `${head}class BlogPost extends Model {}
BlogPost.init(
  { slug: { type: DataTypes.STRING, primaryKey: true }, pageTitle: DataTypes.STRING, size: DataTypes.VIRTUAL },
  { sequelize, underscored: true, paranoid: true, updatedAt: false, createdAt: "madeAt" },
);`,
    ),
  ).toEqual(["blog_posts(slug, page_title, made_at, deleted_at)"]);
});

test("what a connection says of all models holds for those that say nothing else", async () => {
  expect(
    await mappedTables(
      `import { DataTypes, Sequelize } from "sequelize";
const sequelize = new Sequelize(process.env.APP_DATABASE_URL, { define: { timestamps: false, freezeTableName: true } });
sequelize.define("Team", { name: DataTypes.STRING });
sequelize.define("Cup", { name: DataTypes.STRING }, { freezeTableName: false });`,
    ),
  ).toEqual(["Team(id, name)", "Cups(id, name)"]);
});

test("a model that belongs to another has its key, under the name that is given or made", async () => {
  expect(
    await mappedTables(
      `${head}const Team = sequelize.define("Team", { code: { type: DataTypes.STRING, primaryKey: true } }, { timestamps: false });
const Player = sequelize.define("Player", { coachId: DataTypes.INTEGER }, { timestamps: false });
Player.belongsTo(Team);
Player.belongsTo(Team, { as: "loan", foreignKey: "loanId" });
Player.belongsTo(Player, { as: "coach" });
Team.belongsToMany(Player, { through: "fans" });`,
    ),
  ).toEqual(["Teams(code)", "fans(?)", "Players(id, coachId, TeamCode, loanId)"]);
});

test("a decorated model has the members that are columns, and those of the classes it extends", async () => {
  expect(
    await mappedTables(
      `import { BelongsTo, Column, DataType, ForeignKey, Model, PrimaryKey, Table } from "sequelize-typescript";
abstract class Base extends Model { @PrimaryKey @Column id: string; }
@Table({ tableName: "teams", timestamps: false }) class Team extends Base { @Column({ field: "team_name" }) name: string; label: string; }
@Table({ tableName: "players", timestamps: false }) class Player extends Base {
  @ForeignKey(() => Team) @Column teamId: string;
  @Column(DataType.VIRTUAL) shown: string;
  @BelongsTo(() => Team) team: Team;
}`,
    ),
  ).toEqual(["teams(id, team_name)", "players(id, teamId)"]);
});

test("columns that come from elsewhere make all of them uncertain", async () => {
  expect(
    await mappedTables(
      `import { common } from "columns";
${head}sequelize.define("Team", { ...common, name: DataTypes.STRING });
sequelize.define("Cup", { name: { type: DataTypes.STRING, field: common.name } });
export const define = (options: object) => sequelize.define("Game", { name: DataTypes.STRING }, options);`,
    ),
  ).toEqual(["Teams(?)", "Cups(?)"]);
});

test("synchronising is a change of the schema, wherever the connection is kept", async () => {
  expect(
    await schemaActs(
      `${head}import db from "./db";
await sequelize.sync({ alter: true });
await db.sequelize.sync();
const Team = sequelize.define("Team", {});
await Team.sync({ force: true });
await sequelize.drop();`,
    ),
  ).toEqual([
    "4:17 sequelize.sync()",
    "5:20 sequelize.sync()",
    "7:7 CREATE TABLE Teams",
    "8:17 sequelize.drop()",
  ]);
});

test("Nest's option to synchronise is one, too, unless it is off", async () => {
  expect(
    await schemaActs(
      `import { SequelizeModule } from "@nestjs/sequelize";
const off = false;
export const modules = [
  SequelizeModule.forRoot({ dialect: "postgres", autoLoadModels: true, synchronize: true }),
  SequelizeModule.forRootAsync({ useFactory: () => ({ synchronize: true }) }),
  SequelizeModule.forRoot({ synchronize: off }),
];`,
    ),
  ).toEqual(["4:85 synchronize: true", "5:68 synchronize: true"]);
});

test("what the query interface makes and drops is one", async () => {
  expect(
    await schemaActs(
      `export const up = async (queryInterface) => {
  await queryInterface.createSchema("stay");
  await queryInterface.createTable("rooms", {});
  await queryInterface.bulkInsert("rooms", []);
  await queryInterface.dropAllTables();
};`,
    ),
  ).toEqual(["2:24 CREATE SCHEMA stay", "3:9 CREATE TABLE rooms", "5:24 DROP TABLE"]);
});
