/** Sequelize's forms; one row a form, so the file is as long as the table. */
import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { sequelize } from "./sequelize.ts";

testAdapter(
  sequelize,
  [
    [
      "a model's plural",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Room.findAll();`,
      ["2:7 select Rooms"],
    ],
    [
      "a plural with underscores",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await RoomType.findAll({ raw: true });`,
      ["2:7 select room_types"],
    ],
    [
      "a frozen name",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Amenity.count();`,
      ["2:7 select amenity"],
    ],
    [
      "a table's name and schema",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Booking.findByPk(1, { rejectOnEmpty: true });`,
      ["2:7 select stay.bookings"],
    ],
    [
      "a class under another name",
      `import { Guest as Visitor } from "./models.ts";
await Visitor.findOne({ where: { id: 1 } });`,
      ["2:7 select guests"],
    ],
    [
      "models as one object",
      `import * as models from "./models.ts";
export const one = (id: number) => models.Room.findByPk(id);`,
      ["2:43 select Rooms"],
    ],
    [
      "models of the connection",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await sequelize.models.Room.findAndCountAll({ limit: 5 });
await sequelize.model("Guest").max("id");`,
      ["2:24 select Rooms", "3:23 select guests"],
    ],
    [
      "a model of the connection that nobody has defined",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await sequelize.models["Nobody"].create({});`,
      ["2:24 insert ? no model is known by the name of Nobody"],
    ],
    [
      "writes",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Guest.create({ email: "a" });
await Guest.bulkCreate([{}]);
await Guest.update({ email: "b" }, { where: { id: 1 } });
await Guest.upsert({ id: 1 });
await Guest.findOrCreate({ where: {} });
await Guest.increment("visits", { by: 1, where: {} });
await Guest.restore({ where: {} });
await Guest.destroy({ where: {}, force: true });
await Guest.truncate({ cascade: true });`,
      [
        "2:7 insert guests",
        "3:7 insert guests",
        "4:7 update guests",
        "5:7 insert guests",
        "6:7 insert guests",
        "7:7 update guests",
        "8:7 update guests",
        "9:7 delete guests",
        "10:7 truncate guests",
      ],
    ],
    [
      "a model that is included",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Booking.findAll({ include: Guest });`,
      ["2:7 select stay.bookings", "2:34 select guests"],
    ],
    [
      "several, nested, under a condition",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
export const all = (deep: boolean) => Booking.findAll({ include: [{ model: Guest, as: "guest" }, ...(deep ? [{ model: Room, include: [{ model: RoomType, as: "type" }] }] : [])] });`,
      ["2:39 select stay.bookings", "2:76 select guests", "2:119 select Rooms", "2:144 select room_types"],
    ],
    [
      "an include by its alias",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Guest.findAll({ include: ["bookings"] });`,
      ["2:7 select guests", "2:33 select stay.bookings"],
    ],
    [
      "an include by the association's name, with a table between",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Room.findOne({ include: { association: "amenities", through: { attributes: [] } } });`,
      ["2:7 select Rooms", "2:46 select amenity", "2:46 select room_amenities"],
    ],
    [
      "an association that is kept",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const Rooms = RoomType.hasMany(Room);
await RoomType.findAll({ include: { association: Rooms } });
await Booking.findAll({ include: [{ association: Booking.associations.guest }] });`,
      ["3:7 select room_types", "3:50 select Rooms", "4:7 select stay.bookings", "4:50 select guests"],
    ],
    [
      "everything that is associated",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Room.findAll({ include: [{ all: true }] });`,
      ["2:7 select Rooms", "2:32 select room_types", "2:32 select amenity", "2:32 select room_amenities"],
    ],
    [
      "everything, nested",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Guest.findAll({ include: { all: true, nested: true } });`,
      [
        "2:7 select guests",
        "2:32 select stay.bookings",
        "2:32 select guests",
        "2:32 select Rooms",
        "2:32 select room_types",
        "2:32 select amenity",
        "2:32 select room_amenities",
      ],
    ],
    [
      "an include that is pushed",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const include: object[] = [];
if (Math.random() > 0.5) include.push({ model: Room });
await Booking.findAll({ include });`,
      ["3:48 select Rooms", "4:7 select stay.bookings"],
    ],
    [
      "options that callers hand in",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const list = (options: object) => Booking.findAll(options);
export const full = () => list({ where: {}, include: [Room] });`,
      ["2:35 select stay.bookings", "3:55 select Rooms"],
    ],
    [
      "options that are not known",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
export const list = (include: string) => Booking.findAll({ include: [include] });`,
      ["2:42 select stay.bookings", "2:70 select ? `include` is a parameter of list"],
    ],
    [
      "a creation with what it includes",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Booking.create({ guest: { email: "a" } }, { include: [{ model: Guest, as: "guest" }] });`,
      ["2:7 insert stay.bookings", "2:70 insert guests"],
    ],
    [
      "scopes",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Booking.scope("recent").findAll();
await Booking.unscoped().count();
await Booking.visibleTo(user.id).findAll();`,
      ["2:7 select stay.bookings", "3:7 select stay.bookings", "4:7 select stay.bookings"],
    ],
    [
      "a schema for one query",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await Room.schema("archive").findAll();`,
      ["2:7 select archive.Rooms"],
    ],
    [
      "a row",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const room = await Room.findByPk(1);
await room?.update({ number: 2 });
await room!.reload();
await room!.destroy();`,
      ["2:20 select Rooms", "3:13 update Rooms", "4:13 select Rooms", "5:13 delete Rooms"],
    ],
    [
      "a new row",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const guest = Guest.build({ email: "a" });
await guest.save();
await new Guest({}).save();`,
      ["3:13 insert guests", "4:21 insert guests"],
    ],
    [
      "rows, one by one",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
for (const guest of await Guest.findAll()) await guest.save();
const { rows } = await Room.findAndCountAll();
await Promise.all(rows.map((row) => row.update({ number: 0 })));
Guest.findAll().then((guests) => guests.forEach((guest) => guest.destroy()));`,
      [
        "2:27 select guests",
        "2:56 update guests",
        "3:24 select Rooms",
        "4:41 update Rooms",
        "5:1 select guests",
        "5:66 delete guests",
      ],
    ],
    [
      "a row by its type",
      `import type { Booking } from "./models.ts";
export const cancel = (booking: Booking) => booking.destroy();`,
      ["2:53 delete stay.bookings"],
    ],
    [
      "a row that a function gives",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const load = async (id: number): Promise<Guest> => Guest.findByPk(id);
const guest = await load(1);
await guest.update({});`,
      ["2:52 select guests", "4:13 update guests"],
    ],
    [
      "a row in its class",
      `import { DataTypes, Model } from "sequelize";
import { sequelize } from "./models.ts";
class Key extends Model {
  static byName(name: string) { return this.findOne({ where: { name } }); }
  turn() { return this.increment("turns"); }
  again() { return (this.constructor as typeof Key).findAll(); }
}
Key.init({ name: DataTypes.STRING }, { sequelize });`,
      ["4:40 select Keys", "5:24 update Keys", "6:26 select Keys"],
    ],
    [
      "methods named after associations",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const guest = await Guest.findByPk(1);
const bookings = await guest.getBookings();
await guest.createBooking({});
await bookings[0].setRoom(2);
const room = await Room.findByPk(1);
await room.addAmenities([1]);
await room.removeAmenity(1);
await room.countAmenities();`,
      [
        "2:21 select guests",
        "3:30 select stay.bookings",
        "4:13 insert stay.bookings",
        "5:19 update stay.bookings",
        "6:20 select Rooms",
        "7:12 insert room_amenities",
        "8:12 delete room_amenities",
        "9:12 select amenity",
        "9:12 select room_amenities",
      ],
    ],
    [
      "plain SQL",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
import { QueryTypes } from "sequelize";
await sequelize.query("select * from bookings where id = :id", { replacements: { id: 1 }, type: QueryTypes.SELECT });
await sequelize.query("select * from rooms where status = $status", { bind: { status: 1 } });
await sequelize.query({ query: "delete from rooms where id = ?", values: [1] });`,
      ["3:38 select bookings", "4:38 select rooms", "5:45 delete rooms"],
    ],
    [
      "plain SQL through a model",
      `import { Guest } from "./models.ts";
await Guest.sequelize!.query("update guests set email = null");`,
      ["2:38 update guests"],
    ],
    [
      "plain SQL that nobody knows",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
export const run = (text: string) => sequelize.query(text);`,
      ["2:54 ? ? `text` is a parameter of run"],
    ],
    [
      "a model's table in plain SQL",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await sequelize.query(\`select * from "\${Guest.tableName}" join \${Room.getTableName()} on true\`);`,
      ["2:38 select guests", "2:66 select rooms"],
    ],
    [
      "a literal",
      `import { literal, Sequelize } from "sequelize";
import { Room } from "./models.ts";
await Room.findAll({ attributes: { include: [[literal("(select count(*) from bookings b where b.room_id = room.id)"), "n"]] } });
await Room.findAll({ where: Sequelize.literal("exists (select 1 from closures)") });`,
      ["3:7 select Rooms", "3:78 select bookings", "4:7 select Rooms", "4:70 select closures"],
    ],
    [
      "a transaction",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
await sequelize.transaction(async (transaction) => {
  const guest = await Guest.create({}, { transaction });
  await Booking.create({ guestId: guest.id }, { transaction });
  await sequelize.query("lock table bookings", { transaction });
});`,
      ["3:23 insert guests", "4:9 insert stay.bookings", "5:37 lock bookings"],
    ],
    [
      "a migration",
      `module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable("invoices", {
      id: { type: Sequelize.INTEGER, primaryKey: true },
      guest_id: { type: Sequelize.INTEGER, references: { model: "guests", key: "id" } },
    }, { schema: "stay" });
    await queryInterface.addColumn({ tableName: "bookings", schema: "stay" }, "invoice_id", { type: Sequelize.INTEGER, references: { model: { tableName: "invoices", schema: "stay" }, key: "id" } });
    await queryInterface.addIndex("invoices", ["guest_id"]);
    await queryInterface.addConstraint("invoices", { type: "foreign key", fields: ["room_id"], references: { table: "rooms", field: "id" } });
    await queryInterface.bulkInsert("invoices", [{}]);
    await queryInterface.sequelize.query("update invoices set paid = false");
  },
  down: (queryInterface) => queryInterface.dropTable("invoices"),
};`,
      [
        "3:39 create-table stay.invoices",
        "5:66 references guests",
        "7:50 alter-table stay.bookings",
        "7:155 references stay.invoices",
        "8:36 create-index invoices",
        "9:41 alter-table invoices",
        "9:118 references rooms",
        "10:38 insert invoices",
        "11:50 update invoices",
        "13:55 drop-table invoices",
      ],
    ],
    [
      "a migration over a list",
      `const tables = ["rooms", "guests"];
export const up = ({ context: queryInterface }) => Promise.all(tables.map((table) => queryInterface.removeColumn(table, "old")));`,
      ["2:114 alter-table rooms", "2:114 alter-table guests"],
    ],
    [
      "the query interface of a connection",
      `import { Amenity, Booking, Guest, Room, RoomType, sequelize } from "./models.ts";
const qi = sequelize.getQueryInterface();
await qi.renameTable("rooms", "chambers");
await sequelize.getQueryInterface().bulkDelete("chambers", {});`,
      ["3:23 alter-table rooms", "4:49 delete chambers"],
    ],
    [
      "statics of a base class of the workspace's",
      `import { Model, Table } from "sequelize-typescript";
class Base extends Model {
  static async findAllInBatches(query, callback) { await callback(await this.findAll(query)); }
  static createWithCtx(ctx, values) { return this.create(values, ctx); }
}
@Table({ tableName: "events" }) class Event extends Base {}
await Event.findAllInBatches({ where: {} }, go);
await Event.unscoped().findAllInBatches({}, go);
await Event.createWithCtx(ctx, { name: "one" });
await Event.findAllSomehow(); Text.createWithCtx(1);`,
      [
        "3:73 select events",
        "4:46 insert events",
        "7:7 select events",
        "8:7 select events",
        "9:7 insert events",
      ],
    ],
    [
      "models that are decorated",
      `import { BelongsTo, BelongsToMany, Column, ForeignKey, HasMany, Model, Scopes, Table } from "sequelize-typescript";
@Table({ tableName: "floors" }) class Floor extends Model { @HasMany(() => Door) doors: Door[]; }
@Table({ underscored: true }) class FloorPlan extends Model { @ForeignKey(() => Floor) @Column floorId: number; }
@Scopes(() => ({ placed: { include: [Floor] } }))
@Table class Door extends Model<Door> {
  @BelongsTo(() => Floor, "floorId") floor: Floor;
  @BelongsToMany(() => Key, () => DoorKey) keys: Key[];
}
@Table class Key extends Model {}
@Table class DoorKey extends Model {}
await FloorPlan.findAll();
await Door.findAll({ include: [{ model: Key, as: "keys" }, "floor"] });
export const keys = (door: Door) => door.$get("keys");`,
      [
        "3:75 references floors",
        "4:38 select floors",
        "6:14 references floors",
        "11:7 select floor_plans",
        "12:7 select Doors",
        "12:41 select Keys",
        "12:41 select DoorKeys",
        "12:60 select floors",
        "13:42 select Keys",
        "13:42 select DoorKeys",
      ],
    ],
    [
      "repositories and injected models",
      `import { InjectModel } from "@nestjs/sequelize";
import { Guest, sequelize } from "./models.ts";
const guests = sequelize.getRepository(Guest);
await guests.findAll();
export class Store {
  constructor(@InjectModel(Guest) private readonly model: typeof Guest) {}
  all() { return this.model.findAll(); }
}`,
      ["3:40 select guests", "7:18 select guests"],
    ],
    [
      "a model of a function",
      `const define = (sequelize, DataTypes) => {
  const Lamp = sequelize.define("Lamp", { watts: { type: DataTypes.INTEGER } });
  Lamp.associate = (models) => Lamp.belongsTo(models.Room, { as: "room" });
  return Lamp;
};
import { sequelize } from "./models.ts";
const Lamp = define(sequelize, {});
await Lamp.findAll({ include: "room" });`,
      ["3:47 references Rooms", "8:7 select Lamps", "8:31 select Rooms"],
    ],
    [
      "a model that nobody knows",
      `export const list = (Model) => Model.findAndCountAll();
export const one = (models, name) => models[name].findByPk(1);`,
      ["1:32 select ? `Model` is a parameter of list", "2:45 select ? `name` is a parameter of one"],
    ],
    [
      "a base class's own methods, for each model that extends it",
      `import { DataTypes, Model } from "sequelize";
import { sequelize } from "./models.ts";
class Base extends Model {
  static async latest() { return this.findOne({ order: ["at"] }); }
  static all() { return super.findAll(); }
  async touch() { await this.update({ at: new Date() }); }
}
class Lamp extends Base {}
Lamp.init({ at: DataTypes.DATE }, { sequelize });
class Bed extends Base { static made() { return this.latest(); } }
Bed.init({ at: DataTypes.DATE }, { sequelize, tableName: "beds" });
export const one = () => Lamp.latest();`,
      [
        "4:34 select Lamps",
        "4:34 select beds",
        "5:25 select Lamps",
        "5:25 select beds",
        "6:30 update Lamps",
        "6:30 update beds",
      ],
    ],
    [
      "a class that nothing makes a model",
      `import { Model } from "sequelize";
class Ghost extends Model {}
await Ghost.findAll();`,
      ["3:7 select ? nothing says which table Ghost is"],
    ],
    [
      "a connection by its parts",
      `import Sequelize from "sequelize";
export const db = new Sequelize(process.env.DB_NAME, process.env.DB_USER, process.env.DB_PASSWORD, { host: process.env.DB_HOST, dialect: "mysql" });`,
      ["open DB_HOST, DB_NAME, DB_USER, DB_PASSWORD"],
    ],
    [
      "a connection in Nest",
      `import { SequelizeModule } from "@nestjs/sequelize";
export const module = SequelizeModule.forRoot({ dialect: "postgres", uri: process.env.APP_DATABASE_URL });`,
      ["open APP_DATABASE_URL"],
    ],
    [
      "what others call so",
      `export const a = [1, 2].findLast((n) => n > 1);
export const b = new Map([["x", 1]]);
b.delete("x");
export class Service { findAll() { return []; } update() { return this.findAll(); } }
new Service().findAll();
Object.create(null);
document.createElement("p").remove();`,
      [],
    ],
  ],
  {
    "services/app/models.ts": `import { DataTypes, Model, type Sequelize } from "sequelize";
export declare const sequelize: Sequelize;
export class Guest extends Model {}
Guest.init({ email: DataTypes.STRING }, { sequelize, modelName: "Guest", underscored: true });
export class Booking extends Model {}
Booking.init({ from: DataTypes.DATEONLY }, { sequelize, tableName: "bookings", schema: "stay", defaultScope: { include: [{ model: Guest, as: "guest" }] } });
export const Room = sequelize.define("Room", { number: DataTypes.INTEGER });
export const RoomType = sequelize.define("roomType", {}, { underscored: true });
export const Amenity = sequelize.define("amenity", {}, { freezeTableName: true });
Booking.belongsTo(Guest, { as: "guest", foreignKey: "guestId" });
Guest.hasMany(Booking, { as: "bookings", foreignKey: "guestId" });
Booking.belongsTo(Room);
Room.belongsTo(RoomType, { as: "type" });
Room.belongsToMany(Amenity, { through: "room_amenities", as: "amenities" });
`,
  },
);
