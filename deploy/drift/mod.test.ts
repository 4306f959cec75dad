/** Faults are seeded into a clean database one at a time, found in their words, and taken back. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type RightsBench, rightsBench } from "../../fixtures/rights.ts";
import { connect, type Sql } from "../../runtime/connect/mod.ts";
import { type Cluster, debianBinaries, startCluster } from "../embedded/cluster.ts";
import { DeployError } from "../error.ts";
import { asAdministrator } from "../roles/mod.ts";
import { findDrift } from "./mod.ts";
import { type Shadows, shadows } from "./shadow.ts";
import type { Shapes } from "./shape.ts";

const debian = debianBinaries();
const servers: { name: string; binaries: string | null }[] = [
  { name: "the embedded PostgreSQL", binaries: null },
  ...(debian ? [{ name: "Debian's PostgreSQL", binaries: debian }] : []),
];

/** What is done to the database, what takes it back, and all that is said of it. */
const seeds: [fault: string, undo: string, ...said: string[]][] = [
  [
    "create table scratch (id int)",
    "drop table scratch",
    "stray-table: the table public.scratch is here, and nobody owns it",
  ],
  [
    "alter table stock rename to stocks",
    "alter table stocks rename to stock",
    "right: orders_app has DELETE, INSERT, SELECT, UPDATE on public.stocks",
    "missing-table: public.stock is missing, and the migrations make it",
    "stray-table: the table public.stocks is here, and nobody owns it",
  ],
  [
    "alter table ledger owner to orders_owner",
    "alter table ledger owner to billing_owner; revoke all on ledger from orders_app, billing_app; grant select, insert on ledger to billing_app",
    "owner: public.ledger belongs to orders_owner, not to billing_owner",
  ],
  [
    "alter view order_totals owner to postgres",
    "alter view order_totals owner to orders_owner",
    "owner: public.order_totals belongs to postgres, not to orders_owner",
  ],
  [
    "alter schema freehold_orders owner to postgres",
    "alter schema freehold_orders owner to orders_owner",
    "schema: the schema freehold_orders belongs to postgres",
  ],
  [
    "grant select on orders to billing_app",
    "revoke select on orders from billing_app; grant select (id, customer) on orders to billing_app",
    "right: billing_app has SELECT on public.orders",
  ],
  [
    "grant select (card) on orders to billing_app",
    "revoke select (card) on orders from billing_app",
    "right: billing_app has SELECT (card) on public.orders",
  ],
  [
    "grant update on sequence order_lines_id_seq to billing_app",
    "revoke update on sequence order_lines_id_seq from billing_app",
    "right: billing_app has UPDATE on public.order_lines_id_seq",
  ],
  [
    "grant create on schema public to billing_app",
    "revoke create on schema public from billing_app",
    "right: billing_app has CREATE on the schema public",
  ],
  [
    "grant create on database shop to orders_app",
    "revoke create on database shop from orders_app",
    "right: orders_app has CREATE on the database shop",
  ],
  [
    "grant usage on schema freehold_orders to billing_app",
    "revoke usage on schema freehold_orders from billing_app",
    "right: billing_app has USAGE on the schema freehold_orders",
  ],
  [
    "revoke delete on orders from orders_app",
    "grant delete on orders to orders_app",
    "right: orders_app has no DELETE on public.orders",
  ],
  [
    "revoke select (customer) on orders from billing_app",
    "grant select (customer) on orders to billing_app",
    "right: billing_app has no SELECT (customer) on public.orders",
  ],
  [
    "revoke connect on database shop from billing_migrator",
    "grant connect on database shop to billing_migrator",
    "right: billing_migrator has no CONNECT on the database shop",
  ],
  [
    "grant update on ledger to billing_app",
    "revoke update on ledger from billing_app",
    "right: billing_app has UPDATE on public.ledger",
  ],
  [
    "grant truncate on stock to public",
    "revoke truncate on stock from public",
    "right: PUBLIC has TRUNCATE on public.stock",
  ],
  [
    "grant create on schema public to public",
    "revoke create on schema public from public",
    "right: PUBLIC has CREATE on the schema public",
  ],
  [
    "grant connect on database shop to public",
    "revoke connect on database shop from public",
    "right: PUBLIC has CONNECT on the database shop",
  ],
  [
    "grant select on invoices to billing_app with grant option",
    "revoke grant option for select on invoices from billing_app",
    "right: billing_app may hand on SELECT on public.invoices",
  ],
  [
    "grant orders_owner to billing_app",
    "revoke orders_owner from billing_app",
    "right: billing_app is a member of orders_owner",
  ],
  [
    "grant pg_read_all_data to billing_app",
    "revoke pg_read_all_data from billing_app",
    "right: billing_app is a member of pg_read_all_data",
  ],
  [
    "grant orders_owner to orders_migrator with inherit true",
    "grant orders_owner to orders_migrator with inherit false, set true",
    "membership: orders_migrator may not act as orders_owner",
  ],
  [
    "grant orders_owner to orders_migrator with admin option",
    "revoke admin option for orders_owner from orders_migrator",
    "right: orders_migrator may give orders_owner away",
    "membership: orders_migrator may not act as orders_owner",
  ],
  [
    "revoke orders_owner from orders_migrator",
    "grant orders_owner to orders_migrator with inherit false, set true",
    "membership: orders_migrator may not act as orders_owner",
  ],
  [
    "create role boss; grant orders_app to boss",
    "drop role boss",
    "stranger: boss is a member of orders_app, and the manifest does not know it",
  ],
  [
    "create role reporting; grant select, update on orders to reporting",
    "drop owned by reporting; drop role reporting",
    "stranger: reporting has rights on public.orders (SELECT, UPDATE), and the manifest does not know it",
  ],
  [
    "create role reporting; grant select (card) on orders to reporting",
    "drop owned by reporting; drop role reporting",
    "stranger: reporting has rights on public.orders (SELECT), and the manifest does not know it",
  ],
  [
    "alter role billing_app superuser",
    "alter role billing_app nosuperuser",
    "role: billing_app is SUPERUSER",
  ],
  [
    "alter role billing_app createrole bypassrls",
    "alter role billing_app nocreaterole nobypassrls",
    "role: billing_app is CREATEROLE, is BYPASSRLS",
  ],
  ["alter role orders_owner login", "alter role orders_owner nologin", "role: orders_owner may log in"],
  ["alter role orders_app nologin", "alter role orders_app login", "role: orders_app may not log in"],
  [
    "alter role orders_migrator inherit",
    "alter role orders_migrator noinherit",
    "role: orders_migrator inherits",
  ],
  [
    "create role gone_owner; comment on role gone_owner is 'freehold: gone''s owner'; create schema attic authorization gone_owner",
    "drop schema attic; drop role gone_owner",
    "role: gone_owner has objects here, and the manifest no longer has its service",
  ],
  [
    "alter default privileges for role orders_owner in schema public grant select on tables to public",
    "alter default privileges for role orders_owner in schema public revoke select on tables from public",
    "right: PUBLIC will have SELECT on orders_owner's future tables",
  ],
  [
    "alter default privileges for role orders_owner in schema public revoke delete on tables from orders_app",
    "alter default privileges for role orders_owner in schema public grant delete on tables to orders_app",
    "default-privilege: orders_app will have no DELETE on orders_owner's future tables in public",
  ],
  [
    "alter role orders_migrator in database shop reset role",
    "alter role orders_migrator in database shop set role = orders_owner",
    "setting: orders_migrator does not start with role = orders_owner",
  ],
  [
    "alter role billing_app in database shop set search_path = pg_temp",
    "alter role billing_app in database shop reset search_path",
    "setting: billing_app starts with search_path = pg_temp",
  ],
  [
    "alter table invoices add order_id int references orders (id)",
    "alter table invoices drop order_id",
    "shape: public.invoices: column order_id is in no migration: integer",
    "shape: public.invoices: constraint invoices_order_id_fkey is in no migration: FOREIGN KEY (order_id) REFERENCES public.orders(id)",
    "cross-owner: the foreign key invoices_order_id_fkey of public.invoices (billing's) stands on public.orders (orders's)",
  ],
  [
    "create view spy as select card from orders",
    "drop view spy",
    "stray-table: the view public.spy is here, and nobody owns it",
    "cross-owner: the view spy (nobody's) stands on public.orders (orders's)",
  ],
  [
    "create table child () inherits (orders)",
    "drop table child",
    "stray-table: the table public.child is here, and nobody owns it",
    "cross-owner: the inheritance child of public.child (nobody's) stands on public.orders (orders's)",
  ],
  [
    `create function peek() returns trigger language plpgsql as 'begin return new; end'; alter function peek owner to orders_owner;
     create trigger watch before insert on invoices for each row execute function peek()`,
    "drop trigger watch on invoices; drop function peek",
    "shape: public.invoices: trigger watch is in no migration: CREATE TRIGGER watch BEFORE INSERT ON public.invoices FOR EACH ROW EXECUTE FUNCTION public.peek()",
    "cross-owner: the trigger watch of public.invoices (billing's) stands on public.peek (orders's)",
  ],
  [
    "create function all_cards() returns setof text security definer language sql as 'select card from orders'",
    "drop function all_cards",
    "security-definer: all_cards() is SECURITY DEFINER and runs as postgres, who owns the database",
  ],
  [
    "create function own() returns int security definer language sql as 'select 1'; alter function own owner to orders_owner",
    "drop function own",
    "right: PUBLIC has EXECUTE on own()",
  ],
  [
    "create index stock_id on stock (id); update pg_index set indisvalid = false where indexrelid = 'stock_id'::regclass",
    "drop index stock_id",
    "shape: public.stock: index stock_id is in no migration: CREATE INDEX stock_id ON public.stock USING btree (id)",
    "invalid-index: the index public.stock_id of stock is invalid: it is written and never read",
  ],
  [
    "alter table ledger add extra int",
    "alter table ledger drop extra",
    "shape: public.ledger: column extra is in no migration: integer",
  ],
  [
    "alter table ledger rename entry to text",
    "alter table ledger rename text to entry",
    "shape: public.ledger: column entry is missing: text",
    "shape: public.ledger: column text is in no migration: text",
  ],
  [
    "alter table invoices alter cents type bigint",
    "alter table invoices alter cents type int",
    "shape: public.invoices: column cents is bigint, and the migrations make it integer",
  ],
  [
    "alter table ledger alter id set not null",
    "alter table ledger alter id drop not null",
    "shape: public.ledger: column id is integer not null, and the migrations make it integer",
  ],
  [
    "alter table ledger alter id set default 7",
    "alter table ledger alter id drop default",
    "shape: public.ledger: column id is integer default 7, and the migrations make it integer",
  ],
  [
    "alter table stock drop constraint stock_pkey",
    "alter table stock alter id set not null, add primary key (id)",
    "shape: public.stock: constraint stock_pkey is missing: PRIMARY KEY (id)",
  ],
  [
    "alter table ledger add constraint early check (id > 0) not valid",
    "alter table ledger drop constraint early",
    "shape: public.ledger: constraint early is in no migration: CHECK ((id > 0)) NOT VALID",
    "unchecked-constraint: the constraint early of public.ledger was never checked against all rows",
  ],
  [
    "alter table ledger enable row level security",
    "alter table ledger disable row level security",
    "shape: public.ledger: row level security is in no migration: enabled",
  ],
  [
    "create or replace view order_totals as select order_id, count(*)::bigint as cents from order_lines group by order_id",
    "create or replace view order_totals as select order_id, sum(cents) as cents from order_lines group by order_id",
    "shape: public.order_totals: query is SELECT order_id, count(*) AS cents FROM public.order_lines GROUP BY order_id;, and the migrations make it SELECT order_id, sum(cents) AS cents FROM public.order_lines GROUP BY order_id;",
  ],
  [
    "create extension pg_trgm",
    "drop extension pg_trgm",
    "extension: the extension pg_trgm is here, and no service declares it",
  ],
  [
    "update freehold_orders.migration set version = 999 where version = 1",
    "update freehold_orders.migration set version = 1 where version = 999",
    "migration: orders: 001_orders is skipped",
    "migration: orders: 001_orders is ahead",
  ],
  [
    "update freehold_billing.migration set checksum = reverse(checksum)",
    "update freehold_billing.migration set checksum = reverse(checksum)",
    "migration: billing: 001_invoices is changed",
  ],
];

describe.each(servers)("on $name", ({ binaries }) => {
  /** Memberships have options from 16 on. */
  const modern = binaries === null || Number(/(\d+)\/bin$/.exec(binaries)?.[1]) >= 16;
  let server: Cluster;
  let url: string;
  let bench: RightsBench;
  let sql: Sql;
  let shadow: Shadows;
  let shapes: Shapes | undefined;
  beforeAll(async () => {
    server = await startCluster(binaries);
    url = await server.createDatabase("shop");
    bench = await rightsBench("shared", () => url);
    await bench.apply();
    await bench.migrate();
    await bench.apply();
    sql = connect({ service: "test", variable: "URL", env: { URL: url } });
    shadow = shadows({ root: bench.folder.root, foldersOf: (service) => [`services/${service}/migrations`] });
  });
  afterAll(async () => {
    await sql.end({ timeout: 0 });
    await shadow[Symbol.asyncDispose]();
    await server.remove();
    bench[Symbol.dispose]();
  });

  const folderOf = (service: string) => join(bench.folder.root, `services/${service}/migrations`);
  /** The migrations are the same for every fault: what they make is asked for once. */
  const asked: Shadows = {
    async of(...args) {
      shapes ??= await shadow.of(...args);
      return shapes;
    },
    async [Symbol.asyncDispose]() {},
  };

  async function drift(): Promise<string[]> {
    const [database] = bench.databases;
    const faults = await asAdministrator(database!, bench.options.env, (admin) =>
      findDrift(admin, database!, {
        ...bench.options,
        shadows: asked,
        folderOf,
      }),
    );
    return faults.map(({ kind, message }) => `${kind}: ${message}`);
  }

  test("a clean database has nothing to report", async () => {
    expect(await drift()).toEqual([]);
  });

  // What older servers cannot be told, or tell in other words than the shadow.
  const known = modern ? seeds : seeds.filter(([fault]) => !/inherit true|replace view/.test(fault));
  for (const [fault, undo, ...said] of known) {
    const title = fault.split(";")[0]!.replaceAll(/\s+/g, " ");
    test(title, async () => {
      await sql.unsafe(fault);
      try {
        expect(await drift()).toEqual(said);
      } finally {
        await sql.unsafe(modern ? undo : undo.replace(" with inherit false, set true", ""));
      }
    });
  }

  test("an administrator who is no superuser looks, too, and is nobody's member afterwards", async () => {
    const [database] = bench.databases;
    const looks = (user: string) => {
      const env = { ADMIN_URL: url.replace(/^postgres:\/\/[^@]*@/, `postgres://${user}@`) };
      const options = { ...bench.options, folderOf, shadows: asked };
      return asAdministrator(database!, env, (admin) => findDrift(admin, database!, options));
    };
    await sql.unsafe(`create role weak login createrole; grant connect on database shop to weak;
    create role weakest login; grant connect on database shop to weakest`);
    // From PostgreSQL 16 on, this is what whoever created a role has.
    if (modern)
      await sql.unsafe(
        "grant orders_owner, billing_owner to weak with admin option, inherit false, set false",
      );
    const memberships = () =>
      sql`select r.rolname as role from pg_auth_members a join pg_roles r on r.oid = a.roleid
      where a.member = 'weak'::regrole order by 1`;
    const before = [...(await memberships())];
    expect(await looks("weak")).toEqual([]);
    expect([...(await memberships())]).toEqual(before);
    await expect(looks("weakest")).rejects.toThrow(
      new DeployError(
        modern
          ? 'weakest may not look: permission denied to grant role "orders_owner" (GRANT orders_owner TO weakest WITH INHERIT TRUE, SET TRUE)'
          : 'weakest may not look: must have admin option on role "orders_owner" (GRANT orders_owner TO weakest)',
      ),
    );
    await sql.unsafe("drop owned by weak, weakest; drop role weak, weakest");
  });

  test("nothing is left of what was seeded", async () => {
    expect(await drift()).toEqual([]);
  });
});
