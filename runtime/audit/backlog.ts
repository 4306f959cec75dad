/**
 * The queue between `log()` and the sink: bounded, in order, one batch at a time.
 *
 * States of the flusher: idle → waiting (for company, or before another try) → storing → idle. An event leaves the queue
 * only when the sink has confirmed it, so a batch that failed is still there to be tried again.
 */
import type { EncodedEvent } from "./event.ts";
import { type AuditLogOptions, AuditLossError, type AuditStats, type CloseReport } from "./model.ts";

interface Entry extends EncodedEvent {
  bytes: number;
  since: number;
}

interface Waiter {
  /** The last sequence that it waits for. */
  sequence: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** A batch's text is copied once to be sent; this bounds the copy. */
const batchBytes = 4 * 1024 * 1024;
const firstRetryMs = 50;
const lastRetryMs = 5000;

export class Backlog {
  readonly #options: Required<Omit<AuditLogOptions, "onError">> & Pick<AuditLogOptions, "onError">;
  readonly #writer = crypto.randomUUID();
  #queue: Entry[] = [];
  /** Confirmed entries still at the front of the queue. */
  #head = 0;
  #bytes = 0;
  #accepted = 0;
  #stored = 0;
  #batches = 0;
  #failures = 0;
  #failuresInARow = 0;
  #lastError: string | null = null;
  #waiters: Waiter[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #storing = false;
  #closing: Promise<CloseReport> | null = null;
  #state: "open" | "closing" | "closed" = "open";

  constructor(options: AuditLogOptions) {
    this.#options = {
      capacityEvents: 100_000,
      capacityBytes: 32 * 1024 * 1024,
      batchEvents: 1000,
      flushDelayMs: 10,
      ...options,
    };
    for (const limit of ["capacityEvents", "capacityBytes", "batchEvents"] as const) {
      const value = this.#options[limit];
      if (!Number.isSafeInteger(value) || value < 1)
        throw new RangeError(`${limit} must be a whole number from 1`);
    }
  }

  get state(): "open" | "closing" | "closed" {
    return this.#state;
  }

  get nextSequence(): number {
    return this.#accepted + 1;
  }

  /** Appends an event that was encoded with {@link nextSequence}; false where there is no room. */
  push(json: string): boolean {
    // Two bytes a character: what a string takes at most.
    const bytes = json.length * 2;
    if (this.#accepted - this.#stored >= this.#options.capacityEvents) return false;
    if (this.#bytes + bytes > this.#options.capacityBytes) return false;
    this.#accepted += 1;
    this.#bytes += bytes;
    this.#queue.push({ sequence: this.#accepted, json, bytes, since: performance.now() });
    if (!this.#storing && this.#timer === null) this.#schedule(this.#options.flushDelayMs);
    return true;
  }

  settled(): Promise<void> {
    const sequence = this.#accepted;
    if (this.#stored >= sequence) return Promise.resolve();
    if (this.#state === "closed") return Promise.reject(this.#loss());
    return new Promise((resolve, reject) => {
      this.#waiters.push({ sequence, resolve, reject });
    });
  }

  close(deadlineMs: number): Promise<CloseReport> {
    this.#closing ??= this.#drain(deadlineMs);
    return this.#closing;
  }

  stats(): Omit<AuditStats, "refused" | "sanitised" | "truncated"> {
    const oldest = this.#queue[this.#head];
    return {
      writer: this.#writer,
      accepted: this.#accepted,
      stored: this.#stored,
      queued: this.#accepted - this.#stored,
      queuedBytes: this.#bytes,
      capacityEvents: this.#options.capacityEvents,
      capacityBytes: this.#options.capacityBytes,
      oldestQueuedMs: oldest ? performance.now() - oldest.since : 0,
      batches: this.#batches,
      failures: this.#failures,
      lastError: this.#lastError,
    };
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#flush();
    }, delayMs);
  }

  async #flush(): Promise<void> {
    this.#storing = true;
    while (this.#state !== "closed" && this.#head < this.#queue.length) {
      const batch = this.#nextBatch();
      try {
        await this.#options.sink.store(this.#writer, batch);
      } catch (error) {
        this.#fail(error);
        break;
      }
      this.#confirm(batch.length);
    }
    this.#storing = false;
  }

  #nextBatch(): Entry[] {
    let bytes = 0;
    let end = this.#head;
    const last = Math.min(this.#queue.length, this.#head + this.#options.batchEvents);
    while (end < last && (end === this.#head || bytes + this.#queue[end]!.bytes <= batchBytes)) {
      bytes += this.#queue[end]!.bytes;
      end += 1;
    }
    return this.#queue.slice(this.#head, end);
  }

  #confirm(count: number): void {
    for (let at = this.#head; at < this.#head + count; at += 1) this.#bytes -= this.#queue[at]!.bytes;
    this.#head += count;
    this.#stored += count;
    this.#batches += 1;
    this.#failuresInARow = 0;
    if (this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    const ready = this.#waiters.filter(({ sequence }) => sequence <= this.#stored);
    this.#waiters = this.#waiters.filter(({ sequence }) => sequence > this.#stored);
    for (const { resolve } of ready) resolve();
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    this.#failuresInARow += 1;
    this.#lastError = error instanceof Error ? error.message : String(error);
    if (this.#state === "closed") return;
    const ceilingMs = Math.min(lastRetryMs, firstRetryMs * 2 ** (this.#failuresInARow - 1));
    this.#schedule(ceilingMs * (0.5 + Math.random() / 2));
    try {
      this.#options.onError?.(error, this.#failuresInARow);
    } catch {
      // Whoever listens must not stop the storing.
    }
  }

  async #drain(deadlineMs: number): Promise<CloseReport> {
    this.#state = "closing";
    if (this.#timer !== null && !this.#storing) {
      // Nothing more will come: no use in waiting for company.
      clearTimeout(this.#timer);
      this.#timer = null;
      void this.#flush();
    }
    const deadline = Promise.withResolvers<void>();
    const handle = setTimeout(deadline.resolve, deadlineMs);
    await Promise.race([this.settled(), deadline.promise]);
    clearTimeout(handle);
    this.#state = "closed";
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { reject } of this.#waiters) reject(this.#loss());
    this.#waiters = [];
    return { stored: this.#stored, unconfirmed: this.#accepted - this.#stored };
  }

  #loss(): AuditLossError {
    const count = this.#accepted - this.#stored;
    return new AuditLossError(`the audit log was closed, and ${count} events were not confirmed as stored`);
  }
}
