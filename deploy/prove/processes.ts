/**
 * Faults of processes: the writer's own, its Workers', two at once.
 *
 * Workers are threads, and a signal ends a process with all of its threads: there is no kill -9 of one of them. What there is:
 * `terminate`, wherever it is in its work (`workers`); an error that nothing catches, memory that is refused, and a loop
 * without end (`ail`). The first of these and the kill of the process are what a Worker can come to by force.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RingLog } from "../../runtime/audit/log.ts";
import { postgresSink } from "../../runtime/audit/mod.ts";
import { withoutDatabase } from "./arena.ts";
import type { Fault } from "./fault.ts";
import type { Writer } from "./writer.ts";

/** The same spool again and again: each start finds what the kill before left. */
export const kill: Fault = {
  name: "kill -9 of the process",
  async run(arena, { kills }) {
    const spool = arena.spool();
    const writers: Writer[] = [];
    for (let number = 1; number <= kills; number += 1) {
      const ring = number % 3 === 0 ? "shm" : "spool";
      const burst = 1 + arena.pick(80);
      const writer = arena.writer({
        run: arena.run(),
        url: arena.url,
        burst,
        eager: number % 2 === 0,
        log: { spool, ring, ...arena.small },
      });
      await writer.accepted(1 + arena.pick(1200));
      await writer.end("SIGKILL");
      writers.push(writer);
    }
    const { stored, announced, problems } = await arena.settle(writers, spool);
    if (announced > 0) problems.push(`${announced} sequences were announced as missing`);
    return { count: `${kills} kills`, stored, announced, problems };
  },
};

export const workers: Fault = {
  name: "death of each Worker",
  async run(arena, { kills }) {
    const deaths = Math.max(6, Math.round(kills / 5));
    const spool = arena.spool();
    const run = arena.run();
    const log = new RingLog({ spool, sink: postgresSink({ url: arena.url }), ...arena.small });
    const gone = arena.keep(() => log.close({ deadlineMs: 0 }));
    let n = 0;
    for (let death = 0; death < deaths; death += 1) {
      const until = n + 200 + arena.pick(2000);
      while (n < until) {
        const detail = { run, n: n + 1 };
        const result = log.log({ actor: run, action: "POST", resource: "/", decision: "allow", detail });
        if (result.accepted) n += 1;
        else if (result.reason === "full") await log.room();
        else throw new Error(result.message);
      }
      log.crashWorker(death % 2 === 0 ? "spool" : "flusher");
      // Until the other one has noticed nothing.
      if (arena.pick(2) === 0) await log.durable();
    }
    const report = await log.close({ deadlineMs: 60_000 });
    gone();
    const verdict = await arena.judge(run, [log.stats().writer], n);
    const problems = (["lost", "duplicates", "holes", "disorder", "announced"] as const)
      .filter((what) => verdict[what] > 0)
      .map((what) => `${what} ${verdict[what]}`);
    if (report.stored !== n) problems.push(`closing stored ${report.stored} of ${n}`);
    const { workerRestarts } = log.stats();
    return {
      count: `${workerRestarts} deaths`,
      stored: verdict.stored,
      announced: verdict.announced,
      problems,
    };
  },
};

export const ail: Fault = {
  name: "a Worker that throws, is refused memory, hangs",
  async run(arena, { kills, long }) {
    const count = Math.max(4000, 80 * kills) * (long ? 10 : 1);
    const problems: string[] = [];
    let [stored, announced, restarts] = [0, 0, 0];
    for (const which of ["spool", "flusher"] as const) {
      for (const what of ["throw", "memory", "hang"] as const) {
        const spool = arena.spool();
        // The others die by themselves: one that only waits for a processor is not to be taken for them.
        const silence = what === "hang" ? { workerSilenceMs: 400 } : {};
        const log = { spool, ...silence, ...arena.small };
        const harmful = { faultyDisk: which === "spool", faultyFlusher: which === "flusher" };
        const task = { run: arena.run(), url: arena.url, burst: 10, pauseMs: 1, log, ...harmful };
        const at = which === "spool" ? 20 + arena.pick(60) : 2 + arena.pick(10);
        const writer = arena.writer(task, { env: { FREEHOLD_PROVE_WORKER: `${which} ${what} ${at}` } });
        await writer.accepted(count);
        // How soon its Workers come so far is the disk's matter, and the database's.
        await writer.said((seen) => seen.workerRestarts > 0);
        const code = await writer.end("SIGTERM");
        const settled = await arena.settle([writer], spool);
        const { workerRestarts, complaints, report } = writer.seen;
        const told = { throw: "a bug", memory: "Out of memory", hang: "it did not get on for 400 ms" }[what];
        const title = `${which} ${what} ${at}`;
        if (workerRestarts === 0) problems.push(`${title}: no Worker was begun again`);
        if (
          !complaints.includes(`the ${which} Worker died, and is started again: `) ||
          !complaints.includes(told)
        )
          problems.push(`${title}: nobody was told: ${complaints.slice(-300)}`);
        if (code !== 0 || settled.stored !== report?.accepted)
          problems.push(`${title}: exit code ${code}, ${settled.stored} of ${report?.accepted} stored`);
        if (settled.announced > 0) problems.push(`${title}: ${settled.announced} were announced as missing`);
        problems.push(...settled.problems.map((problem) => `${title}: ${problem}`));
        stored += settled.stored;
        announced += settled.announced;
        restarts += workerRestarts;
      }
    }
    return { count: `${restarts} Workers`, stored, announced, problems };
  },
};

export const terminate: Fault = {
  name: "SIGTERM under load",
  async run(arena, { kills }) {
    const times = Math.max(3, Math.round(kills / 10));
    const spool = arena.spool();
    const writers: Writer[] = [];
    const problems: string[] = [];
    let left = 0;
    for (let number = 0; number < times; number += 1) {
      const closeDeadlineMs = number % 2 === 0 ? 30_000 : 0;
      const log = { spool, ...arena.small };
      const writer = arena.writer({ run: arena.run(), url: arena.url, closeDeadlineMs, log });
      const stop = async () => {
        await writer.accepted(500 + arena.pick(4000));
        return writer.end("SIGTERM");
      };
      const code = await (number % 2 === 0 ? stop() : withoutDatabase(arena, stop));
      const { report } = writer.seen;
      if (!report) problems.push(`no report: ${writer.seen.complaints.slice(-300)}`);
      const rest = report ? report.accepted - report.stored : 0;
      if (report && (code === 0) !== (rest === 0)) problems.push(`exit code ${code} with ${rest} not stored`);
      left += rest;
      writers.push(writer);
    }
    const settled = await arena.settle(writers, spool);
    problems.push(...settled.problems);
    if (settled.announced > 0) problems.push(`${settled.announced} sequences were announced as missing`);
    return {
      count: `${times} stops, ${left} events left to the next start`,
      stored: settled.stored,
      announced: 0,
      problems,
    };
  },
};

export const together: Fault = {
  name: "processes on one spool",
  async run(arena) {
    const spool = arena.spool();
    const log = { spool, ...arena.small };
    const writers = [1, 2, 3].map(() => arena.writer({ run: arena.run(), url: arena.url, pauseMs: 2, log }));
    await Promise.all(writers.map((writer) => writer.accepted(2000 + arena.pick(2000))));
    // The others work on: what they hold must be left alone by whoever comes to drain.
    await writers[0]!.end("SIGKILL");
    const early = await arena.drain(spool);
    await Promise.all([writers[1]!.end("SIGKILL"), writers[2]!.end("SIGTERM")]);
    const { stored, announced, problems } = await arena.settle(writers, spool);
    if (early.found !== 1) problems.push(`${early.found} writers were found while two were alive`);
    for (const { run, seen } of writers)
      if (seen.writer === null) problems.push(`${run} could not begin: ${seen.complaints.slice(-300)}`);
    if (announced > 0) problems.push(`${announced} sequences were announced as missing`);
    return { count: `${writers.length} processes`, stored, announced, problems };
  },
};

export const clock: Fault = {
  name: "a clock that jumps back",
  async run(arena) {
    const spool = arena.spool();
    const run = arena.run();
    const log = { spool, ...arena.small };
    const writer = arena.writer({ run, url: arena.url, jumpEvery: 500, count: 5000, log });
    const code = await writer.ended();
    const { stored, announced, problems } = await arena.settle([writer], spool);
    const [row] = await arena.sql`
      select count(*)::int as jumps from (
        select at < lag(at) over (order by writer, sequence) as back from audit_log where detail->>'run' = ${run}
      ) as steps where back`;
    if (code !== 0 || stored !== 5000)
      problems.push(`exit code ${code}, ${stored} stored: ${writer.seen.complaints}`);
    return { count: `${row!["jumps"]} jumps`, stored, announced, problems };
  },
};

/** As of a machine that is cloned with its disk: the copy is drained while the writer goes on, which is fenced off by that. */
export const copied: Fault = {
  name: "a spool copied while it is written",
  async run(arena, { kills }) {
    const times = Math.max(4, Math.round(kills / 25));
    const problems: string[] = [];
    let [stored, branched] = [0, 0];
    for (let number = 0; number < times; number += 1) {
      const [spool, copy, run] = [arena.spool(), arena.spool(), arena.run()];
      const writer = arena.writer({
        run,
        url: arena.url,
        burst: 20,
        pauseMs: 1,
        log: { spool, ...arena.small },
      });
      const copyIt = async () => {
        await writer.accepted(writer.seen.accepted + 500 + arena.pick(2000));
        // Files come and go meanwhile.
        Bun.spawnSync(["cp", "-r", spool, copy], { stderr: "ignore" });
        await writer.accepted(writer.seen.accepted + arena.pick(2000));
      };
      await writer.accepted(500 + arena.pick(2000));
      // Every second one turns up on a machine that was started anew, with events that are not stored yet.
      if (number % 2 === 0) await copyIt();
      else {
        await withoutDatabase(arena, copyIt);
        const about = join(copy, writer.seen.writer!, "writer.json");
        writeFileSync(about, JSON.stringify({ ...JSON.parse(readFileSync(about, "utf8")), boot: "another" }));
      }
      await arena.drain(copy);
      await writer.said(({ refusals }) => refusals.includes("fenced"));
      await writer.end("SIGKILL");
      await arena.drain(spool);
      const [row] = await arena.sql`
        select count(*)::int as rows, count(distinct detail->>'n')::int as events,
          (count(distinct detail->>'n') filter (where (detail->>'n')::int <= ${writer.seen.accepted}))::int as confirmed,
          (count(*) filter (where writer <> ${writer.seen.writer}))::int as branched
        from audit_log where detail->>'run' = ${run}`;
      const { rows, events, confirmed, branched: others } = row as unknown as Record<string, number>;
      if (rows !== events) problems.push(`${run}: duplicates ${rows! - events!}`);
      if (confirmed !== writer.seen.accepted)
        problems.push(
          `${run}: lost ${writer.seen.accepted - confirmed!} (confirmed up to ${writer.seen.accepted})`,
        );
      stored += rows!;
      branched += others!;
    }
    return {
      count: `${times} copies, ${branched} events stored as another writer's`,
      stored,
      announced: 0,
      problems,
    };
  },
};
