/**
 * Keeps a Worker at work.
 *
 * States: running → (it dies) waiting → running; or ended, where it is not wanted any more. What it had to know lies in
 * shared memory, the ring and the spool, so that another Worker takes the work up where the first one left it.
 */
import type { WorkerMessage } from "./spool.ts";

export interface SupervisorOptions {
  worker: URL;
  /** Handed to each Worker that is started. */
  task: unknown;
  onMessage: (message: WorkerMessage) => void;
  /** Told that a Worker died before its time. */
  onDeath: (reason: string) => void;
  /** Whether its work is done, so that its end is none before its time. */
  isDone: () => boolean;
}

const firstPauseMs = 20;
const lastPauseMs = 2000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #ended = Promise.withResolvers<void>();
  #worker: Worker | null = null;
  #deaths = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #over = false;
  #held = false;
  restarts = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#start();
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
    const { worker: url, task, onMessage } = this.#options;
    const worker = new Worker(url.href, { smol: true });
    this.#worker = worker;
    if (!this.#held) worker.unref();
    let reason = "it ended";
    worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => {
      this.#deaths = 0;
      onMessage(data);
    });
    worker.addEventListener("error", (event: ErrorEvent) => {
      event.preventDefault();
      reason = event.message;
    });
    worker.addEventListener("close", () => this.#died(reason));
    worker.postMessage(task);
  }

  #died(reason: string): void {
    this.#worker = null;
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
