/**
 * The flusher Worker's work: it empties spools into the sink, and reads nothing but spools, so that what happens after a
 * crash is what happens every day.
 *
 * States: *waiting* for the spool Worker to have recovered what earlier writers left → *draining* those, the oldest first →
 * *following* its own writer's spool until it is told to stop. A writer that is fenced is left alone; if it is our own, the
 * log refuses from then on. A Worker that is started again claims again, and goes on behind what the database knows.
 */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { spareName } from "./appender.ts";
import { storeBranch, strays } from "./branch.ts";
import { type Home, readEndFile, removeHome, segmentNumbers, segmentPath } from "./home.ts";
import { intake } from "./layout.ts";
import { SpoolReader } from "./reader.ts";
import { Shared } from "./shared.ts";
import { type AuditSink, FencedError } from "./sink.ts";
import type { WorkerMessage } from "./spool.ts";
import { Stopped, Store } from "./store.ts";
import { onTask } from "./worker.ts";

export interface FlushTask {
  shared: SharedArrayBuffer;
  home: Pick<Home, "folder" | "writer"> | null;
  earlier: Pick<Home, "folder" | "writer">[];
  holder: string;
  batchBytes: number;
  /** For the sink. */
  options: unknown;
}

const lookMs = 5;
const beatMs = 20;
/**
 * From the start of one batch to that of the next, unless somebody waits: a transaction costs the database the same however
 * little is in it, and the processor that it takes may be the one that requests need.
 */
const batchEveryMs = 100;
/** The same behind a batch of many events: then there is much to do, and a transaction less leaves the processor to it. */
const manyEveryMs = 250;
const many = 1000;
/** So many events make a batch before that, and hurry the one that is under way. */
const plenty = 10_000;

/** What a Worker's module calls that stores into a sink of its own. @param createSink makes the sink, from its options */
export function flushInto<Options>(createSink: (options: Options) => AuditSink): void {
  onTask<FlushTask>(async (task, tell) => {
    const sink = createSink(task.options as Options);
    try {
      await new Flusher(task, sink, tell).run();
    } finally {
      await sink.close();
    }
  });
}

/** Stores what spools hold, the earlier writers' first. */
export class Flusher {
  readonly #task: FlushTask;
  readonly #sink: AuditSink;
  readonly #shared: Shared;
  readonly #tell: (message: WorkerMessage) => void;

  constructor(task: FlushTask, sink: AuditSink, tell: (message: WorkerMessage) => void) {
    this.#task = task;
    this.#sink = sink;
    this.#shared = new Shared(task.shared);
    this.#tell = tell;
  }

  /** Works until it is stopped; without a writer of its own, until the earlier ones are empty. */
  async run(): Promise<void> {
    const { earlier, home } = this.#task;
    const beat = setInterval(() => this.#shared.beat("flusherBeat"), beatMs);
    try {
      while (this.#shared.flag("recovered") === 0) await this.#pause(lookMs);
      for (const left of earlier) await this.#drain(left);
      if (home) await this.#follow(home);
      else this.#shared.setFlag("drained", 1);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      clearInterval(beat);
    }
  }

  async #drain(home: Pick<Home, "folder" | "writer">): Promise<void> {
    const end = readEndFile(home.folder);
    // One that could not be recovered, or that a Worker before this one has emptied.
    if (!end) return;
    const store = this.#store(home, true);
    const reader = this.#reader(home);
    try {
      await store.claim();
      const before = store.sequence;
      const branched = await this.#branch(home, store, reader);
      reader.restart(before);
      while (await this.#step(store, reader, end.last)) this.#release(home.folder, reader.segment, null);
      if (end.uncertain) await this.#announceUncertain(store, end.last);
      this.#shared.add("drainedEvents", branched + Math.max(0, end.last - before));
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      this.#fenced(error, home.folder);
      return;
    } finally {
      reader.close();
    }
    const bytes = segmentNumbers(home.folder).reduce(
      (sum, number) => sum + sizeOf(segmentPath(home.folder, number)),
      0,
    );
    removeHome({ folder: home.folder, lock: { release() {} } });
    this.#shared.add("spoolBytes", -bytes);
    this.#shared.add("drainedWriters", 1);
    this.#shared.add("waitingWriters", -1);
  }

  /** Stores events that are not in the table, and in whose place others are. @returns how many */
  async #branch({ folder, writer }: Pick<Home, "folder" | "writer">, store: Store, reader: SpoolReader) {
    const all = strays(reader, store.sequence, (from, to) => store.look(from, to));
    const { count, branch } = await storeBranch(all, writer, (id) =>
      this.#store({ folder, writer: id }, true),
    );
    if (count > 0) {
      const message = `${count} events of ${writer} are stored as those of ${branch}: another process has stored others in their place`;
      this.#tell({ kind: "alarm", message });
    }
    return count;
  }

  /** @throws {FencedError} where a clone of this process has stored events in our name */
  async #checkOurs(writer: string, store: Store, reader: SpoolReader, sequence: number): Promise<void> {
    const { done } = await strays(reader, sequence, (from, to) => store.look(from, to)).next();
    reader.restart(0);
    if (!done || sequence > this.#shared.get("durable"))
      throw new FencedError(`another process stores the events of ${writer}`);
  }

  async #follow(home: Pick<Home, "folder" | "writer">): Promise<void> {
    const store = this.#store(home, false);
    const reader = this.#reader(home);
    let nextAt = 0;
    try {
      const { sequence } = await store.look();
      await this.#checkOurs(home.writer, store, reader, sequence);
      await store.claim();
      // What a Worker before this one had under way.
      if (store.sequence !== sequence) await this.#checkOurs(home.writer, store, reader, store.sequence);
      reader.restart(store.sequence);
      for (;;) {
        const limit = this.#shared.get("durable");
        const waiting = limit - store.sequence;
        if (waiting > 0 && waiting < plenty && performance.now() < nextAt && !this.#isWanted()) {
          await this.#pause(lookMs);
          continue;
        }
        const begun = performance.now();
        const before = store.sequence;
        if (await this.#step(store, reader, limit)) {
          nextAt = begun + (store.sequence - before < many ? batchEveryMs : manyEveryMs);
          // Before it is said: whoever waited for that finds the spool's room given back.
          this.#release(home.folder, reader.segment, join(home.folder, spareName));
          this.#shared.set("stored", store.sequence);
          if (this.#shared.takeFlag("wantsStored")) this.#tell({ kind: "progress" });
          continue;
        }
        this.#shared.set("oldestAtMs", 0);
        this.#shared.set("stored", store.sequence);
        if (this.#shared.takeFlag("wantsStored")) this.#tell({ kind: "progress" });
        await this.#pause(lookMs);
      }
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      this.#shared.closeIntake(intake.fenced);
      this.#fenced(error, home.folder);
      this.#tell({ kind: "progress" });
    } finally {
      reader.close();
    }
  }

  /** Whether somebody waits for events to be stored. */
  #isWanted(): boolean {
    return this.#shared.flag("wantsStored") !== 0;
  }

  /** Stores what comes next. @returns whether there was something */
  async #step(store: Store, reader: SpoolReader, limit: number): Promise<boolean> {
    const torn = reader.tornBytes;
    const next = reader.next(limit);
    this.#shared.add("tornBytes", reader.tornBytes - torn);
    if (!next) return false;
    if (next.kind === "gap") {
      await store.announceGap(next.from, next.to, "the spool is damaged there");
      return true;
    }
    this.#shared.set("oldestAtMs", next.atMs);
    await store.put(next.tuples, next.last);
    return true;
  }

  /** Says that the machine went down under a writer: the row takes the place of whatever it accepted last. */
  async #announceUncertain(store: Store, last: number): Promise<void> {
    if (store.sequence > last) return;
    await store.announceGap(
      last + 1,
      last + 1,
      "the machine went down; what was accepted and not yet durable is lost",
    );
  }

  /** Notes for how long events have been waiting where nothing could be stored yet. */
  #noteAge({ folder, writer }: Pick<Home, "folder" | "writer">): void {
    if (this.#shared.get("oldestAtMs") !== 0) return;
    const reader = new SpoolReader(folder, writer, 0, 0);
    this.#shared.set("oldestAtMs", reader.firstAtMs());
    reader.close();
  }

  /** Takes segments away that are read to their end. @param spare what one of them is called until it is used again */
  #release(folder: string, current: number, spare: string | null): void {
    for (const number of segmentNumbers(folder)) {
      if (number >= current) return;
      const path = segmentPath(folder, number);
      const bytes = sizeOf(path);
      if (spare === null || existsSync(spare)) rmSync(path, { force: true });
      else renameSync(path, spare);
      this.#shared.add("spoolBytes", -bytes);
    }
  }

  #reader({ folder, writer }: Pick<Home, "folder" | "writer">): SpoolReader {
    return new SpoolReader(folder, writer, 0, this.#task.batchBytes);
  }

  #store(home: Pick<Home, "folder" | "writer">, takeover: boolean): Store {
    const { holder } = this.#task;
    const { folder, writer } = home;
    const alarm = (message: string) => this.#tell({ kind: "alarm", message });
    const pause = (ms: number) => {
      this.#noteAge(home);
      return this.#pause(ms);
    };
    const shared = this.#shared;
    const unhurried = (upTo: number) =>
      !this.#isWanted() && shared.flag("stopFlusher") === 0 && shared.get("durable") - upTo < plenty;
    return new Store({
      sink: this.#sink,
      shared,
      writer,
      folder,
      holder,
      takeover,
      alarm,
      pause,
      // What a process before left is stored at once: it has been waiting long enough.
      unhurried: takeover ? undefined : unhurried,
    });
  }

  #fenced(error: FencedError, folder: string): void {
    this.#shared.add("fenced", 1);
    const way = `end this process; its next start, or \`freehold audit drain\`, takes the folder ${folder} over and stores the rest`;
    this.#tell({ kind: "alarm", message: `${error.message}: ${way}` });
  }

  async #pause(ms: number): Promise<void> {
    await Bun.sleep(ms);
    if (this.#shared.flag("stopFlusher") !== 0) throw new Stopped();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
