/** Forms in which SQL reaches a client: none of them may go unseen. */
import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const pool = 'import { Pool } from "pg"; const pool = new Pool();\n';

const rows: [title: string, code: string, expected: string[], others?: Record<string, string>][] = [
  [
    "optional chaining",
    'import { Pool } from "pg"; declare const pool: Pool | undefined;\npool?.query(text); pool?.query?.(text); pool!.query(text);',
    [
      "2:13 ? ? `text` is not known before it runs",
      "2:34 ? ? `text` is not known before it runs",
      "2:53 ? ? `text` is not known before it runs",
    ],
  ],
  [
    "a checked-out client that is not named",
    `${pool}await (await pool.connect()).query(text);`,
    ["2:36 ? ? `text` is not known before it runs"],
  ],
  [
    "a client that a promise hands on",
    `${pool}pool.connect().then((it) => it.query(text));`,
    ["2:38 ? ? `text` is not known before it runs"],
  ],
  [
    "a client that a callback is given",
    `${pool}pool.connect((error, it) => it.query(text)); pool.on("connect", (it) => it.query(text));`,
    ["2:38 ? ? `text` is not known before it runs", "2:82 ? ? `text` is not known before it runs"],
  ],
  [
    "a method bound to its client",
    `${pool}const run = pool.query.bind(pool);\nrun(text); run(\`select * from \${table}\`);`,
    ["3:5 ? ? `text` is not known before it runs", "3:33 select ? `table` is not known before it runs"],
  ],
  [
    "a method taken from its client",
    `${pool}const { query } = pool; const { query: all } = pool; const one = pool.query;\nquery(text); all(text); one(text);`,
    [
      "3:7 ? ? `text` is not known before it runs",
      "3:18 ? ? `text` is not known before it runs",
      "3:29 ? ? `text` is not known before it runs",
    ],
  ],
  [
    "a method made to return promises",
    `${pool}const run = util.promisify(pool.query).bind(pool);\nrun(text);`,
    ["3:5 ? ? `text` is not known before it runs"],
  ],
  [
    "call, apply and a comma",
    `${pool}pool.query.call(pool, text); pool.query.apply(pool, [text]); (0, pool.query)(text);`,
    [
      "2:23 ? ? `text` is not known before it runs",
      "2:54 ? ? `text` is not known before it runs",
      "2:78 ? ? `text` is not known before it runs",
    ],
  ],
  [
    "a connection to another machine is none to a database, whatever it is called",
    'import { Client } from "ssh2";\nexport function run(command: string) {\n  const conn = new Client();\n  return conn.exec(command);\n}',
    [],
  ],
  ["a name in brackets", `${pool}pool["query"](text);`, ["2:15 ? ? `text` is not known before it runs"]],
  [
    "arguments that are spread",
    `${pool}pool.query(...args); const list = ["select * from orders", []] as const;\npool.query(...list);`,
    ["2:12 ? ? `...args` is not known before it runs", "2:51 select orders"],
  ],
  [
    "a query object of the client's",
    `${pool}pool.query(new Query("select * from orders")); pool.query(copyFrom("copy orders from stdin"));`,
    ["2:37 select orders", "2:74 copy-from orders"],
  ],
  [
    "a query object kept elsewhere",
    `${pool}const QUERIES = { all: { text: "select * from orders" } };\npool.query(QUERIES.all); run(QUERIES.all.text);`,
    ["2:47 select orders"],
  ],
  [
    "each of a list of statements",
    `${pool}["select * from orders", "select * from items"].map((each) => pool.query(each));\nfor (const each of STATEMENTS) pool.query(each);`,
    ["2:17 select orders", "2:41 select items", "3:43 ? ? `each` is not known before it runs"],
  ],
  [
    "a client in an object",
    `${pool}const deps = { db: pool, deep: { store: pool } }; const { deep: { store } } = deps;\ndeps.deep.store.query(text); store.query(text);`,
    ["3:23 ? ? `text` is not known before it runs", "3:42 ? ? `text` is not known before it runs"],
  ],
  [
    "a client in a list",
    `${pool}const all = [pool]; const byName = { a: pool };\nall[0].query(text); byName[name].query(text); for (const each of all) each.query(text);`,
    [
      "3:14 ? ? `text` is not known before it runs",
      "3:40 ? ? `text` is not known before it runs",
      "3:82 ? ? `text` is not known before it runs",
    ],
  ],
  [
    "an interface of the file",
    'import type { Pool } from "pg";\ninterface Deps { store: Pool; name: string }\ntype Outer = { deps: Readonly<Deps> };\nexport const a = ({ store }: Deps, text: string) => store.query(text);\nexport const b = (deps: Deps, text: string) => deps.store.query(text);\nexport const c = (it: Outer, text: string) => it.deps.store.query(text);',
    [
      "4:65 ? ? `text` is a parameter of a",
      "5:65 ? ? `text` is a parameter of b",
      "6:67 ? ? `text` is a parameter of c",
    ],
  ],
  [
    "a field that the constructor fills",
    'import type { Pool } from "pg";\nclass A {\n  private store;\n  #own: Pool;\n  constructor(store: Pool, private readonly deps: { store: Pool }) {\n    this.store = store;\n    this.#own = store;\n  }\n  run(text: string) {\n    this.store.query(text);\n    this.#own.query(text);\n    this.deps.store.query(text);\n  }\n}',
    [
      "10:22 ? ? `text` is a parameter of A.run",
      "11:21 ? ? `text` is a parameter of A.run",
      "12:27 ? ? `text` is a parameter of A.run",
    ],
  ],
  [
    "a class that extends a client",
    'import { Pool } from "pg";\nclass Store extends Pool {\n  run(text: string) {\n    return this.query(text);\n  }\n}\nnew Store().query(text);',
    ["4:23 ? ? `text` is a parameter of Store.run", "7:19 ? ? `text` is not known before it runs"],
  ],
  [
    "a function that makes the client",
    `${pool}const get = async () => pool;\nfunction late() {\n  if (!ready) throw new Error();\n  return Promise.resolve(pool);\n}\n(await get()).query(text); (await late()).query(text);`,
    ["7:21 ? ? `text` is not known before it runs", "7:49 ? ? `text` is not known before it runs"],
  ],
  [
    "a client that is assigned later",
    'import { Pool } from "pg";\nlet store: Pool | null = null; let other;\nexport const open = () => { store = new Pool(); other ??= new Pool(); };\nstore!.query(text); other.query(text);',
    ["4:14 ? ? `text` is not known before it runs", "4:33 ? ? `text` is not known before it runs"],
  ],
  [
    "clients of another module",
    'import store, { named, deps, open } from "./db.ts"; import * as all from "./db.ts"; import { again } from "./barrel.ts";\nstore.query(text); named.query(text); deps.inner.query(text); open().query(text); all.named.query(text); again.query(text);',
    [
      "2:13 ? ? `text` is not known before it runs",
      "2:32 ? ? `text` is not known before it runs",
      "2:56 ? ? `text` is not known before it runs",
      "2:76 ? ? `text` is not known before it runs",
      "2:99 ? ? `text` is not known before it runs",
      "2:118 ? ? `text` is not known before it runs",
    ],
    {
      "services/app/db.ts":
        'import { Pool } from "pg";\nexport const named = new Pool();\nexport const deps = { inner: named };\nexport const open = () => named;\nexport default named;\n',
      "services/app/barrel.ts": 'export { named as again } from "./db.ts";\n',
    },
  ],
  [
    "clients of a CommonJS module",
    'const { store } = require("./db.js"); const whole = require("./whole.js");\nstore.query(text); whole.query(text); require("./db.js").store.query(text);',
    [
      "2:13 ? ? `text` is not known before it runs",
      "2:32 ? ? `text` is not known before it runs",
      "2:70 ? ? `text` is not known before it runs",
    ],
    {
      "services/app/db.js":
        'const { Pool } = require("pg");\nconst store = new Pool();\nmodule.exports = { store };\n',
      "services/app/whole.js": 'const { Pool } = require("pg");\nmodule.exports = new Pool();\n',
    },
  ],
  [
    "an interface of another module",
    'import type { Deps } from "./deps.ts";\nexport const run = (deps: Deps, text: string) => deps.store.query(text);',
    ["2:67 ? ? `text` is a parameter of run"],
    { "services/app/deps.ts": 'import type { Pool } from "pg";\nexport interface Deps { store: Pool }\n' },
  ],
  [
    "a tag of another module, under a name of its own",
    'import { q } from "./db.ts";\nawait q`select * from ${q("orders")}`; await q`select * from ${q(table)}`; await q.unsafe(text);',
    [
      "2:28 select orders",
      "2:64 select ? `table` is not known before it runs",
      "2:91 ? ? `text` is not known before it runs",
    ],
    {
      "services/app/db.ts":
        'import postgres from "postgres";\nexport const q = postgres(process.env.APP_DATABASE_URL!);\n',
    },
  ],
  [
    "a transaction of another module's client",
    'import { q } from "./db.ts";\nawait q.begin(async (it) => { await it`delete from orders`; await it.unsafe(text); });',
    ["2:52 delete orders", "2:77 ? ? `text` is not known before it runs"],
    {
      "services/app/db.ts":
        'import postgres from "postgres";\nexport const q = postgres(process.env.APP_DATABASE_URL!);\n',
    },
  ],
  [
    "a tag that is handed over",
    "export const a = (deps) => deps.sql`select * from orders`;\nexport const b = (deps, table) => deps.sql`select * from ${deps.sql(table)}`;\nexport const c = (deps, text) => deps.sql.unsafe(text);",
    [
      "1:51 select orders",
      "2:60 select ? `table` is a parameter of b",
      "3:50 ? ? `text` is a parameter of c",
    ],
  ],
  [
    "text that begins with a constant",
    `${pool}const SELECT = 'select *'; const from = { orders: 'from orders' };\nrun(\`\${SELECT} \${from.orders}\`); run(SELECT + ' from items');`,
    ["2:57 select orders", "3:54 select items"],
  ],
  [
    "text in a field, a static and an enum",
    "class A {\n  query = 'select * from orders';\n  static all = 'select * from items';\n  run() {\n    go(this.query);\n    go(A.all);\n  }\n}\nenum Q { One = 'select * from lots' }\ngo(Q.One);",
    ["2:26 select orders", "3:31 select items", "9:31 select lots"],
  ],
  [
    "text in whatever place among the arguments",
    "run(db, {}, [1], 'select * from orders');\nrun(1, 2, 3, { sql: 'delete from items' });",
    ["1:33 select orders", "2:34 delete items"],
  ],
  [
    "text that is expected",
    "made.should.eql('select * from orders'); t.strictEqual(made, 'select * from orders'); t.deepEqual([made], ['select 1 from orders']);\nassertIndexExists('lots', 'create index i on lots (id)'); run('select * from items');",
    ["2:78 select items"],
  ],
  [
    "text that decorates: a query's counts, and what documents does not",
    'class A {\n  @Query("select * from orders") all() {}\n  @mapper.Statement({ sql: "delete from items" }) clear() {}\n  @ApiProperty("select * from ghosts") a = 1;\n  @docs.Description("delete from ghosts") @Example("update ghosts set a = 1") @ApiQuery({ query: "select * from ghosts" }) b() {}\n}',
    ["2:25 select orders", "3:41 delete items"],
  ],
  [
    "another dialect's statement for an unknown client",
    "run('select `id` from `orders` where `id` = ?', [id]);\nthing.go(`INSERT INTO \\`orders\\` (a) VALUES (?)`);\nask({ sql: 'update orders set a = 1,, b = 2' });",
    [
      'unparsed 1:18 syntax error at or near "from"',
      'unparsed 2:23 syntax error at or near "`"',
      'unparsed 3:37 syntax error at or near ","',
    ],
  ],
  [
    "words for people that the grammar refuses",
    "ask('Select a file from your computer, please'); ask('Delete from cart?'); say('Drop files here, or select one from folder');\nshow('Insert into document (optional)'); show('Create table with (some) columns'); show('Update settings, set the value = 3');",
    [],
  ],
];

test.each(rows)("%s", async (_, code, expected, others = {}) => {
  const { lines } = await readCode(code, others);
  expect(lines.filter((line) => !line.startsWith("open"))).toEqual(expected);
});
