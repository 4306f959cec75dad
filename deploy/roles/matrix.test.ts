/** The proof: what the linter refuses, the database refuses, tried by roles that really log in. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type RightsBench, rightsBench, shop } from "../../fixtures/rights.ts";
import { connect, type Sql } from "../../runtime/connect/mod.ts";
import { type Cluster, debianBinaries, startCluster } from "../embedded/cluster.ts";
import { findDrift, shadows } from "../mod.ts";
import { applyRights, asAdministrator } from "./mod.ts";

/** What nobody but the owner may do to `orders` (`T` is the table), with each statement that PostgreSQL knows for it. */
const foreign = [
  "select card from T",
  "select * from T",
  "select count(*) from T t join T u using (card)",
  "insert into T values (9, 'x')",
  "update T set customer = 'x'",
  "delete from T",
  "merge into T t using (select 1 as id) s on s.id = t.id when matched then delete",
  "truncate T",
  "lock table T in access exclusive mode",
  "lock table T in share mode",
  "copy T to stdout",
  "copy T (card) to stdout",
  "copy T from stdin",
  "create temporary table mine as select card from T",
  "select card from T for update",
  "alter table T add column more int",
  "alter table T disable row level security",
  "alter table T owner to current_user",
  "drop table T cascade",
  "create index on T (customer)",
  "comment on table T is 'mine'",
  "grant all on T to current_user",
  "create trigger t before insert on T for each row execute function suppress_redundant_updates_trigger()",
  "create policy p on T",
  "create rule r as on insert to T do instead nothing",
  "set role orders_owner",
  "set role orders_migrator",
  "set session authorization orders_app",
  "grant orders_owner to current_user",
  "alter role orders_app password 'mine'",
  "create role mine",
  "create database mine",
  "create schema mine",
] as const;

/** What needs a table of one's own: the migrator's part. */
const byMigrator = [
  "create table child (id int references T)",
  "create table child () inherits (T)",
  "create table child (like T); insert into child select * from T",
  "create view v as select card from T; select * from v",
  "create materialized view v as select card from T",
  "create function f() returns text security definer language sql as 'select card from T'; select f()",
] as const;

const layouts = ["shared", "schemas", "apart"] as const;
/** The embedded PostgreSQL, and the older one that Debian may have installed: from 16 on, membership has options. */
const debian = debianBinaries();
const servers: { name: string; binaries: string | null }[] = [
  { name: "the embedded PostgreSQL", binaries: null },
  ...(debian ? [{ name: "Debian's PostgreSQL", binaries: debian }] : []),
];

/** With each statement its SQLSTATE, run in a transaction that is taken back; null where it ran. */
async function attempts(
  url: string,
  statements: readonly string[],
): Promise<[statement: string, state: string | null][]> {
  const sql = connect({ service: "test", variable: "URL", env: { URL: url }, poolSize: 1 });
  const answers: [string, string | null][] = [];
  for (const statement of statements) answers.push([statement, await stateOf(sql, statement)]);
  await sql.end({ timeout: 0 });
  return answers;
}

async function attempt(url: string, statement: string): Promise<string | null> {
  return (await attempts(url, [statement]))[0]![1];
}

async function stateOf(sql: Sql, statement: string): Promise<string | null> {
  try {
    if (statement === "create database mine") await sql.unsafe(statement);
    await sql.begin(async (tx) => {
      await tx.unsafe(`${statement}`);
      throw new Taken();
    });
  } catch (error) {
    if (error instanceof Taken) return null;
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return null;
}
class Taken extends Error {}

describe.each(servers)("on $name", ({ binaries }) => {
  let server: Cluster;
  beforeAll(async () => {
    server = await startCluster(binaries);
  });
  afterAll(() => server.remove());

  test("an administrator that is no superuser can apply it all: it may create roles and owns the database", async () => {
    const manifest = { ...JSON.parse(shop["freehold.json"]), roles: "managed_{service}_{kind}" };
    const url = await server.createDatabase("managed");
    using bench = await rightsBench("schemas", () => url, { "freehold.json": JSON.stringify(manifest) });
    const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
    await sql.unsafe("create role managed login createrole; alter database managed owner to managed");
    const env = { ADMIN_URL: url.replace("postgres@", "managed@") };
    const apply = () =>
      asAdministrator(bench.databases[0]!, env, (admin) =>
        applyRights(admin, bench.databases[0]!, bench.options),
      );
    await apply();
    await bench.migrate();
    await apply();
    // It may not see that the passwords are set; a superuser does, and has nothing to do.
    expect([...new Set((await apply()).steps.map(({ kind }) => kind))]).toEqual(["password"]);
    expect(await bench.apply()).toEqual([]);
    const members = await sql`
      select r.rolname as name from pg_roles r
      where r.rolname like 'managed_%' and pg_has_role('managed', r.oid, 'USAGE')`;
    expect(members.map(({ name }) => name)).toEqual([]);
    await sql.end();
  });

  describe.each(layouts)("in the layout %s", (layout) => {
    let bench: RightsBench;
    const tables: Record<string, string> = {};
    beforeAll(async () => {
      const urls: Record<string, string> = {};
      for (const service of layout === "apart" ? ["orders", "billing"] : ["all"])
        urls[service] = await server.createDatabase(`${layout}_${service}`);
      bench = await rightsBench(layout, (service) => urls[service] ?? urls["all"]!);
      await bench.apply();
      await bench.migrate();
      await bench.apply();
      for (const name of ["orders", "order_lines", "order_totals", "stock"])
        tables[name] = layout === "schemas" ? `orders.${name}` : name;
    });
    afterAll(() => bench[Symbol.dispose]());
    const inOrders = (statement: string) => statement.replaceAll(/\bT\b/g, tables["orders"]!);
    const refused = async (role: string, statements: readonly string[]) => {
      const url = bench.url("orders", role);
      const asked = statements.map(inOrders);
      // Refused for the right; the owner's own ALTER and DROP, for not being it.
      expect(await attempts(url, asked)).toEqual(asked.map((statement) => [statement, "42501"]));
    };

    test("billing's app is refused everything that the manifest does not name", async () => {
      await refused("billing_app", foreign);
    });

    test("billing's migrator is, too, whose tables may not stand on another's", async () => {
      await refused("billing_migrator", [...foreign, ...byMigrator]);
    });

    test("nothing has drifted", async () => {
      const { root } = bench.folder;
      await using shadow = shadows({ root, foldersOf: (service) => [`services/${service}/migrations`] });
      const folderOf = (service: string) => join(root, `services/${service}/migrations`);
      for (const database of bench.databases) {
        const faults = asAdministrator(database, bench.options.env, (sql) =>
          findDrift(sql, database, { ...bench.options, shadows: shadow, folderOf }),
        );
        expect(await faults).toEqual([]);
      }
    });

    test("a second run finds nothing to do, and who is refused was not refused for want of a login", async () => {
      expect(await bench.apply()).toEqual([]);
      expect(await attempt(bench.url("billing", "billing_app"), "select 1")).toBeNull();
      expect(await attempt(bench.url("billing", "billing_owner"), "select 1")).not.toBeNull();
    });

    test("each service may do what its code does, and no more: no DDL, no history, nothing taken back from a ledger", async () => {
      const own = bench.url("billing", "billing_app");
      const answers = await attempts(own, [
        "insert into invoices (cents) values (1) returning id",
        "update invoices set cents = 2",
        "delete from invoices",
        "insert into ledger values (1, 'x')",
        "select * from ledger",
        "create temporary table t (id int)",
        "select * from freehold_billing.migration",
        "update ledger set entry = 'y'",
        "delete from ledger",
        "truncate ledger",
        "truncate invoices",
        "drop table invoices",
        "alter table invoices add column x int",
        "create table mine (id int)",
        "delete from freehold_billing.migration",
        "set role billing_owner",
      ]);
      expect(Object.fromEntries(answers)).toEqual({
        "insert into invoices (cents) values (1) returning id": null,
        "update invoices set cents = 2": null,
        "delete from invoices": null,
        "insert into ledger values (1, 'x')": null,
        "select * from ledger": null,
        "create temporary table t (id int)": null,
        "select * from freehold_billing.migration": null,
        "update ledger set entry = 'y'": "42501",
        "delete from ledger": "42501",
        "truncate ledger": "42501",
        "truncate invoices": "42501",
        "drop table invoices": "42501",
        "alter table invoices add column x int": "42501",
        "create table mine (id int)": "42501",
        "delete from freehold_billing.migration": "42501",
        "set role billing_owner": "42501",
      });
    });

    test("each road of the manifest is open, as wide as the code needs it, until its last day", async () => {
      if (layout === "apart") {
        // Another database has no road: what is to be shared needs a deployment that has them together.
        expect(await attempt(bench.url("orders", "billing_app"), "select 1")).toBe("42501");
        return;
      }
      const url = bench.url("billing", "billing_app");
      const { orders, order_lines: lines, order_totals: totals, stock } = tables;
      const statements: [string, string | null][] = [
        [`select id, customer from ${orders}`, null],
        [`select * from ${totals}`, null],
        [`insert into ${lines} (order_id, cents) values (null, 1)`, null],
        [`insert into ${lines} (order_id, cents) values (null, 1) returning id`, "42501"],
        [`update ${lines} set cents = 1`, "42501"],
        [`delete from ${lines}`, "42501"],
        [`select * from ${stock}`, "42501"],
      ];
      const asked = statements.map(([statement]) => statement);
      expect(await attempts(url, asked)).toEqual(statements);
    });
  });
});
