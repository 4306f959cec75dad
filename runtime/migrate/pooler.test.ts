import { describe, expect, test } from "bun:test";
import { failureOf, migrationBench } from "../../fixtures/migrations.ts";
import { hasPgBouncer, type Pooler, startPooler } from "../../fixtures/pgbouncer.ts";
import { migrate } from "./mod.ts";

// CI installs it; where it is missing, there is nothing to stand behind.
if (hasPgBouncer) behindPgBouncer();

function behindPgBouncer() {
  const bench = migrationBench();
  const nameOf = (url: string) => new URL(url).pathname.slice(1);
  const pooler = (size: number): Promise<Pooler> =>
    startPooler(decodeURIComponent(new URL(bench.url).hostname), size);
  /** Advisory locks and open transactions that nobody is at work in. */
  const stranded = async () => {
    const [row] = await bench.sql`select
      (select count(*)::int from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())) as locks,
      (select count(*)::int from pg_stat_activity where datname = current_database()
        and state like 'idle in transaction%') as transactions`;
    return row;
  };
  const nothing = { locks: 0, transactions: 0 };
  const files = {
    "001_a.sql": "create table a (x int)",
    "002_index.sql": "-- freehold: no-transaction\ncreate index concurrently a_x on a (x)",
    "003_case.sql": "create view c as select case when x = 1 then 2 end as y from a",
    "004_d.sql": "create table d (x int)",
  };

  describe("behind PgBouncer in transaction mode", () => {
    test("a run comes to its end and leaves no lock, on as few connections as it can do with", async () => {
      await using one = await pooler(2);
      const folder = await bench.folder(files);
      expect((await migrate({ service: "s", folder, url: one.url(nameOf(bench.url)) })).version).toBe(4);
      expect(await stranded()).toEqual(nothing);
      expect((await migrate({ service: "s", folder, url: one.url(nameOf(bench.url)) })).applied).toEqual([]);
    });

    test("many runs at once build an index CONCURRENTLY, each waiting for the others", async () => {
      await using one = await pooler(4);
      const folder = await bench.folder(files);
      const url = one.url(nameOf(bench.url));
      const runs = Array.from({ length: 5 }, () => migrate({ service: "s", folder, url }));
      const results = await Promise.all(runs);
      expect(results.map(({ version }) => version)).toEqual([4, 4, 4, 4, 4]);
      expect(results.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual([
        1, 2, 3, 4,
      ]);
      expect(await bench.relations()).toEqual(["a", "a_x", "c", "d"]);
      expect(await stranded()).toEqual(nothing);
    });

    test("what travels together needs one connection; what does not says that it needs two", async () => {
      await using one = await pooler(1);
      const url = one.url(nameOf(bench.url));
      const folder = await bench.folder({ "001_a.sql": files["001_a.sql"], "002_d.sql": files["004_d.sql"] });
      expect((await migrate({ service: "s", folder, url })).version).toBe(2);
      const alone = await bench.folder(files);
      expect(await failureOf(migrate({ service: "t", folder: alone, url, lockWaitMs: 50 }))).toEqual({
        problem: "connection",
        message:
          "t: has the lock, and got no second connection within 2000 ms; a pooler in between must have two for it, or name the server itself.",
      });
    });

    test("a killed run's lock is free again, and what its backend did counts", async () => {
      await using one = await pooler(4);
      const url = one.url(nameOf(bench.url));
      const folder = await bench.folder({
        "001_a.sql": "create table a (x int)",
        "002_b.sql": "select pg_advisory_xact_lock(42); create table b (x int)",
        "003_c.sql": "create table c (x int)",
      });
      const gate = await bench.sql.reserve();
      await gate`select pg_advisory_lock(42)`;
      const runner = Bun.spawn(
        [process.execPath, new URL("../../bench/migrate/runner.ts", import.meta.url).pathname, folder, url],
        { stdio: ["ignore", "ignore", "ignore"] },
      );
      for (;;) {
        const waiting = await bench.sql`select 1 from pg_stat_activity
          where datname = current_database() and wait_event = 'advisory'`;
        if (waiting.length > 0) break;
        await Bun.sleep(5);
      }
      runner.kill("SIGKILL");
      await runner.exited;
      const next = migrate({ service: "s", folder, url });
      await gate`select pg_advisory_unlock(42)`;
      gate.release();
      expect((await next).version).toBe(3);
      expect(await bench.states(folder)).toEqual(["001_a applied", "002_b applied", "003_c applied"]);
      expect(await stranded()).toEqual(nothing);
    });

    test("a schema for what runs outside of a transaction is told to be impossible", async () => {
      await using one = await pooler(2);
      const folder = await bench.folder({
        "001_a.sql": files["001_a.sql"],
        "002_index.sql": files["002_index.sql"],
      });
      const url = one.url(nameOf(bench.url));
      expect(await failureOf(migrate({ service: "s", folder, url, schema: "own" }))).toEqual({
        problem: "server",
        message:
          "s: a pooler stands in between and refuses search_path, which a migration outside of a transaction needs in schema own; name the server itself, or let the project set it: ALTER ROLE … SET search_path.",
      });
      expect(await bench.states(folder)).toEqual(["001_a applied", "002_index pending"]);
    });
  });
}
