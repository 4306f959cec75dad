/** Migrating a database for each tenant, as a person starts it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { testDatabases } from "../deploy/embedded/testing.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";
import { connect } from "../runtime/connect/mod.ts";

const databases = testDatabases();
const names = ["north", "south", "west", "east"];
let folder: Folder;
let env: Record<string, string>;
beforeEach(async () => {
  folder = folderOf({
    "freehold.json": `{
      "services": {
        "orders": { "path": "services/orders", "database": "ORDERS_URL", "owns": ["orders"] },
        "lobby": { "path": "services/lobby", "database": "LOBBY_URL", "owns": ["history"] }
      },
      "deployments": {
        "saas": { "layout": "per-tenant", "database": "{TENANT}_URL", "tenants": "tenants.txt" },
        "apart": { "layout": "per-tenant", "database": "{SERVICE}_{TENANT}_URL", "tenants": { "variable": "TENANTS" } }
      }
    }`,
    "tenants.txt": names.join("\n"),
    "services/orders/migrations/001_orders.sql": "create table orders (id int);",
    "services/lobby/migrations/001_history.sql": "create table history (id int);",
    "services/lobby/migrations/002_room.sql": "alter table history add room text;",
  });
  env = {};
  for (const name of names) env[`${name.toUpperCase()}_URL`] = await databases.database();
});
afterEach(() => folder[Symbol.dispose]());

async function migrate(...args: string[]) {
  const { code, out, err } = await folder.freehold(["migrate", ...args], { env });
  const tidy = (text: string) =>
    text
      .replaceAll(/\(\d+ ms\)/g, "(0 ms)")
      .split("\n")
      .sort()
      .join("\n")
      .trim();
  return { code, out: tidy(out), err: tidy(err) };
}
async function run(tenant: string, text: string): Promise<void> {
  const sql = connect({ service: "test", variable: "URL", env: { URL: env[`${tenant.toUpperCase()}_URL`] } });
  await sql.unsafe(text);
  await sql.end();
}

test("every tenant's services are brought to head, and a second run does only what is missing", async () => {
  expect(await migrate("--deployment", "saas")).toEqual({
    code: 0,
    out: [
      "4 of 4 tenants are well",
      ...["east", "north", "south", "west"].flatMap((name) => [
        `✓ ${`${name} lobby`.padEnd(12)}  version 2  applied 001_history (0 ms), 002_room (0 ms)`,
        `✓ ${`${name} orders`.padEnd(12)}  version 1  applied 001_orders (0 ms)`,
      ]),
    ]
      .sort()
      .join("\n"),
    err: "",
  });
  folder.write({ "services/orders/migrations/002_note.sql": "alter table orders add note text;" });
  const second = await migrate("--deployment", "saas", "--format", "json");
  const told = JSON.parse(
    (await folder.freehold(["migrate", "status", "--deployment", "saas", "--format", "json"], { env })).out,
  );
  expect(second.code).toBe(0);
  expect(
    told.services.map(
      ({ tenant, service, migrations }: { tenant: string; service: string; migrations: unknown[] }) => [
        tenant,
        service,
        migrations.length,
      ],
    ),
  ).toEqual(
    names.flatMap((name) => [
      [name, "orders", 2],
      [name, "lobby", 2],
    ]),
  );
});

test("a tenant that fails, or is out of reach, keeps no other from it, and the report names it", async () => {
  await run("south", "create table history (id int)");
  env["WEST_URL"] = "postgres://u:p@127.0.0.1:1/none";
  const first = await migrate("--deployment", "saas");
  expect(first.code).toBe(2);
  expect(first.out).toContain("2 of 4 tenants are well; failed: ");
  expect(first.err).toContain("✗ south: ");
  expect(first.err).toContain('relation "history" already exists');
  expect(first.err).toContain(
    "✗ west: orders cannot use its database u@127.0.0.1:1/none (WEST_URL): nothing listens there",
  );
  const plan = await migrate("plan", "--deployment", "saas");
  expect({ code: plan.code, lines: plan.err.split("\n").length }).toEqual({ code: 2, lines: 2 });
  expect(plan.err).toStartWith("✗ west: lobby cannot use its database u@127.0.0.1:1/none (WEST_URL)");
  expect(plan.out).toContain("south lobby");
  expect(plan.out).toContain("east orders  nothing to do");
  // Mended, only what is missing is done.
  await run("south", "drop table history");
  env["WEST_URL"] = await databases.database();
  const second = JSON.parse(
    (await folder.freehold(["migrate", "--deployment", "saas", "--format", "json"], { env })).out,
  );
  expect(
    second.services.map(
      ({ tenant, service, applied }: { tenant: string; service: string; applied: unknown[] }) =>
        `${tenant} ${service} ${applied.length}`,
    ),
  ).toEqual([
    "north orders 0",
    "north lobby 0",
    "south orders 0",
    "south lobby 2",
    "west orders 1",
    "west lobby 2",
    "east orders 0",
    "east lobby 0",
  ]);
});

test("where a canary fails, the others are held back", async () => {
  await run("north", "create table history (id int)");
  const held = await migrate("--deployment", "saas", "--canary", "1");
  expect(held.code).toBe(2);
  expect(held.out).toBe(
    "0 of 4 tenants are well; failed: north; held back: 3\n✓ north orders  version 1  applied 001_orders (0 ms)",
  );
  expect(held.err.match(/held back: it failed for a tenant that was tried first/g)?.length).toBe(6);
  await run("north", "drop table history");
  expect((await migrate("--deployment", "saas", "--canary", "1", "--at-once", "2")).code).toBe(0);
});

test("one tenant can be named, and a database for each service of each", async () => {
  const one = await migrate("--deployment", "saas", "--tenant", "east");
  expect(one.out).toStartWith("1 of 1 tenants are well");
  expect((await migrate("--deployment", "saas", "--tenant", "moon")).err).toBe(
    'freehold: --tenant moon: the deployment "saas" has no such tenant',
  );
  expect((await migrate("--tenant", "east")).err).toBe("freehold: --tenant east: no deployment is named");
  expect((await migrate("plan", "--sql", "--deployment", "saas")).err).toBe(
    "freehold: one SQL file is for one tenant: say whose with --tenant",
  );
  Object.assign(env, {
    TENANTS: "north",
    ORDERS_NORTH_URL: await databases.database(),
    LOBBY_NORTH_URL: await databases.database(),
  });
  const apart = await migrate("--deployment", "apart");
  expect(apart.code).toBe(0);
  expect(apart.out).toStartWith("1 of 1 tenants are well");
});
