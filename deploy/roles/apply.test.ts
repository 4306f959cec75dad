import { afterEach, expect, test } from "bun:test";
import { password, type RightsBench, rightsBench, shop } from "../../fixtures/rights.ts";
import { connect, type Sql } from "../../runtime/connect/mod.ts";
import { testDatabases } from "../embedded/testing.ts";
import { DeployError } from "../error.ts";
import { applyRights, asAdministrator, planRights } from "./apply.ts";

const databases = testDatabases({ auth: "password" });
let bench: RightsBench | undefined;
let sql: Sql | undefined;
afterEach(async () => {
  await sql?.end({ timeout: 0 });
  bench?.[Symbol.dispose]();
  [bench, sql] = [undefined, undefined];
});

/** Roles are the cluster's, so each test has a project of its own. */
let projects = 0;
async function start(deployment = "shared", changes: Partial<typeof shop> = {}): Promise<RightsBench> {
  projects += 1;
  const manifest = JSON.parse(changes["freehold.json"] ?? shop["freehold.json"]);
  Object.assign(manifest, { project: `p${projects}`, roles: "{project}_{service}_{kind}" });
  const url = await databases.database();
  bench = await rightsBench(deployment, () => url, { ...changes, "freehold.json": JSON.stringify(manifest) });
  sql = connect({ service: "test", variable: "URL", env: { URL: url } });
  return bench;
}
const role = (name: string) => `p${projects}_${name}`;

/** An administrator as on a managed database, no superuser: it owns the database and may create roles. */
async function limitedAdministrator() {
  const limited = role("admin");
  const database = sql!.options.database;
  await sql!.unsafe(
    `create role ${limited} login createrole password 'x'; alter database ${database} owner to ${limited}`,
  );
  const server = await databases.server();
  const env = { ADMIN_URL: server.url({ database, user: limited, password: "x" }) };
  const { databases: all, options } = bench!;
  const run = () => asAdministrator(all[0]!, env, (admin) => applyRights(admin, all[0]!, options));
  return { limited, env, run };
}

/** What apply says where it refuses, and that it has done nothing. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("it did not refuse"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeployError)) throw error;
  return error.message.replaceAll(`p${projects}_`, "");
}

test("takes away before it gives, makes each service its roles, and is content the second time", async () => {
  const { apply, migrate } = await start();
  const first = await apply();
  const kinds = first.map((statement) => statement.split(" ")[0]);
  expect(kinds.lastIndexOf("REVOKE")).toBeLessThan(
    first.findIndex(
      (statement) => statement.startsWith("GRANT USAGE") || statement.startsWith("GRANT CONNECT"),
    ),
  );
  await migrate();
  const second = await apply();
  expect(second.map((statement) => statement.replaceAll(`p${projects}_`, ""))).toEqual([
    "REVOKE DELETE, UPDATE ON TABLE public.ledger FROM billing_app",
    "REVOKE DELETE, INSERT, UPDATE ON TABLE public.order_totals FROM orders_app",
    "GRANT SELECT (id, customer) ON TABLE public.orders TO billing_app",
    "GRANT SELECT ON TABLE public.order_totals TO billing_app",
    "GRANT INSERT ON TABLE public.order_lines TO billing_app",
    "GRANT USAGE ON SEQUENCE public.order_lines_id_seq TO billing_app",
  ]);
  expect(await apply()).toEqual([]);
});

test("what was granted by hand to a role of ours or to everybody is taken away; a stranger's right stays", async () => {
  const { apply, migrate } = await start();
  await apply();
  await migrate();
  await apply();
  const stranger = role("reporting");
  await sql!.unsafe(`
    create role ${stranger};
    grant select on orders to ${stranger};
    grant select on orders to public;
    grant update (card) on orders to ${role("billing_app")};
    grant select on invoices to ${role("billing_app")} with grant option;
    grant ${role("orders_owner")} to ${role("billing_app")};
    alter role ${role("billing_app")} createdb;
    alter default privileges for role ${role("orders_owner")} grant select on tables to public;
    create function peek() returns int security definer language sql as 'select 1';
    alter function peek owner to ${role("orders_owner")};
    alter role ${role("billing_app")} in database ${sql!.options.database} set search_path = orders`);
  const done = (await apply()).map((statement) =>
    statement.replaceAll(`p${projects}_`, "").replace(sql!.options.database, "D"),
  );
  expect(done).toEqual([
    "ALTER ROLE billing_app LOGIN INHERIT NOCREATEDB",
    "REVOKE orders_owner FROM billing_app",
    "REVOKE EXECUTE ON ROUTINE peek() FROM PUBLIC",
    "REVOKE SELECT ON TABLE public.orders FROM PUBLIC",
    "REVOKE UPDATE (card) ON TABLE public.orders FROM billing_app",
    "REVOKE GRANT OPTION FOR SELECT ON TABLE public.invoices FROM billing_app",
    "ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner REVOKE SELECT ON TABLES FROM PUBLIC",
    "ALTER ROLE billing_app IN DATABASE D RESET search_path",
  ]);
  const [row] = await sql!`select has_table_privilege(${stranger}, 'orders', 'select') as may`;
  expect(row!["may"]).toBe(true);
});

test("a tool's tables are left to the tool", async () => {
  const { apply, migrate } = await start();
  await apply();
  await migrate();
  await apply();
  const owner = role("orders_owner");
  await sql!.unsafe(`
    grant create on database ${sql!.options.database} to ${owner}; set role ${owner};
    create schema pgboss; create table pgboss.job (id int); create table __drizzle_migrations (id int); reset role;
    revoke create on database ${sql!.options.database} from ${owner};
    grant usage on schema pgboss to ${role("orders_app")}; grant all on pgboss.job to ${role("orders_app")}`);
  expect(await apply()).toEqual([]);
});

test("a manifest that changed since is a difference, and a second run brings the database to it", async () => {
  const { apply, migrate } = await start();
  await apply();
  await migrate();
  await apply();
  const changed = JSON.parse(shop["freehold.json"]);
  Object.assign(changed, { project: `p${projects}`, roles: "{project}_{service}_{kind}" });
  changed.services.orders.owns = ["orders", "order_lines", "order_totals"];
  changed.services.billing.owns = ["invoices", "ledger", "stock"];
  changed.services.billing.uses = [];
  const url = bench!.options.env["ADMIN_URL"]!;
  using after = await rightsBench("shared", () => url, { "freehold.json": JSON.stringify(changed) });
  const done = (await after.apply()).map((statement) => statement.replaceAll(`p${projects}_`, ""));
  // What is taken away comes first.
  const revoked = done.slice(0, 5);
  expect(revoked).toEqual([
    "REVOKE USAGE ON SEQUENCE public.order_lines_id_seq FROM billing_app",
    "REVOKE INSERT ON TABLE public.order_lines FROM billing_app",
    "REVOKE SELECT ON TABLE public.order_totals FROM billing_app",
    "REVOKE SELECT (customer, id) ON TABLE public.orders FROM billing_app",
    "REVOKE DELETE, INSERT, SELECT, UPDATE ON TABLE public.stock FROM orders_app",
  ]);
  expect(done.slice(revoked.length)).toEqual([
    "ALTER TABLE public.stock OWNER TO billing_owner",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.stock TO billing_app",
  ]);
  expect(await after.apply()).toEqual([]);
});

test("a service that was renamed since, or left out, is one line, and --take-over gives its tables to their owner", async () => {
  const { apply, migrate } = await start();
  const { limited, env, run } = await limitedAdministrator();
  await run();
  await migrate();
  await apply();
  const changed = JSON.parse(shop["freehold.json"]);
  Object.assign(changed, { project: `p${projects}`, roles: "{project}_{service}_{kind}" });
  changed.services = { orders: changed.services.orders, sales: { ...changed.services.billing, uses: [] } };
  using after = await rightsBench("shared", () => env.ADMIN_URL, {
    "freehold.json": JSON.stringify(changed),
  });
  const told = (table: string) =>
    `public.${table} belongs to billing_owner, which freehold made as billing's owner and this manifest does not name: if it did before, take it over for sales_owner with --take-over`;
  expect((await refusal(after.apply())).split("\n").sort()).toEqual([told("invoices"), told("ledger")]);
  const [found] =
    await sql!`select count(*)::int as count from pg_roles where rolname like ${role("sales%")}`;
  expect(found!["count"]).toBe(0);
  await after.apply({ takeOver: true });
  const owners =
    await sql!`select tablename from pg_tables where tableowner = ${role("sales_owner")} order by 1`;
  expect(owners.map(({ tablename }) => tablename)).toEqual(["invoices", "ledger"]);
  const grants = (await after.apply()).filter((statement) => !statement.includes("PASSWORD"));
  expect(grants).toEqual([]);
  const [member] = await sql!`select pg_has_role(${limited}, ${role("billing_owner")}, 'USAGE') as may`;
  expect(member!["may"]).toBe(false);
});

test("passwords are rotated when they change, and stand in no statement", async () => {
  const { apply, options, databases: all, url } = await start();
  const shown = (await apply()).join("\n");
  expect(shown).not.toContain(password);
  const app = role("orders_app");
  const login = async (secret: string) => {
    const one = connect({
      service: "test",
      variable: "URL",
      env: { URL: url("orders", app).replace(encodeURIComponent(password), encodeURIComponent(secret)) },
    });
    try {
      return (await one`select 1 as one`).length;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await one.end({ timeout: 0 });
    }
  };
  expect(await login(password)).toBe(1);
  const passwords = new Map([...options.passwords, [app, "ünusual"]]);
  const rotated = await asAdministrator(all[0]!, options.env, async (admin) => {
    const { steps } = await planRights(admin, all[0]!, { ...options, passwords });
    expect(steps.map(({ shown: text }) => text)).toEqual([`ALTER ROLE ${app} PASSWORD '…'`]);
    return applyRights(admin, all[0]!, { ...options, passwords });
  });
  expect(rotated.steps.map(({ sql: text }) => text).join()).not.toContain("ünusual");
  expect([await login(password), await login("ünusual")]).toEqual(["28P01", 1]);
});

test("a role that is there already is left alone until it may be taken over", async () => {
  const { apply } = await start();
  await sql!.unsafe(`create role ${role("billing_app")} superuser`);
  expect(await refusal(apply())).toBe(
    'the role billing_app is there already and freehold did not make it: name the roles otherwise ("roles" in the manifest), or take it over with --take-over',
  );
  const [found] =
    await sql!`select count(*)::int as count from pg_roles where rolname like ${`p${projects}_%`}`;
  expect(found!["count"]).toBe(1);
  await apply({ takeOver: true });
  const [taken] =
    await sql!`select rolsuper, rolcanlogin from pg_roles where rolname = ${role("billing_app")}`;
  expect({ ...taken }).toEqual({ rolsuper: false, rolcanlogin: true });
});

test("tables that the administrator made are given to their owners, another's are left alone", async () => {
  const { apply } = await start();
  await sql!.unsafe("create table invoices (id int); create table scratch (id int)");
  await apply();
  const owners =
    await sql!`select tablename, tableowner from pg_tables where schemaname = 'public' order by 1`;
  expect(owners.map((row) => ({ ...row }))).toEqual([
    { tablename: "invoices", tableowner: role("billing_owner") },
    { tablename: "scratch", tableowner: "postgres" },
  ]);
  await sql!.unsafe(
    `create role ${role("legacy")}; create table orders (id int); alter table orders owner to ${role("legacy")}`,
  );
  expect(await refusal(apply())).toBe(
    "public.orders belongs to legacy, and freehold did not make that role: give it to orders_owner yourself, or take it over with --take-over",
  );
});

test("an administrator that is no superuser is enough: it may create roles and owns the database", async () => {
  const { migrate, apply } = await start("schemas");
  const { limited, run } = await limitedAdministrator();
  expect((await run()).steps.length).toBeGreaterThan(20);
  await migrate();
  await run();
  // What it may not see, the passwords, is set again each time; a superuser sees that nothing is left to do.
  expect((await run()).steps.map(({ kind }) => kind)).toEqual([
    "password",
    "password",
    "password",
    "password",
  ]);
  expect(await apply()).toEqual([]);
  const [member] = await sql!`select pg_has_role(${limited}, ${role("orders_owner")}, 'USAGE') as may`;
  expect(member!["may"]).toBe(false);
});

test("an administrator without the right is told so, and nothing is half done", async () => {
  const { databases: all, options } = await start();
  const weak = role("weak");
  const database = sql!.options.database;
  await sql!.unsafe(`create role ${weak} login password 'x'`);
  const server = await databases.server();
  const run = (user: string) => {
    const env = { ADMIN_URL: server.url({ database, user, password: "x" }) };
    return refusal(asAdministrator(all[0]!, env, (admin) => applyRights(admin, all[0]!, options)));
  };
  expect(await run(weak)).toBe("weak may not create roles: it needs CREATEROLE");
  // It may create roles, but the database is not its own: REVOKE and GRANT only warn.
  await sql!.unsafe(`alter role ${weak} createrole`);
  expect(await run(weak)).toStartWith("nothing was done: permission denied for database");
  const [found] =
    await sql!`select count(*)::int as count from pg_roles where rolname like ${`p${projects}_orders%`}`;
  expect(found!["count"]).toBe(0);
});
