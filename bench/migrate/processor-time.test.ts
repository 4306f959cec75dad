import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import postgres from "postgres";
import { startPostgres } from "../../deploy/embedded/mod.ts";
import { serverTimeMs } from "./processor-time.ts";

test("a server's processor time is that of all its processes, and stays when they are gone", async () => {
  await using server = await startPostgres();
  const open = () => postgres({ ...server.driverOptions(), max: 1, fetch_types: false });
  const [watching, working] = [open(), open()];
  const [{ pid } = { pid: 0 }] = await watching<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const before = serverTimeMs(pid);
  if (!existsSync("/proc/self/stat")) {
    expect(before).toBe(null);
    await Promise.all([watching.end(), working.end()]);
    return;
  }
  let during = before!;
  while (during < before! + 50) {
    await working`select count(*) from generate_series(1, 100000)`;
    during = serverTimeMs(pid)!;
  }
  await working.end();
  const gone = async () =>
    (
      await watching`select count(*)::int as n from pg_stat_activity where backend_type = 'client backend'`
    )[0]!["n"] === 1;
  while (!(await gone()));
  // A process that is being taken leave of is its own no more, and not yet its parent's.
  while (serverTimeMs(pid)! < during);
  expect(during).toBeGreaterThan(before!);
  await watching.end();
});
