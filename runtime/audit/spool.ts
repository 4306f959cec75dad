/**
 * The spool Worker's work: it looks into the ring every few milliseconds, or when it is woken, writes what is there as a
 * frame, calls fdatasync, and gives the ring's room back. Once a frame is synced its events are durable.
 *
 * States:
 * - *recovering*: what earlier writers left in their rings is brought into their spools, first of all.
 * - *taking*: ring → frame → fdatasync → tail moved.
 * - *held*: the spool's limit is reached, or the disk takes nothing more; it looks again at intervals. Events stay in the
 *   ring; once that is full, `log()` refuses. Nothing that was accepted is given up.
 * - *failed*: an fdatasync failed, also one of recovering. The kernel may have dropped what it could not write and would report success the next
 *   time, so nothing is acknowledged any more, for good. What is in the ring stays there, for the next start.
 *
 * A crash in any of them leaves frames that are whole, at most one that is torn, and the ring; the next start's recovery
 * takes it from there. A Worker that is started again in a process that lives begins at the ring's tail, in a new segment:
 * what then lies in the spool twice is read once.
 */
import { Appender, SyncFailure } from "./appender.ts";
import type { Disk } from "./disk.ts";
import { type Home, segmentNumbers } from "./home.ts";
import { flag, intake, maximumFrameBytes } from "./layout.ts";
import { recoverHome } from "./recover.ts";
import { openRing, type Ring, readRing, releaseRing, ringStart } from "./ring.ts";
import { Shared } from "./shared.ts";

export interface SpoolTask {
  shared: SharedArrayBuffer;
  home: Pick<Home, "folder" | "writer">;
  spool: string;
  ringPath: string;
  earlier: Pick<Home, "folder" | "writer">[];
  segmentBytes: number;
  spoolLimitBytes: number;
  minimumFreeBytes: number;
}

export type WorkerMessage = { kind: "progress" } | { kind: "alarm"; message: string };

/**
 * Between two looks, so that at any rate no more than 100 frames a second cost their fdatasync; whoever waits for durability
 * or room does not wait for the next look, but wakes it.
 */
const lookMs = 10;
const heldLookMs = 20;
/** Frames of one turn, synced together. */
const framesATurn = 8;

/** Takes events out of the ring into the spool, until it is told to stop. */
export class Spooler {
  readonly #task: SpoolTask;
  readonly #disk: Disk;
  readonly #shared: Shared;
  readonly #ring: Ring;
  readonly #tell: (message: WorkerMessage) => void;
  readonly #appender: Appender;
  #alarmed = "";
  /** Bytes of the ring that the last turn gave back. */
  #takenBytes = 0;

  constructor(task: SpoolTask, disk: Disk, tell: (message: WorkerMessage) => void) {
    this.#task = task;
    this.#disk = disk;
    this.#tell = tell;
    this.#shared = new Shared(task.shared);
    const ring = openRing(task.ringPath);
    if (!ring) throw new Error(`the ring ${task.ringPath} is not what it was`);
    this.#ring = ring;
    const number = (segmentNumbers(task.home.folder).at(-1) ?? 0) + 1;
    const { segmentBytes } = task;
    const onSync = (tookMs: number) => this.#shared.addSync(tookMs);
    this.#appender = new Appender({ ...task.home, segmentBytes, disk, number, onSync });
  }

  /** Works until nothing more is to come. */
  run(): void {
    const { flags } = this.#shared;
    this.#recover();
    if (this.#shared.flag("intake") === intake.failed) return;
    for (;;) {
      this.#shared.beat("spoolBeat");
      const seen = Atomics.load(flags, flag.wake);
      const ended = this.#shared.flag("stop") !== 0;
      const worked = this.turn();
      // Where so much comes between two looks, the ring could be full before the next.
      if (worked && (ended || this.#takenBytes > this.#ring.capacity / 8)) continue;
      if (!worked && (ended || this.#shared.flag("intake") === intake.failed)) return;
      Atomics.wait(flags, flag.wake, seen, this.#shared.flag("held") ? heldLookMs : lookMs);
    }
  }

  /** One turn. @returns whether there was something to do */
  turn(): boolean {
    const taken = this.#take();
    if (taken) {
      const wanted = [this.#shared.takeFlag("wantsDurable"), this.#shared.takeFlag("wantsRoom")];
      if (wanted.includes(true)) this.#tell({ kind: "progress" });
    }
    return taken;
  }

  #take(): boolean {
    const ring = this.#ring;
    const start = ringStart(ring);
    let at = start.position;
    let last = start.first - 1;
    const before = last;
    try {
      for (let frames = 0; frames < framesATurn; frames += 1) {
        const batch = readRing(ring, at, last + 1, maximumFrameBytes);
        if (!batch) break;
        if (this.#appender.needsSegment(batch.bytes) && !this.#mayGrow()) break;
        this.#append(batch.parts, batch.bytes, batch.first, batch.count);
        at = batch.end;
        last = batch.first + batch.count - 1;
      }
      if (last === before) return false;
      this.#appender.sync();
    } catch (error) {
      this.#fail(error);
      return false;
    }
    this.#shared.setFlag("held", 0);
    this.#alarmed = "";
    this.#takenBytes = (at - start.position) >>> 0;
    releaseRing(ring, at, last);
    this.#shared.set("durable", last);
    return true;
  }

  #append(parts: readonly Uint8Array[], bytes: number, first: number, count: number): void {
    const { madeBytes } = this.#appender;
    this.#appender.append(parts, bytes, first, count);
    this.#shared.add("spoolBytes", this.#appender.madeBytes - madeBytes);
  }

  #mayGrow(): boolean {
    const { segmentBytes, spoolLimitBytes, minimumFreeBytes, spool } = this.#task;
    const used = this.#shared.get("spoolBytes");
    if (used + segmentBytes > spoolLimitBytes)
      return this.#hold(1, `the spool ${spool} is at its limit of ${spoolLimitBytes} bytes`);
    const free = this.#disk.freeBytes(spool);
    this.#shared.set("freeBytes", free);
    if (free - segmentBytes < minimumFreeBytes)
      return this.#hold(
        2,
        `the disk of ${spool} has ${free} bytes free, and ${minimumFreeBytes} are to stay so`,
      );
    return true;
  }

  #hold(why: number, message: string): false {
    this.#shared.setFlag("held", why);
    this.#alarm(message);
    return false;
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#shared.add("diskErrors", 1);
    if (error instanceof SyncFailure) {
      this.#shared.closeIntake(intake.failed);
      this.#alarm(`${message}: nothing is acknowledged any more; what was accepted stays for the next start`);
      this.#tell({ kind: "progress" });
    } else this.#hold(2, `the spool cannot be written: ${message}`);
  }

  #alarm(message: string): void {
    if (message === this.#alarmed) return;
    this.#alarmed = message;
    this.#tell({ kind: "alarm", message });
  }

  #recover(): void {
    for (const home of this.#task.earlier) {
      try {
        recoverHome(home, this.#disk);
      } catch (error) {
        this.#alarm(`what ${home.writer} left could not be recovered: ${String(error)}`);
        if (!(error instanceof SyncFailure)) continue;
        this.#fail(error);
        break;
      }
    }
    this.#shared.setFlag("recovered", 1);
  }
}
