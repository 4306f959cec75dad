/** Files in which one says what another means: what is written across files, in the ways in which people do it. */

/** Texts by path, to go beside a generated monorepo of three services or more. */
export const tangle: Readonly<Record<string, string>> = {
  "services/s000/src/rows.ts": `export function rowsOf(sql: any, table: string) {
  return sql.unsafe(\`select id from \${table}\`);
}
export const countOf = (sql: any, options: { table: string }) => sql\`select count(*) from \${sql(options.table)}\`;
export default "s000_events";
`,
  "services/s000/src/rows-users.ts": `import usual, { countOf, rowsOf } from "./rows.ts";
import { sql } from "./database.ts";

export const first = () => rowsOf(sql, "s000_items");
export const second = () => rowsOf(sql, "s001_items");
export const third = () => countOf(sql, { table: "s000_grants" });
export const usually = () => sql\`delete from \${sql(usual)} where id = 1\`;
`,
  "services/s000/src/parts.ts": `import { sql } from "./database.ts";

export const recent = sql\`where at > now() and id in (select id from s002_events)\`;
export const columns = sql\`select id, name from s000_totals\`;
`,
  "services/s000/src/parts-users.ts": `import { sql } from "./database.ts";
import { columns, recent } from "./parts.ts";

export const rows = () => sql\`\${columns} \${recent}\`;
export const others = () => sql\`select name from s000_items \${recent} limit 3\`;
`,
  "services/s001/src/barrel.ts": `export * from "./tables.ts";
export { grants as permissions } from "./schema.ts";
export * as every from "./tables.ts";
`,
  "services/s001/src/barrel-users.ts": `import { drizzle } from "drizzle-orm/postgres-js";
import { ITEMS, every, permissions } from "./barrel.ts";
import { sql } from "./database.ts";

const db = drizzle(sql);
export const items = () => sql\`select 1 from \${sql(ITEMS)}\`;
export const events = () => sql\`select 1 from \${sql(every.SCHEMA.events)}\`;
export const allowed = () => db.select().from(permissions);
// freehold-ignore cross-service-read -- to be asked for by its API
export const theirs = () => sql\`select 1 from s000_items\`;
`,
  "services/s001/src/base.ts": `export class Store {
  protected readonly table: string;
  constructor(private readonly sql: any, table: string) {
    this.table = table;
  }
  all() {
    return this.sql\`select id from \${this.sql(this.table)}\`;
  }
}
`,
  "services/s001/src/derived.ts": `import { Store } from "./base.ts";
import { sql } from "./database.ts";

export class Items extends Store {
  constructor() {
    super(sql, "s001_items");
  }
  none() {
    return sql\`delete from \${sql(this.table)}\`;
  }
}
export const events = new Store(sql, "s001_events");
`,
  "services/s002/src/entities.ts": `import { Column, Entity, ManyToOne, PrimaryColumn } from "typeorm";

@Entity("s002_items")
export class Item {
  @PrimaryColumn() id!: number;
  @Column() name!: string;
}

@Entity({ name: "s002_grants" })
export class Grant {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => Item) item!: Item;
}
`,
  "services/s002/src/entities-users.ts": `import { DataSource } from "typeorm";
import { Grant, Item } from "./entities.ts";

const source = new DataSource({ type: "postgres", url: process.env.S002_DATABASE_URL });
export const items = () => source.getRepository(Item).find();
export const grants = () => source.getRepository(Grant).find({ relations: { item: true } });
`,
  "services/s002/src/settings.ts": `export const settings = { url: process.env.S002_DATABASE_URL, other: process.env.S001_DATABASE_URL };
`,
  "services/s002/src/pool.ts": `import knex from "knex";
import postgres from "postgres";
import { settings } from "./settings.ts";

export const pool = postgres(settings.url!);
export const builder = knex({ client: "pg", connection: settings.url });
`,
  "services/s002/src/pool-users.ts": `import { builder, pool } from "./pool.ts";
import { everyone } from "../../../libs/shared/everyone.ts";
import { first } from "../../s000/src/rows-users.ts";

export const names = () => builder("s002_items").select("name");
export const totals = () => builder("s002_totals as t").join("s001_totals", "t.id", "s001_totals.id");
export const all = () => everyone(pool);
export const theirs = () => first();
`,
  "libs/shared/everyone.ts": `import { TABLE } from "./which.ts";

export const everyone = (sql: any) => sql\`select id from \${sql(TABLE)}\`;
export const nobody = (sql: any) => sql\`select id from s001_events\`;
`,
  "libs/shared/which.ts": `export const TABLE = "s002_items";
export enum Tables {
  events = "s001_events",
  items = "s001_items",
}
`,
  "services/s001/src/enum-users.ts": `import { Tables } from "../../../libs/shared/which.ts";
import { nobody } from "../../../libs/shared/everyone.ts";
import { sql } from "./database.ts";

export const one = () => sql\`select 1 from \${sql(Tables.events)}\`;
export const two = (which: boolean) => sql\`select 1 from \${sql(which ? Tables.items : "s001_grants")}\`;
export const three = () => nobody(sql);
`,
  "services/s002/src/making.ts": `import type { Knex } from "knex";

export async function makeNotes(knex: Knex) {
  await knex.schema.createTable("s002_notes", (table) => { table.increments("id"); });
}
export async function makeMarks(knex: Knex) {
  await knex.raw("create table s002_marks (id int)");
}
`,
  "services/s002/src/making-users.ts": `import { makeMarks, makeNotes } from "./making.ts";
import { builder } from "./pool.ts";

export const start = async () => { await makeMarks(builder); };
export const makers = [typeof makeNotes];
`,
  "services/s002/migrations/900_notes.ts": `import { makeMarks, makeNotes } from "../src/making.ts";

export async function up(knex) {
  await makeNotes(knex);
  await makeMarks(knex);
}
export async function down() {}
`,
};
