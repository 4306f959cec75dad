import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import postgres from "postgres";
import { connect } from "../../runtime/connect/mod.ts";
import { EmbeddedPostgresError, startPostgres } from "./mod.ts";
import { testDatabases } from "./testing.ts";

const databases = testDatabases({ auth: "password" });

test("a server answers the postgres package, Bun.sql and freehold/connect", async () => {
  const server = await databases.server();
  const url = await server.createDatabase("three ways/%");

  const byOptions = postgres({ ...server.driverOptions({ database: "three ways/%" }), max: 1 });
  const byUrl = new Bun.SQL(url, { max: 1 });
  const byConnect = connect({ service: "test", variable: "TEST_URL", env: { TEST_URL: url } });
  const answers = [
    [...(await byOptions`select current_database() as name, 1 as n`)],
    [...(await byUrl`select current_database() as name, 1 as n`)],
    [...(await byConnect`select current_database() as name, 1 as n`)],
  ];
  await Promise.all([byOptions.end(), byUrl.close(), byConnect.end()]);

  const row = { name: "three ways/%", n: 1 };
  expect(answers).toEqual([[row], [row], [row]]);
});

test("a server says which version it is, and is that", async () => {
  const server = await databases.server();
  const sql = postgres({ ...server.driverOptions(), max: 1 });
  const [row] = await sql`show server_version`;
  await sql.end();
  expect(row).toEqual({ server_version: server.version });
});

test("each database is a fresh one, or a copy of its template", async () => {
  const server = await databases.server();
  const template = new URL(await databases.database()).pathname.slice(1);
  const sql = postgres({ ...server.driverOptions({ database: template }), max: 1 });
  await sql`create table kept as select 7 as n`;
  await sql.end();

  const copy = new Bun.SQL(await databases.database(template), { max: 1 });
  const fresh = new Bun.SQL(await databases.database(), { max: 1 });
  const rows = [...(await copy`select n from kept`)];
  const [found] = await fresh`select to_regclass('kept') as kept`;
  await Promise.all([copy.close(), fresh.close()]);
  expect({ rows, found }).toEqual({ rows: [{ n: 7 }], found: { kept: null } });
});

test("many databases are created at once", async () => {
  const urls = await Promise.all(Array.from({ length: 12 }, () => databases.database()));
  expect(new Set(urls).size).toBe(12);
});

test("a database that exists is not created again, and the error says so in one line", async () => {
  const server = await databases.server();
  await server.createDatabase("taken");
  await expect(server.createDatabase("taken")).rejects.toThrow(
    new EmbeddedPostgresError('the database taken could not be created: database "taken" already exists'),
  );
});

test("with auth: password, a role must give its own and the superuser none", async () => {
  const server = await databases.server();
  const admin = postgres({ ...server.driverOptions(), max: 1 });
  await admin`create role reader login password 'a:b/c@d'`;
  await admin.end();
  const ask = async (password: string) => {
    const sql = new Bun.SQL(server.url({ user: "reader", password }), { max: 1 });
    try {
      return [...(await sql`select current_user as who`)];
    } catch (error) {
      return (error as Error).message;
    } finally {
      await sql.close();
    }
  };
  expect([await ask("a:b/c@d"), await ask("wrong")]).toEqual([
    [{ who: "reader" }],
    'password authentication failed for user "reader"',
  ]);
});

test("two servers run at once and know nothing of each other", async () => {
  await using one = await startPostgres();
  await using two = await startPostgres({ durable: true });
  await one.createDatabase("only_here");
  const names = async (url: string) => {
    const sql = new Bun.SQL(url, { max: 1 });
    const rows: { name: string; fsync: string }[] = await sql`
      select datname as name, current_setting('fsync') as fsync from pg_database where datname ~ '^only'`;
    const [{ fsync }] = await sql`show fsync`;
    await sql.close();
    return { names: rows.map(({ name }) => name), fsync };
  };
  expect([await names(one.url()), await names(two.url())]).toEqual([
    { names: ["only_here"], fsync: "off" },
    { names: [], fsync: "on" },
  ]);
});

test("a stopped server leaves no folder, and stopping twice is nothing", async () => {
  const server = await startPostgres();
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  expect(existsSync(server.socketFolder)).toBe(false);
});

test("a server ends though clients are connected", async () => {
  const server = await startPostgres();
  const sql = new Bun.SQL(server.url(), { max: 2 });
  await sql`select 1`;
  await server.stop();
  expect(existsSync(server.socketFolder)).toBe(false);
  await sql.close();
});

test("settings reach the server, the caller's above the launcher's own", async () => {
  await using server = await startPostgres({
    settings: { max_connections: "23", "freehold.color": "a b'c" },
  });
  const sql = new Bun.SQL(server.url(), { max: 1 });
  const rows = [
    ...(await sql`select current_setting('max_connections') as max, current_setting('freehold.color') as color`),
  ];
  await sql.close();
  expect(rows).toEqual([{ max: "23", color: "a b'c" }]);
});

test("a setting that the server refuses is told in its own words", async () => {
  const start = startPostgres({ settings: { shared_buffers: "much" } });
  await expect(start).rejects.toThrow(EmbeddedPostgresError);
  await expect(start).rejects.toThrow(
    /^the embedded PostgreSQL did not start:\n.*invalid value for parameter "shared_buffers": "much"/,
  );
});

test.each([
  [{ port: "5432" }, "the setting port is the embedded PostgreSQL's own: leave it out"],
  [{ "a=b -c fsync": "on" }, `"a=b -c fsync" cannot be a setting's name`],
])("the settings %j are refused before anything starts", async (settings, message) => {
  await expect(startPostgres({ settings: settings as Record<string, string> })).rejects.toThrow(
    new EmbeddedPostgresError(message),
  );
});
