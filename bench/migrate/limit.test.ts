import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startPostgres } from "../../deploy/embedded/mod.ts";
import { startProxy } from "../../deploy/embedded/proxy.ts";
import { limit } from "./limit.ts";

test("the limit does what is measured: each migration in a transaction of its own, with a row of history", async () => {
  await using server = await startPostgres();
  const road = await startProxy(join(server.socketFolder, ".s.PGSQL.5432"), 0);
  const folder = await mkdtemp(join(tmpdir(), "freehold-limit-"));
  try {
    await server.createDatabase("tenant");
    const url = `postgres://postgres@127.0.0.1:${road.port}/tenant?sslmode=disable`;
    await limit.write(folder, ["create table a (id bigint)", "create table b (id bigint)"]);
    await limit.run(folder, url);
    const sql = postgres({ ...server.driverOptions({ database: "tenant" }), max: 1 });
    const rows = await sql`
      select version, xmin::text::bigint > lag(xmin::text::bigint) over (order by version) as after
      from done order by version`;
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { version: 1, after: null },
      { version: 2, after: true },
    ]);
    const made =
      await sql`select relname, xmin = (select xmin from done where version = 2) as last from pg_class where relname in ('a', 'b') order by 1`;
    expect(made.map((row) => ({ ...row }))).toEqual([
      { relname: "a", last: false },
      { relname: "b", last: true },
    ]);
    await sql.end();
    await expect(limit.run(folder, url)).rejects.toThrow('error: relation "done" already exists');
    await expect(limit.run(folder, url.replace("/tenant", "/nobodys"))).rejects.toThrow(
      'error: database "nobodys" does not exist',
    );
  } finally {
    road.stop();
    await rm(folder, { recursive: true });
  }
});
