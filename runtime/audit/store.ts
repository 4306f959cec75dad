/**
 * Stores one writer's events, in order, whatever the database does meanwhile.
 *
 * States: *unclaimed* → *claimed* (it knows the epoch and the sequence up to which all is stored) → storing → claimed, and so
 * on. An error whose outcome is not known leads back to unclaimed, after a pause; claiming then tells what had been stored.
 * A batch that is refused for an event in it is halved until that event stands alone: it goes to the dead letters, and a row
 * in its place says so. If that row is refused, too, it is not the event but the table, and nothing is given up. *Fenced*
 * is the end: another process has this writer. That may be a clone of this one, with the same holder; then what it stored
 * gives it away. Nothing here outlives a crash, and nothing needs to.
 */
import { keepDeadLetter } from "./dead-letters.ts";
import { EventWriter } from "./event.ts";
import { maximumRecordBytes } from "./layout.ts";
import type { Shared } from "./shared.ts";
import { type AuditSink, DataError, FencedError, type SinkContents } from "./sink.ts";
import { tupleEnds, tupleKey } from "./tuples.ts";

/** Who speaks in a row that stands for events that are not there. */
export const announcer = "freehold/audit";

export interface StoreOptions {
  sink: AuditSink;
  writer: string;
  folder: string;
  holder: string;
  shared: Shared;
  /** Another's folder, whose lock we hold. */
  takeover: boolean;
  /** Told of each failure. */
  alarm: (message: string) => void;
  /** Waits; rejects with {@link Stopped} where the work is to end. */
  pause: (ms: number) => Promise<void>;
  /** Whether nobody waits for a batch up to this sequence; unless given, somebody does. */
  unhurried?: ((upTo: number) => boolean) | undefined;
}

/** The work was to end before it was done. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

const firstPauseMs = 25;
const lastPauseMs = 1000;

/** Stores one writer's events into a sink, in order and once. */
export class Store {
  readonly #options: StoreOptions;
  #takeover: boolean;
  #epoch = 0;
  /** What was sent last, while it is not known whether it is stored. */
  #sent: { tuples: Uint8Array; upTo: number } | null = null;
  /** Up to where all is stored, as far as we know. */
  sequence = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#takeover = options.takeover;
  }

  /** Claims the writer, however long that takes. @throws {FencedError} @throws {Stopped} */
  async claim(): Promise<void> {
    const { sink, writer, holder } = this.#options;
    await this.#persist(async () => {
      const { epoch, sequence } = await sink.claim(writer, holder, this.#takeover);
      this.#epoch = epoch;
      this.sequence = sequence;
      this.#takeover = false;
    });
  }

  /**
   * Stores tuples whose sequences go from the one after {@link sequence} to `upTo`.
   * @throws {FencedError} @throws {Stopped}
   */
  async put(tuples: Uint8Array, upTo: number): Promise<void> {
    const first = this.sequence + 1;
    await this.#persist(async (again) => {
      if (again) await this.#claimOnce();
      if (this.sequence >= upTo) return;
      const skip = this.sequence - first + 1;
      const rest = skip === 0 ? tuples : tuples.subarray(tupleEnds(tuples)[skip - 1]);
      try {
        await this.#store(rest, upTo);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        await this.#halve(rest, upTo, error);
      }
    });
  }

  /** Stores a row that says that a stretch of the sequence is missing. */
  async announceGap(from: number, to: number, reason: string): Promise<void> {
    this.#options.shared.add("gaps", 1);
    this.#options.alarm(`events ${from} to ${to} of ${this.#options.writer} are missing: ${reason}`);
    await this.#announce(this.#announcement(from, "audit.gap", "lost", { from, to, reason }), to);
  }

  /** Stores a branch's first row, which says that events follow in whose place another process had stored others. */
  async announceBranch(writer: string, from: number): Promise<void> {
    const reason = "another process has stored other events in their place: a machine or a spool was cloned";
    await this.#announce(this.#announcement(1, "audit.branch", "kept", { writer, from, reason }), 1);
  }

  /** What is stored of the writer, as {@link AuditSink.look} says it. @throws {Stopped} */
  async look(from = 0, to = -1): Promise<SinkContents> {
    const { sink, writer } = this.#options;
    let contents: SinkContents | null = null;
    await this.#persist(async () => {
      contents = await sink.look(writer, from, to);
    });
    return contents!;
  }

  async #announce(row: Uint8Array, upTo: number): Promise<void> {
    await this.#persist(async (again) => {
      if (again) await this.#claimOnce();
      if (this.sequence < upTo) await this.#store(row, upTo);
    });
  }

  async #claimOnce(): Promise<void> {
    const { sink, writer, holder } = this.#options;
    // Before it is claimed: a clone that has gone on in our name is not to be fenced off for nothing.
    await this.#checkOurs((await sink.look(writer, 0, -1)).sequence);
    const { epoch, sequence } = await sink.claim(writer, holder, false);
    await this.#checkOurs(sequence);
    this.#epoch = epoch;
    this.sequence = sequence;
    this.#sent = null;
  }

  /** @throws {FencedError} where what is stored is more than what we know of, or something else than what we sent */
  async #checkOurs(sequence: number): Promise<void> {
    const { sink, writer } = this.#options;
    if (sequence === this.sequence) return;
    if (this.#sent?.upTo === sequence) {
      const { tuples } = this.#sent;
      const last = tupleKey(tuples.subarray(tupleEnds(tuples).at(-2) ?? 0));
      const { ids } = await sink.look(writer, last.sequence, last.sequence);
      if (ids.get(last.sequence) === last.id) return;
    }
    throw new FencedError(`another process stores the events of ${writer}`);
  }

  async #store(tuples: Uint8Array, upTo: number): Promise<void> {
    const { sink, writer, shared, unhurried } = this.#options;
    const begun = performance.now();
    this.#sent = { tuples, upTo };
    const batch = { writer, epoch: this.#epoch, after: this.sequence, upTo, tuples };
    await sink.store(unhurried ? { ...batch, unhurried: () => unhurried(upTo) } : batch);
    shared.addStore(performance.now() - begun);
    this.sequence = upTo;
    shared.add("batches", 1);
  }

  async #halve(tuples: Uint8Array, upTo: number, error: DataError): Promise<void> {
    const ends = tupleEnds(tuples);
    if (ends.length === 1) return this.#bury(tuples, upTo, error);
    const middle = ends.length >> 1;
    const cut = ends[middle - 1]!;
    const parts: [Uint8Array, number][] = [
      [tuples.subarray(0, cut), upTo - (ends.length - middle)],
      [tuples.subarray(cut), upTo],
    ];
    for (const [part, last] of parts) {
      try {
        await this.#store(part, last);
      } catch (refusal) {
        if (!(refusal instanceof DataError)) throw refusal;
        await this.#halve(part, last, refusal);
      }
    }
  }

  /**
   * Lets a row stand for an event that the table refuses. Only once the table has shown that it takes that row, and has
   * refused the event again after that: then it is the event, and not a table that is being altered.
   */
  async #bury(tuple: Uint8Array, sequence: number, error: DataError): Promise<void> {
    const { folder, shared, alarm, sink, writer } = this.#options;
    const detail = { reason: error.message };
    // With the event's id: the row stands for it.
    const { id } = tupleKey(tuple);
    const row = this.#announcement(sequence, "audit.dead-letter", "dead-lettered", detail, id);
    try {
      await sink.probe({ writer, epoch: this.#epoch, after: this.sequence, upTo: sequence, tuples: row });
    } catch (refusal) {
      if (!(refusal instanceof DataError)) throw refusal;
      throw new Error(`the table audit_log refuses every event: ${refusal.message}`);
    }
    try {
      await this.#store(tuple, sequence);
      return;
    } catch (refusal) {
      if (!(refusal instanceof DataError)) throw refusal;
    }
    const takeBack = keepDeadLetter(folder, tuple, error.message);
    try {
      await this.#store(row, sequence);
    } catch (refusal) {
      // It will come again, whatever this was; where the row was stored after all, its event is not lost for it.
      if (!(refusal instanceof DataError)) throw refusal;
      takeBack();
      throw new Error(refusal.message);
    }
    shared.add("deadLettered", 1);
    alarm(
      `event ${sequence} was refused and lies in the dead letters, for \`freehold audit replay\` once the table takes it: ${error.message}`,
    );
  }

  #announcement(
    sequence: number,
    action: string,
    decision: string,
    detail: Record<string, unknown>,
    id: string = Bun.randomUUIDv7(),
  ): Uint8Array {
    const { writer } = this.#options;
    const bytes = new Uint8Array(maximumRecordBytes);
    const event = { id, actor: announcer, action, resource: writer, decision, detail };
    return bytes.subarray(0, new EventWriter(bytes, writer).write(0, event, sequence));
  }

  /** Tries until it succeeds. */
  async #persist(work: (again: boolean) => Promise<void>): Promise<void> {
    const { shared, alarm, pause } = this.#options;
    for (let failures = 0; ; failures += 1) {
      try {
        await work(failures > 0);
        shared.setFlag("failuresInARow", 0);
        return;
      } catch (error) {
        if (error instanceof FencedError || error instanceof Stopped) throw error;
        shared.add("failures", 1);
        shared.setFlag("failuresInARow", failures + 1);
        alarm(error instanceof Error ? error.message : String(error));
        const ceilingMs = Math.min(lastPauseMs, firstPauseMs * 2 ** failures);
        await pause(ceilingMs * (0.5 + Math.random() / 2));
      }
    }
  }
}
