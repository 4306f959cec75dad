/**
 * Keeps a Worker at work.
 *
 * States: running → (it dies, or hangs and is ended) waiting → running; or ended, where it is not wanted any more. What it had to know lies in
 * shared memory, the ring and the spool, so that another Worker takes the work up where the first one left it.
 */
import type { WorkerMessage } from "./spool.ts";

export interface SupervisorOptions {
  worker: URL;
  /**
   * Whether its heap is to stay small: for one that makes no objects to speak of. A flusher with it stores a drained spool at
   * 0.4 to 0.8 times the pace, for it collects what each message to the database leaves at once.
   */
  smol?: boolean;
  /** Handed to each Worker that is started. */
  task: unknown;
  onMessage: (message: WorkerMessage) => void;
  /** Told that a Worker died before its time. */
  onDeath: (reason: string) => void;
  /** Whether its work is done, so that its end is none before its time. */
  isDone: () => boolean;
  /** Counts up as long as the Worker gets on. */
  beat: () => number;
  /** Whether it must get on now. */
  isWatched?: () => boolean;
  /** One that does not get on for so long is ended. */
  silenceMs: number;
}

const firstPauseMs = 20;
const lastPauseMs = 2000;
/** Looks within the silence that makes a Worker one that hangs. Looks are counted, not time: a machine may sleep. */
const looks = 4;
/** So many deaths in a row are no accident. */
const deathsInARow = 3;

/** One Worker, begun again wherever it dies or hangs before its work is done. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #ended = Promise.withResolvers<void>();
  #worker: Worker | null = null;
  #deaths = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #over = false;
  #held = false;
  #reason = "";
  #watch: ReturnType<typeof setInterval>;
  #lastBeat = 0;
  #silent = 0;
  #steady = 0;
  restarts = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#start();
    this.#watch = setInterval(() => this.#look(), options.silenceMs / looks).unref();
    void this.#ended.promise.then(() => clearInterval(this.#watch));
  }

  /** Whether its work is not done at present: it is gone, hangs, or dies again and again. */
  get isDown(): boolean {
    if (this.#over || this.#options.isDone()) return false;
    return this.#worker === null || this.#silent >= looks / 2 || this.#deaths >= deathsInARow;
  }

  /** Whether the process is to stay alive for it. */
  hold(wanted: boolean): void {
    if (wanted === this.#held) return;
    this.#held = wanted;
    if (wanted) this.#worker?.ref();
    else this.#worker?.unref();
  }

  /** Waits for its end, and makes one after so many milliseconds. */
  async end(mostMs: number): Promise<void> {
    const timer = setTimeout(() => this.kill(), mostMs);
    await this.#ended.promise;
    clearTimeout(timer);
  }

  /** Ends it now, wherever it is, and starts no other. */
  kill(): void {
    this.#over = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#worker?.terminate();
    if (!this.#worker) this.#ended.resolve();
  }

  /** Ends the Worker as a fault would: another one is started. For proofs. */
  crash(): void {
    this.#worker?.terminate();
  }

  #start(): void {
    this.#timer = null;
    const { worker: url, task, onMessage, smol = false } = this.#options;
    const worker = new Worker(url.href, { smol });
    this.#worker = worker;
    if (!this.#held) worker.unref();
    this.#reason = "it ended";
    worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => onMessage(data));
    worker.addEventListener("error", (event: ErrorEvent) => {
      event.preventDefault();
      this.#reason = event.message;
    });
    worker.addEventListener("close", () => this.#died(this.#reason));
    worker.postMessage(task);
  }

  #look(): void {
    const { beat, isWatched, silenceMs } = this.#options;
    const now = beat();
    if (now !== this.#lastBeat || this.#worker === null || isWatched?.() === false) {
      this.#lastBeat = now;
      this.#silent = 0;
      this.#steady += 1;
      if (this.#steady >= looks) this.#deaths = 0;
      return;
    }
    this.#silent += 1;
    if (this.#silent < looks) return;
    this.#silent = 0;
    this.#reason = `it did not get on for ${silenceMs} ms`;
    this.#worker.terminate();
  }

  #died(reason: string): void {
    this.#worker = null;
    this.#silent = 0;
    this.#steady = 0;
    if (this.#over || this.#options.isDone()) {
      this.#ended.resolve();
      return;
    }
    this.#options.onDeath(reason);
    this.restarts += 1;
    const pauseMs = Math.min(lastPauseMs, firstPauseMs * 2 ** this.#deaths);
    this.#deaths += 1;
    this.#timer = setTimeout(() => this.#start(), pauseMs);
    if (!this.#held) this.#timer.unref();
  }
}
