/**
 * A process that logs numbered events until something happens to it, and says what was confirmed: `w …` (its writer), `a 17`
 * (all up to 17 is accepted), `d 17` (durable), `r full` (one was refused), `f 17` (durable when its disk had failed), `m 81`
 * (megabytes of memory in use at most), `b 3` (Workers that were begun again), `x {…}` (the report of closing). What stands in
 * the pipe outlives it.
 */
import { writeSync } from "node:fs";
import { type AuditLogOptions, createAuditLog, postgresSink } from "../../runtime/audit/mod.ts";

export interface WriterTask {
  /** The events' actor. */
  run: string;
  url: string;
  /** The first number. */
  from: number;
  /** Stops and closes after so many events; runs on where it is 0. */
  count: number;
  /** Events between two turns of the event loop. */
  burst: number;
  /** Waits so long after a burst. */
  pauseMs: number;
  /** Every so many events one is of the actor `poison`; none where it is 0. */
  poisonEvery: number;
  /** Every so many events the clock jumps back an hour; never where it is 0. */
  jumpEvery: number;
  /** Waits for events to be stored all the time, so that they go to the database in many small batches. */
  eager: boolean;
  closeDeadlineMs: number;
  storeTimeoutMs: number;
  log: Omit<AuditLogOptions, "sink" | "spoolWorker">;
  /** Its spool Worker fails as faulty-spool-worker.ts says. */
  faultyDisk: boolean;
  /** Its flusher Worker comes to harm as ail.ts says. */
  faultyFlusher: boolean;
}

const say = (line: string) => writeSync(1, `${line}\n`);

async function write(task: WriterTask): Promise<void> {
  const { run, url, burst, pauseMs, poisonEvery, jumpEvery, count } = task;
  const log = createAuditLog({
    ...task.log,
    sink: {
      ...postgresSink({ url, storeTimeoutMs: task.storeTimeoutMs }),
      ...(task.faultyFlusher ? { worker: new URL("./faulty-flusher-worker.ts", import.meta.url) } : {}),
    },
    ...(task.faultyDisk ? { spoolWorker: new URL("./faulty-spool-worker.ts", import.meta.url) } : {}),
    onAlarm: (message) => console.error(message),
  });
  say(`w ${log.stats().writer}`);
  let next = task.from;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    const report = await log.close({ deadlineMs: task.closeDeadlineMs });
    say(`b ${log.stats().workerRestarts}`);
    say(`m ${Math.round(process.memoryUsage.rss() / 1_048_576)}`);
    say(`x ${JSON.stringify({ ...report, next })}`);
    process.exit(report.stored === report.accepted ? 0 : 1);
  };
  process.on("SIGTERM", stop);
  void confirm();
  if (task.eager) void hurry().catch(() => {}); // Closing ends the wait.

  async function hurry(): Promise<void> {
    for (;;) {
      await log.stored();
      await Bun.sleep(2);
    }
  }

  async function confirm(): Promise<void> {
    for (;;) {
      const upTo = next - 1;
      await log.durable();
      say(`d ${upTo}`);
      await Bun.sleep(2);
    }
  }

  const now = Date.now;
  let said = "";
  let restarts = 0;
  while (!stopping && (count === 0 || next < task.from + count)) {
    for (let at = 0; at < burst && !stopping; at += 1) {
      if (count > 0 && next >= task.from + count) break;
      if (jumpEvery > 0 && next % jumpEvery === 0)
        Date.now = () => now() - 3_600_000 * Math.ceil(next / jumpEvery);
      const poison = poisonEvery > 0 && next % poisonEvery === 0;
      const result = log.log({
        actor: poison ? "poison" : run,
        action: "POST",
        resource: "/lobby/rooms/general/messages",
        decision: "allow",
        detail: { run, n: next, text: "x".repeat(next % 200) },
      });
      if (result.accepted) next += 1;
      else {
        if (result.reason === "failed") say(`f ${log.stats().durable}`);
        if (result.reason !== said) say(`r ${result.reason}`);
        said = result.reason;
        if (result.reason === "failed" || result.reason === "fenced") return;
        if (result.reason !== "dropped") await log.room();
        else next += 1;
      }
    }
    say(`a ${next - 1}`);
    const { workerRestarts } = log.stats();
    if (workerRestarts > restarts) say(`b ${workerRestarts}`);
    restarts = workerRestarts;
    await (pauseMs > 0 ? Bun.sleep(pauseMs) : new Promise((resolve) => setImmediate(resolve)));
  }
  await stop();
}

if (import.meta.main) {
  process.on("unhandledRejection", (error) => console.error(String(error)));
  await write(JSON.parse(process.argv[2] ?? "{}") as WriterTask);
  // After a failure of its disk it stays, so that it can be looked at and killed.
  setInterval(() => {}, 1 << 30);
}
