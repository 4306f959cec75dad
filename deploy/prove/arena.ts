/** What every proof stands on: a PostgreSQL that can be stopped, the table, a folder, chance that a seed repeats. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { auditSchema, type DrainReport, drainSpool, postgresSink } from "../../runtime/audit/mod.ts";
import { guardTypesQuestion } from "../../runtime/connect/array-types.ts";
import { type Cluster, startCluster } from "../embedded/cluster.ts";
import { judge, type Verdict } from "./judge.ts";
import { randomOf } from "./random.ts";
import { startWriter, type Writer } from "./writer.ts";

export interface Arena extends AsyncDisposable {
  /** Empties the table, and sets chance to what the seed has for this fault. */
  begin(fault: string): Promise<void>;
  /** What is under way, in words: the processes that run, and what they confirmed so far. */
  running(): string[];
  /** Something that is to be ended with the arena. @returns what to call where it has ended before */
  keep(end: () => Promise<unknown>): () => void;
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
  guardTypesQuestion(sql);
  await sql.unsafe(auditSchema);
  let random = randomOf(seed);
  let spools = 0;
  let runs = 0;
  const running = new Set<Writer>();
  const kept = new Set<() => Promise<unknown>>();
  let disposed = false;
  /** A fault that was given up goes no further than to where it waits for a process of its own. */
  const unlessGone = async <T>(wait: Promise<T>): Promise<T> => {
    const value = await wait;
    if (disposed) throw new Error("the arena is gone");
    return value;
  };
  const arena: Arena = {
    async begin(fault) {
      random = randomOf(seed ^ Bun.hash.crc32(fault));
      await sql`truncate audit_log, audit_checkpoint`;
    },
    running: () =>
      [...running].map(({ run, seen: { accepted, durable, refusals } }) => {
        const refused = refusals.length > 0 ? `, refused: ${refusals.join(", ")}` : "";
        return `${run} was at ${accepted} accepted, ${durable} durable${refused}`;
      }),
    keep(end) {
      kept.add(end);
      return () => kept.delete(end);
    },
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
      return {
        ...writer,
        accepted: (upTo) => unlessGone(writer.accepted(upTo)),
        said: (what) => unlessGone(writer.said(what)),
        end: (signal) => unlessGone(writer.end(signal)),
        ended: () => unlessGone(writer.ended()),
      };
    },
    drain: (spool) =>
      drainSpool({ spool, sink: postgresSink({ url, storeTimeoutMs: 10_000 }), deadlineMs: 60_000 }),
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
      disposed = true;
      await Promise.all([...running].map((writer) => writer.end("SIGKILL")));
      await Promise.all([...kept].map((end) => end()));
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
