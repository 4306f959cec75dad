/**
 * The log itself, as the caller's thread has it. `log()` writes into the ring and returns; two Workers do the rest
 * (spool.ts, flusher.ts), and a block of shared memory says how far they are.
 *
 * States: open → closed (takes nothing more in; makes durable, stores, until its deadline) → gone. From open also to *failed*
 * (an fdatasync did) and *fenced* (another process has this writer): both refuse for good. See home.ts for what lies on the
 * disk in each of them.
 */
import { rmSync } from "node:fs";
import { Confirmations } from "./confirmations.ts";
import { type AuditEvent, EventWriter } from "./event.ts";
import { sharedFigures } from "./figures.ts";
import { health } from "./health.ts";
import { type Home, removeHome, writeEndFile } from "./home.ts";
import { flag, intake } from "./layout.ts";
import type {
  AuditLog,
  AuditLogOptions,
  AuditStats,
  CloseReport,
  LogResult,
  RefusalReason,
} from "./model.ts";
import { openLog } from "./open.ts";
import { readOptions, type Settings } from "./options.ts";
import { accepted, closedReasons, describe, refusals } from "./refusals.ts";
import { RingWriter } from "./ring.ts";
import { Shared } from "./shared.ts";
import type { WorkerMessage } from "./spool.ts";
import { announcer } from "./store.ts";
import { Supervisor } from "./supervisor.ts";
import { redacted, sanitised, truncated } from "./text.ts";

const gapLookMs = 20;
/** How long Workers may take to end by themselves. */
const endMs = 1000;

/** The audit log: a ring that survives the process, and two Workers behind it. */
export class RingLog implements AuditLog {
  readonly #settings: Settings;
  readonly #onAlarm: ((message: string) => void) | undefined;
  readonly #shared = new Shared();
  readonly #flags: Int32Array = this.#shared.flags;
  readonly #home: Home;
  readonly #earlier: Home[];
  readonly #ring: RingWriter;
  readonly #ringPath: string;
  readonly #events: EventWriter;
  readonly #spooler: Supervisor;
  readonly #flusher: Supervisor;
  readonly #confirmations: Confirmations;
  readonly #refused: Record<RefusalReason, number> = {
    full: 0,
    dropped: 0,
    closed: 0,
    failed: 0,
    fenced: 0,
    invalid: 0,
  };
  readonly #noted = { sanitised: 0, truncated: 0, redacted: 0 };
  /** An event is being read; whoever is asked for its parts must not write over it. */
  #writing = false;
  /** Events that were dropped, and of which no row tells yet. */
  #dropped: { count: number; firstAt: number; lastAt: number } | null = null;
  #dropTimer: ReturnType<typeof setInterval> | null = null;
  #lastAlarm: string | null = null;
  #closing: Promise<CloseReport> | null = null;

  constructor(options: AuditLogOptions) {
    const settings = readOptions(options);
    this.#settings = settings;
    this.#onAlarm = options.onAlarm;
    const { home, earlier, ring, ringPath, spoolBytes } = openLog(settings, (message) =>
      this.#alarm(message),
    );
    this.#home = home;
    this.#earlier = earlier;
    this.#ring = new RingWriter(ring);
    this.#ringPath = ringPath;
    this.#events = new EventWriter(ring.data, home.writer, new Set(settings.redact));
    this.#shared.set("spoolBytes", spoolBytes);
    this.#shared.set("waitingWriters", earlier.length);

    const { spool, segmentBytes, spoolLimitBytes, minimumFreeBytes, batchBytes, sink } = settings;
    const folders = earlier.map(({ folder, writer }) => ({ folder, writer }));
    const own = { folder: home.folder, writer: home.writer };
    const shared = this.#shared.buffer;
    const onMessage = (message: WorkerMessage) => this.#hear(message);
    this.#spooler = new Supervisor({
      smol: true,
      worker: options.spoolWorker ?? new URL("./spool-worker.ts", import.meta.url),
      task: {
        shared,
        home: own,
        spool,
        ringPath,
        earlier: folders,
        segmentBytes,
        spoolLimitBytes,
        minimumFreeBytes,
      },
      onMessage,
      onDeath: (reason) => this.#alarm(`the spool Worker died, and is started again: ${reason}`),
      isDone: () => this.#shared.flag("stop") !== 0 || this.#shared.flag("intake") === intake.failed,
      beat: () => this.#shared.flag("spoolBeat"),
      // What earlier writers left is brought in at a stretch, however long it is.
      isWatched: () => this.#shared.flag("recovered") !== 0,
      silenceMs: settings.workerSilenceMs,
    });
    const holder = crypto.randomUUID();
    this.#flusher = new Supervisor({
      worker: sink.worker,
      task: { shared, home: own, earlier: folders, holder, batchBytes, options: sink.options },
      onMessage,
      onDeath: (reason) => this.#alarm(`the flusher Worker died, and is started again: ${reason}`),
      isDone: () => this.#shared.flag("stopFlusher") !== 0 || this.#shared.flag("intake") === intake.fenced,
      beat: () => this.#shared.flag("flusherBeat"),
      silenceMs: settings.workerSilenceMs,
    });
    this.#confirmations = new Confirmations({
      shared: this.#shared,
      ring: this.#ring,
      hold: (spooler, flusher) => {
        this.#spooler.hold(spooler);
        this.#flusher.hold(flusher);
      },
    });
  }

  log(event: AuditEvent): LogResult {
    const state = Atomics.load(this.#flags, flag.intake);
    if (state !== intake.open) return this.#refuse(closedReasons[state]!);
    if (!this.#ring.room() || (this.#dropped !== null && !this.#tellDropped())) return this.#overflow();
    return this.#write(event);
  }

  durable(): Promise<void> {
    return this.#confirmations.durable();
  }

  stored(): Promise<void> {
    return this.#confirmations.stored();
  }

  room(): Promise<void> {
    return this.#confirmations.room();
  }

  close({ deadlineMs = 5000 }: { deadlineMs?: number } = {}): Promise<CloseReport> {
    this.#closing ??= this.#drain(performance.now() + deadlineMs);
    return this.#closing;
  }

  stats(): AuditStats {
    const { ringBytes: capacity, spoolLimitBytes } = this.#settings;
    const figures = {
      writer: this.#home.writer,
      accepted: this.#ring.sequence,
      refused: { ...this.#refused },
      ringBytes: { used: this.#ring.used(), capacity },
      ...this.#noted,
      ...sharedFigures(this.#shared, spoolLimitBytes),
      workerRestarts: this.#spooler.restarts + this.#flusher.restarts,
      system: this.#settings.sink.system ?? "other_sql",
      lastAlarm: this.#lastAlarm,
    };
    const isDown = this.#spooler.isDown || this.#flusher.isDown;
    const state = this.#shared.flag("intake");
    return {
      ...figures,
      ...health(figures, { state, held: this.#shared.flag("held"), full: !this.#ring.room(), isDown }),
    };
  }

  /** Kills one of its Workers, as a fault would; another is started. For proofs. */
  crashWorker(which: "spool" | "flusher"): void {
    (which === "spool" ? this.#spooler : this.#flusher).crash();
  }

  #write(event: AuditEvent): LogResult {
    const ring = this.#ring;
    const events = this.#events;
    if (this.#writing) return this.#invalid("an event's own getters cannot log another");
    let length: number;
    this.#writing = true;
    try {
      length = events.write(ring.start(), event, ring.sequence + 1);
    } catch (error) {
      // A getter of the event that throws, say: the request that it belongs to goes on to be refused, not to crash.
      events.wrong = describe(error);
      length = -1;
    }
    this.#writing = false;
    if (length < 0) {
      ring.abort();
      return this.#invalid(events.wrong);
    }
    ring.commit(length);
    const { bits } = events.notes;
    if (bits !== 0) {
      if (bits & sanitised) this.#noted.sanitised += 1;
      if (bits & truncated) this.#noted.truncated += 1;
      if (bits & redacted) this.#noted.redacted += 1;
    }
    return accepted;
  }

  #invalid(message: string): LogResult {
    this.#refused.invalid += 1;
    return { accepted: false, reason: "invalid", message };
  }

  #refuse(reason: Exclude<RefusalReason, "invalid">): LogResult {
    this.#refused[reason] += 1;
    return refusals[reason];
  }

  #overflow(): LogResult {
    if (this.#settings.whenFull === "reject") return this.#refuse("full");
    const now = Date.now();
    this.#dropped ??= { count: 0, firstAt: now, lastAt: now };
    this.#dropped.count += 1;
    this.#dropped.lastAt = now;
    this.#dropTimer ??= setInterval(() => this.#tellDropped(), gapLookMs).unref();
    return this.#refuse("dropped");
  }

  /** Writes the row that tells of dropped events. @returns whether there is room for another event then */
  #tellDropped(): boolean {
    const dropped = this.#dropped;
    if (!dropped) return true;
    if (!this.#ring.room()) return false;
    this.#dropped = null;
    if (this.#dropTimer) clearInterval(this.#dropTimer);
    this.#dropTimer = null;
    const [from, to] = [dropped.firstAt, dropped.lastAt].map((at) => new Date(at).toISOString());
    const detail = { dropped: dropped.count, from, to };
    const resource = this.#home.writer;
    this.#write({ actor: announcer, action: "audit.gap", resource, decision: "dropped", detail });
    return this.#ring.room();
  }

  #hear(message: WorkerMessage): void {
    if (message.kind === "alarm") this.#alarm(message.message);
    else this.#confirmations.progress();
  }

  #alarm(message: string): void {
    this.#lastAlarm = message;
    try {
      this.#onAlarm?.(message);
    } catch {
      // Whoever listens must not stop the auditing.
    }
  }

  async #drain(deadline: number): Promise<CloseReport> {
    const shared = this.#shared;
    while (this.#dropped && !this.#tellDropped() && performance.now() < deadline) await Bun.sleep(1);
    shared.closeIntake(intake.closed);
    this.#confirmations.progress();
    for (const wait of [() => this.durable(), () => this.stored()]) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, Math.max(0, deadline - performance.now()));
      await Promise.race([wait().catch(() => {}), late.promise]);
      clearTimeout(timer);
    }
    shared.setFlag("stopFlusher", 1);
    shared.setFlag("stop", 1);
    shared.wakeSpool();
    await Promise.all([this.#flusher.end(endMs), this.#spooler.end(endMs)]);
    if (this.#dropTimer) clearInterval(this.#dropTimer);
    const report = this.#report();
    this.#confirmations.end();
    this.#leave(report);
    return report;
  }

  #report(): CloseReport {
    const all = this.#ring.sequence;
    const stored = this.#shared.get("stored");
    const durable = Math.max(stored, this.#shared.get("durable"));
    return { accepted: all, stored, spooled: durable - stored, unconfirmed: all - durable };
  }

  /** Leaves the folder as the next one to come will need it; what cannot be noted is found out by it. */
  #leave({ accepted: last, spooled, unconfirmed }: CloseReport): void {
    try {
      if (unconfirmed === 0) {
        writeEndFile(this.#home.folder, { version: 1, last, uncertain: false });
        rmSync(this.#ringPath, { force: true });
      }
    } catch (error) {
      this.#alarm(`the spool's end could not be noted: ${describe(error)}`);
    }
    if (spooled === 0 && unconfirmed === 0) removeHome(this.#home);
    else this.#home.lock.release();
    for (const { lock } of this.#earlier) lock.release();
  }
}
