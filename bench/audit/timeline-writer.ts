/**
 * A process that logs events in the open loop until it is killed or told to stop. Each tenth of a second it says how late
 * events were and how far the log is; how many were accepted stands in a mapped file, which outlives it.
 */
import { createAuditLog, postgresSink } from "../../runtime/audit/mod.ts";
import { event } from "./event.ts";
import { Histogram } from "./samples.ts";

export interface TimelineTask {
  url: string;
  spool: string;
  /** A file of 16 bytes: events sent, and events accepted, as 64-bit floats. */
  counts: string;
  /** Events a second. */
  rate: number;
}

/** What is said each tenth of a second. */
export interface Tick {
  /** Milliseconds since 1970. */
  at: number;
  writer: string;
  /** Nanoseconds from the intended time, as a histogram. */
  response: [number, number][];
  spoolBytes: number;
  /** Events that are not in the database. */
  unstored: number;
  /** How long the oldest of them has been waiting. */
  lagMs: number;
}

const tickMs = 100;

async function write({ url, spool, counts, rate }: TimelineTask): Promise<void> {
  const audit = createAuditLog({ spool, sink: postgresSink({ url, storeTimeoutMs: 5000 }) });
  const mapped = Bun.mmap(counts, { shared: true });
  const numbers = new Float64Array(mapped.buffer, mapped.byteOffset, 2);
  let stopping = false;
  process.once("SIGTERM", () => {
    stopping = true;
  });
  const intervalNs = 1e9 / rate;
  const start = Bun.nanoseconds();
  let response = new Histogram();
  let nextTick = start + tickMs * 1e6;
  let sent = 0;
  while (!stopping) {
    const now = Bun.nanoseconds();
    const due = Math.min(Math.floor((now - start) / intervalNs) + 1, sent + 64);
    while (sent < due) {
      const intended = start + sent * intervalNs;
      sent += 1;
      numbers[0]! += 1;
      if (audit.log(event).accepted) numbers[1]! += 1;
      response.add(Bun.nanoseconds() - intended);
    }
    if (now >= nextTick) {
      nextTick = now + tickMs * 1e6;
      const { writer, accepted, stored, spoolBytes, oldestUnstoredMs } = audit.stats();
      const tick: Tick = {
        at: Date.now(),
        writer,
        response: response.toJSON(),
        spoolBytes: spoolBytes.used,
        unstored: accepted - stored,
        lagMs: oldestUnstoredMs,
      };
      process.stdout.write(`${JSON.stringify(tick)}\n`);
      response = new Histogram();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await audit.close({ deadlineMs: 60_000 });
  process.exit(0);
}

await write(JSON.parse(process.argv[2]!) as TimelineTask);
