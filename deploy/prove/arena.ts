/** What every proof stands on: a PostgreSQL that can be stopped, the table, a folder, chance that a seed repeats. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { auditSchema, type DrainReport, drainSpool, postgresSink } from "../../runtime/audit/mod.ts";
import { type Cluster, startCluster } from "../embedded/cluster.ts";
import { judge, type Verdict } from "./judge.ts";
import { randomOf } from "./random.ts";
import { startWriter, type Writer } from "./writer.ts";

export interface Arena extends AsyncDisposable {
  cluster: Cluster;
  url: string;
  sql: Sql;
  /** From 0 up to, and without, `below`. */
  pick(below: number): number;
  /** A new folder for a spool. */
  spool(): string;
  /** A new run: the actor that its events have. */
  run(): string;
  /** Rings and segments small enough that everything turns over often. */
  small: { ringBytes: number; segmentBytes: number; minimumFreeBytes: number };
  writer: typeof startWriter;
  drain(spool: string): Promise<DrainReport>;
  judge(run: string, writers: readonly string[], upTo: number): Promise<Verdict>;
  /** Looks at what a writer confirmed, once its spool is drained. @returns what is wrong, and how many are stored */
  settle(writers: readonly Writer[], spool: string): Promise<Settled>;
}

export interface Settled {
  stored: number;
  announced: number;
  problems: string[];
  drained: DrainReport;
}

/** @param seed makes the same choices again */
export async function openArena(seed: number): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), "freehold-prove-"));
  // Its disk may wait, its commits may not be forgotten: it will be stopped in the middle of them.
  const cluster = await startCluster(null, { synchronous_commit: "on", full_page_writes: "on" });
  const url = await cluster.createDatabase("audit");
  const options = { max: 2, onnotice: () => {}, backoff: () => 0.01 };
  const sql = postgres({ ...cluster.driverOptions({ database: "audit" }), ...options });
  await sql.unsafe(auditSchema);
  const random = randomOf(seed);
  let spools = 0;
  let runs = 0;
  const running = new Set<Writer>();
  const arena: Arena = {
    cluster,
    url,
    sql,
    pick: (below) => Math.floor(random() * below),
    spool: () => join(folder, `spool-${++spools}`),
    run: () => `run-${++runs}`,
    small: { ringBytes: 262_144, segmentBytes: 2_097_152, minimumFreeBytes: 0 },
    writer(task, more) {
      const writer = startWriter(task, more);
      running.add(writer);
      void writer.ended().then(() => running.delete(writer));
      return writer;
    },
    drain: (spool) =>
      drainSpool({ spool, sink: postgresSink({ url, storeTimeoutMs: 10_000 }), deadlineMs: 120_000 }),
    judge: (run, writers, upTo) => judge(sql, run, writers, upTo),
    async settle(writers, spool) {
      const drained = await arena.drain(spool);
      const problems: string[] = [];
      if (drained.writers < drained.found)
        problems.push(`${drained.found - drained.writers} writers could not be drained`);
      let stored = 0;
      let announced = 0;
      for (const { run, seen } of writers) {
        const upTo = Math.max(seen.accepted, seen.durable, seen.report ? seen.report.next - 1 : 0);
        const verdict = await judge(sql, run, seen.writer === null ? [] : [seen.writer], upTo);
        stored += verdict.stored;
        announced += verdict.announced;
        for (const what of ["lost", "duplicates", "holes", "disorder"] as const)
          if (verdict[what] > 0) problems.push(`${run}: ${what} ${verdict[what]} (confirmed up to ${upTo})`);
      }
      return { stored, announced, problems, drained };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((writer) => writer.end("SIGKILL")));
      await sql.end({ timeout: 0 });
      await cluster.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return arena;
}

/** Takes the checkpoint away, so that nothing can be stored, and gives it back. */
export async function withoutDatabase<T>({ sql }: Arena, work: () => Promise<T>): Promise<T> {
  await sql`alter table audit_checkpoint rename to audit_checkpoint_away`;
  try {
    return await work();
  } finally {
    await sql`alter table audit_checkpoint_away rename to audit_checkpoint`;
  }
}
