import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";
import { judged } from "../../fixtures/judged.ts";

const open = `import { sql } from "bun";\n`;
const references = async (code: string, others: Record<string, string> = {}) =>
  (await readCode(code, others)).lines.filter((line) => !line.startsWith("open"));

test("a parameter is what its callers in the same file hand it", async () => {
  expect(
    await references(
      `${open}const clear = (table: string) => sql\`truncate \${sql(table)}\`;\nclear("orders");\nclear("items");`,
    ),
  ).toEqual(["2:49 truncate orders", "2:49 truncate items"]);
});

test("a parameter is what its callers in other files hand it, through a barrel, too", async () => {
  expect(
    await references(`${open}export const clear = (table: string) => sql\`truncate \${sql(table)}\`;`, {
      "services/app/mod.ts": `export { clear } from "./code.ts";`,
      "services/app/a.ts": `import { clear } from "./mod.ts";\nclear("orders");`,
      "services/app/b.ts": `import { clear } from "./code.ts";\nclear("items");`,
    }),
  ).toEqual(["2:56 truncate items", "2:56 truncate orders"]);
});

test("a property of a parameter is followed into the caller's object", async () => {
  expect(
    await references(
      `${open}class Store {\n  read(options: { table: string }) {\n    return sql\`select * from \${sql(options.table)}\`;\n  }\n}\nnew Store().read({ table: "orders" });`,
    ),
  ).toEqual(["4:32 select orders"]);
});

test("a destructured parameter is followed into the caller's object", async () => {
  expect(
    await references(
      `${open}const read = ({ table }: { table: string }) => sql\`select * from \${sql(table)}\`;\nread({ table: "orders" });`,
    ),
  ).toEqual(["2:68 select orders"]);
});

test("a caller that does not tell leaves the table unresolved beside those that do", async () => {
  expect(
    await references(
      `${open}const clear = (table: string) => sql\`truncate \${sql(table)}\`;\nclear("orders");\nexport const all = (names: string[]) => names.forEach((name) => clear(name));`,
    ),
  ).toEqual(["2:49 truncate orders", "2:49 truncate ? `name` is a parameter"]);
});

test("a function that calls itself ends", async () => {
  expect(
    await references(
      `${open}export const clear = (table: string): unknown => (sql\`truncate \${sql(table)}\`, clear(table));`,
    ),
  ).toEqual(["2:66 truncate ? `table` is a parameter of clear"]);
});

test("SQL that a service hands to shared code is the service's own access, where it is written", async () => {
  expect(
    await references(`import { run } from "../../shared/run.ts";\nawait run("select * from orders");`, {
      "shared/run.ts": `import { sql } from "bun";\nexport const run = (text: string) => sql.unsafe(text);`,
    }),
  ).toEqual(["2:26 select orders"]);
});

/** Two services that share a module. */
const sharing = (shared: string, { lobby, router }: { lobby: string; router: string }): Promise<string[]> =>
  judged({
    "shared/mod.ts": `export * from "./store.ts";`,
    "shared/store.ts": shared,
    "services/lobby/main.ts": lobby,
    "services/router/main.ts": router,
  });

const drizzleTable = (name: string) =>
  `import { pgTable } from "drizzle-orm/pg-core";\nimport { write } from "../../shared/mod.ts";\nconst outbox = pgTable("${name}", {});\n`;

test("a table object that a service hands to shared code is the service's own access", async () => {
  const shared = `export async function write(tx: any, table: any, event: any) {
  await writeAll(tx, table, [event]);
}
export async function writeAll(tx: any, table: any, events: any[]) {
  await tx.insert(table).values(events);
}`;
  expect(
    await sharing(shared, {
      lobby: `${drizzleTable("lobby_outbox")}await write(tx, outbox, {});`,
      router: `${drizzleTable("router_outbox")}await write(tx, outbox, {});`,
    }),
  ).toEqual([
    "services/lobby/main.ts:4:17 lobby insert lobby_outbox own",
    "services/router/main.ts:4:17 router insert router_outbox own",
  ]);
});

test("a table's name that a service hands to shared code is its access, own or foreign", async () => {
  const shared = `import { sql } from "bun";
export const read = (name: string) => sql\`select * from \${sql(name)}\`;
export const clear = ({ name, schema }: { name: string; schema: string }) =>
  sql.unsafe(\`delete from \${schema}.\${name}\`);
export const both = (name: string) => sql\`select * from \${sql(name)} join router_names using (id)\`;`;
  expect(
    await sharing(shared, {
      lobby: `import { read, clear } from "../../shared/mod.ts";
read("lobby_rooms");
clear({ schema: "public", name: "router_queues" });`,
      router: `import { both, read } from "../../shared/mod.ts";
const NAME = "lobby_rooms";
read(NAME);
both(\`router_\${"queues"}\`);`,
    }),
  ).toEqual([
    "services/lobby/main.ts:2:6 lobby select lobby_rooms own",
    "services/lobby/main.ts:3:33 lobby delete router_queues foreign",
    "services/router/main.ts:3:6 router select lobby_rooms foreign",
    "services/router/main.ts:4:6 router select router_queues own",
    "shared/store.ts:5:75 lobby+router select router_names foreign",
  ]);
});

test("a table that a service hands to shared builders is its access, through an object, too", async () => {
  const shared = `import type { Knex } from "knex";
import type { Kysely } from "kysely";
export class Store {
  constructor(private options: { table: string }) {}
  all(db: Knex) {
    return db(this.options.table).select();
  }
}
export const one = (db: Kysely<any>, { from }: { from: string }) => db.selectFrom(from).selectAll();`;
  expect(
    await sharing(shared, {
      lobby: `import { Store } from "../../shared/mod.ts";\nexport const store = new Store({ table: "lobby_rooms" });`,
      router: `import { one } from "../../shared/mod.ts";\nexport const all = (db: any) => one(db, { from: "router_queues" });`,
    }),
  ).toEqual([
    "services/lobby/main.ts:2:41 lobby select lobby_rooms own",
    "services/router/main.ts:2:49 router select router_queues own",
  ]);
});

test("a table that is not told by one caller is open for that caller alone", async () => {
  const shared = `import { sql } from "bun";\nexport const read = (name: string) => sql\`select * from \${sql(name)}\`;`;
  expect(
    await sharing(shared, {
      lobby: `import { read } from "../../shared/mod.ts";\nread("lobby_rooms");`,
      router: `import { read } from "../../shared/mod.ts";\nexport const any = (names: string[]) => names.map((one) => read(one));`,
    }),
  ).toEqual([
    "services/lobby/main.ts:2:6 lobby select lobby_rooms own",
    "services/router/main.ts:2:65 router select ? unresolved",
  ]);
});
