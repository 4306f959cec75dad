/**
 * Empties a spool of what writers left that never came back: a process that was killed for good, a pod whose volume stayed.
 * It is what a start does, without a log of its own.
 */
import { realDisk } from "./disk.ts";
import { adoptHomes, spoolBytes } from "./home.ts";
import { recoverHome } from "./recover.ts";
import { Shared } from "./shared.ts";
import type { SinkModule } from "./sink.ts";
import { Supervisor } from "./supervisor.ts";

export interface DrainOptions {
  spool: string;
  sink: SinkModule;
  /** How long it may take (60 s); what is not stored by then stays. */
  deadlineMs?: number;
  /** Bytes of one transaction at most (4 MiB). */
  batchBytes?: number;
  onAlarm?: (message: string) => void;
}

const workerSilenceMs = 10_000;

export interface DrainReport {
  /** Writers whose folders were found with nobody at work on them. */
  found: number;
  /** Of these, how many are empty now, and how many events of theirs were stored. */
  writers: number;
  events: number;
  /** Of the found, those that another process has taken over. */
  fenced: number;
  /** Stretches of a sequence that a row announces as missing. */
  gaps: number;
  /** Events that the table refused; they lie in the writers' folders. */
  deadLettered: number;
  /** Bytes of the spool that were not what had been written. */
  tornBytes: number;
}

/**
 * Drains a spool.
 * @throws what the disk does, for instance where there is no such folder
 */
export async function drainSpool(options: DrainOptions): Promise<DrainReport> {
  const { spool, sink, deadlineMs = 60_000, batchBytes = 4_194_304, onAlarm = () => {} } = options;
  const homes = adoptHomes(spool);
  const shared = new Shared();
  try {
    shared.set("spoolBytes", spoolBytes(spool));
    shared.set("waitingWriters", homes.length);
    for (const home of homes) recoverHome(home, realDisk);
    shared.setFlag("recovered", 1);
    const earlier = homes.map(({ folder, writer }) => ({ folder, writer }));
    const task = { shared: shared.buffer, home: null, earlier, holder: crypto.randomUUID(), batchBytes };
    if (homes.length > 0) {
      const worker = new Supervisor({
        worker: sink.worker,
        task: { ...task, options: sink.options },
        onMessage: (message) => message.kind === "alarm" && onAlarm(message.message),
        onDeath: (reason) => onAlarm(`the flusher Worker died, and is started again: ${reason}`),
        isDone: () => shared.flag("drained") !== 0 || shared.flag("stopFlusher") !== 0,
        beat: () => shared.flag("flusherBeat"),
        silenceMs: workerSilenceMs,
      });
      worker.hold(true);
      const late = setTimeout(() => shared.setFlag("stopFlusher", 1), deadlineMs);
      await worker.end(deadlineMs + 1000);
      clearTimeout(late);
    }
  } finally {
    for (const { lock } of homes) lock.release();
  }
  return {
    found: homes.length,
    writers: shared.get("drainedWriters"),
    events: shared.get("drainedEvents"),
    fenced: shared.get("fenced"),
    gaps: shared.get("gaps"),
    deadLettered: shared.get("deadLettered"),
    tornBytes: shared.get("tornBytes"),
  };
}
