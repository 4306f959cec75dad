/**
 * `bun run bench migrate --tenants N [--peers] [--runs N] [--json]`: ten migrations in a database for each tenant, eight tenants at a
 * time, on a server with fsync. Each runner gets fresh databases in each run, and a second turn when all are at head. Beside
 * peers stands what a client could reach that does no more than send the migrations (limit.ts).
 *
 * Nobody pays for a server that has just started: before the clock counts, the limit takes as many databases as there are
 * tenants, and each runner eight.
 *
 * Nor for the databases that another one's turn has left: a file system that has just lost thousands of files takes its time
 * to find room for new ones, ten times as long as at other times (ext4 passes over each inode that was freed within the
 * last minute), which would be most of what is measured, and would be the same for all. So where there is room in memory,
 * the tenants' tables lie there, in a tablespace. The write-ahead log, which is what a commit waits for, is on the disk.
 *
 * Where the system tells, the processor time of each way up is printed, too, for each tenant: it depends less on what else
 * the machine does. Of a runner that starts programs, such as dbmate, the client's part is without these.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { startProxy } from "../../deploy/embedded/proxy.ts";
import { usualAtOnce } from "../../deploy/mod.ts";
import { limit } from "./limit.ts";
import { type MemoryFolder, memoryFolder } from "./memory-folder.ts";
import { peers, type Runner } from "./peers.ts";
import { serverTimeMs } from "./processor-time.ts";
import { migrationsEach, type TenantRun } from "./tenants-report.ts";

/** How many databases each runner has before the clock counts, one for each of those at work. */
const warming = usualAtOnce;

/** @param onProgress told which run is under way */
export async function benchTenants(options: {
  tenants: number;
  runs: number;
  /** Others beside freehold. */
  peers: boolean;
  onProgress(line: string): void;
}): Promise<TenantRun[]> {
  const chosen: readonly Runner[] = options.peers
    ? [...peers.filter(({ name }) => name !== "one round trip each"), limit]
    : peers.slice(0, 1);
  const results: TenantRun[] = [];
  const last = "";
  const texts = Array.from(
    { length: migrationsEach },
    (_, at) => `create table t${at} (id bigint primary key, name text)`,
  );
  const root = await mkdtemp(join(tmpdir(), "freehold-bench-tenants-"));
  const memory = memoryFolder(options.tenants * databaseBytes);
  const server = await startPostgres({ durable: true, settings: { max_connections: "100" } });
  const admin = postgres({ ...server.driverOptions(), max: making, onnotice: () => {}, fetch_types: false });
  try {
    if (memory) await layOut(memory, server, admin);
    const [{ backend } = { backend: 0 }] = await admin<
      { backend: number }[]
    >`select pg_backend_pid() as backend`;
    for (const runner of new Set([...chosen, limit])) await runner.write(join(root, runner.name), texts);
    const first = await startProxy(join(server.socketFolder, ".s.PGSQL.5432"), 0);
    for (const runner of [limit, ...chosen]) {
      options.onProgress(`warming up: ${runner.name}`);
      const many = runner === limit ? options.tenants : Math.min(warming, options.tenants);
      const { names, urls } = await databases(admin, many, first.port);
      // One that fails here does so again below, and is told of there.
      await timed(runner, join(root, runner.name), urls).catch(() => {});
      await drop(admin, names);
    }
    first.stop();
    for (const delayMs of [0, 1]) {
      const road = await startProxy(join(server.socketFolder, ".s.PGSQL.5432"), delayMs);
      const runs = chosen.map(
        ({ name }): TenantRun => ({
          name,
          roundTripMs: 2 * delayMs,
          upMs: [],
          headMs: [],
          processorMs: [],
          failed: null,
        }),
      );
      results.push(...runs);
      for (let run = 0; run < options.runs; run += 1) {
        // In turns, so that a machine that slows down slows all of them, and each run begins with another; the first run
        // not with ours, for what comes first on a road finds things as the others do not.
        for (let turn = 0; turn < chosen.length; turn += 1) {
          const at = (run + turn + 1) % chosen.length;
          const [peer, result] = [chosen[at]!, runs[at]!];
          if (result.failed !== null) continue;
          const turnOf = `turn ${turn + 1} of ${chosen.length}: ${peer.name}`;
          options.onProgress(
            `round trip ${2 * delayMs} ms, run ${run + 1} of ${options.runs}, ${turnOf}${last}`,
          );
          const { names, urls } = await databases(admin, options.tenants, road.port);
          try {
            const [before, roadBefore] = [serverTimeMs(backend), process.cpuUsage()];
            const { ms, clientMs } = await timed(peer, join(root, peer.name), urls);
            const road = process.cpuUsage(roadBefore);
            // Once the backends are gone, whose parting takes its time, too.
            await left(admin);
            const after = serverTimeMs(backend);
            result.upMs.push(ms);
            if (before !== null && after !== null) {
              result.processorMs.push({
                client: clientMs / urls.length,
                road: (road.user + road.system) / 1000 / urls.length,
                server: (after - before) / urls.length,
              });
            }
            if (peer !== limit) result.headMs.push((await timed(peer, join(root, peer.name), urls)).ms);
          } catch (error) {
            result.failed = error instanceof Error ? error.message : String(error);
          }
          await drop(admin, names);
        }
      }
      road.stop();
    }
  } finally {
    await admin.end();
    await server.stop();
    memory?.remove();
    await rm(root, { recursive: true, force: true });
  }
  return results;
}

/** What a database takes at most, empty or with ten tables. */
const databaseBytes = 10 * 1024 * 1024;

/** How many databases are made at a time: they wait for the same checkpoints. */
const making = 4;

/** New databases then lie in that folder. */
async function layOut(memory: MemoryFolder, server: EmbeddedPostgres, admin: Sql): Promise<void> {
  memory.giveTo(server.socketFolder);
  await admin`create tablespace memory location ${admin.unsafe(`'${memory.path}'`)}`;
  // What a database is made with unless told otherwise is its template's.
  await admin`alter database template1 set tablespace memory`;
}

async function databases(
  admin: Sql,
  many: number,
  port: number,
): Promise<{ names: string[]; urls: string[] }> {
  const names = Array.from({ length: many }, (_, tenant) => `t${tenant}`);
  await Promise.all(
    names.map((name) => admin`create database ${admin(name)} template template1 strategy file_copy`),
  );
  return {
    names,
    urls: names.map((name) => `postgres://postgres@127.0.0.1:${port}/${name}?sslmode=disable`),
  };
}

async function drop(admin: Sql, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => admin`drop database ${admin(name)} with (force)`));
}

/** Waits until nobody is connected to the tenants' databases any more. */
async function left(admin: Sql): Promise<void> {
  for (;;) {
    const [row] =
      await admin`select count(*)::int as there from pg_stat_activity where datname ~ '^t[0-9]+$'`;
    if (row?.["there"] === 0) return;
    await Bun.sleep(20);
  }
}

async function timed(
  peer: Runner,
  folder: string,
  urls: readonly string[],
): Promise<{ ms: number; clientMs: number }> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "tenants-worker.ts"), peer.name, folder], {
    stdin: Buffer.from(JSON.stringify(urls)),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, said] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  // Some runners write a line of their own before.
  if ((await child.exited) === 0) return JSON.parse(out.trim().split("\n").at(-1) ?? "");
  const line = said.split("\n").find((text) => /rror/.test(text));
  throw new Error(line?.trim() ?? `it ended with ${child.exitCode}`);
}
