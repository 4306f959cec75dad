/** The block of memory that the log and its Workers share. It outlives a Worker that is gone. */
import { counter, flag, sharedBytes, storeBucketsMs, syncBucketsMs } from "./layout.ts";

/** Counters and flags that the log and its Workers share. */
export class Shared {
  readonly buffer: SharedArrayBuffer;
  /** For the words of {@link flag}; the log's hot path reads one of them directly. */
  readonly flags: Int32Array;
  readonly #counters: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(sharedBytes)) {
    this.buffer = buffer;
    this.flags = new Int32Array(buffer);
    this.#counters = new BigInt64Array(buffer);
  }

  get(name: keyof typeof counter): number {
    return Number(Atomics.load(this.#counters, counter[name]));
  }

  set(name: keyof typeof counter, value: number): void {
    Atomics.store(this.#counters, counter[name], BigInt(Math.trunc(value)));
  }

  add(name: keyof typeof counter, value: number): void {
    Atomics.add(this.#counters, counter[name], BigInt(Math.trunc(value)));
  }

  flag(name: keyof typeof flag): number {
    return Atomics.load(this.flags, flag[name]);
  }

  setFlag(name: keyof typeof flag, value: number): void {
    Atomics.store(this.flags, flag[name], value);
  }

  /** Clears a flag. @returns whether it was set */
  takeFlag(name: keyof typeof flag): boolean {
    return Atomics.exchange(this.flags, flag[name], 0) !== 0;
  }

  /** Closes the intake for a reason, unless it is closed for another. */
  closeIntake(reason: number): void {
    Atomics.compareExchange(this.flags, flag.intake, 0, reason);
  }

  /** Wakes the spool Worker before its next look. Costs microseconds: not for the hot path. */
  wakeSpool(): void {
    Atomics.add(this.flags, flag.wake, 1);
    Atomics.notify(this.flags, flag.wake);
  }

  /** Says that a Worker gets on. */
  beat(name: "spoolBeat" | "flusherBeat"): void {
    Atomics.add(this.flags, flag[name], 1);
  }

  addSync(tookMs: number): void {
    this.add("syncs", 1);
    this.add("syncTotalUs", tookMs * 1000);
    this.#count(counter.syncBucket, syncBucketsMs, tookMs);
  }

  /** Calls of fdatasync by how long they took: up to each of `syncBucketsMs`, and beyond; not cumulative. */
  syncBuckets(): number[] {
    return this.#buckets(counter.syncBucket, syncBucketsMs);
  }

  addStore(tookMs: number): void {
    this.add("stores", 1);
    this.add("storeTotalUs", tookMs * 1000);
    this.#count(counter.storeBucket, storeBucketsMs, tookMs);
  }

  /** The same of batches that were stored, by `storeBucketsMs`. */
  storeBuckets(): number[] {
    return this.#buckets(counter.storeBucket, storeBucketsMs);
  }

  #count(first: number, limitsMs: readonly number[], tookMs: number): void {
    const found = limitsMs.findIndex((limit) => tookMs <= limit);
    Atomics.add(this.#counters, first + (found < 0 ? limitsMs.length : found), 1n);
  }

  #buckets(first: number, limitsMs: readonly number[]): number[] {
    return Array.from({ length: limitsMs.length + 1 }, (_, at) =>
      Number(Atomics.load(this.#counters, first + at)),
    );
  }
}
