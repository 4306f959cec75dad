/**
 * Who waits for events to be durable or stored, or for room. The Workers say in shared memory how far they are, and send a
 * message only where a flag says that somebody waits.
 *
 * States of a wait: set up → (the flag is set, then the figures are looked at, so that none is missed) → kept or broken.
 */
import { intake } from "./layout.ts";
import { AuditLossError } from "./model.ts";
import type { RingWriter } from "./ring.ts";
import type { Shared } from "./shared.ts";
import { Waiters } from "./waiters.ts";

export interface ConfirmationOptions {
  shared: Shared;
  ring: RingWriter;
  /** Told for which Workers' sake the process is to stay alive. */
  hold: (spooler: boolean, flusher: boolean) => void;
}

/** Tells those who wait when their events are durable or stored, or that they never will be. */
export class Confirmations {
  readonly #options: ConfirmationOptions;
  readonly #durable = new Waiters();
  readonly #stored = new Waiters();
  #roomy: (() => void)[] = [];
  #ended = false;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  durable(): Promise<void> {
    const wait = this.#until("durable", this.#durable);
    if (this.#durable.any) this.#options.shared.wakeSpool();
    return wait;
  }

  stored(): Promise<void> {
    return this.#until("stored", this.#stored);
  }

  room(): Promise<void> {
    if (this.#options.ring.room() || this.#options.shared.flag("intake") !== intake.open)
      return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#roomy.push(resolve);
    this.progress();
    if (this.#roomy.length > 0) this.#options.shared.wakeSpool();
    return promise;
  }

  /** Lets go who has waited long enough, and asks to be told for the rest. */
  progress(): void {
    const { shared, ring, hold } = this.#options;
    if (this.#durable.any) shared.setFlag("wantsDurable", 1);
    if (this.#stored.any) shared.setFlag("wantsStored", 1);
    if (this.#roomy.length > 0) shared.setFlag("wantsRoom", 1);
    this.#durable.reach(shared.get("durable"));
    this.#stored.reach(shared.get("stored"));
    const state = shared.flag("intake");
    if (state === intake.failed) {
      this.#durable.fail(this.#loss("durable"));
      if (shared.get("stored") >= shared.get("durable")) this.#stored.fail(this.#loss("stored"));
    }
    if (state === intake.fenced) this.#stored.fail(this.#loss("stored"));
    if (this.#roomy.length > 0 && (state !== intake.open || ring.room())) {
      const all = this.#roomy;
      this.#roomy = [];
      for (const resolve of all) resolve();
    }
    hold(this.#durable.any || this.#roomy.length > 0, this.#stored.any);
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.progress();
    this.#durable.fail(this.#loss("durable"));
    this.#stored.fail(this.#loss("stored"));
  }

  #until(what: "durable" | "stored", waiters: Waiters): Promise<void> {
    const { shared, ring } = this.#options;
    const { sequence } = ring;
    if (shared.get(what) >= sequence) return Promise.resolve();
    if (this.#ended) return Promise.reject(this.#loss(what));
    const wait = waiters.wait(sequence);
    this.progress();
    return wait;
  }

  #loss(what: "durable" | "stored"): AuditLossError {
    const { shared, ring } = this.#options;
    const state = shared.flag("intake");
    const why =
      state === intake.failed
        ? "its disk failed"
        : state === intake.fenced
          ? "it was fenced off"
          : "it was closed";
    return new AuditLossError(
      `the audit log cannot confirm ${ring.sequence - shared.get(what)} events as ${what}: ${why}`,
    );
  }
}
